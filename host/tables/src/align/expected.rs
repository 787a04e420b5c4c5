//! The rows that a submission must have: what alignment knows of the answers.

use arrow::array::{Array, ArrayRef};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};
use thiserror::Error;

use super::gather::pick;
use crate::competition::{Contract, Rows};
use crate::excerpt::excerpt;
use crate::read::Table;
use crate::threads::Threads;

/// Why answers do not say which rows a submission must have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExpectedError {
    /// They lack a column of the key.
    #[error("there is no column {}", excerpt(.0))]
    NoColumn(String),
}

/// The rows that a submission must have: how many, and their keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// How many. None: the contract does not count them.
    pub(crate) rows: Option<usize>,
    /// The columns of the key, in the contract's order. None, where keys are not compared.
    pub(crate) keys: Vec<ArrayRef>,
}

impl Expected {
    /// The rows of the answers, in their order.
    ///
    /// # Errors
    ///
    /// If a column of the key is not there.
    pub fn of(contract: &Contract, answers: &Table) -> Result<Self, ExpectedError> {
        let column = |name: &String| answers.column(name).cloned().ok_or_else(|| ExpectedError::NoColumn(name.clone()));
        let keys = contract.key.iter().map(column).collect::<Result<_, _>>()?;
        Ok(Expected { rows: contract.rows.are_counted().then(|| answers.batch.num_rows()), keys })
    }

    /// The columns of the key, in the contract's order; none where keys are not compared.
    #[must_use]
    pub fn columns(&self) -> &[ArrayRef] {
        &self.keys
    }

    /// The same, less what a submission can be refused without: the order of the rows where it is no part of the contract, how often
    /// a key is there where it need not be there as often, and keys that are not compared.
    ///
    /// What is left says nothing that the contract does not ask of every participant. In place of the answers' order, which may tell of
    /// their values, it has the order of the keys.
    ///
    /// ```
    /// use assay_tables::align::Expected;
    /// use assay_tables::read::{Limits, ReadOptions, read_csv};
    ///
    /// let contract = toml::from_str("key = [\"id\"]\nrows = \"set\"")?;
    /// let told = |answers: &str| -> Result<Expected, Box<dyn std::error::Error>> {
    ///     let table = read_csv(answers.as_bytes(), &ReadOptions { limits: &Limits::default(), columns: None, threads: assay_tables::Threads::one() })?;
    ///     Ok(Expected::of(&contract, &table)?.told(&contract)?)
    /// };
    /// assert_eq!(told("id,class\nb,cat\na,dog\nb,dog\n")?, told("id,class\na,fox\na,fox\nb,fox\n")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the keys are of types that have no order. The reader makes none.
    pub fn told(&self, contract: &Contract) -> Result<Self, ArrowError> {
        let keys = match contract.rows {
            Rows::Position => self.keys.clone(),
            Rows::Sorted => Vec::new(),
            Rows::Same => self.sorted(false)?,
            Rows::Set | Rows::Superset | Rows::Known | Rows::Merge | Rows::Subset => self.sorted(true)?,
        };
        Ok(Expected { rows: self.rows, keys })
    }

    /// How many keys are listed.
    pub(crate) fn listed(&self) -> usize {
        self.keys.first().map_or(0, |column| column.len())
    }

    /// The keys in their order, each once if they are to be distinct.
    fn sorted(&self, distinct: bool) -> Result<Vec<ArrayRef>, ArrowError> {
        if self.keys.is_empty() {
            return Ok(Vec::new());
        }
        let fields = self.keys.iter().map(|column| SortField::new(column.data_type().clone())).collect();
        let encoded = RowConverter::new(fields)?.convert_columns(&self.keys)?;
        let mut rows: Vec<u32> = (0..self.listed() as u32).collect();
        rows.sort_by(|&a, &b| encoded.row(a as usize).cmp(&encoded.row(b as usize)));
        if distinct {
            rows.dedup_by(|a, b| encoded.row(*a as usize) == encoded.row(*b as usize));
        }
        pick(&self.keys, &rows, Threads::one())
    }
}
