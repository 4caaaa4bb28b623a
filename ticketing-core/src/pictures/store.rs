use std::fmt;
use std::path::Path as FolderPath;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::error::{Error, Result};
use crate::id::PictureId;

/// How long a store may take to keep or remove a file, and to give one to who waits for it.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);
const READ_WITHIN: Duration = Duration::from_secs(2);
/// What an S3 is given for that, whatever else it is told: a connection first, then the file.
const S3_PATIENCE: [(&str, &str); 2] = [("connect_timeout", "2 seconds"), ("timeout", "5 seconds")];
/// What the settings of an S3 begin with.
const S3_SETTINGS: &str = "AWS_";

/// Where the files of pictures are: in a folder, on an S3, or in this process's memory. Clones share it.
#[derive(Clone)]
pub struct PictureStore(Arc<dyn ObjectStore>);

/// A store that cannot be.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UnusableStore(String);

impl PictureStore {
    /// In this process, for as long as it lives.
    pub fn in_memory() -> Self {
        Self(Arc::new(InMemory::new()))
    }

    /// Whatever else stores objects.
    pub fn new(objects: Arc<dyn ObjectStore>) -> Self {
        Self(objects)
    }

    /// A folder, which is made where it is missing. What was stored is on the disk.
    pub fn folder(path: &FolderPath) -> std::result::Result<Self, UnusableStore> {
        let unusable = |why: &dyn fmt::Display| UnusableStore(format!("{}: {why}", path.display()));
        std::fs::create_dir_all(path).map_err(|error| unusable(&error))?;
        let objects = LocalFileSystem::new_with_prefix(path).map_err(|error| unusable(&error))?;
        Ok(Self(Arc::new(objects.with_fsync(true))))
    }

    /// An absolute path is a folder, `s3://bucket/prefix` an S3, of which the rest is said as its own tools
    /// want it: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`.
    pub fn at(
        address: &str,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> std::result::Result<Self, UnusableStore> {
        if address.starts_with('/') {
            return Self::folder(FolderPath::new(address));
        }
        let url = address.parse::<reqwest::Url>().ok().filter(|url| url.scheme() == "s3");
        let url = url.filter(|url| url.has_host() && url.query().is_none() && url.port().is_none());
        let url = url.ok_or_else(|| {
            UnusableStore("a folder, as an absolute path, or s3://bucket/prefix".into())
        })?;
        // Another part of the process may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = settings.into_iter().filter(|(name, _)| name.starts_with(S3_SETTINGS));
        let patience = S3_PATIENCE.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (objects, prefix) = object_store::parse_url_opts(&url, settings.chain(patience))
            .map_err(|error| UnusableStore(error.to_string()))?;
        Ok(Self(Arc::from(objects)).below(prefix))
    }

    /// What it stores in.
    pub fn objects(&self) -> &Arc<dyn ObjectStore> {
        &self.0
    }

    /// The part of it whose names begin with that.
    pub(crate) fn below(self, prefix: impl Into<Path>) -> Self {
        Self(Arc::new(PrefixStore::new(self.0, prefix)))
    }

    pub(crate) async fn put(&self, file: PictureId, bytes: Vec<u8>) -> Result<()> {
        answered(ANSWERED_WITHIN, self.0.put(&name(file), bytes.into())).await?;
        Ok(())
    }

    /// Nothing where there is no such file.
    pub(crate) async fn get(&self, file: PictureId) -> Result<Option<Bytes>> {
        let read = async { self.0.get(&name(file)).await?.bytes().await };
        found(answered(READ_WITHIN, read).await)
    }

    /// One that is not there is removed already.
    pub(crate) async fn remove(&self, file: PictureId) -> Result<()> {
        found(answered(ANSWERED_WITHIN, self.0.delete(&name(file))).await).map(drop)
    }
}

fn name(file: PictureId) -> Path {
    Path::from(format!("pictures/{file}.jpg"))
}

async fn answered<T>(
    within: Duration,
    call: impl Future<Output = object_store::Result<T>>,
) -> std::result::Result<T, Unanswered> {
    match tokio::time::timeout(within, call).await {
        Ok(answer) => answer.map_err(Unanswered::Said),
        Err(_) => Err(Unanswered::Late),
    }
}

fn found<T>(answer: std::result::Result<T, Unanswered>) -> Result<Option<T>> {
    match answer {
        Err(Unanswered::Said(object_store::Error::NotFound { .. })) => Ok(None),
        answer => answer.map(Some).map_err(Into::into),
    }
}

/// Why a store did not do what it was asked.
enum Unanswered {
    Said(object_store::Error),
    Late,
}

impl From<Unanswered> for Error {
    fn from(unanswered: Unanswered) -> Self {
        let why = match unanswered {
            Unanswered::Said(error) => error.to_string(),
            Unanswered::Late => "it does not answer".to_owned(),
        };
        Self::Unavailable(format!("the store of pictures: {why}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_folder_or_an_s3() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("one");
        assert!(PictureStore::at(path.to_str().unwrap(), []).is_ok());
        assert!(path.is_dir());
        let settings =
            [("AWS_REGION", "eu-1"), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let half = PictureStore::at("s3://bucket", settings[..2].to_vec()).err().unwrap();
        assert!(half.to_string().contains("SecretAccessKey"), "{half}");
        assert!(PictureStore::at("s3://bucket/some/where", settings).is_ok());
        for wrong in
            ["", "pictures", "s3:", "s3://", "s3://b?c=d", "https://b/", "memory:///", "gs://b"]
        {
            assert!(PictureStore::at(wrong, []).is_err(), "{wrong}");
        }
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(PictureStore::folder(&file.join("below")).is_err());
    }
}
