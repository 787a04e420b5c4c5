use super::*;

const HOSTILE: &str = "<script>alert(1)</script>\\\"' onload=x \u{202e}";

fn report() -> GradingReport {
    let entry = |id: &str, score: &str, medal: &str, valid: bool, reason: &str| {
        let won = |name: &str| medal == name;
        format!(
            r#"{{"competition_id": "{id}", "score": {score}, "gold_threshold": 0.9, "silver_threshold": 0.8, "bronze_threshold": 0.7,
            "median_threshold": 0.5, "any_medal": {}, "gold_medal": {}, "silver_medal": {}, "bronze_medal": false, "above_median": {},
            "submission_exists": true, "valid_submission": {valid}, "is_lower_better": false, "created_at": "",
            "submission_path": "{id}.csv", "reason": "{reason}"}}"#,
            won("gold") || won("silver"),
            won("gold"),
            won("silver"),
            won("gold") || won("silver"),
        )
    };
    let entries = [
        entry("first", "0.95", "gold", true, ""),
        entry("first", "0.85", "silver", true, ""),
        entry("second", "0.1", "", true, ""),
        entry(HOSTILE, "null", "", false, HOSTILE),
    ];
    let text = format!("{{\"total_runs\": 4, \"competition_reports\": [{}]}}", entries.join(","));
    GradingReport::parse(text.as_bytes(), "<out>.json").unwrap()
}

#[test]
fn the_page_says_what_the_report_says() {
    let report = report();
    let html = Page { report: &report, card: None, figures: None }.html();
    for expected in [
        "<tr><th scope=\"row\">Gold medal</th><td class=\"number\">1</td><td class=\"number\">25.0 %</td></tr>",
        "<tr><th scope=\"row\">Any medal</th><td class=\"number\">2</td><td class=\"number\">50.0 %</td></tr>",
        "<tr><th scope=\"row\">Valid submission</th><td class=\"number\">3</td><td class=\"number\">75.0 %</td></tr>",
        "aria-label=\"Of 4 runs: 1 gold, 1 silver, 0 bronze, 1 a score and no medal, 1 no score\"",
        "aria-label=\"first: 0.95, gold; 0.85, silver\"",
        "the conditions of these runs are not stated",
        "The report has no receipts",
    ] {
        assert!(html.contains(expected), "{expected}\n{html}");
    }
    assert_eq!(html, Page { report: &report, card: None, figures: None }.html());
}

#[test]
fn what_others_wrote_is_text() {
    let report = report();
    let card = Card::parse(b"\"<b>\" = \"<img src=x>\"", "c").unwrap();
    let figures = Figures::parse(
        br#"{"entry": 1, "competition_id": "first", "submission_path": "first.csv", "details": {"<i>": 0.5}}"#,
        "f",
    )
    .unwrap();
    let html = Page { report: &report, card: Some(&card), figures: Some(&figures) }.html();
    for markup in ["<script", "<b>", "<img", "<i>", "<out>", "\u{202e}", "http://", "https://", "src=\"", "url("] {
        assert!(!html.contains(markup), "{markup}");
    }
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=x"), "{html}");
    assert!(html.contains("<td>&lt;i&gt;</td><td>0.5</td>"), "{html}");
    assert!(html.contains("<th scope=\"row\">&lt;b&gt;</th><td>&lt;img src=x&gt;</td>"), "{html}");
}

#[test]
fn figures_of_another_list_are_left_out() {
    let report = report();
    let other = br#"{"entry": 1, "competition_id": "second", "submission_path": "x.csv", "details": {"secret": 0.5}}"#;
    let figures = Figures::parse(other, "f").unwrap();
    let html = Page { report: &report, card: None, figures: Some(&figures) }.html();
    assert!(!html.contains("secret") && html.contains("no figures of these runs"));
    let error = Figures::parse(b"{}\nnot JSON", "f.jsonl").unwrap_err().to_string();
    assert!(error.starts_with("f.jsonl, line 2: "), "{error}");
}
