//! numpy's array files.

use crate::error::{Fault, RunError};
use crate::place::Place;
use crate::run::Work;

/// An array with its items as they stand in the file.
pub(crate) struct Array {
    /// The byte order, the letter of the type and its size, as `<i8`.
    pub kind: String,
    /// How long each axis is.
    pub shape: Vec<usize>,
    /// True if the first axis is the one whose items are neighbours.
    pub fortran: bool,
    pub data: Vec<u8>,
}

impl Array {
    pub(crate) fn read(work: &Work, place: &Place) -> Result<Array, RunError> {
        let bytes = work.bytes(place)?;
        Array::parse(&bytes).ok_or_else(|| Fault::new(place.to_string(), "it is no array of numpy's").into())
    }

    /// An array whose rows stand one after the other.
    pub(crate) fn of_rows(work: &Work, place: &Place) -> Result<Array, RunError> {
        let array = Array::read(work, place)?;
        if array.fortran || array.shape.is_empty() {
            return Err(Fault::new(place.to_string(), "the rows of the array do not stand one after the other").into());
        }
        Ok(array)
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
        let fortran = after("fortran_order")?.starts_with("True");
        let array = Array { kind, shape, fortran, data: rest[start + length..].to_vec() };
        let size = array.shape.iter().try_fold(array.item_size()?, |size, count| size.checked_mul(*count))?;
        (size == array.data.len()).then_some(array)
    }

    pub(crate) fn item_size(&self) -> Option<usize> {
        let count: usize = self.kind.get(2..)?.parse().ok()?;
        if self.kind.get(1..2)? == "U" { count.checked_mul(4) } else { Some(count) }
    }

    pub(crate) fn row_size(&self) -> Option<usize> {
        self.shape.get(1..)?.iter().try_fold(self.item_size()?, |size, count| size.checked_mul(*count))
    }

    /// The file, with the header that numpy writes.
    pub(crate) fn written(&self) -> Vec<u8> {
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

    /// The item at a position as text; none if it is neither text nor a whole number.
    pub(crate) fn text(&self, row: usize) -> Option<String> {
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

    /// The item at a position as a number.
    pub(crate) fn number(&self, at: usize) -> Option<f64> {
        let size = self.item_size()?;
        let mut item = self.data.get(at.checked_mul(size)?..)?.get(..size)?.to_vec();
        if self.kind.starts_with('>') {
            item.reverse();
        }
        Some(match (self.kind.get(1..2)?, size) {
            ("b" | "u", 1) => f64::from(item[0]),
            ("i", 1) => f64::from(item[0] as i8),
            ("u", 2) => u16::from_le_bytes(*item.first_chunk()?).into(),
            ("u", 4) => u32::from_le_bytes(*item.first_chunk()?).into(),
            ("u", 8) => u64::from_le_bytes(*item.first_chunk()?) as f64,
            ("i", 2) => i16::from_le_bytes(*item.first_chunk()?).into(),
            ("i", 4) => i32::from_le_bytes(*item.first_chunk()?).into(),
            ("i", 8) => i64::from_le_bytes(*item.first_chunk()?) as f64,
            ("f", 4) => f32::from_le_bytes(*item.first_chunk()?).into(),
            ("f", 8) => f64::from_le_bytes(*item.first_chunk()?),
            _ => return None,
        })
    }
}
