//! The keys of one side, in a form in which keys of both sides compare as pandas compares them.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray, UInt64Array};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float64Type, Int64Type, UInt64Type};
use arrow::row::Rows;

/// The keys of one side. Where there are both, those of the other side are of the same kind.
pub(super) enum Side {
    Texts(StringArray),
    Numbers(Numbers),
    /// Several columns, encoded so that equal keys are equal bytes.
    Several(Rows),
}

/// Numbers of one type, of which those that are equal have the same bits.
pub(super) struct Numbers {
    bits: ScalarBuffer<u64>,
    nulls: Option<NullBuffer>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Signed,
    Unsigned,
    Float,
}

impl Numbers {
    /// Numbers of 64 bits; none for an array of another type.
    pub(super) fn of(array: &ArrayRef) -> Option<Self> {
        fn bits<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<ScalarBuffer<u64>> {
            array.as_primitive_opt::<T>().map(|numbers| ScalarBuffer::from(numbers.values().inner().clone()))
        }
        let (bits, kind) = match array.data_type() {
            DataType::Int64 => (bits::<Int64Type>(array)?, Kind::Signed),
            DataType::UInt64 => (bits::<UInt64Type>(array)?, Kind::Unsigned),
            DataType::Float64 => (bits::<Float64Type>(array)?, Kind::Float),
            _ => return None,
        };
        Some(Numbers { bits, nulls: array.nulls().cloned(), kind })
    }

    pub(super) fn bits(&self) -> &[u64] {
        &self.bits
    }

    /// A number that is greater for greater numbers. Of doubles, -0.0 is less than 0.0.
    pub(super) fn rank(&self, row: usize) -> u64 {
        const SIGN: u64 = 1 << 63;
        match (self.bits.get(row).copied().unwrap_or_default(), self.kind) {
            (bits, Kind::Unsigned) => bits,
            (bits, Kind::Float) if bits & SIGN != 0 => !bits,
            (bits, Kind::Signed | Kind::Float) => bits ^ SIGN,
        }
    }

    pub(super) fn are_whole(&self) -> bool {
        self.kind != Kind::Float
    }
}

impl Side {
    pub(super) fn len(&self) -> usize {
        match self {
            Side::Texts(texts) => texts.len(),
            Side::Numbers(numbers) => numbers.bits.len(),
            Side::Several(rows) => rows.num_rows(),
        }
    }

    /// Which rows have a key, where that is one column in which some are missing.
    pub(super) fn nulls(&self) -> Option<&NullBuffer> {
        match self {
            Side::Texts(texts) => texts.nulls(),
            Side::Numbers(numbers) => numbers.nulls.as_ref(),
            Side::Several(_) => None,
        }
    }

    fn is_null(&self, row: usize) -> bool {
        self.nulls().is_some_and(|nulls| nulls.is_null(row))
    }

    /// True if a key is the same as one of the other side. A missing one is the same as a missing one here.
    pub(super) fn is_same(&self, row: usize, other: &Side, other_row: usize) -> bool {
        if let (Side::Several(ours), Side::Several(theirs)) = (self, other) {
            return ours.row(row) == theirs.row(other_row);
        }
        match (self.is_null(row), other.is_null(other_row)) {
            (false, false) => match (self, other) {
                (Side::Texts(ours), Side::Texts(theirs)) => ours.value(row) == theirs.value(other_row),
                (Side::Numbers(ours), Side::Numbers(theirs)) => ours.bits.get(row) == theirs.bits.get(other_row),
                _ => false,
            },
            (ours, theirs) => ours && theirs,
        }
    }

    /// The order of two keys; missing ones are first.
    pub(super) fn compare(&self, row: usize, other: usize) -> Ordering {
        if let Side::Several(rows) = self {
            return rows.row(row).cmp(&rows.row(other));
        }
        let present = |row| !self.is_null(row);
        present(row).cmp(&present(other)).then_with(|| match self {
            Side::Texts(texts) if present(row) => texts.value(row).cmp(texts.value(other)),
            Side::Numbers(numbers) if present(row) => numbers.rank(row).cmp(&numbers.rank(other)),
            _ => Ordering::Equal,
        })
    }

    /// True if the keys are in their order.
    pub(super) fn is_sorted(&self) -> bool {
        (1..self.len()).all(|row| self.compare(row - 1, row) != Ordering::Greater)
    }

    /// One column as an array. None where there are several.
    pub(super) fn array(&self) -> Option<ArrayRef> {
        match self {
            Side::Texts(texts) => Some(Arc::new(texts.clone())),
            Side::Numbers(Numbers { bits, nulls, kind }) => {
                let (bits, nulls) = (bits.inner().clone(), nulls.clone());
                Some(match kind {
                    Kind::Signed => Arc::new(Int64Array::new(bits.into(), nulls)),
                    Kind::Unsigned => Arc::new(UInt64Array::new(bits.into(), nulls)),
                    Kind::Float => Arc::new(Float64Array::new(bits.into(), nulls)),
                })
            }
            Side::Several(_) => None,
        }
    }
}

/// A column of numbers as doubles, in which 0.0 has no sign.
pub(super) fn as_floats(array: &ArrayRef) -> Option<ArrayRef> {
    let floats: Float64Array = match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().unary(|number| number + 0.0),
        DataType::Int64 => array.as_primitive::<Int64Type>().unary(|number| number as f64),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().unary(|number| number as f64),
        _ => return None,
    };
    Some(Arc::new(floats))
}
