//! `assay serve`: a grading server.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use assay::{Competitions, Units};
use assay_confine::Access;
use assay_server::{
    Address, Certificate, Hosting, Incoming, Keys, Limits, Listening, Policy, Server, ServerError, Store,
};
use assay_tables::read::{self, OpenFile};
use assay_types::competition::Competition;
use clap::Args;

use super::global::{Compiled, DataArguments, GlobalArguments, Needs, graders_of, may_read};
use super::leaderboards::LeaderboardArguments;
use super::lock::Against;
use super::quantities::bytes;
use super::{Ended, Failure};

/// Where it listens if nothing else is said: at the port of the reference's checker.
const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5000);

/// The largest policy that is read, in bytes.
const POLICY_BYTES: u64 = 1 << 20;

/// Serve validations and gradings over HTTP, from a machine that holds what agents must not see.
///
/// With --competition, `POST /validate` and `GET /health` are the checker of the reference, from key files alone. With --store, there is
/// an interface with participants, budgets and submissions under `/v1`, described by `/openapi.json`, and a page at `/`. SIGTERM ends it
/// once what is under way is finished.
#[derive(Args)]
pub(super) struct Arguments {
    /// An address to listen on, such as 127.0.0.1:5000 [default: that one, unless there is a --unix].
    #[arg(long, value_name = "IP:PORT")]
    listen: Vec<SocketAddr>,
    /// A Unix socket to listen on, which can be mounted into a container that has no network.
    #[arg(long, value_name = "PATH")]
    unix: Vec<PathBuf>,
    /// Who may connect to it, as `chmod` has it.
    #[arg(long, value_name = "MODE", default_value = "660", value_parser = mode)]
    unix_mode: u32,
    /// A chain of certificates, as PEM: TCP is then TLS.
    #[arg(long, value_name = "FILE", requires = "private_key")]
    certificate: Option<PathBuf>,
    /// Its private key, as PEM.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    private_key: Option<PathBuf>,
    /// Listen without a certificate where other machines can reach it: something else protects the way, or nothing is secret.
    #[arg(long)]
    insecure_listen: bool,
    /// The competition of the reference's checker.
    #[arg(long, value_name = "ID", env = "COMPETITION_ID")]
    competition: Option<String>,
    /// The keys that submissions must have, as `assay keys` writes them: a file, or a folder of ID.keys.jsonl. With them, no answers are
    /// opened to validate [default with --store: those of the answers].
    #[arg(long, value_name = "PATH")]
    keys: Option<PathBuf>,
    /// The folder in which tokens, submissions and what came of them are kept, and the log of uses unless --use-log names another.
    #[arg(long, value_name = "DIR", env = "ASSAY_STORE")]
    store: Option<PathBuf>,
    /// Which competitions there are, and what participants may see and use, as TOML [default: that of --competition, of which they see
    /// whether a submission is valid].
    #[arg(long, value_name = "FILE", requires = "store")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    leaderboards: LeaderboardArguments,
    #[command(flatten)]
    lock: Against,
    /// The largest file that is taken, such as 100M [default: 256M].
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    max_upload: Option<u64>,
    /// How many connections are open at once; beyond that, the one that has been idle for longest is closed [default: 2048].
    #[arg(long, value_name = "COUNT", value_parser = count)]
    max_connections: Option<usize>,
    /// How many submissions are validated, and how many are graded, at once [default: one for each processor].
    #[arg(long, value_name = "COUNT", value_parser = count)]
    workers: Option<usize>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let server = match &arguments.store {
        Some(folder) => arguments.hosted(folder, global)?,
        None => arguments.checker(global)?,
    };
    let failed = |error: ServerError| match error.is_host_fault() {
        true => Failure::program(error),
        false => Failure::call(error),
    };
    server.run().map_err(failed)?;
    Ok(Ended::Fine)
}

impl Arguments {
    /// The checker alone, for which there are no answers.
    fn checker(&self, global: &GlobalArguments) -> Result<Server, Failure> {
        let competitions = global.competitions()?;
        let Some(id) = &self.competition else {
            let message = "name the competition by --competition or COMPETITION_ID, or a folder to keep submissions in by --store";
            return Err(Failure::Call(anyhow!(message)));
        };
        let competition = competitions.get(id).map_err(Failure::call)?;
        let mut keys = Keys::default();
        match &self.keys {
            Some(place) => keys.add(place, &competition).context("--keys").map_err(Failure::Call)?,
            None => {
                let message = format!("name the keys of {id} by --keys: `assay keys {id} --output FILE` makes them");
                return Err(Failure::Call(anyhow!(message)));
            }
        }
        let (listening, incoming) = (self.listening()?, Incoming::temporary().map_err(Failure::program)?);
        let mut access = serving(&listening);
        access.write_below(incoming.folder());
        // The folder itself goes in the end.
        access.remove_folders_below(incoming.folder().parent().unwrap_or(incoming.folder()));
        let graders = Compiled::Ahead(graders_of(&competitions, [id.as_str()]));
        let needs = Needs { competitions, graders, access, uses_answers: false };
        let service = global.service(needs, |builder| builder)?;
        let (checked, limits) = (self.competition.clone(), self.limits());
        Ok(Server { service, keys, checked, hosting: None, listening, incoming, limits })
    }

    /// A server that keeps submissions in this folder, and grades them.
    fn hosted(&self, folder: &Path, global: &GlobalArguments) -> Result<Server, Failure> {
        let mut competitions = global.competitions()?;
        let policy = self.policy()?;
        let data = self.data.open()?;
        self.leaderboards.used_by(&mut competitions, policy.competitions(), &data)?;
        let offered = offered(&competitions, &policy)?;
        let mut keys = Keys::default();
        for competition in &offered {
            match &self.keys {
                Some(place) => keys.add(place, competition).context("--keys").map_err(Failure::Call)?,
                None => {
                    let expected = data.expected(competition, &read::Limits::default()).map_err(Failure::call)?;
                    keys.insert(competition.id.clone(), expected);
                }
            }
        }
        // Before the log is opened, which lies in it.
        let store = Store::open(folder).map_err(Failure::call)?;
        let (listening, incoming) = (self.listening()?, Incoming::kept(store.incoming()).map_err(Failure::program)?);
        let mut access = serving(&listening);
        access.keep_below(folder);
        for competition in &offered {
            // Answers may be prepared anew while the server runs, and are often links to elsewhere.
            let answers = data.answers_file(competition);
            access.read_below(&data.folder().join(&competition.id));
            access.read_below(answers.parent().unwrap_or(data.folder()));
            may_read(&mut access, OpenFile::open(&answers));
            may_read(&mut access, OpenFile::open(&data.manifest_file(competition)));
        }
        let use_log = global.use_log().map_or_else(|| Store::use_log(folder), Path::to_owned);
        let graders = Compiled::Ahead(graders_of(&competitions, policy.competitions()));
        let lock = self.lock.lock()?;
        let needs = Needs { competitions, graders, access, uses_answers: true };
        let service = global.recording(needs, Some(&use_log), |builder| builder.answers(data).lock(lock))?;
        let (checked, limits) = (self.competition.clone(), self.limits());
        let hosting = Some(Hosting { store, policy, use_log, graders: limits.validations });
        Ok(Server { service, keys, checked, hosting, listening, incoming, limits })
    }

    /// Where it listens, from now on.
    fn listening(&self) -> Result<Listening, Failure> {
        Listening::open(&self.addresses(), self.certificate().as_ref(), self.insecure_listen).map_err(Failure::call)
    }

    fn policy(&self) -> Result<Policy, Failure> {
        let also = self.competition.as_deref();
        let Some(path) = &self.policy else {
            return Policy::parse("", "the default policy", also).map_err(Failure::call);
        };
        let named = || format!("--policy {}", path.display());
        let limits = read::Limits { bytes: POLICY_BYTES, ..read::Limits::default() };
        let text = read::load(path, &limits).with_context(named).map_err(Failure::Call)?;
        let text = String::from_utf8(text).context("it is not UTF-8").with_context(named).map_err(Failure::Call)?;
        Policy::parse(&text, &path.display().to_string(), also).map_err(Failure::call)
    }

    fn limits(&self) -> Limits {
        let defaults = Limits::default();
        Limits {
            upload_bytes: self.max_upload.unwrap_or(defaults.upload_bytes),
            connections: self.max_connections.unwrap_or(defaults.connections),
            validations: self.workers.unwrap_or(defaults.validations),
            ..defaults
        }
    }

    fn addresses(&self) -> Vec<Address> {
        let tcp = self.listen.iter().copied();
        let default = (self.listen.is_empty() && self.unix.is_empty()).then_some(DEFAULT_ADDRESS);
        let unix = self.unix.iter().map(|path| Address::Unix { path: path.clone(), mode: self.unix_mode });
        tcp.chain(default).map(Address::Tcp).chain(unix).collect()
    }

    fn certificate(&self) -> Option<Certificate> {
        let (chain, key) = (self.certificate.clone()?, self.private_key.clone()?);
        Some(Certificate { chain, key })
    }
}

/// What every server keeps: it takes connections, and removes its sockets in the end.
fn serving(listening: &Listening) -> Access {
    let mut access = Access::none();
    access.accept();
    for folder in listening.folders() {
        access.remove_files_below(folder);
    }
    access
}

/// The competitions of a policy, whose rules can be kept.
fn offered(competitions: &Competitions, policy: &Policy) -> Result<Vec<Arc<Competition>>, Failure> {
    let mut offered = Vec::new();
    for id in policy.competitions() {
        let competition = competitions.get(id).map_err(Failure::call)?;
        if policy.wants_part(id) {
            let unfit =
                || format!("competitions.{id}: show = \"public-part\" cannot be kept; say `score` or `validity`");
            Units::are_rows(&competition).with_context(unfit).map_err(Failure::Call)?;
        }
        offered.push(competition);
    }
    Ok(offered)
}

/// Permissions, as digits to the base of 8.
fn mode(text: &str) -> Result<u32, String> {
    let mode = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777);
    mode.ok_or_else(|| "three digits from 0 to 7 are expected, such as 660".into())
}

/// A number of things, of which there is one at least.
fn count(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| (1..=1 << 20).contains(count));
    count.ok_or_else(|| "a whole number from 1 on is expected".into())
}
