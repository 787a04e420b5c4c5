//! What makes a grader in Rust a few dozen lines: the contract's types, access to columns by name and type, options, and
//! [`export!`].
//!
//! ```no_run
//! use assay_sdk::{Description, GradeError, Grader, Kind, Options, Problem, Score, Table, metrics};
//!
//! struct MeanAbsoluteError;
//!
//! impl Grader for MeanAbsoluteError {
//!     fn describe() -> Description {
//!         Description::lower("mean-absolute-error", "0.1.0", "The mean of |answer - prediction|.")
//!             .required("target", Kind::Column, "the predicted column")
//!     }
//!
//!     fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
//!         let target = options.text("target")?;
//!         let y_true = answers.numbers(target)?;
//!         let y_pred = submission.numbers(target)?;
//!         Ok(metrics::mean_absolute_error(&y_true, &y_pred)?.into())
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! The crate of a grader is a `cdylib` that ends in `assay_sdk::export!(MeanAbsoluteError);`.
//!
//! The feature `allocator`, which is on by default, makes small gradings cheaper by an allocator that does not have to grow the
//! memory for them. A grader with a global allocator of its own turns it off.

#[cfg(all(target_arch = "wasm32", feature = "allocator"))]
mod allocator;
mod classes;
mod column;
mod description;
mod error;
mod excerpt;
mod functions;
mod label_rule;
mod labels;
mod memory;
mod options;
mod parse;
mod problem;

use self::classes::DETAILS;

pub use assay_metrics as metrics;
pub use classes::class_details;
pub use column::ColumnView;
pub use error::GradeError;
pub use excerpt::excerpt;
pub use functions::Functions;
pub use label_rule::{Label, LabelMetric, LabelRule};
pub use labels::{BadLabel, Labels};
pub use options::Options;
pub use pytext;

#[doc(hidden)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/0.1.0",
        world: "grader",
        pub_export_macro: true,
        export_macro_name: "export_component",
        default_bindings_module: "assay_sdk::bindings",
    });
}

pub use bindings::exports::assay::grader::grading::{
    Column, Description, Detail, Direction, OptionSpec, Problem, Score, Setting, SettingKind as Kind, Table, Utf8,
    Values,
};

/// A grader: one metric. What each function promises is in the WIT file.
pub trait Grader {
    /// Says what the grader is.
    fn describe() -> Description;

    /// Looks for what is wrong with the submission alone. The words may be shown to participants.
    ///
    /// # Errors
    ///
    /// The problems found.
    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let _ = (submission, options);
        Ok(())
    }

    /// Scores a submission that [`Grader::validate`] accepted.
    ///
    /// # Errors
    ///
    /// If there is no score.
    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError>;
}

impl From<f64> for Score {
    fn from(value: f64) -> Self {
        Score { value, details: Vec::new() }
    }
}

impl Score {
    /// The mean of a figure of each of these columns, with the figures as details.
    ///
    /// # Errors
    ///
    /// At the first column without a figure; if there are no columns.
    pub fn mean_over(
        columns: &[&str],
        mut figure: impl FnMut(&str) -> Result<f64, GradeError>,
    ) -> Result<Self, GradeError> {
        let details = columns.iter().map(|&name| Ok(Detail { name: name.to_owned(), value: figure(name)? }));
        Score::mean_of(details.collect::<Result<_, GradeError>>()?)
    }

    /// The mean of figures that are listed as details.
    ///
    /// # Errors
    ///
    /// If there are none.
    pub fn mean_of(details: Vec<Detail>) -> Result<Self, GradeError> {
        let values: Vec<f64> = details.iter().map(|detail| detail.value).collect();
        let value = metrics::mean(&values).map_err(GradeError::from)?;
        // One figure needs no list of its own, and a host takes no longer one.
        let listed = (2..=DETAILS).contains(&values.len());
        Ok(Score { value, details: if listed { details } else { Vec::new() } })
    }
}

/// Makes the component's exports from a type that implements [`Grader`]; natively, its [`Functions`].
#[macro_export]
macro_rules! export {
    ($grader:ty) => {
        /// The functions of the grader.
        #[cfg(not(target_arch = "wasm32"))]
        pub fn functions() -> $crate::Functions {
            $crate::Functions::of::<$grader>()
        }

        #[doc(hidden)]
        #[cfg(target_arch = "wasm32")]
        struct Component;

        #[cfg(target_arch = "wasm32")]
        impl $crate::bindings::exports::assay::grader::grading::Guest for Component {
            fn describe() -> $crate::Description {
                <$grader as $crate::Grader>::describe()
            }

            fn validate(
                submission: $crate::Table,
                options: Vec<(String, $crate::Setting)>,
            ) -> Result<(), Vec<$crate::Problem>> {
                <$grader as $crate::Grader>::validate(&submission, &$crate::Options::new(options))
            }

            fn grade(
                submission: $crate::Table,
                answers: $crate::Table,
                options: Vec<(String, $crate::Setting)>,
            ) -> Result<$crate::Score, $crate::bindings::exports::assay::grader::grading::GradeError> {
                <$grader as $crate::Grader>::grade(&submission, &answers, &$crate::Options::new(options))
                    .map_err(Into::into)
            }
        }

        #[cfg(target_arch = "wasm32")]
        $crate::bindings::export_component!(Component with_types_in $crate::bindings);
    };
}
