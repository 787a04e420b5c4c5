//! Who the user is to Kaggle: where its own tools look, in their order.

use std::env;
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::error::DownloadError;

/// The largest file of credentials, in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// The variables that name a user and a key, and one that has the newer token, or names the file that it is in.
const USER: &str = "KAGGLE_USERNAME";
const KEY: &str = "KAGGLE_KEY";
const TOKEN: &str = "KAGGLE_API_TOKEN";
const FOLDER: &str = "KAGGLE_CONFIG_DIR";

/// The files of Kaggle's folder: of the newer token, and of the older pair.
const TOKEN_FILES: [&str; 2] = ["access_token", "access_token.txt"];
const PAIR_FILE: &str = "kaggle.json";

/// Who the user is. There is no way to print it.
pub struct Credentials {
    /// The value of the header that shows it.
    authorization: String,
    /// Where it is from.
    from: String,
    /// What the user should know of that place.
    note: Option<String>,
}

impl Credentials {
    /// The user's; none if there are none.
    ///
    /// # Errors
    ///
    /// If there are some that cannot be used.
    pub fn find() -> Result<Option<Self>, DownloadError> {
        if let Some(token) = variable(TOKEN) {
            return match Path::new(&token) {
                file if file.is_absolute() && file.is_file() => Credentials::of_token_file(file).map(Some),
                _ => Credentials::bearer(&token, TOKEN.into()).map(Some),
            };
        }
        match (variable(USER), variable(KEY)) {
            (Some(user), Some(key)) => {
                return Credentials::basic(&user, &key, format!("{USER} and {KEY}")).map(Some);
            }
            (None, None) => {}
            // The other half may be in the file, as Kaggle's tools have it; a guess would hide the mistake.
            _ => return Err(DownloadError::Credentials(format!("set {USER} and {KEY} both, or none of them"))),
        }
        for folder in folders() {
            for name in TOKEN_FILES {
                let file = folder.join(name);
                if file.is_file() {
                    return Credentials::of_token_file(&file).map(Some);
                }
            }
            let file = folder.join(PAIR_FILE);
            if file.is_file() {
                return Credentials::of_pair_file(&file).map(Some);
            }
        }
        Ok(None)
    }

    pub(crate) fn authorization(&self) -> &str {
        &self.authorization
    }

    /// Where they are from.
    #[must_use]
    pub fn from(&self) -> &str {
        &self.from
    }

    /// What the user should know of the place that they are from.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    fn of_token_file(file: &Path) -> Result<Self, DownloadError> {
        let (text, note) = read(file)?;
        let credentials = Credentials::bearer(text.trim(), file.display().to_string())?;
        Ok(Credentials { note, ..credentials })
    }

    fn of_pair_file(file: &Path) -> Result<Self, DownloadError> {
        #[derive(Deserialize)]
        struct Pair {
            username: String,
            key: String,
        }
        let (text, note) = read(file)?;
        // What is wrong with it is not told in the parser's words, which may quote it.
        let pair: Pair = serde_json::from_str(&text).map_err(|_| {
            let file = file.display();
            DownloadError::Credentials(format!(
                "{file} is not of the form {{\"username\": \"…\", \"key\": \"…\"}}: make a new one at https://www.kaggle.com/settings"
            ))
        })?;
        let credentials = Credentials::basic(&pair.username, &pair.key, file.display().to_string())?;
        Ok(Credentials { note, ..credentials })
    }

    fn bearer(token: &str, from: String) -> Result<Self, DownloadError> {
        plain(&[token], &from)?;
        Ok(Credentials { authorization: format!("Bearer {token}"), from, note: None })
    }

    fn basic(user: &str, key: &str, from: String) -> Result<Self, DownloadError> {
        plain(&[user, key], &from)?;
        Ok(Credentials {
            authorization: format!("Basic {}", STANDARD.encode(format!("{user}:{key}"))),
            from,
            note: None,
        })
    }
}

/// They are never printed.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("from", &self.from).finish_non_exhaustive()
    }
}

/// What goes into a header has no line ends and no blanks.
fn plain(texts: &[&str], from: &str) -> Result<(), DownloadError> {
    let is_plain = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if texts.iter().all(is_plain) {
        return Ok(());
    }
    Err(DownloadError::Credentials(format!(
        "{from}: empty, or with blanks or line ends in it, which no credentials have"
    )))
}

/// Where Kaggle's tools keep them.
fn folders() -> Vec<PathBuf> {
    if let Some(folder) = env::var_os(FOLDER).filter(|folder| !folder.is_empty()) {
        return vec![folder.into()];
    }
    let home = env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let config = env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let config = config.or_else(|| home.as_ref().map(|home| home.join(".config")));
    [home.map(|home| home.join(".kaggle")), config.map(|config| config.join("kaggle"))].into_iter().flatten().collect()
}

fn read(file: &Path) -> Result<(String, Option<String>), DownloadError> {
    let wrong = |what: String| DownloadError::Credentials(format!("{}: {what}", file.display()));
    let metadata = fs::metadata(file).map_err(|error| wrong(error.to_string()))?;
    if metadata.len() > MAX_BYTES {
        return Err(wrong("it is too large for credentials".into()));
    }
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let others = metadata.mode() & 0o077 != 0;
    Ok((text, others.then(|| format!("{} can be read by others: `chmod 600` it", file.display()))))
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// What to do where there are none, or wrong ones.
pub(crate) fn remedy() -> String {
    format!(
        "make a token at https://www.kaggle.com/settings and set {TOKEN}, or {USER} and {KEY}, or keep it as ~/.kaggle/{} or \
         ~/.kaggle/{PAIR_FILE}; or name a download that you have by --from",
        TOKEN_FILES[0]
    )
}
