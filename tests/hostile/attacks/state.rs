//! What one grading leaves behind, the next one does not find.

use assay_tests::Failure;
use assay_tests::attacks::{Attack, VERSION, component};

use super::arena::{Hostile, run};

/// The engine keeps 64 memories and hands them out again: with more graders than that, each of which fills its memory, the last ones
/// get memory that another one filled.
#[test]
fn memory_that_another_grader_filled_is_zero() -> Result<(), Failure> {
    const GRADERS: usize = 80;
    let names: Vec<String> = (0..GRADERS).map(|index| format!("memory-of-others-{index}")).collect();
    let text = Attack::memory_of_others.text();
    let components: Vec<Vec<u8>> = names.iter().map(|name| component(name, text, VERSION)).collect::<Result<_, _>>()?;
    let hostile: Vec<Hostile<'_>> =
        names.iter().zip(&components).map(|(name, component)| Hostile { name, component, options: "" }).collect();
    let order: Vec<&str> = names.iter().map(String::as_str).collect();
    let run = run(&hostile, &order)?;
    assert_eq!(run.reports.len(), GRADERS + 2);
    for report in run.reports.iter().skip(1).take(GRADERS) {
        assert_eq!(report.score_exact, Some(1.0), "{:?}: {:?}", report.competition_id, report.reason);
    }
    assert_eq!(run.code, Some(0));
    Ok(())
}
