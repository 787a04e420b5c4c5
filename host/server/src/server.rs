//! The server as a whole: what it is made of, and how it runs and ends.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use assay::{Assay, CompetitionsError};
use thiserror::Error;
use tokio::runtime;
use tokio::task::JoinSet;

use crate::app::App;
use crate::connection::{Connections, accept};
use crate::keys::Keys;
use crate::limits::Limits;
use crate::listen::Listening;
use crate::messages::say;
use crate::policy::Policy;
use crate::queue::{Grader, Signals};
use crate::router::router;
use crate::shutdown::{self, Ending};
use crate::site::Site;
use crate::store::{Store, StoreError};
use crate::time::now;
use crate::upload::{Incoming, Uploads};

/// How often what is past its time is removed.
const SWEEP: Duration = Duration::from_secs(10 * 60);

/// A server to be run.
pub struct Server {
    /// What validates and grades.
    pub service: Assay,
    /// The rows that submissions must have.
    pub keys: Keys,
    /// The competition that the reference's checker is for; none: there is no checker.
    pub checked: Option<String>,
    /// The store and the rules of the server's own interface; none: there is only the checker.
    pub hosting: Option<Hosting>,
    /// Where it listens.
    pub listening: Listening,
    /// Where files are received.
    pub incoming: Incoming,
    /// What clients may take.
    pub limits: Limits,
}

/// What the server's own interface rests on.
pub struct Hosting {
    /// Where submissions are kept.
    pub store: Store,
    /// What participants may see and use.
    pub policy: Policy,
    /// The log of uses that the service writes.
    pub use_log: PathBuf,
    /// How many submissions are graded at once.
    pub graders: usize,
}

/// Why it does not run.
#[derive(Debug, Error)]
pub enum ServerError {
    /// A competition is unknown, or its file is wrong.
    #[error(transparent)]
    Competition(#[from] CompetitionsError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system lacks something.
    #[error("the server cannot be started: {0}")]
    System(#[from] io::Error),
}

impl ServerError {
    /// True if the system is at fault, and not the call.
    #[must_use]
    pub fn is_host_fault(&self) -> bool {
        matches!(self, ServerError::System(_) | ServerError::Store(_))
    }
}

impl Server {
    /// Serves until a signal asks it to end, and what is under way is finished.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub fn run(self) -> Result<(), ServerError> {
        let Server { service, keys, checked, hosting, listening, incoming, limits } = self;
        let offered = hosting.iter().flat_map(|hosting| hosting.policy.competitions());
        for id in checked.as_deref().into_iter().chain(offered) {
            service.competitions().get(id)?;
        }
        raise_descriptors();
        let uploads = Uploads::new(incoming, &limits);
        let app = Arc::new(App::new(service, keys, uploads, checked, listening.is_encrypted(), &limits));
        // Whatever computes is let in by a gate, so that no more threads are needed than these and a few to look things up.
        let runtime = runtime::Builder::new_multi_thread()
            .enable_all()
            .max_blocking_threads(limits.validations + 32)
            .thread_name("assay-serve")
            .build()?;
        let served = runtime.block_on(async {
            let ending = shutdown::awaited()?;
            let listeners = listening.into_listeners()?;
            let connections = Connections::new(limits.connections);
            let (limits, mut graders) = (Arc::new(limits), Vec::new());
            let site = match hosting {
                None => None,
                Some(hosting) => {
                    let count = hosting.graders;
                    let site = Arc::new(hosting.site(&app, &connections, ending.clone())?);
                    for number in 0..count.max(1) {
                        graders.push(grader(Arc::clone(&site), number)?);
                    }
                    Some(site)
                }
            };
            let router = router(&app, site.clone());
            let mut tasks = JoinSet::new();
            for (listener, at) in listeners {
                say(&format!("listening on {at}"));
                let (router, limits, connections) = (router.clone(), Arc::clone(&limits), Arc::clone(&connections));
                tasks.spawn(accept(listener, router, limits, connections, ending.clone()));
            }
            if let Some(site) = &site {
                tokio::spawn(sweep(Arc::clone(site)));
            }
            while tasks.join_next().await.is_some() {}
            if let Some(site) = site {
                site.signals.end();
                finish(&site, graders, limits.grace).await;
            }
            Ok(())
        });
        runtime.shutdown_background();
        if served.is_ok() {
            say("ended");
        }
        served
    }
}

impl Hosting {
    /// What handlers share, with what a server that is no more left behind taken over.
    fn site(self, app: &Arc<App>, connections: &Arc<Connections>, ending: Ending) -> Result<Site, StoreError> {
        let Hosting { store, policy, use_log, .. } = self;
        let given_up = store.recover(now())?;
        if given_up > 0 {
            say(&format!(
                "warning: {given_up} submissions were not graded: the server ended each time while they were"
            ));
        }
        if !store.has_tokens()? {
            say("note: there are no tokens, so nobody can call /v1; `assay token create` makes one");
        }
        let (app, connections, signals) = (Arc::clone(app), Arc::clone(connections), Signals::default());
        Ok(Site { app, store, policy, signals, connections, use_log, ending })
    }
}

/// A thread that grades.
fn grader(site: Arc<Site>, number: usize) -> io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name(format!("assay-grade-{number}")).spawn(move || {
        let Site { app, store, policy, signals, .. } = &*site;
        Grader { service: &app.service, store, policy, metrics: &app.metrics, signals }.work();
    })
}

/// Waits for gradings that are under way, but not for ever: what is not done in time is put back, for the next server.
async fn finish(site: &Arc<Site>, graders: Vec<thread::JoinHandle<()>>, grace: Duration) {
    let joined = tokio::task::spawn_blocking(move || graders.into_iter().for_each(|thread| drop(thread.join())));
    tokio::pin!(joined);
    if tokio::time::timeout(grace, &mut joined).await.is_err() {
        site.signals.cancel();
        let _ = tokio::time::timeout(grace, joined).await;
    }
}

/// Removes what is past its time, now and then.
async fn sweep(site: Arc<Site>) {
    loop {
        let (retention, window) = (site.policy.retention(), site.policy.longest_window());
        // What fails here is said, and tried again the next time.
        let _ = site.store(move |store| store.sweep(retention, window, now())).await;
        tokio::time::sleep(SWEEP).await;
    }
}

/// A connection takes a descriptor, and the system gives more than it begins with to who asks.
fn raise_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // With fewer, connections wait until others end.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}
