/// How often a ticket lets its bearer in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Entry {
    /// Once.
    #[default]
    Once,
    /// Again after each exit that was scanned.
    AgainAfterExit,
    /// Once on each day of the house.
    Daily,
}

impl Entry {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Once, Self::AgainAfterExit, Self::Daily];

    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::AgainAfterExit => "again_after_exit",
            Self::Daily => "daily",
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entry| entry.name() == name)
    }
}
