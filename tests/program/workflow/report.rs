//! A report becomes a page that is whole, harmless, and the same every time.

use std::path::Path;
use std::process::Command;

use assay_tests::harmless::{EXAMPLE, Run, examples, prediction, program, run};
use assay_tests::{Failure, root};
use serde_json::{Value, json};

fn page(folder: &Path, arguments: &[&str]) -> Result<Run, Failure> {
    run(program()?.arg("report").args(arguments).current_dir(folder))
}

/// A report of the reference's form, with names and reasons that are markup.
fn report() -> Result<Value, Failure> {
    let file = root().join("tests/aggregate/reports/one-seed/group0_grading_report.json");
    let mut report: Value = serde_json::from_slice(&std::fs::read(file)?)?;
    let entry = &mut report["competition_reports"][0];
    entry["competition_id"] = json!("\"><script>alert(1)</script>");
    entry["reason"] = json!("<img src=x onerror=alert(2)>\u{202e}");
    entry["submission_path"] = json!("http://example.org/'a'.csv");
    entry["valid_submission"] = json!(false);
    entry["score"] = Value::Null;
    Ok(report)
}

#[test]
fn a_page_is_whole_and_harmless() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let report = report()?;
    std::fs::write(folder.path().join("out.json"), report.to_string())?;
    std::fs::write(folder.path().join("card.json"), r#"{"<b>agent</b>": {"name": "mine"}, "seeds": 3}"#)?;
    let made = page(folder.path(), &["out.json", "--html", "out.html", "--card", "card.json"])?;
    assert_eq!(made.code, 0, "{}", made.stderr);
    let html = std::fs::read_to_string(folder.path().join("out.html"))?;
    for absent in ["<script", "<img", "<link", "<b>", "src=\"", "url(", "@import", "\u{202e}"] {
        assert!(!html.contains(absent), "{absent}");
    }
    // Links lead to parts of the page alone.
    assert!(html.split("href=\"").skip(1).all(|link| link.starts_with('#')));
    for expected in [
        "<html lang=\"en\">",
        "content=\"default-src 'none'; style-src 'unsafe-inline'",
        "name=\"viewport\"",
        "prefers-color-scheme: dark",
        "@media print",
        "<main>",
        "&lt;img src=x onerror=alert(2)&gt;",
        "<th scope=\"row\">&lt;b&gt;agent&lt;/b&gt;.name</th><td>mine</td>",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
    let tables = html.matches("<table>").count();
    assert!(tables >= 4 && html.matches("<caption>").count() == tables && html.matches("<thead>").count() == tables);
    assert_eq!(html.matches("<svg").count(), html.matches("role=\"img\"").count());
    let again = page(folder.path(), &["out.json", "--html", "-", "--card", "card.json"])?;
    assert_eq!(again.stdout.trim_end(), html.trim_end());
    in_a_browser(folder.path())
}

/// A browser, where there is one, finds every row of the page, and nothing wider than a phone but what scrolls by itself.
fn in_a_browser(folder: &Path) -> Result<(), Failure> {
    let file = format!("file://{}", folder.join("out.html").display());
    let browser = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--window-size=500,900", "--dump-dom", &file])
        .env("HOME", folder)
        .output();
    let Ok(browser) = browser else { return Ok(()) };
    let dom = String::from_utf8_lossy(&browser.stdout);
    let html = std::fs::read_to_string(folder.join("out.html"))?;
    for element in ["<tr>", "<circle", "<section", "<caption>"] {
        assert_eq!(dom.matches(element).count(), html.matches(element).count(), "{element}");
    }
    Ok(())
}

#[test]
fn what_no_page_can_be_made_of_says_why() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let text = report()?.to_string();
    std::fs::write(folder.path().join("out.json"), &text)?;
    std::fs::write(folder.path().join("cut.json"), &text[..text.len() / 2])?;
    std::fs::write(folder.path().join("card.toml"), "agent = ")?;
    for (arguments, expected) in [
        (&["cut.json", "--html", "a.html"][..], "cut.json is no whole grading report"),
        (&["none.json", "--html", "a.html"], "none.json"),
        (&["out.json", "--html", "out.json"], "it is what the page is made of: name another file"),
        (
            &["out.json", "--html", "a.html", "--card", "card.toml"],
            "card.toml is no run card: TOML parse error at line 1",
        ),
        (&["out.json", "--html", "a.html", "--operator-log", "card.toml"], "card.toml, line 1: "),
        (&["out.json", "--html", "none/a.html"], "--html none/a.html"),
    ] {
        let run = page(folder.path(), arguments)?;
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("out.json"))?, text);
    Ok(())
}

#[test]
fn the_bootstrap_is_in_the_report_and_verified() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let sample = |more: &[&str]| {
        run(program()?
            .arg("grade-sample")
            .arg(prediction())
            .arg(EXAMPLE)
            .arg("--data-dir")
            .arg(examples())
            .arg("--competitions")
            .arg(examples())
            .args(["--format", "json"])
            .args(more)
            .current_dir(folder.path()))
    };
    let bare: Value = serde_json::from_str(&sample(&[])?.stdout)?;
    let with = sample(&["--bootstrap", "50", "--operator-log", "log.jsonl"])?;
    assert_eq!(with.code, 0, "{}", with.stderr);
    assert!(with.stderr.contains("bootstrap: 0.") && with.stderr.contains("(95 %)"), "{}", with.stderr);
    let report: Value = serde_json::from_str(&with.stdout)?;
    assert_eq!((&report["score_exact"], bare.get("bootstrap")), (&bare["score_exact"], None));
    let line: Value = serde_json::from_str(&std::fs::read_to_string(folder.path().join("log.jsonl"))?)?;
    assert_eq!(line.get("bootstrap"), None, "what the report says is not said twice");
    let bootstrap = &report["bootstrap"];
    assert_eq!((&bootstrap["draws"], &bootstrap["seed"], &bootstrap["unit"]), (&json!(50), &json!(0), &json!("row")));
    let interval = &bootstrap["interval"];
    let end = |name: &str| interval[name].as_f64().ok_or("no end");
    let score = report["score_exact"].as_f64().ok_or("no score")?;
    assert!(end("lower")? <= score && score <= end("upper")?, "{report}");

    // Whoever verifies draws again, and finds a figure that was changed.
    let verify = |report: &Value| -> Result<Run, Failure> {
        std::fs::write(folder.path().join("sample.json"), report.to_string())?;
        run(program()?
            .args(["verify", "sample.json", "--format", "json"])
            .arg("--data-dir")
            .arg(examples())
            .arg("--competitions")
            .arg(examples())
            .current_dir(folder.path()))
    };
    let holds = verify(&report)?;
    assert_eq!(holds.code, 0, "{}{}", holds.stdout, holds.stderr);
    let mut changed = report.clone();
    changed["bootstrap"]["interval"]["lower"] = json!(end("lower")? - 0.01);
    let changed = verify(&changed)?;
    assert!(changed.code == 1 && changed.stdout.contains("bootstrap.interval.lower"), "{}", changed.stdout);

    // The page shows it.
    std::fs::write(
        folder.path().join("list.json"),
        json!({"total_runs": 1, "competition_reports": [report]}).to_string(),
    )?;
    let html = page(folder.path(), &["list.json", "--html", "-"])?.stdout;
    assert!(html.contains("<h2 id=\"uncertainty\">") && html.contains("50 draws of "), "{html}");
    assert_eq!(sample(&["--bootstrap", "0"])?.code, 2);
    Ok(())
}
