//! Handing in: what validations and submissions have in common, be they from the interface or from the page.

use std::sync::Arc;

use assay::{Validation, Verdict};
use axum::extract::multipart::{Multipart, MultipartRejection};
use chrono::Utc;

use crate::app::Unvalidated;
use crate::budget::{Kind as Spending, Spent};
use crate::identity::{Caller, random_id};
use crate::policy::Rules;
use crate::problem::{Kind, Problem};
use crate::site::Site;
use crate::store::{Accepted, New, Stored};
use crate::time::now;
use crate::upload::Upload;

/// The form that a file comes in.
pub(crate) type Form = Result<Multipart, MultipartRejection>;

/// A submission that was taken, and whether it was before.
pub(crate) struct Taken {
    pub(crate) stored: Box<Stored>,
    pub(crate) is_new: bool,
}

/// What was found of a file.
pub(crate) struct Found {
    pub(crate) validation: Validation,
    pub(crate) name: String,
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
}

/// Validates a file of a participant, within the budget.
pub(crate) async fn validate(site: &Arc<Site>, caller: &Caller, id: &str, form: Form) -> Result<Found, Problem> {
    let rules = site.rules(id)?;
    has_room(site, caller, id, rules, Spending::Validation).await?;
    let upload = received(site, form).await?;
    let (name, sha256, bytes) = (upload.name.clone(), upload.sha256.clone(), upload.bytes);
    let (participant, competition, budgets) = (caller.participant.clone(), id.to_owned(), rules.budgets);
    let spent = site.store(move |store| store.spend_validation((&participant, &competition), bytes, &budgets, now()));
    let number = spent.await?.map_err(over_budget)?;
    let validation = match site.app.validate(id, upload).await {
        Ok(validation) => validation,
        Err(error) => {
            // Nobody pays for what was not done.
            site.store(move |store| store.refund(number)).await?;
            return Err(match error {
                Unvalidated::Busy(problem) => problem,
                Unvalidated::Failed(error) => Problem::internal(&error),
                Unvalidated::Panicked => Problem::internal(&"a validation panicked"),
            });
        }
    };
    site.app.metrics.validated(match validation.verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid => "invalid",
        Verdict::Unknown => "unknown",
    });
    Ok(Found { validation, name, sha256, bytes })
}

/// Takes a submission of a participant, within the budget. It is kept from here on, and will be graded.
pub(crate) async fn submit(
    site: &Arc<Site>,
    caller: &Caller,
    id: &str,
    key: Option<String>,
    form: Form,
) -> Result<Taken, Problem> {
    let rules = site.rules(id)?;
    if site.ending.is_asked() {
        return Err(Problem::busy("the server is about to end; try again in a while"));
    }
    // Who asks again by the same key asks for what there is.
    if key.is_none() {
        is_open(rules)?;
        has_room(site, caller, id, rules, Spending::Grading).await?;
    }
    let upload = received(site, form).await?;
    let new_id = random_id("sub").map_err(|error| Problem::internal(&error))?;
    let (participant, competition, budgets) = (caller.participant.clone(), id.to_owned(), rules.budgets);
    let (most_queued, ended) = (site.policy.queued(), rules.has_ended(Utc::now()));
    let accepted = site.store(move |store| {
        let new = New {
            id: &new_id,
            participant: &participant,
            competition: &competition,
            idempotency_key: key.as_deref(),
            budgets: &budgets,
            most_queued: if ended { 0 } else { most_queued },
            now: now(),
        };
        store.accept(&new, upload)
    });
    match accepted.await? {
        Accepted::New(stored) => {
            site.signals.wake();
            Ok(Taken { stored, is_new: true })
        }
        Accepted::Before(stored) => Ok(Taken { stored, is_new: false }),
        Accepted::KeyReused => Err(Problem::new(
            Kind::KeyReused,
            "this `Idempotency-Key` came before with another file or competition; take a new one for each submission",
        )),
        Accepted::Spent(spent) => Err(over_budget(spent)),
        Accepted::Full => {
            is_open(rules)?;
            Err(Problem {
                retry_after: Some(30),
                ..Problem::busy("as many submissions as may be wait to be graded; nothing was taken, try again")
            })
        }
    }
}

async fn received(site: &Site, form: Form) -> Result<Upload, Problem> {
    let form = form.map_err(|_| {
        Problem::new(
            Kind::BadRequest,
            "the body has to be `multipart/form-data`, with the submission as its field `file`",
        )
    })?;
    site.app.uploads.receive(form).await
}

/// A competition that has ended takes nothing more.
fn is_open(rules: &Rules) -> Result<(), Problem> {
    match rules.end.filter(|_| rules.has_ended(Utc::now())) {
        None => Ok(()),
        Some(end) => Err(Problem::new(Kind::Forbidden, format!("the competition ended at {}", end.to_rfc3339()))),
    }
}

/// Looks at the budget before a file is received for nothing.
async fn has_room(site: &Arc<Site>, caller: &Caller, id: &str, rules: &Rules, kind: Spending) -> Result<(), Problem> {
    let (participant, competition, budgets) = (caller.participant.clone(), id.to_owned(), rules.budgets);
    let uses = site.store(move |store| store.uses(&participant, &competition, now() - budgets.longest_window()));
    rules.budgets.allow(kind, 0, &uses.await?, now()).map_err(over_budget)
}

fn over_budget(Spent { what, retry_after }: Spent) -> Problem {
    let detail = match retry_after {
        Some(seconds) => format!("your budget here is {what}, and it is spent; there is more in {seconds} s"),
        None => format!("your budget here is {what}, which this goes beyond by itself"),
    };
    Problem { retry_after, ..Problem::new(Kind::BudgetSpent, detail) }
}
