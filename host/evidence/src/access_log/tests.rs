use serde_json::Value;
use tempfile::TempDir;

use super::*;
use assay_types::receipt::{Digests, GraderReceipt, Receipt};

use crate::lock::Lock;
use crate::{Evidence, sha256};

struct Scene {
    folder: TempDir,
    log: AccessLog,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = AccessLog::open(&folder.path().join("uses.jsonl"), false).unwrap();
        Scene { folder, log }
    }

    fn of(uses: usize) -> Self {
        let scene = Scene::new();
        (0..uses).for_each(|_| scene.log.record(&scored("a"), Purpose::Grade).unwrap());
        scene
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("uses.jsonl")
    }

    /// Evidence that writes to the same log.
    fn evidence(&self) -> Evidence {
        let log = AccessLog::open(&self.path(), false).unwrap();
        Evidence::new(Some(log), Lock::new([], [], None))
    }

    fn bytes(&self) -> (Vec<u8>, Vec<u8>) {
        (std::fs::read(self.path()).unwrap(), std::fs::read(head_of(&self.path())).unwrap())
    }

    fn write(&self, log: &[u8], head: &[u8]) {
        std::fs::write(self.path(), log).unwrap();
        std::fs::write(head_of(&self.path()), head).unwrap();
    }

    /// How many entries the log has, or what is wrong with it.
    fn verified(&self) -> Result<u64, String> {
        verify(&self.path(), &[], &[], |_| {})
            .map(|verified| verified.anchor.entries)
            .map_err(|error| error.to_string())
    }
}

fn scored(id: &str) -> Report {
    let digest = |what: &str| sha256(what.as_bytes());
    let digests = Digests {
        source: None,
        competition: None,
        component: digest("component"),
        contract: digest("contract"),
        options: digest("options"),
        answers: digest("answers"),
        thresholds: digest("thresholds"),
        leaderboard: None,
    };
    let receipt = Receipt {
        grader: GraderReceipt { id: None, name: "grader".into(), version: "1".into() },
        digests,
        submission: Some(digest("submission")),
        wit: "wit".into(),
        host: "host".into(),
        engine: "engine".into(),
        limits: serde_json::Map::new(),
        confinement: None,
        manifest: None,
    };
    let report = Report::new(Some(id), "submission.csv", DateTime::UNIX_EPOCH);
    Report { outcome: Outcome::Scored, score: Some(0.25), score_exact: Some(0.25), receipt: Some(receipt), ..report }
}

#[test]
fn a_line_has_these_fields_in_this_order() {
    let (log, _) = Scene::of(2).bytes();
    let lines: Vec<&str> = std::str::from_utf8(&log).unwrap().lines().collect();
    let digest = |what: &str| sha256(what.as_bytes());
    for (index, line) in lines.iter().enumerate() {
        let entry: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
        // SHA-256 of nothing, then of the line before with its line feed.
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let previous =
            if index == 0 { nothing.to_owned() } else { sha256(format!("{}\n", lines[index - 1]).as_bytes()) };
        let expected = [
            ("entry", index.to_string()),
            ("time", entry["time"].to_string()),
            ("purpose", "\"grade\"".into()),
            ("competition_id", "\"a\"".into()),
            ("submission", format!("\"{}\"", digest("submission"))),
            ("outcome", "\"scored\"".into()),
            ("component", format!("\"{}\"", digest("component"))),
            ("answers", format!("\"{}\"", digest("answers"))),
            ("host", "\"host\"".into()),
            ("previous", format!("\"{previous}\"")),
        ];
        let expected = expected.map(|(name, value)| format!("\"{name}\":{value}")).join(",");
        assert_eq!(*line, format!("{{{expected}}}"));
    }
    assert_eq!(lines.len(), 2);
}

/// Whichever bit is another, of the log or of its head.
#[test]
fn no_bit_can_be_changed() {
    let scene = Scene::of(3);
    assert_eq!(scene.verified(), Ok(3));
    for path in [scene.path(), head_of(&scene.path())] {
        let bytes = std::fs::read(&path).unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        for (place, byte) in bytes.iter().enumerate() {
            for bit in 0..8 {
                file.write_all_at(&[byte ^ (1 << bit)], place as u64).unwrap();
                assert!(scene.verified().is_err(), "{}: bit {bit} of byte {place} was changed", path.display());
            }
            file.write_all_at(&[*byte], place as u64).unwrap();
        }
    }
    assert_eq!(scene.verified(), Ok(3));
}

#[test]
fn what_killed_writers_leave_counts_and_more_does_not() {
    let scene = Scene::of(2);
    let (_, head) = scene.bytes();
    scene.log.record(&scored("a"), Purpose::Grade).unwrap();
    let (log, _) = scene.bytes();
    scene.write(&[log.as_slice(), b"{\"entry\":3"].concat(), &head);
    assert_eq!(scene.verified(), Ok(3));
    scene.log.record(&scored("a"), Purpose::Grade).unwrap();
    assert_eq!(scene.verified(), Ok(4), "the torn line is cut off");

    // Far more lines than the head knows of.
    for _ in 0..MAX_TAIL / 400 {
        scene.log.record(&scored("a"), Purpose::Grade).unwrap();
    }
    scene.write(&scene.bytes().0, &head);
    assert!(scene.verified().is_err_and(|error| error.contains("its head does not know its last")));
    assert!(
        scene
            .log
            .record(&scored("a"), Purpose::Grade)
            .is_err_and(|error| error.to_string().contains("its head does not know"))
    );
}

/// The digits of a head are whatever somebody wrote there.
#[test]
fn no_head_is_too_large() {
    let scene = Scene::of(1);
    let (log, head) = scene.bytes();
    let head = String::from_utf8(head).unwrap().replace("\"entries\":1,", &format!("\"entries\":{},", u64::MAX));
    scene.write(&[log.clone(), log].concat(), head.as_bytes());
    assert!(scene.verified().is_err());
    assert!(scene.log.record(&scored("a"), Purpose::Grade).is_err());
}

/// A log whose head is gone is not mended by the next writer, who cannot know what it lacks.
#[test]
fn a_log_without_its_head_takes_no_more() {
    let scene = Scene::of(2);
    std::fs::remove_file(head_of(&scene.path())).unwrap();
    let again = AccessLog::open(&scene.path(), false).unwrap();
    assert!(
        again.record(&scored("a"), Purpose::Grade).is_err_and(|error| error.to_string().contains("its head is gone"))
    );
    assert!(again.sync().is_err());
    assert!(scene.verified().is_err_and(|error| error.contains("its head is gone")));
}

#[test]
fn what_a_reader_would_refuse_is_not_written() {
    let scene = Scene::of(1);
    let report = scene.evidence().record(scored(&"a".repeat(MAX_LINE)), Purpose::Grade);
    assert_eq!((report.outcome, report.score, report.score_exact), (Outcome::HostFault, None, None));
    assert!(report.lost().is_some());
    assert_eq!(scene.verified(), Ok(1));
    scene.log.record(&scored("a"), Purpose::Grade).unwrap();
    assert_eq!(scene.verified(), Ok(2));
}

/// What was recorded, but is gone before the report is written, has no score either.
#[test]
fn no_score_outlives_its_record() {
    let scene = Scene::of(1);
    let (log, _) = scene.bytes();
    let refused = Report::new(Some("a"), "missing.csv", DateTime::UNIX_EPOCH)
        .refused(Outcome::InvalidSubmission, "there is no such file");
    let evidence = scene.evidence();
    let reports = [scored("a"), refused].map(|report| evidence.record(report, Purpose::Grade));
    assert_eq!(reports[0].outcome, Outcome::Scored);
    let settled = evidence.settle(reports.to_vec());
    assert_eq!(settled.reports.iter().map(|report| report.score).collect::<Vec<_>>(), [Some(0.25), None]);
    assert_eq!((settled.anchor.map(|anchor| anchor.entries), settled.lost), (Some(2), false));

    std::fs::write(scene.path(), log).unwrap();
    let settled = evidence.settle(reports.to_vec());
    let outcomes: Vec<_> = settled.reports.iter().map(|report| (report.outcome, report.score_exact)).collect();
    assert_eq!(outcomes, [(Outcome::HostFault, None), (Outcome::InvalidSubmission, None)]);
    assert!(settled.reports[0].reason.as_ref().is_some_and(|reason| reason.contains("its last lines are gone")));
    assert_eq!((settled.anchor, settled.lost), (None, true));
}

#[test]
fn a_head_of_before_is_a_line_of_the_log() {
    let scene = Scene::of(1);
    let before = scene.log.sync().unwrap().head;
    scene.log.record(&scored("a"), Purpose::Grade).unwrap();
    let holds = |head: &str| verify(&scene.path(), &[], &[head.to_owned()], |_| {}).is_ok();
    assert!(holds(&before));
    assert!(!holds(&sha256(b"another")));
}
