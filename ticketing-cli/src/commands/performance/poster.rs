//! `ticketing performance poster`

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use ticketing_client::posters;
use uuid::Uuid;

use crate::output::{self, Format};

/// Pictures larger than this are refused by the server anyway.
const PICTURE_MAX_BYTES: u64 = 5 * 1024 * 1024;

#[derive(Debug, Args)]
pub(crate) struct Poster {
    /// The performance's id.
    id: Uuid,
    /// A JPEG, PNG or WebP file of at most 5 MB.
    #[arg(required_unless_present = "remove", conflicts_with = "remove")]
    file: Option<PathBuf>,
    /// Take the picture away.
    #[arg(long)]
    remove: bool,
}

pub(super) async fn run(poster: Poster, servers: &[String], format: Format) -> anyhow::Result<()> {
    let picture = poster.file.as_deref().map(read).transpose()?;
    let signed_in = ticketing_profile::open(servers).await?;
    let Some(picture) = picture else {
        return signed_in.send(&posters::remove(&signed_in.token, poster.id)).await;
    };
    let shown = signed_in.send(&posters::set(&signed_in.token, poster.id, picture)).await?;
    output::print(format, &shown, || {
        let at = |path: &str| format!("{}{path}", signed_in.client.server());
        output::properties([
            ("small", at(&shown.small)),
            ("medium", at(&shown.medium)),
            ("large", at(&shown.large)),
        ])
    })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let context = || format!("cannot read the picture {}", path.display());
    let bytes = std::fs::metadata(path).with_context(context)?.len();
    anyhow::ensure!(bytes <= PICTURE_MAX_BYTES, "{} has more than 5 MB", path.display());
    std::fs::read(path).with_context(context)
}
