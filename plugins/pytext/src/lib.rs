//! Python's rules for text, where a score depends on them: which texts `int()` and `float()` read, where `str.split()` splits,
//! what `str.lower()` and `repr(float)` give. The rules are those of Python 3.11, whose Unicode data is version 14.0.

mod ascii;
mod float;
mod integer;
mod lower;
mod whitespace;

pub use float::{parse_float, repr_float};
pub use integer::{NotAnInteger, int_hash, parse_int};
pub use lower::lower;
pub use whitespace::{is_whitespace, split};
