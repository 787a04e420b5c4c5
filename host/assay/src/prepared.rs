//! A competition made ready to grade: it is resolved, and its answers are read.

use std::sync::{Arc, OnceLock};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;
use assay_sandbox::Sandbox;
use assay_tables::Threads;
use assay_tables::align::Expected;
use assay_tables::read::{self, FileId, Table};
use assay_types::Edition;
use assay_types::competition::{Competition, Scored};
use assay_types::excerpt::excerpt;
use assay_types::receipt::{Confinement, Digests, Receipt};
use thiserror::Error;

use crate::answers::{Answers, AnswersError, AnswersProvider, ReadAnswers, Reading};
use crate::graders::Graders;
use crate::resolved::{ResolveError, ResolvedCompetition};

/// A competition made ready to grade.
pub(crate) struct PreparedCompetition {
    pub(crate) resolved: ResolvedCompetition,
    /// The rows that a submission must have, in the answers' order.
    pub(crate) expected: Expected,
    /// Which rows of the answers count. None: all.
    pub(crate) scored: Option<Vec<bool>>,
    /// The columns of the answers that the grader gets, in the answers' order.
    pub(crate) grader_columns: RecordBatch,
    /// The file of the answers, where they are from one.
    pub(crate) file: Option<FileId>,
    /// Which edition of the data the answers are of.
    pub(crate) edition: Edition,
    /// What a score rests on, but for the submission.
    pub(crate) receipt: Receipt,
    /// What [`crate::unusable`] found, once somebody asked.
    pub(crate) unusable: OnceLock<Option<String>>,
}

/// Why a competition cannot be graded.
#[derive(Clone, Debug, Error)]
pub enum PrepareError {
    /// Its grader or its options cannot be used.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// Its answers cannot be used.
    #[error(transparent)]
    Answers(#[from] AnswersError),
    /// What its scores rest on cannot be written as JSON, so there would be no receipt.
    #[error("there is no receipt of what decides a score of `{id}`: {message}; please report it")]
    Receipt {
        /// The competition.
        id: String,
        /// What went wrong.
        message: String,
    },
}

impl PrepareError {
    /// True if the host failed, so that another try may succeed.
    #[must_use]
    pub fn is_host_fault(&self) -> bool {
        matches!(self, PrepareError::Resolve(error) if error.is_host_fault())
    }
}

impl PreparedCompetition {
    /// Makes a competition ready.
    ///
    /// # Errors
    ///
    /// If its grader, its options or its answers cannot be used.
    pub(crate) fn new(
        competition: Arc<Competition>,
        graders: &Graders,
        provider: &dyn AnswersProvider,
        given: Option<Answers>,
        limits: &read::Limits,
        confinement: Confinement,
        threads: &Threads,
    ) -> Result<Self, PrepareError> {
        let resolved = ResolvedCompetition::new(competition, graders)?;
        let competition = &resolved.competition;
        let answers = &competition.answers;
        let for_grader =
            |name: &str| resolved.gives_grader(name) || answers.columns.iter().any(|column| column == name);
        let keep = |name: &str| {
            for_grader(name)
                || competition.submission.key.iter().any(|key| key == name)
                || answers.scored.as_ref().is_some_and(|scored| scored.column == name)
        };
        let reading = Reading::new(competition, provider, limits, threads);
        let ReadAnswers { table, digest, file } = reading.read(given, &keep)?;
        if let Some(name) = answers.columns.iter().find(|name| table.column(name).is_none()) {
            return Err(reading.unusable(format!("there is no column {}", excerpt(name))).into());
        }
        let unusable = |message: String| reading.unusable(message);
        let expected = Expected::of(&competition.submission, &table).map_err(|error| unusable(error.to_string()))?;
        let scored = answers.scored.as_ref().map(|scored| scored_rows(scored, &table)).transpose();
        let scored = scored.map_err(unusable)?;
        let grader_columns = project(&table.batch, for_grader).map_err(|error| unusable(error.to_string()))?;
        let grader = &resolved.grader;
        let confinement = match confinement {
            Confinement::Full if grader.is_partly_confined() => Confinement::Partial,
            confinement => confinement,
        };
        let receipt = Digests::new(competition, grader.digest().to_owned(), digest)
            .and_then(|digests| {
                let id = competition.grader.source.as_ref().unwrap_or(&competition.grader.component);
                Receipt::new(&resolved.description, id, digests, Sandbox::engine_version(), grader.limits())
            })
            .map(|receipt| Receipt {
                confinement: Some(confinement),
                manifest: provider.manifest(competition),
                ..receipt
            })
            .map_err(|error| PrepareError::Receipt { id: competition.id.clone(), message: error.to_string() })?;
        let (edition, unusable) = (provider.edition(), OnceLock::new());
        Ok(PreparedCompetition { expected, scored, grader_columns, file, edition, receipt, unusable, resolved })
    }

    /// The competition.
    pub(crate) fn competition(&self) -> &Competition {
        &self.resolved.competition
    }

    /// About how much memory it takes, in bytes.
    pub(crate) fn weight(&self) -> usize {
        let keys: usize = self.expected.columns().iter().map(|column| column.get_array_memory_size()).sum();
        self.grader_columns.get_array_memory_size() + keys + self.scored.as_ref().map_or(0, Vec::len)
    }
}

/// The columns whose names pass, in their order.
pub(crate) fn project(batch: &RecordBatch, keep: impl Fn(&str) -> bool) -> Result<RecordBatch, ArrowError> {
    let fields = batch.schema_ref().fields().iter().enumerate();
    let indices: Vec<usize> = fields.filter(|(_, field)| keep(field.name())).map(|(index, _)| index).collect();
    batch.project(&indices)
}

/// Which rows of the answers count.
fn scored_rows(scored: &Scored, answers: &Table) -> Result<Vec<bool>, String> {
    let column = &scored.column;
    let array = answers.column(column).ok_or_else(|| format!("there is no column {}", excerpt(column)))?;
    if *array.data_type() == DataType::Utf8 {
        return Err(format!("column {}, which says which rows count, is not of numbers", excerpt(column)));
    }
    let numbers = cast(array, &DataType::Float64).map_err(|error| error.to_string())?;
    let numbers = numbers.as_primitive::<Float64Type>();
    Ok(numbers.iter().map(|number| number.is_some_and(|number| scored.counts(number))).collect())
}
