//! The steps that recipes are made of. None knows a competition.

mod arrays;
mod balance;
mod boxes;
mod bson;
mod cells;
mod classes;
mod dates;
mod draw;
mod each;
mod expect;
mod files;
mod fill;
mod gray;
mod json_lines;
mod lead;
mod lines;
mod masks;
mod nested;
mod numbered;
mod objects;
mod parquet;
mod pixels;
mod put;
mod records;
mod rows;
mod spans;
mod split;
mod tables;
mod unroll;
mod view;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::RunError;
use crate::run::Work;

/// What a step of any kind can do.
pub(crate) trait Action {
    /// The tables that it reads.
    fn uses(&self) -> Vec<&str> {
        Vec::new()
    }

    /// The tables that it makes.
    fn makes(&self) -> Vec<&str> {
        Vec::new()
    }

    /// That its fields go together.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// What it does, for who waits.
    fn words(&self) -> String;

    fn run(&self, work: &mut Work) -> Result<(), RunError>;
}

macro_rules! steps {
    ($($(#[$doc:meta])* $variant:ident($type:ty) = $name:literal,)*) => {
        /// One step, by its name.
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        pub(crate) enum Step {
            $($(#[$doc])* #[serde(rename = $name)] $variant(Box<$type>),)*
        }

        impl Step {
            pub(crate) fn action(&self) -> &dyn Action {
                match self {
                    $(Step::$variant(step) => &**step,)*
                }
            }

            pub(crate) fn name(&self) -> &'static str {
                match self {
                    $(Step::$variant(_) => $name,)*
                }
            }
        }
    };
}

steps! {
    /// Reads a table from a file.
    Read(tables::Read) = "read",
    /// Makes a table of another: other columns, other names, constants.
    Table(tables::Make) = "table",
    /// Writes a table to a file.
    Write(tables::WriteTable) = "write",
    /// Keeps rows whose cell is among those of another table's column, or among constants.
    Keep(rows::Keep) = "keep",
    /// The distinct cells of a column, in order of first appearance.
    Distinct(rows::Distinct) = "distinct",
    /// Sorts the rows by columns.
    Sort(rows::Sort) = "sort",
    /// One row for each group, sorted by it: the first cell of each column that is not missing.
    First(rows::First) = "first",
    /// One column for each class, with 1 where the row has it.
    OneHot(tables::OneHot) = "one-hot",
    /// Puts one table below another.
    Stack(tables::Stack) = "stack",
    /// Adds columns of another table by a common column.
    Join(tables::Join) = "join",
    /// A column of whole numbers that are drawn.
    Draw(draw::Draw) = "draw",
    /// Splits a table in two.
    Split(split::Split) = "split",
    /// Splits the rows of each class on their own.
    SplitClasses(classes::SplitClasses) = "split-classes",
    /// A column whose cells are one, where they are not known elsewhere.
    Replace(cells::Replace) = "replace",
    /// Puts constants into some rows.
    Put(put::Put) = "put",
    /// A column of another table's mean.
    Mean(cells::Mean) = "mean",
    /// A column made of the column of the largest number in each row.
    Largest(cells::Largest) = "largest",
    /// Columns as shares of their sum.
    Shares(cells::Shares) = "shares",
    /// Columns of the pieces of a column.
    Pieces(cells::Pieces) = "pieces",
    /// Texts of a group's rows, joined.
    Gather(cells::Gather) = "gather",
    /// Columns under one another.
    Melt(cells::Melt) = "melt",
    /// A column of equal steps from 0 to 1.
    Ramp(cells::Ramp) = "ramp",
    /// A column of 1 where another fits a pattern, else 0.
    Flag(put::Flag) = "flag",
    /// Splits off the last days.
    LastDays(dates::LastDays) = "last-days",
    /// Each group with each number of a range.
    Grid(dates::Grid) = "grid",
    /// The centres of boxes.
    Centres(boxes::Centres) = "centres",
    /// Swaps two rows of two tables, so that a column has more than one value.
    Vary(boxes::Vary) = "vary",
    /// Reads a table for each row of another, one under the other.
    ReadEach(each::ReadEach) = "read-each",
    /// The width and height of a picture as columns.
    Pixels(pixels::Pixels) = "pixels",
    /// The values of a feature in record files.
    Records(records::Records) = "records",
    /// Copies record files without some features.
    StripRecords(records::StripRecords) = "strip-records",
    /// Splits each class on its own by a share, or its last row off.
    SplitEach(classes::SplitEach) = "split-each",
    /// Reads a list of JSON objects.
    ReadObjects(objects::ReadObjects) = "read-objects",
    /// Writes JSON objects.
    WriteObjects(objects::WriteObjects) = "write-objects",
    /// Puts two tables side by side.
    Beside(objects::Beside) = "beside",
    /// Shuffles the rows.
    Shuffle(objects::Shuffle) = "shuffle",
    /// Counts the rows of each class.
    CountEach(classes::CountEach) = "count-each",
    /// Fills a part with whole groups up to a number of rows.
    Fill(fill::Fill) = "fill",
    /// The keys of an object in a JSON file for each row.
    KeysOf(fill::KeysOf) = "keys-of",
    /// Draws one of several versions of each row.
    Versions(fill::Versions) = "versions",
    /// Splits lines of text, and takes a word out of those of the test part.
    SplitLines(lines::SplitLines) = "split-lines",
    /// Reads a file of BSON documents.
    ReadBson(bson::ReadBson) = "read-bson",
    /// Splits the documents of a BSON file.
    SplitBson(bson::SplitBson) = "split-bson",
    /// The rows of one of numpy's array files.
    ReadArray(arrays::ReadArray) = "read-array",
    /// Takes rows of one of numpy's array files.
    TakeRows(arrays::TakeRows) = "take-rows",
    /// Stops if a table is not as expected.
    Expect(expect::Expect) = "expect",
    /// Moves rows between two parts until the test part has a share.
    Balance(balance::Balance) = "balance",
    /// Draws a share of all, and the same share of two parts of it.
    SampleParts(nested::SampleParts) = "sample-parts",
    /// Reads lines of a number and a text.
    ReadNumbered(numbered::ReadNumbered) = "read-numbered",
    /// Writes a line of text for each row.
    WriteLines(numbered::WriteLines) = "write-lines",
    /// Each row with each number, and whether the row's list has it.
    Marks(numbered::Marks) = "marks",
    /// Puts a piece before every few pieces of a text.
    Lead(lead::Lead) = "lead",
    /// The gray values of pictures.
    Gray(gray::Gray) = "gray",
    /// Masks in array files as runs.
    MaskRuns(masks::MaskRuns) = "mask-runs",
    /// Reads lines of JSON objects as pandas does.
    ReadJsonLines(json_lines::ReadJsonLines) = "read-json-lines",
    /// Writes lines of JSON objects as pandas does.
    WriteJsonLines(json_lines::WriteJsonLines) = "write-json-lines",
    /// Splits lines of JSON objects block by block.
    SplitJsonLines(json_lines::SplitJsonLines) = "split-json-lines",
    /// Short and long answers in lines of JSON.
    Spans(spans::Spans) = "spans",
    /// Lists in objects as rows.
    Unroll(unroll::Unroll) = "unroll",
    /// The distinct values of a column of a parquet file.
    DistinctParquet(parquet::DistinctParquet) = "distinct-parquet",
    /// Splits the rows of a parquet file.
    SplitParquet(parquet::SplitParquet) = "split-parquet",
    /// Extracts an archive.
    Extract(files::Extract) = "extract",
    /// Copies a file, a folder, or one for each row of a table.
    Copy(files::Copy) = "copy",
    /// Makes a table of the files that fit a pattern.
    List(files::List) = "list",
    /// Makes an archive of a file or a folder.
    Pack(files::Pack) = "pack",
}
