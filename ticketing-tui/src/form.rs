//! Signing in and signing up: a form over whatever is on the screen.

pub(crate) mod update;
pub(crate) mod view;

use ticketing_wire::accounts::{SignIn, SignUp};
use ticketing_wire::secrets::Password;

use crate::screens::events::Show;
use crate::words::Words;

/// The longest text of a field, in characters: longer than a server takes, so that it is the server that
/// says what is too long.
pub(crate) const MAX_FIELD_CHARS: usize = 300;

/// What somebody says to sign in or up.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) kind: Kind,
    /// One for each that [`Kind::fields`] names.
    pub(crate) typed: Vec<Typed>,
    /// The ordinal of the field that keys go into.
    pub(crate) at: usize,
    /// The server was asked, and has not answered.
    pub(crate) busy: bool,
    /// Why it did not work.
    pub(crate) wrong: Option<String>,
    pub(crate) then: Then,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    SignIn,
    SignUp,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Field {
    Email,
    Password,
    Name,
    Nickname,
}

/// What somebody typed; it may be a password.
#[derive(Default)]
pub(crate) struct Typed(pub(crate) String);

/// What is done once somebody is signed in.
#[derive(Clone, Debug)]
pub(crate) enum Then {
    Nothing,
    Join(Show),
    Look(Show),
    Steer(Show),
    Door(Show),
    MyOrders,
}

impl std::fmt::Debug for Typed {
    /// Without the text.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Typed(..)")
    }
}

impl Form {
    pub(crate) fn sign_in(then: Then) -> Self {
        let kind = Kind::SignIn;
        let typed = kind.fields().iter().map(|_| Typed::default()).collect();
        Self { kind, typed, at: 0, busy: false, wrong: None, then }
    }

    /// Signing in becomes signing up, or the other way round; what both ask for stays.
    pub(crate) fn turn(&mut self) {
        self.kind = match self.kind {
            Kind::SignIn => Kind::SignUp,
            Kind::SignUp => Kind::SignIn,
        };
        self.typed.resize_with(self.kind.fields().len(), Typed::default);
        self.at = self.at.min(self.typed.len() - 1);
        self.wrong = None;
    }

    fn text(&self, field: Field) -> String {
        let place = self.kind.fields().iter().position(|one| *one == field);
        place
            .and_then(|place| self.typed.get(place))
            .map_or_else(String::new, |typed| typed.0.clone())
    }

    pub(crate) fn who(&self) -> SignIn {
        SignIn {
            email: self.text(Field::Email).trim().to_owned(),
            password: Password::from(self.text(Field::Password)),
        }
    }

    pub(crate) fn account(&self) -> SignUp {
        let SignIn { email, password } = self.who();
        let (name, nickname) = (self.text(Field::Name), self.text(Field::Nickname));
        SignUp { email, password, name, nickname, birthdate: None }
    }
}

impl Kind {
    pub(crate) fn fields(self) -> &'static [Field] {
        match self {
            Self::SignIn => &[Field::Email, Field::Password],
            Self::SignUp => &[Field::Email, Field::Password, Field::Name, Field::Nickname],
        }
    }
}

impl Field {
    pub(crate) fn label(self, words: &Words) -> &'static str {
        match self {
            Self::Email => words.email,
            Self::Password => words.password,
            Self::Name => words.name,
            Self::Nickname => words.nickname,
        }
    }
}
