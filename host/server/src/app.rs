//! What all handlers share.

use std::path::PathBuf;
use std::sync::Arc;

use assay::{Assay, Cancel, Context, Submission, ValidateError, Validation};

use crate::gate::Gate;
use crate::keys::Keys;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::upload::{Upload, Uploads};

/// What all handlers share.
pub(crate) struct App {
    pub(crate) service: Assay,
    pub(crate) keys: Keys,
    pub(crate) uploads: Uploads,
    pub(crate) metrics: Metrics,
    validating: Gate,
    /// The competition that the reference's checker is for.
    pub(crate) checked: Option<String>,
    /// Whether what is sent to clients by TCP is encrypted.
    pub(crate) is_encrypted: bool,
}

/// Why nothing is known of a submission.
pub(crate) enum Unvalidated {
    /// There was no place.
    Busy(Problem),
    /// It could not be looked at.
    Failed(ValidateError),
    /// Looking at it failed in a way that nobody foresaw.
    Panicked,
}

/// Stops what nobody waits for any more.
struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl App {
    pub(crate) fn new(
        service: Assay,
        keys: Keys,
        uploads: Uploads,
        checked: Option<String>,
        is_encrypted: bool,
        limits: &Limits,
    ) -> Self {
        let validating = Gate::new(limits.validations, limits.waiting, limits.wait);
        App { service, keys, uploads, metrics: Metrics::default(), validating, checked, is_encrypted }
    }

    /// Is a submission valid? It is held against key files; the answers are not looked at.
    pub(crate) async fn validate(self: &Arc<Self>, id: &str, upload: Upload) -> Result<Validation, Unvalidated> {
        let Ok(place) = self.validating.enter().await else {
            return Err(Unvalidated::Busy(Problem::busy(
                "as many submissions as may be are being validated; try again",
            )));
        };
        let cancel = Cancel::default();
        let _stop = CancelOnDrop(cancel.clone());
        let (app, id) = (Arc::clone(self), id.to_owned());
        let validated = tokio::task::spawn_blocking(move || {
            let _place = place;
            let context = Context { cancel, name: Some(&upload.name), ..Context::default() };
            let path: PathBuf = upload.path.to_path_buf();
            let expected = app.keys.of(&id);
            app.service.validate(&id, Submission::Path(&path), expected.as_deref(), &context)
        });
        match validated.await {
            Ok(validated) => validated.map_err(Unvalidated::Failed),
            Err(_) => Err(Unvalidated::Panicked),
        }
    }
}
