//! What a sign-in leaves: a session per server, in a file that only its owner can read.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use ticketing_wire::Time;

/// All sessions, by the server's address.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Profile {
    #[serde(default)]
    pub(crate) servers: BTreeMap<String, Session>,
}

/// A session as it is remembered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) email: String,
    pub(crate) access_token: String,
    pub(crate) expires_at: Time,
    pub(crate) refresh_token: String,
}

impl std::fmt::Debug for Session {
    /// Without the tokens.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("email", &self.email).finish_non_exhaustive()
    }
}

/// The profile, and nobody else's to change as long as this lives.
#[derive(Debug)]
pub(crate) struct Locked {
    pub(crate) profile: Profile,
    path: PathBuf,
    _lock: fs::File,
}

/// Where the profile is kept.
pub(crate) fn path() -> anyhow::Result<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CONFIG_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| set("HOME").map(|home| home.join(".config")))
        .context("neither XDG_CONFIG_HOME nor HOME says where to keep the profile")?;
    Ok(folder.join("ticketing").join("profile.toml"))
}

/// The profile, empty where there is none yet.
pub(crate) fn load(path: &Path) -> anyhow::Result<Profile> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Profile::default()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", path.display()));
        }
    };
    // The parser's message would quote the line, and the line may hold a token.
    toml::from_str(&text).map_err(|_| anyhow::anyhow!("{} is no profile", path.display()))
}

/// Waits until no other program is about to change the profile, and reads it. The lock is a file beside
/// it, which stays: the profile itself is replaced by every change.
pub(crate) fn lock(path: PathBuf) -> anyhow::Result<Locked> {
    let folder = path.parent().context("the profile has a folder")?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let beside = path.with_extension("lock");
    let options = fs::OpenOptions::new().append(true).create(true).mode(0o600).open(&beside);
    let lock = options.and_then(|lock| lock.lock().map(|()| lock));
    let lock = lock.with_context(|| format!("cannot lock {}", beside.display()))?;
    Ok(Locked { profile: load(&path)?, path, _lock: lock })
}

impl Locked {
    pub(crate) fn save(&self) -> anyhow::Result<()> {
        save(&self.path, &self.profile)
    }
}

/// Writes the profile in one step: it is there as a whole or not at all.
fn save(path: &Path, profile: &Profile) -> anyhow::Result<()> {
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let written =
        write_private(&draft, &toml::to_string(profile)?).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // The draft holds secrets; if it cannot be removed, the first error still says why.
        let _ = fs::remove_file(&draft);
    }
    written.with_context(|| format!("cannot write {}", path.display()))
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn profile() -> Profile {
        let session = Session {
            email: "o@example.org".to_owned(),
            access_token: "access".to_owned(),
            expires_at: Time::from_millis(0),
            refresh_token: "refresh".to_owned(),
        };
        Profile { servers: BTreeMap::from([("http://localhost".to_owned(), session)]) }
    }

    #[test]
    fn a_profile_is_read_back_and_only_its_owner_can() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ticketing").join("profile.toml");
        for _ in 0..2 {
            let mut locked = lock(path.clone()).unwrap();
            locked.profile = profile();
            locked.save().unwrap();
        }
        assert_eq!(load(&path).unwrap(), profile());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn no_profile_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(&folder.path().join("none")).unwrap(), Profile::default());
    }

    #[test]
    fn a_broken_profile_does_not_show_its_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profile.toml");
        fs::write(&path, "servers = \"hush\"").unwrap();
        assert!(!format!("{:#}", load(&path).unwrap_err()).contains("hush"));
        assert!(!format!("{:?}", profile()).contains("access\""));
    }
}
