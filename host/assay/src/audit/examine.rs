//! Takes what an audit is of to where its component is, and takes that apart.

use std::path::Path;
use std::sync::Arc;

use assay_evidence::lock::{Lock, Locked};
use assay_sandbox::{Grader, HostFault, LoadError, Trust};
use assay_tables::read;
use assay_types::competition::{Competition, GraderSource, Setting, source::Language};
use assay_types::excerpt::excerpt;
use assay_types::receipt::Digests;
use assay_types::sha256;

use super::{
    Audit, AuditError, CompetitionAudit, GraderAudit, Listing, SourceAudit, Subject, Use, path, rebuild, remedy, shown,
};
use crate::catalog::Source;
use crate::check::{Answered, Case, Checking, answers};
use crate::competitions::Competitions;
use crate::graders::Graders;
use crate::interpreted;
use crate::service::Assay;

/// How much of the reason for a refusal is kept, in characters: the names of some imports, and what to do.
const REASON: usize = 1000;

/// What WebAssembly begins with.
const MAGIC: &[u8] = b"\0asm";

/// The largest file that is read to be told apart from others by its digest, in bytes: beyond what a component may have.
const LARGEST: u64 = 256 << 20;

/// What was found, and the grader, if it is one.
pub(super) struct Examined {
    pub(super) audit: Audit,
    pub(super) tried: Option<Tried>,
}

/// A grader that can be tried on cases.
pub(super) struct Tried {
    graders: Graders,
    grader: Grader,
    checking: Checking,
    /// The competition that a source belongs to.
    own: Option<Arc<Competition>>,
}

impl Tried {
    pub(super) fn answers(&self, cases: &[Case]) -> Result<Vec<Answered>, HostFault> {
        answers(&self.graders, &self.grader, &self.checking, self.own.as_deref(), cases)
    }
}

pub(super) fn examine(assay: &Assay, subject: &Subject, lock: &Lock) -> Result<Examined, AuditError> {
    let examiner = Examiner { graders: assay.graders(), competitions: assay.competitions(), lock };
    match subject {
        Subject::File(path) => {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let (mut grader, tried) = examiner.of_file(&stem, path)?;
            // A file may have any name: it is what the lock has if the lock has it by one that is at hand.
            if grader.same_as.first.iter().any(|name| lock.of_grader(name, &grader.sha256) == Locked::Same) {
                grader.locked = Locked::Same;
            }
            Ok(Examined::of((grader, tried), None))
        }
        Subject::Grader(name) => Ok(Examined::of(examiner.of_name(name)?, None)),
        Subject::Competition(id) => examiner.of_competition(assay.competitions().get(id)?, None),
        Subject::Given(competition, component) => {
            examiner.of_competition(Arc::clone(competition), component.as_deref())
        }
        Subject::Source(source) => examiner.of_source(source),
    }
}

impl Examined {
    fn of((grader, tried): (GraderAudit, Option<Tried>), competition: Option<CompetitionAudit>) -> Self {
        Examined { audit: Audit { grader: Some(grader), competition, source: None, cases: Vec::new() }, tried }
    }
}

struct Examiner<'a> {
    graders: &'a Graders,
    competitions: &'a Competitions,
    lock: &'a Lock,
}

impl Examiner<'_> {
    /// A component's file, which may have the bytes of graders at hand.
    fn of_file(&self, name: &str, path: &Path) -> Result<(GraderAudit, Option<Tried>), AuditError> {
        let file = path.display().to_string();
        let limits = read::Limits { bytes: LARGEST, ..read::Limits::default() };
        let bytes = read::load(path, &limits).map_err(|error| AuditError::File { file: file.clone(), error })?;
        let (mut grader, tried) = self.component(name, &bytes, Trust::Others)?;
        grader.source = shown(&file);
        let catalog = self.graders.catalog();
        let same = catalog.sources().filter(|(known, source)| {
            let is_itself = *known == name && matches!(source, Source::File(known) if known == path);
            !is_itself && catalog.component(known).is_ok_and(|known| *known == bytes)
        });
        grader.same_as = same.map(|(name, _)| name.to_owned()).collect();
        let same = &grader.same_as.first;
        grader.used_by = users(self.competitions, |user| same.contains(&user.grader.component));
        let built_in = assay_builtin::graders().find(|(_, known)| *known == bytes);
        let own_name = built_in.map_or("", |(name, _)| name);
        grader.rebuild = rebuild::advice(own_name, built_in.is_some(), grader.anatomy.as_ref());
        Ok((grader, tried))
    }

    /// A grader at hand.
    fn of_name(&self, name: &str) -> Result<(GraderAudit, Option<Tried>), AuditError> {
        let (mut grader, tried) = match self.graders.catalog().source(name) {
            Some(Source::File(path)) => self.of_file(name, &path.clone())?,
            source => {
                let own = matches!(source, Some(Source::BuiltIn(_)));
                let bytes = self.graders.catalog().component(name)?;
                let (mut grader, tried) = self.component(name, &bytes, if own { Trust::Own } else { Trust::Others })?;
                grader.source = if own { "built in" } else { "given" }.into();
                grader.rebuild = rebuild::advice(name, own, grader.anatomy.as_ref());
                (grader, tried)
            }
        };
        grader.used_by = users(self.competitions, |user| user.grader.component == name);
        Ok((grader, tried))
    }

    /// A competition with its grader, which may be a component's file or source text.
    fn of_competition(&self, competition: Arc<Competition>, component: Option<&Path>) -> Result<Examined, AuditError> {
        let name = &competition.grader.component;
        if let Some(source) = &competition.source {
            let refused = self.refuses(&competition, source);
            let mut examined = self.interpreted(source, name, refused)?;
            if let Some(tried) = &mut examined.tried {
                tried.own = Some(competition.clone());
            }
            let sha256 = examined.audit.grader.as_ref().map(|grader| grader.sha256.clone()).unwrap_or_default();
            if let Some(of) = &mut examined.audit.source {
                of.options.clone_from(&competition.grader.options);
                of.direction = of.direction.or(competition.leaderboard.as_ref().map(|board| board.direction));
            }
            let audit = self.competition(&competition, examined.audit.grader.as_ref(), sha256)?;
            examined.audit.competition = Some(audit);
            return Ok(examined);
        }
        let (grader, tried) = match component {
            Some(path) => self.of_file(name, path)?,
            None => self.of_name(name)?,
        };
        let audit = self.competition(&competition, Some(&grader), grader.sha256.clone())?;
        Ok(Examined::of((grader, tried), Some(audit)))
    }

    fn competition(
        &self,
        competition: &Competition,
        grader: Option<&GraderAudit>,
        component: String,
    ) -> Result<CompetitionAudit, AuditError> {
        let digests = Digests::new(competition, component, String::new())
            .map_err(|error| AuditError::Digest { id: competition.id.clone(), error })?;
        let description = grader.and_then(|grader| grader.description.as_ref());
        Ok(CompetitionAudit {
            title: shown(&competition.title),
            sha256: competition.digest.clone(),
            locked: self.lock.of_competition(&competition.id, &competition.digest),
            contract: digests.contract,
            options: digests.options,
            thresholds: digests.thresholds,
            path: path::of_competition(competition, description, self.graders.limits()),
            id: competition.id.clone(),
        })
    }

    /// A source without a competition.
    fn of_source(&self, source: &GraderSource) -> Result<Examined, AuditError> {
        let name = Language::of(&source.file).map_or("", Language::interpreter);
        let at_hand = self.graders.catalog().source(name).is_some();
        let refused = (!at_hand).then(|| interpreted::without_interpreter(source, name));
        self.interpreted(source, name, refused)
    }

    /// A source, with its interpreter if that is at hand.
    fn interpreted(&self, source: &GraderSource, name: &str, refused: Option<String>) -> Result<Examined, AuditError> {
        let (grader, tried) = if self.graders.catalog().source(name).is_some() {
            let (grader, tried) = self.of_name(name)?;
            (Some(grader), tried)
        } else {
            (None, None)
        };
        let tried =
            tried.map(|tried| Tried { checking: Checking { source: Some(source.clone()), ..tried.checking }, ..tried });
        let source = SourceAudit {
            file: shown(&source.file),
            sha256: source.digest.clone(),
            bytes: source.text.len(),
            lines: source.text.lines().count(),
            version: source.version.as_deref().map(shown),
            direction: source.direction,
            options: [].into(),
            interpreter: name.to_owned(),
            refused,
            text: source.text.clone(),
        };
        Ok(Examined { audit: Audit { grader, competition: None, source: Some(source), cases: Vec::new() }, tried })
    }

    /// Why a competition's source would not run, as far as that is known without running it.
    fn refuses(&self, competition: &Competition, source: &GraderSource) -> Option<String> {
        let name = &competition.grader.component;
        if self.graders.catalog().source(name).is_none() {
            return Some(interpreted::without_interpreter(source, name));
        }
        let interpreter = self.graders.get(name).ok()?;
        interpreted::resolve(competition, source, interpreter.description()).err()
    }

    /// What the bytes alone tell.
    fn component(&self, name: &str, bytes: &[u8], trust: Trust) -> Result<(GraderAudit, Option<Tried>), AuditError> {
        let anatomy = self.graders.inspect(bytes, trust);
        // The engine is only given components that the parser found valid.
        let loaded = match &anatomy {
            Ok(_) => self.graders.load(bytes, trust),
            Err(error) => Err(error.clone()),
        };
        let (refused, remedy, grader) = match loaded {
            Ok(grader) => (None, None, Some(grader)),
            Err(LoadError::Host(fault)) => return Err(fault.into()),
            Err(LoadError::Untrusted) => return Err(AuditError::NoWorker),
            Err(error) => {
                let reason = match &error {
                    LoadError::Component(_) if !bytes.starts_with(MAGIC) => {
                        "not a WebAssembly component that is valid: it does not begin with `\\0asm`, as all WebAssembly does".into()
                    }
                    LoadError::Component(said) if anatomy.is_err() => {
                        format!("not a WebAssembly component that is valid: {said}")
                    }
                    error => excerpt(&error.to_string()).unquoted(REASON).to_string(),
                };
                (Some(reason), remedy::remedy(&error), None)
            }
        };
        let (anatomy, sha256) = (anatomy.ok(), sha256(bytes));
        let audit = GraderAudit {
            name: shown(name),
            source: String::new(),
            locked: self.lock.of_grader(name, &sha256),
            sha256,
            bytes: bytes.len(),
            refused,
            remedy,
            description: grader.as_ref().map(|grader| grader.description().clone()),
            limits: self.graders.limits().clone(),
            same_as: Listing::default(),
            used_by: Listing::default(),
            path: path::of_grader(self.graders.limits()),
            rebuilds: rebuild::rebuilds(anatomy.as_ref()),
            rebuild: Vec::new(),
            anatomy,
        };
        let tried = grader.map(|grader| Tried {
            graders: self.graders.alone(name, bytes, grader.clone()),
            grader,
            checking: Checking { grader: name.to_owned(), ..Checking::default() },
            own: None,
        });
        Ok((audit, tried))
    }
}

/// The competitions that pass. One whose file is wrong uses nothing.
fn users(competitions: &Competitions, uses: impl Fn(&Competition) -> bool) -> Listing<Use> {
    let found = competitions.ids().filter_map(|id| competitions.get(id).ok());
    let used = found.filter(|competition| uses(competition));
    used.map(|user| Use { competition_id: user.id.clone(), options: options(&user) }).collect()
}

fn options(competition: &Competition) -> std::collections::BTreeMap<String, Setting> {
    competition.grader.options.clone()
}
