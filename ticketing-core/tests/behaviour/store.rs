//! Where the files of pictures are: a place of the test's own, that can fail, and during whose work
//! something else can happen.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use parking_lot::Mutex;
use tempfile::TempDir;

use ticketing_core::Randomness;
use ticketing_core::pictures::PictureStore;

fn environment() -> impl Iterator<Item = (String, String)> {
    let text = |text: std::ffi::OsString| text.into_string().unwrap_or_default();
    std::env::vars_os().map(move |(name, value)| (text(name), text(value)))
}

type Meanwhile = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

/// Where they are instead, if it is set: an address as servers take it.
const ELSEWHERE: &str = "TICKETING_OBJECTS";

pub(crate) struct Store {
    files: Arc<dyn ObjectStore>,
    /// How many more files it takes.
    takes: AtomicU32,
    is_away: AtomicBool,
    before_put: Mutex<Option<Meanwhile>>,
    before_delete: Arc<Mutex<Option<Meanwhile>>>,
    _folder: Option<TempDir>,
}

impl Default for Store {
    fn default() -> Self {
        let (files, folder) = if let Ok(address) = std::env::var(ELSEWHERE) {
            let name: [u8; 8] = Randomness::from_system().bytes();
            let own = format!("{address}/{:016x}", u64::from_be_bytes(name));
            (PictureStore::at(&own, environment()).unwrap(), None)
        } else {
            let folder = tempfile::tempdir().unwrap();
            (PictureStore::folder(folder.path()).unwrap(), Some(folder))
        };
        Self {
            files: files.objects().clone(),
            takes: AtomicU32::new(u32::MAX),
            is_away: AtomicBool::new(false),
            before_put: Mutex::default(),
            before_delete: Arc::default(),
            _folder: folder,
        }
    }
}

impl Store {
    pub(crate) fn picture_store(self: &Arc<Self>) -> PictureStore {
        PictureStore::new(self.clone())
    }

    /// How many files are in it.
    pub(crate) async fn count(&self) -> usize {
        self.files.list(None).map(|file| file.unwrap()).count().await
    }

    /// It takes so many more files, and then none.
    pub(crate) fn takes(&self, files: u32) {
        self.takes.store(files, Ordering::SeqCst);
    }

    /// It answers nobody, or does again.
    pub(crate) fn is_away(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::SeqCst);
    }

    fn answers(&self) -> Result<()> {
        let why = || Error::Generic { store: "test", source: "away".into() };
        if self.is_away.load(Ordering::SeqCst) { Err(why()) } else { Ok(()) }
    }

    /// What happens while the next file is on its way to it.
    pub(crate) fn before_put<Ends>(&self, meanwhile: impl FnOnce() -> Ends + Send + 'static)
    where
        Ends: Future<Output = ()> + Send + 'static,
    {
        *self.before_put.lock() = Some(Box::new(|| Box::pin(meanwhile())));
    }

    /// What happens while it is on its way to remove the next file.
    pub(crate) fn before_delete<Ends>(&self, meanwhile: impl FnOnce() -> Ends + Send + 'static)
    where
        Ends: Future<Output = ()> + Send + 'static,
    {
        *self.before_delete.lock() = Some(Box::new(|| Box::pin(meanwhile())));
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Store")
    }
}

impl fmt::Display for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a place of a test")
    }
}

#[async_trait]
impl ObjectStore for Store {
    async fn put_opts(&self, at: &Path, bytes: PutPayload, how: PutOptions) -> Result<PutResult> {
        let meanwhile = self.before_put.lock().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile().await;
        }
        self.answers()?;
        let left = |left: u32| left.checked_sub(1);
        if self.takes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_err() {
            return Err(Error::Generic { store: "test", source: "full".into() });
        }
        self.files.put_opts(at, bytes, how).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.files.put_multipart_opts(at, how).await
    }

    async fn get_opts(&self, at: &Path, how: GetOptions) -> Result<GetResult> {
        self.answers()?;
        self.files.get_opts(at, how).await
    }

    fn delete_stream(
        &self,
        those: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let before = self.before_delete.clone();
        let those = those.then(move |path| {
            let meanwhile = before.lock().take();
            async move {
                if let Some(meanwhile) = meanwhile {
                    meanwhile().await;
                }
                path
            }
        });
        self.files.delete_stream(those.boxed())
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.files.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Result<()> {
        self.files.copy_opts(from, to, how).await
    }
}
