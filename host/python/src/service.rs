//! The service, as Python's half calls it.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::path::PathBuf;

use assay::{
    Assay, Cache, Competitions, Context, DataDir, Execution, GraderCatalog, Profile, Source, Step, WorkerProgram,
};
use assay_tables::read::{Folders, Links};
use assay_types::Edition;
use assay_types::tags::Tags;
use directories::BaseDirs;
use pyo3::prelude::*;

use crate::answers::GivenAnswers;
use crate::batch::Batch;
use crate::failure::Failure;
use crate::operator::{Told, Uses, told};
use crate::patience::{Raised, patiently};
use crate::reports::report;
use crate::submission::Given;

/// Grades and validates; `Assay` of Python is set up on it.
#[pyclass(frozen, module = "assay._native")]
pub(crate) struct Service {
    assay: Assay,
    has_log: bool,
    threads: NonZero<usize>,
}

/// How a service is set up. `None` is the library's default.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Setting {
    data_dir: Option<PathBuf>,
    corrected: bool,
    competitions_dir: Option<PathBuf>,
    /// Texts of competition.toml, with the source of the grader where that is source text.
    competitions: Vec<(String, Option<String>)>,
    graders_dir: Option<PathBuf>,
    /// Components by name.
    graders: Vec<(String, Vec<u8>)>,
    answers: HashMap<String, Py<PyAny>>,
    use_log: Option<PathBuf>,
    use_log_scores: bool,
    threads: Option<NonZero<usize>>,
    memory: Option<u64>,
    strict: bool,
    follow_links: bool,
    cache_dir: Option<PathBuf>,
    /// What runs graders that others made: a program and its arguments. None: nothing does.
    worker: Option<(PathBuf, Vec<PathBuf>)>,
}

impl Setting {
    fn competitions(&self) -> Result<Competitions, Failure> {
        let mut competitions = Competitions::built_in();
        if let Some(folder) = &self.competitions_dir {
            competitions.add_folder(folder)?;
        }
        for (text, source) in &self.competitions {
            let added = match source {
                None => competitions.add(text),
                Some(source) => competitions.add_with_source(text, source),
            };
            added.map_err(Failure::call)?;
        }
        Ok(competitions)
    }

    fn graders(&self) -> Result<GraderCatalog, Failure> {
        let mut graders = GraderCatalog::built_in();
        if let Some(folder) = &self.graders_dir {
            graders.add_folder(folder)?;
        }
        for (name, component) in &self.graders {
            graders.add(name, component.as_slice());
        }
        Ok(graders)
    }

    fn answers(&self, py: Python<'_>) -> Result<GivenAnswers, Failure> {
        let given =
            self.answers.iter().map(|(id, object)| Ok((id.clone(), Given::new(object.bind(py))?.into_answers())));
        let given = given.collect::<Result<BTreeMap<_, _>, Failure>>()?;
        let ours = || BaseDirs::new().map(|folders| folders.cache_dir().join("mle-bench/data"));
        let folder = self.data_dir.clone().or_else(ours);
        let folder = folder.ok_or_else(|| Failure::call("there is no home folder: name the data by `data_dir=`"))?;
        if self.data_dir.is_some() && !folder.is_dir() {
            return Err(Failure::Call(format!("data_dir {}: there is no such folder", folder.display())));
        }
        let edition = if self.corrected { Edition::Corrected } else { Edition::Reference };
        Ok(GivenAnswers { given, data: DataDir::new(folder).edition(edition) })
    }

    fn cache(&self) -> Result<Option<Cache>, Failure> {
        self.cache_dir.as_deref().map(|folder| Cache::open(folder).map_err(Failure::call)).transpose()
    }

    fn untrusted(&self) -> Execution {
        match &self.worker {
            None => Execution::Refuse,
            Some((program, arguments)) => Execution::Workers(WorkerProgram {
                program: program.clone(),
                arguments: arguments.iter().map(|argument| argument.clone().into_os_string()).collect(),
                confined: false,
            }),
        }
    }

    fn folders(&self) -> Result<Folders, Failure> {
        let here = std::env::current_dir().map_err(Failure::host)?;
        Ok(Folders::new([here], if self.follow_links { Links::Follow } else { Links::Refuse }))
    }
}

#[pymethods]
impl Service {
    #[new]
    fn new(py: Python<'_>, setting: Setting) -> Result<Self, Failure> {
        let mut builder = Assay::builder()
            .competitions(setting.competitions()?)
            .graders(setting.graders()?)
            .answers(setting.answers(py)?)
            .folders(setting.folders()?)
            .profile(if setting.strict { Profile::Strict } else { Profile::Default })
            .untrusted(setting.untrusted());
        if let Some(cache) = setting.cache()? {
            builder = builder.cache(cache);
        }
        let threads = setting.threads.or_else(|| std::thread::available_parallelism().ok());
        let threads = threads.unwrap_or(NonZero::<usize>::MIN);
        builder = builder.threads(threads);
        if let Some(bytes) = setting.memory {
            builder = builder.memory(bytes);
        }
        if let Some(path) = &setting.use_log {
            builder = builder.access_log(path, setting.use_log_scores).map_err(Failure::call)?;
        }
        let assay = py.detach(|| builder.build())?;
        Ok(Service { assay, has_log: setting.use_log.is_some(), threads })
    }

    /// Grades one submission. `tags` is a JSON object.
    #[pyo3(signature = (competition, submission, name=None, tags=None, progress=None))]
    fn grade(
        &self,
        py: Python<'_>,
        competition: &str,
        submission: &Bound<'_, PyAny>,
        name: Option<&str>,
        tags: Option<&str>,
        progress: Option<Py<PyAny>>,
    ) -> Result<Told, Failure> {
        let given = Given::new(submission)?;
        let tags = tags.map(parsed_tags).transpose()?.unwrap_or_default();
        let raised = Raised::default();
        let graded = patiently(py, &raised, |cancel| {
            let tell = |step: Step| {
                let Some(progress) = &progress else { return };
                if let Err(error) = Python::attach(|py| progress.call1(py, (word(step),)).map(|_| ())) {
                    cancel.cancel();
                    raised.keep(error);
                }
            };
            let context = Context { cancel: cancel.clone(), progress: Some(&tell), tags, name, ..Context::default() };
            self.assay.grade(competition, given.as_submission(), &context)
        })??;
        if let Some(lost) = graded.recorded().lost() {
            return Err(Failure::host(lost));
        }
        let use_log = if self.has_log { py.detach(|| self.assay.sync()).map_err(Failure::host)? } else { None };
        told(&graded, use_log)
    }

    /// Looks at one submission, with the keys of the answers where they are at hand. The finding is JSON text.
    #[pyo3(signature = (competition, submission, name=None))]
    fn validate(
        &self,
        py: Python<'_>,
        competition: &str,
        submission: &Bound<'_, PyAny>,
        name: Option<&str>,
    ) -> Result<String, Failure> {
        let given = Given::new(submission)?;
        let validation = patiently(py, &Raised::default(), |cancel| -> Result<_, Failure> {
            let context = Context { cancel: cancel.clone(), name, ..Context::default() };
            let known = self.assay.competitions().get(competition)?;
            let expected = match self.assay.expected(&known) {
                Ok(expected) => Some(expected),
                Err(assay::AnswersError::Missing { .. }) => None,
                Err(error) => return Err(error.into()),
            };
            Ok(self.assay.validate(competition, given.as_submission(), expected.as_ref(), &context)?)
        })??;
        serde_json::to_string(&validation).map_err(Failure::host)
    }

    /// Starts grading entries (competition, submission, name, tags) of an iterator on so many threads, or one a core.
    #[pyo3(signature = (entries, threads=None))]
    fn batch(&self, entries: &Bound<'_, PyAny>, threads: Option<NonZero<usize>>) -> Result<Batch, Failure> {
        Batch::start(&self.assay, entries.try_iter()?.unbind(), threads.unwrap_or(self.threads))
    }

    /// Records the use that a report of another service is on, and returns the report as it may be told.
    fn record(&self, py: Python<'_>, json: &str) -> Result<String, Failure> {
        let report = report(json)?;
        let recorded = py.detach(|| self.assay.record(report));
        serde_json::to_string(recorded.report()).map_err(Failure::host)
    }

    /// The state of the log of uses, once it would survive a power cut; none without a log.
    fn sync(&self, py: Python<'_>) -> Result<Option<Uses>, Failure> {
        let anchor = py.detach(|| self.assay.sync()).map_err(Failure::host)?;
        Ok(anchor.map(|anchor| (anchor.entries, anchor.head)))
    }

    /// The ids of the competitions, or of those of a split, in order.
    #[pyo3(signature = (split=None))]
    fn competitions(&self, split: Option<&str>) -> Result<Vec<String>, Failure> {
        let competitions = self.assay.competitions();
        match split {
            None => Ok(competitions.ids().map(ToOwned::to_owned).collect()),
            Some(_) => Ok(competitions.of_split(split)?.iter().map(|competition| competition.id.clone()).collect()),
        }
    }

    /// The text of a competition's file, and what is in it as JSON text, with its digest.
    fn competition(&self, id: &str) -> Result<(String, String, String), Failure> {
        let competition = self.assay.competitions().get(id)?;
        let text = self.assay.competitions().text(id)?.into_owned();
        Ok((text, serde_json::to_string(&*competition).map_err(Failure::host)?, competition.digest.clone()))
    }

    /// The names of the graders, in order.
    fn graders(&self) -> Vec<String> {
        self.assay.graders().catalog().sources().map(|(name, _)| name.to_owned()).collect()
    }

    /// What a grader says of itself as JSON text, the digest of its component, and whether it is the package's own.
    fn grader(&self, py: Python<'_>, name: &str) -> Result<(String, String, bool), Failure> {
        let graders = self.assay.graders();
        let own = matches!(graders.catalog().source(name), Some(Source::BuiltIn(_)));
        let grader = patiently(py, &Raised::default(), |_| graders.get(name))?;
        let grader = grader.map_err(|error| Failure::from(assay::PrepareError::Resolve(error.into())))?;
        let description = serde_json::to_string(grader.description()).map_err(Failure::host)?;
        Ok((description, grader.digest().to_owned(), own))
    }
}

/// A JSON object of tags.
pub(crate) fn parsed_tags(json: &str) -> Result<Tags, Failure> {
    serde_json::from_str(json).map_err(|error| Failure::Call(format!("tags: {error}")))
}

fn word(step: Step) -> &'static str {
    match step {
        Step::Prepare => "prepare",
        Step::Read => "read",
        Step::Grade => "grade",
        Step::Record => "record",
        _ => "other",
    }
}
