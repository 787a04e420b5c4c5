//! Columns of numbers of a parquet file, batch by batch.

use std::ops::Range;

use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use rayon::prelude::*;

use crate::error::{Fault, RunError};
use crate::region::Region;

/// The rows of one batch.
const BATCH: usize = 1 << 17;

/// A column's numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    Int(Vec<i64>),
    Real(Vec<f64>),
}

impl Values {
    /// Those of these rows, one run of them after the other.
    pub(crate) fn take(&self, runs: &[Range<usize>]) -> Values {
        fn taken<T: Copy>(values: &[T], runs: &[Range<usize>]) -> Vec<T> {
            let mut taken = Vec::with_capacity(runs.iter().map(Range::len).sum());
            runs.iter().for_each(|run| taken.extend_from_slice(&values[run.clone()]));
            taken
        }
        match self {
            Values::Int(values) => Values::Int(taken(values, runs)),
            Values::Real(values) => Values::Real(taken(values, runs)),
        }
    }

    /// How many bytes they have.
    pub(crate) fn bytes(&self) -> u64 {
        let count = match self {
            Values::Int(values) => values.len(),
            Values::Real(values) => values.len(),
        };
        8 * count as u64
    }

    /// None, of the same kind.
    pub(crate) fn none(&self) -> Values {
        self.take(&[])
    }
}

/// A parquet file whose columns are 64-bit numbers without missing ones.
pub(crate) struct Reader {
    name: String,
    file: SerializedFileReader<Region>,
    /// The columns, with an example of their values, which is empty.
    pub columns: Vec<(String, Values)>,
}

impl Reader {
    /// `name` is what messages call the file.
    pub(crate) fn open(file: Region, name: String) -> Result<Self, RunError> {
        let failed = |error: ParquetError| Fault::new(&name, format!("it is no sound parquet file: {error}"));
        let file = SerializedFileReader::new(file).map_err(failed)?;
        let schema = file.metadata().file_metadata().schema_descr();
        let mut columns = Vec::with_capacity(schema.num_columns());
        for column in schema.columns() {
            let kind = match column.physical_type() {
                Type::INT64 => Some(Values::Int(Vec::new())),
                Type::DOUBLE => Some(Values::Real(Vec::new())),
                _ => None,
            };
            let flat = column.path().parts().len() == 1 && column.max_rep_level() == 0;
            let kind = kind.filter(|_| flat).ok_or_else(|| {
                Fault::new(&name, "the column is to have whole numbers or reals of 64 bits").column(column.name())
            })?;
            columns.push((column.name().to_owned(), kind));
        }
        Ok(Reader { name, file, columns })
    }

    /// The position of a column.
    pub(crate) fn position(&self, column: &str) -> Result<usize, RunError> {
        let found = self.columns.iter().position(|(name, _)| name == column);
        found.ok_or_else(|| Fault::new(&self.name, "the column is not there").column(column).into())
    }

    /// Calls `each` with the columns at these positions, a batch of rows at a time.
    pub(crate) fn batches(
        &self,
        columns: &[usize],
        mut each: impl FnMut(&[Values]) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let failed = |error: ParquetError| RunError::from(Fault::new(&self.name, error.to_string()));
        for group in 0..self.file.num_row_groups() {
            let group = self.file.get_row_group(group).map_err(failed)?;
            let mut left = usize::try_from(group.metadata().num_rows())
                .map_err(|_| Fault::new(&self.name, "a group has no sound number of rows"))?;
            let mut readers = columns
                .iter()
                .map(|column| group.get_column_reader(*column))
                .collect::<Result<Vec<_>, _>>()
                .map_err(failed)?;
            while left > 0 {
                let count = left.min(BATCH);
                // By all threads; of errors the first column's is told.
                let read = readers.par_iter_mut().zip(columns).map(|(reader, column)| {
                    let values = match reader {
                        ColumnReader::Int64ColumnReader(reader) => {
                            values(reader, count).map(|read| read.map(Values::Int))
                        }
                        ColumnReader::DoubleColumnReader(reader) => {
                            values(reader, count).map(|read| read.map(Values::Real))
                        }
                        _ => Ok(None),
                    };
                    let lacks = || Fault::new(&self.name, "a number is missing").column(&self.columns[*column].0);
                    Ok(values.map_err(failed)?.ok_or_else(lacks)?)
                });
                let batch = read.collect::<Vec<Result<Values, RunError>>>();
                each(&batch.into_iter().collect::<Result<Vec<_>, _>>()?)?;
                left -= count;
            }
        }
        Ok(())
    }
}

/// So many values; none if some are missing.
fn values<T: DataType>(reader: &mut ColumnReaderImpl<T>, count: usize) -> Result<Option<Vec<T::T>>, ParquetError> {
    let (mut values, mut levels) = (Vec::with_capacity(count), Vec::new());
    let mut rows = 0;
    while rows < count {
        let (read, ..) = reader.read_records(count - rows, Some(&mut levels), None, &mut values)?;
        if read == 0 {
            break;
        }
        rows += read;
    }
    Ok((values.len() == count).then_some(values))
}
