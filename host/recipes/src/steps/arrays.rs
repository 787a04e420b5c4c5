//! numpy's array files.

use std::fs;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::files;
use crate::place::Place;
use crate::run::Work;
use crate::table::{Data, Table, Texts};

/// An array whose rows stand one after the other.
struct Array {
    kind: String,
    shape: Vec<usize>,
    data: Vec<u8>,
}

impl Array {
    fn read(work: &Work, place: &Place) -> Result<Array, RunError> {
        let bytes = files::bytes(work, &work.path(place))?;
        let fault = |problem: &str| Fault::new(place.to_string(), problem).into();
        Array::parse(&bytes).ok_or_else(|| fault("it is no array of numpy's whose rows stand one after the other"))
    }

    fn parse(bytes: &[u8]) -> Option<Array> {
        let rest = bytes.strip_prefix(b"\x93NUMPY")?;
        let (length, start) = match rest.first()? {
            1 => (usize::from(u16::from_le_bytes(*rest.get(2..)?.first_chunk()?)), 4),
            _ => (usize::try_from(u32::from_le_bytes(*rest.get(2..)?.first_chunk()?)).ok()?, 6),
        };
        let header = std::str::from_utf8(rest.get(start..)?.get(..length)?).ok()?;
        let after = |key: &str| header.split_once(&format!("'{key}':")).map(|(_, after)| after.trim_start());
        let kind = after("descr")?.strip_prefix('\'')?.split('\'').next()?.to_owned();
        let shape = after("shape")?.strip_prefix('(')?.split(')').next()?;
        let shape: Vec<usize> = shape
            .split(',')
            .map(str::trim)
            .filter(|size| !size.is_empty())
            .map(|size| size.parse().ok())
            .collect::<Option<_>>()?;
        let array = Array { kind, shape, data: rest[start + length..].to_vec() };
        let size = array.row_size()?.checked_mul(*array.shape.first()?)?;
        (after("fortran_order")?.starts_with("False") && size == array.data.len()).then_some(array)
    }

    fn item_size(&self) -> Option<usize> {
        let count: usize = self.kind.get(2..)?.parse().ok()?;
        if self.kind.get(1..2)? == "U" { count.checked_mul(4) } else { Some(count) }
    }

    fn row_size(&self) -> Option<usize> {
        self.shape.get(1..)?.iter().try_fold(self.item_size()?, |size, count| size.checked_mul(*count))
    }

    /// The file, with the header that numpy writes.
    fn written(&self) -> Vec<u8> {
        let sizes: Vec<String> = self.shape.iter().map(usize::to_string).collect();
        let comma = if sizes.len() == 1 { "," } else { "" };
        let mut header =
            format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{comma}), }}", self.kind, sizes.join(", "));
        // Room for the first length to grow, then to a multiple of 64.
        header.extend(std::iter::repeat_n(' ', 21_usize.saturating_sub(sizes.first().map_or(0, String::len))));
        header.extend(std::iter::repeat_n(' ', 64 - (10 + header.len() + 1) % 64));
        header.push('\n');
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend_from_slice(&(header.len() as u16).to_le_bytes());
        file.extend_from_slice(header.as_bytes());
        file.extend_from_slice(&self.data);
        file
    }

    fn text(&self, row: usize) -> Option<String> {
        let size = self.item_size()?;
        let item = self.data.get(row * size..)?.get(..size)?;
        match self.kind.get(..2)? {
            "<U" => {
                let letters =
                    item.chunks(4).filter_map(|unit| unit.first_chunk().map(|unit| u32::from_le_bytes(*unit)));
                letters.take_while(|letter| *letter != 0).map(char::from_u32).collect()
            }
            "<i" if size <= 8 => {
                let negative = item.last().is_some_and(|byte| byte >> 7 == 1);
                let mut whole = [if negative { 0xff } else { 0 }; 8];
                whole[..size].copy_from_slice(item);
                Some(i64::from_le_bytes(whole).to_string())
            }
            _ => None,
        }
    }
}

/// A table of an array's rows: `row`, the position, and `value`, of an array of one axis with text or whole numbers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadArray {
    /// The file.
    file: Place,
    /// What the table is called.
    r#as: String,
}

impl Action for ReadArray {
    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("read {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let array = Array::read(work, &self.file)?;
        let rows = array.shape.first().copied().unwrap_or_default();
        let mut columns = vec![("row", Data::Int((0..rows as i64).collect()))];
        if array.shape.len() == 1 {
            let texts = (0..rows).map(|row| array.text(row)).collect::<Option<Texts>>();
            let wrong = || Fault::new(self.file.to_string(), "its values are neither text nor whole numbers");
            columns.push(("value", Data::Text(texts.ok_or_else(wrong)?)));
        }
        let table = Table::new(self.file.to_string(), columns);
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// Writes the rows of an array that a table's column `row` names, in its order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeRows {
    /// The array.
    from: Place,
    /// The table.
    table: String,
    /// The new file.
    to: Place,
}

impl Action for TakeRows {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("rows of {}", self.from)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let array = Array::read(work, &self.from)?;
        let table = work.table(&self.table)?;
        let size = array.row_size().unwrap_or_default();
        let mut data = Vec::with_capacity(size * table.rows);
        for (row, cell) in table.column("row")?.cells().enumerate() {
            let at = cell.number().map(|number| number as usize * size);
            let bytes = at.and_then(|at| array.data.get(at..)?.get(..size));
            data.extend_from_slice(
                bytes.ok_or_else(|| Fault::new(self.from.to_string(), "there is no such row").at(row))?,
            );
        }
        let mut shape = array.shape;
        shape[0] = table.rows;
        let path = work.target(&self.to)?;
        fs::write(&path, Array { kind: array.kind, shape, data }.written()).about(&path)
    }
}
