//! Settings come from the environment or a file, never from arguments where they are secret.

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use ticketing_core::SigningKey;
use ticketing_core::payments::{Channel, Storefront, WebhookSecrets};

/// Every setting of the product's programs. A program ignores those of another one, and refuses a
/// `TICKETING_` name that is not here: a misspelt setting must not be a silent default.
pub const NAMES: [&str; 26] = [
    "TICKETING_POSTGRES",
    "TICKETING_REDIS",
    "TICKETING_KAFKA",
    "TICKETING_KAFKA_PARTITIONS",
    "TICKETING_KAFKA_REPLICATION",
    "TICKETING_NAMESPACE",
    "TICKETING_OBJECTS",
    "TICKETING_SIGNING_KEY",
    "TICKETING_SIGNING_KEYS_OLD",
    "TICKETING_ADMIN_EMAIL",
    "TICKETING_ADMIN_PASSWORD",
    "TICKETING_GATEWAY",
    "TICKETING_GATEWAY_SECRET",
    "TICKETING_GATEWAY_PUBLIC_URL",
    "TICKETING_GATEWAY_CHANNEL",
    "TICKETING_GATEWAY_STORE_ID",
    "TICKETING_GATEWAY_CHANNEL_KEY",
    "TICKETING_GATEWAY_WEBHOOK_SECRETS",
    "TICKETING_PUBLIC_URL",
    "TICKETING_SERVER",
    "TICKETING_SERVERS",
    "TICKETING_EMAIL",
    "TICKETING_PASSWORD",
    "TICKETING_LOG",
    "TICKETING_CONFIG_HOME",
    "TICKETING_TOKEN",
];

/// Why a program does not start.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A name on nobody's list.
    #[error("unknown setting {0}; the product's settings are {list}", list = NAMES.join(", "))]
    Unknown(String),
    /// A value that cannot be used.
    #[error("{name}: {why}")]
    Unusable {
        /// The setting.
        name: &'static str,
        /// What would be right.
        why: String,
    },
    /// The file named by `--config`.
    #[error("the settings file {path}: {why}")]
    File {
        /// Its path.
        path: String,
        /// What is wrong with it.
        why: String,
    },
}

/// What a server is told.
#[derive(Debug, Default)]
pub struct Settings {
    values: BTreeMap<&'static str, SecretString>,
}

/// The services' addresses: all of them, or the server is embedded.
#[derive(Debug)]
pub struct ServiceAddresses {
    /// `postgres://..`.
    pub postgres: SecretString,
    /// `redis://..`.
    pub redis: SecretString,
    /// `host:port,host:port`.
    pub kafka: String,
}

impl Settings {
    /// From the environment, and from a file where it names them; the environment wins.
    pub fn read(config: Option<&Path>) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        if let Some(path) = config {
            settings.read_file(path)?;
        }
        for (name, value) in environment().filter(|(name, _)| name.starts_with("TICKETING_")) {
            settings.set(&name, value)?;
        }
        Ok(settings)
    }

    /// A setting that was given.
    pub fn get(&self, name: &'static str) -> Option<&SecretString> {
        self.values.get(name)
    }

    /// A setting that is no secret.
    pub fn text(&self, name: &'static str) -> Option<&str> {
        Some(self.get(name)?.expose_secret())
    }

    /// All three service addresses, or none.
    pub fn services(&self) -> Result<Option<ServiceAddresses>, SettingsError> {
        let all = ["TICKETING_POSTGRES", "TICKETING_REDIS", "TICKETING_KAFKA"];
        let missing: Vec<&str> =
            all.into_iter().filter(|name| !self.values.contains_key(name)).collect();
        if missing.len() == all.len() {
            return Ok(None);
        }
        if let Some(name) = all.into_iter().find(|name| missing.contains(name)) {
            let why = "PostgreSQL, Redis and Kafka are set all three or none".into();
            return Err(SettingsError::Unusable { name, why });
        }
        Ok(Some(ServiceAddresses {
            postgres: self.values["TICKETING_POSTGRES"].clone(),
            redis: self.values["TICKETING_REDIS"].clone(),
            kafka: self.values["TICKETING_KAFKA"].expose_secret().to_owned(),
        }))
    }

    /// How many partitions a topic of events has, where it is made and this is set.
    pub fn kafka_partitions(&self, most: u16) -> Result<Option<u16>, SettingsError> {
        self.count("TICKETING_KAFKA_PARTITIONS", most)
    }

    /// On how many brokers each event is, where its topic is made and this is set.
    pub fn kafka_replication(&self, most: u16) -> Result<Option<u16>, SettingsError> {
        self.count("TICKETING_KAFKA_REPLICATION", most)
    }

    fn count(&self, name: &'static str, most: u16) -> Result<Option<u16>, SettingsError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let count = text.parse().ok().filter(|count| (1..=most).contains(count));
        let unusable = || SettingsError::Unusable { name, why: format!("from 1 to {most}") };
        count.map(Some).ok_or_else(unusable)
    }

    /// The signing key, if one is set, with the older ones whose tokens and tickets stay good.
    pub fn signing_key(&self) -> Result<Option<SigningKey>, SettingsError> {
        let older = self.older_keys()?;
        let name = "TICKETING_SIGNING_KEY";
        match self.get(name) {
            Some(text) => Ok(Some(key(name, text.expose_secret())?.accepting(older))),
            None if older.is_empty() => Ok(None),
            None => {
                let why = "is needed where TICKETING_SIGNING_KEYS_OLD is set".into();
                Err(SettingsError::Unusable { name, why })
            }
        }
    }

    /// Separated by commas.
    fn older_keys(&self) -> Result<Vec<SigningKey>, SettingsError> {
        let name = "TICKETING_SIGNING_KEYS_OLD";
        let Some(text) = self.get(name) else { return Ok(Vec::new()) };
        text.expose_secret().split(',').map(|text| key(name, text)).collect()
    }

    /// Which of the provider's channels counts: `live`, which is the default, or `test`.
    pub fn channel(&self) -> Result<Channel, SettingsError> {
        let name = "TICKETING_GATEWAY_CHANNEL";
        match self.text(name) {
            None | Some("live") => Ok(Channel::Live),
            Some("test") => Ok(Channel::Test),
            Some(_) => Err(SettingsError::Unusable { name, why: "live or test".into() }),
        }
    }

    /// What opens `PortOne`'s window in a buyer's browser, where it does.
    pub fn storefront(&self) -> Result<Option<Storefront>, SettingsError> {
        let (store_id, channel_key) =
            ("TICKETING_GATEWAY_STORE_ID", "TICKETING_GATEWAY_CHANNEL_KEY");
        let why = "the store id and the channel key are set both or neither";
        match (self.text(store_id), self.text(channel_key)) {
            (None, None) => Ok(None),
            (Some(store_id), Some(channel_key)) => Ok(Some(Storefront {
                store_id: store_id.to_owned(),
                channel_key: channel_key.to_owned(),
            })),
            (None, Some(_)) => Err(SettingsError::Unusable { name: store_id, why: why.into() }),
            (Some(_), None) => Err(SettingsError::Unusable { name: channel_key, why: why.into() }),
        }
    }

    /// Under which address people reach the server, if that is not where it listens.
    pub fn public_url(&self) -> Result<Option<&str>, SettingsError> {
        self.address("TICKETING_PUBLIC_URL")
    }

    /// Where the payment provider is.
    pub fn gateway(&self) -> Result<Option<&str>, SettingsError> {
        self.address("TICKETING_GATEWAY")
    }

    /// Where buyers' browsers find the sandbox gateway, if not where the server does.
    pub fn gateway_public_url(&self) -> Result<Option<&str>, SettingsError> {
        self.address("TICKETING_GATEWAY_PUBLIC_URL")
    }

    fn address(&self, name: &'static str) -> Result<Option<&str>, SettingsError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let is_http = ["http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
        let is_plain = !text.contains(['?', '#', ' ']);
        if is_http && is_plain {
            return Ok(Some(text));
        }
        let why = "must be an http:// or https:// address".into();
        Err(SettingsError::Unusable { name, why })
    }

    /// What the payment provider signs its webhooks with: one secret, or two while one is replaced.
    pub fn webhook_secrets(&self) -> Result<Option<WebhookSecrets>, SettingsError> {
        let name = "TICKETING_GATEWAY_WEBHOOK_SECRETS";
        let Some(text) = self.get(name) else { return Ok(None) };
        let secrets: Vec<SecretString> =
            text.expose_secret().split(',').map(|secret| secret.trim().into()).collect();
        let why = "one or two secrets in base64, separated by a comma";
        let secrets = WebhookSecrets::new(&secrets);
        secrets.map(Some).map_err(|_| SettingsError::Unusable { name, why: why.into() })
    }

    /// A setting that this way of running cannot do without.
    pub fn require(&self, name: &'static str, why: &str) -> Result<&SecretString, SettingsError> {
        self.get(name).ok_or_else(|| SettingsError::Unusable { name, why: why.into() })
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), SettingsError> {
        let known = NAMES.into_iter().find(|known| *known == name);
        let name = known.ok_or_else(|| SettingsError::Unknown(name.to_owned()))?;
        if value.is_empty() {
            return Err(SettingsError::Unusable { name, why: "is set and empty".into() });
        }
        self.values.insert(name, value.into());
        Ok(())
    }

    fn read_file(&mut self, path: &Path) -> Result<(), SettingsError> {
        let file_error =
            |why: String| SettingsError::File { path: path.display().to_string(), why };
        let text = std::fs::read_to_string(path).map_err(|error| file_error(error.to_string()))?;
        let table: BTreeMap<String, String> =
            toml::from_str(&text).map_err(|error| file_error(error.message().to_owned()))?;
        for (name, value) in table {
            self.set(&format!("TICKETING_{}", name.to_uppercase()), value)?;
        }
        Ok(())
    }
}

/// What can be read of it as text.
pub(crate) fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| {
        Some((name.into_string().ok()?, value.into_string().unwrap_or_default()))
    })
}

fn key(name: &'static str, text: &str) -> Result<SigningKey, SettingsError> {
    let why = "must be 32 bytes in base64, such as openssl rand -base64 32 prints";
    SigningKey::from_base64(text)
        .ok_or_else(|| SettingsError::Unusable { name, why: why.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_topics_are_made_like_has_bounds() {
        let with = |text: &str| {
            let mut settings = Settings::default();
            settings.set("TICKETING_KAFKA_PARTITIONS", text.into()).unwrap();
            settings.kafka_partitions(64)
        };
        assert_eq!(Settings::default().kafka_partitions(64).unwrap(), None);
        assert_eq!(with("64").unwrap(), Some(64));
        for wrong in ["0", "65", "-1", "four", "4.0", " 4"] {
            let refused = with(wrong).unwrap_err().to_string();
            assert_eq!(refused, "TICKETING_KAFKA_PARTITIONS: from 1 to 64");
        }
    }
}
