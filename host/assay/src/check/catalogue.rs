//! Every check by its id: what it looks at, and what to do when it finds something. `docs/checks.md` explains each.

/// A check.
#[derive(Debug)]
pub struct Check {
    /// Its stable name, in lower-case words with hyphens.
    pub id: &'static str,
    /// What has to be so.
    pub title: &'static str,
    /// What to do if it is not.
    pub remedy: &'static str,
}

/// Defines each check as a constant, and lists all of them, so that none can be left out of the list.
macro_rules! checks {
    ($($name:ident $id:literal $title:literal $remedy:literal;)*) => {
        $(pub(super) const $name: &Check = &Check { id: $id, title: $title, remedy: $remedy };)*
        /// All checks, in the order of reports.
        pub const ALL: &[&Check] = &[$($name),*];
    };
}

checks! {
    IMPORTS_NOTHING "imports-nothing" "The component is a grader and imports nothing" "build it for wasm32-unknown-unknown on the SDK, without WASI";
    DESCRIBES_ITSELF "describes-itself" "Name, version, summary and defaults are stated" "give a name of lower-case words, a version, a summary with the formula, and each optional option's default";
    SAME_DESCRIPTION "describes-itself-the-same" "Two loads give the same description" "return constants from `describe`";
    DIRECTION "direction-is-right" "Worse submissions score worse in the direction that is declared" "declare the other direction, or change the sign of the score";
    OPTIONS_CHECKED "options-are-checked" "Options that are missing or of another kind are refused, not trapped on" "read options by the SDK's `Options`, and return its error";
    OPTION_IGNORED "option-ignored" "Each option has an effect" "use the option, or do not declare it; a case where it matters shows that it does";
    GOLD_BEST "gold-is-best" "No submission is better than the answers themselves" "compare prediction and answer the same way round in every branch";
    SAMPLE_VALID "sample-is-valid" "The sample submission has a score" "let the grader take every submission of the competition's form";
    SAME_BITS "same-bits-twice" "A second grading gives the same bits and takes the same fuel" "use nothing but the tables and the options";
    SAME_BITS_ELSEWHERE "same-bits-elsewhere" "The component loaded anew gives the same bits" "use nothing but the tables and the options";
    HIDDEN_STATE "hidden-state" "Gradings in between change nothing" "keep no state between calls";
    ROW_ORDER "row-order" "The order of rows does not count" "let no weight or comparison depend on a row's place";
    ROW_ORDER_BITS "row-order-bits" "The order of rows does not count, to the last bit" "sum exactly, or in an order of the values, if bits matter";
    COLUMN_ORDER "column-order" "The order of columns does not count" "find columns by name";
    TIES "ties-depend-on-order" "Equal predictions score the same in any order" "give ties their mean rank, or break them by the key";
    HARD_EMPTY "hard-empty" "Tables without rows are refused, or have a score" "refuse what has no rows by name";
    HARD_ONE_ROW "hard-one-row" "Tables of one row are refused, or have a score" "guard what needs two rows";
    HARD_CONSTANT "hard-constant" "Constant predictions are refused, or have a score" "guard divisions by a spread";
    HARD_ONE_CLASS "hard-one-class" "Constant answers are refused, or have a score" "refuse answers for which the metric is not defined";
    HARD_HUGE "hard-huge" "Huge numbers are refused, or have a score" "compute in f64, or by checked operations";
    HARD_TINY "hard-tiny" "Tiny numbers and -0 are refused, or have a score" "guard divisions by what may be next to zero";
    HARD_NOT_FINITE "hard-not-finite" "Infinities are refused, or have a score" "refuse numbers that are not finite in `validate`";
    HARD_UNICODE "hard-unicode" "Text of any script is refused, or has a score" "cut text at characters, not at bytes";
    HARD_TYPES "hard-types" "Columns of other types are refused, or have a score" "match on the type of a column, and refuse the others";
    HARD_MISSING_COLUMN "hard-missing-column" "Missing columns are refused, or there is a score" "return an error where a column is not there";
    HARD_NULLS "hard-nulls" "Missing cells are refused, or have a score" "look at `validity` before a cell is used";
    SCORE_FINITE "score-is-finite" "Where the metric is not defined, the grader says so" "return a refusal with the reason instead of NaN or an infinity";
    REFUSAL_TEXT "refusals-have-text" "Every refusal says why" "write what is wrong and what would be right";
    NULL_BLIND "null-blindness" "A missing cell is refused, or changes the score" "refuse missing cells in `validate`, or count them as wrong";
    NULL_SLOT "null-slot" "What is stored below a missing cell does not count" "look at `validity` before a cell is used";
    VALIDATE "validate-agrees" "`validate` refuses what no answers could give a score" "move what can be said without the answers from `grade` to `validate`";
    PROBLEM_ROWS "problems-name-rows" "`validate` names the row that is at fault" "count rows from 0, in the order of the table";
    NUMBER_TYPES "number-types" "A whole number scores the same as integer and as decimal" "compare numbers as numbers, not as text";
    KEEPS_LIMITS "keeps-to-limits" "Small tables are graded within the limits" "end every loop, and bound what a single cell may ask for";
    GROWS "grows-too-fast" "Work grows about as the rows do" "sort or index instead of comparing all pairs";
    CANARIES "texts-tell-answers" "Refusals do not quote the answers" "name the row and the column of an answer, not its value";
    DETAILS_FINITE "details-are-finite" "Details are finite numbers" "leave out a detail that is not defined";
    DETAILS_LIE "details-lie" "A detail called as the score is the score" "call the detail what it is, or return the same number";
    CONSTANT "score-is-constant" "Different submissions have different scores" "compare the submission with the answers";
    CLIPPED "score-is-clipped" "Errors of any size still tell submissions apart" "do not cut the score off";
    ROW_IGNORED "row-ignored" "The first and the last row count" "loop over all rows";
    COLUMN_IGNORED "column-ignored" "Each column that is handed over counts" "use the column, or leave it out of the contract";
    KNOWN_ANSWERS "known-answers" "Each case comes to what it states" "compare with the source that the case names; mend the one that is wrong";
    HAS_CASES "has-cases" "There is a case with a score and a case with a refusal" "add a folder below cases/ with submission.csv, answers.csv and case.toml";
}
