//! Recipes: how a competition's public and private files are made of its download. A [`Recipe`] is data, a short list of steps in TOML;
//! each step is code that knows no competition. Numbers, orders and spellings are those of pandas, numpy and scikit-learn, so that the
//! files have the bytes that the reference makes.
//!
//! ```
//! let recipe = assay_recipes::Recipe::parse(
//!     r#"
//!     steps = [
//!       { read = { file = "raw/train.csv", as = "all" } },
//!       { split = { table = "all", test = 0.1 } },
//!       { write = { table = "train", file = "public/train.csv" } },
//!       { write = { table = "test", file = "private/test.csv" } },
//!       { write = { table = "test", drop = ["label"], file = "public/test.csv" } },
//!     ]
//!     "#,
//!     "preparation.toml",
//! )?;
//! # Ok::<(), assay_recipes::RecipeError>(())
//! ```

mod error;
mod files;
mod json;
mod npy;
mod parquet;
mod place;
mod recipe;
mod records;
mod region;
mod run;
mod steps;
mod table;
mod template;

pub use error::{Fault, RecipeError, RunError};
pub use recipe::Recipe;
pub use region::Region;
pub use run::{Extractor, Failure, Folders, Observer};
