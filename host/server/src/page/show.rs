//! What the pages look like. Everything that is put into them is escaped.

use assay::Verdict as Found;
use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use crate::api::{Allowance, Budgets, Competition, Leaderboard, Queue, Shows, UseLog};
use crate::handing_in::Found as FoundOf;
use crate::identity::Caller;
use crate::problem::Problem;
use crate::view::{Rows, Status, Submission, Verdict};

/// What pages may load and do: their own style and script, and forms to this server.
const CONTENT: &str = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; \
                       base-uri 'none'; frame-ancestors 'none'";

/// What the first page shows.
pub(super) struct Home {
    pub(super) competitions: Vec<Competition>,
    pub(super) submissions: Vec<Submission>,
    pub(super) budgets: Budgets,
    pub(super) leaderboards: Vec<Leaderboard>,
    /// For operators.
    pub(super) operator: Option<(Queue, UseLog)>,
}

pub(super) fn sign_in(wrong: Option<&str>) -> Response {
    let status = if wrong.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
    let body = html! {
        h2 { "Sign in" }
        form.panel method="post" action="/sign-in" {
            @if let Some(wrong) = wrong { p.bad role="alert" { (wrong) } }
            label for="token" { "Your token" }
            input #token name="token" type="password" autocomplete="current-password" required;
            p.dim { "The operator of this server gives it to you." }
            button { "Sign in" }
        }
    };
    page(status, "Sign in", None, &body)
}

pub(super) fn problem(caller: Option<&Caller>, problem: &Problem) -> Response {
    let body = html! {
        h2 { (problem.kind.title()) }
        div.panel role="alert" {
            p { (problem.detail) }
            @if let Some(seconds) = problem.retry_after { p { "Try again in " (seconds) " s." } }
            a href="/" { "Back" }
        }
    };
    page(problem.kind.status(), problem.kind.title(), caller, &body)
}

pub(super) fn home(caller: &Caller, home: &Home) -> Response {
    let body = html! {
        @if let Some((queue, log)) = &home.operator { (operator(queue, log)) }
        h2 #competitions { "Competitions" }
        @for one in &home.competitions { (competition(one, &home.budgets)) }
        h2 { @if caller.is_operator() { "Submissions" } @else { "Your submissions" } }
        (submissions(caller, &home.submissions))
        @for one in &home.leaderboards { (leaderboard(one)) }
    };
    page(StatusCode::OK, "Competitions", Some(caller), &body)
}

fn operator(queue: &Queue, log: &UseLog) -> Markup {
    html! {
        h2 { "Queue and log" }
        div.panel {
            dl {
                div { dt { "waiting" } dd { (queue.queued) } }
                div { dt { "being graded" } dd { (queue.grading) } }
                div { dt { "done" } dd { (queue.done) } }
                div { dt { "uses of answers" } dd { (log.uses) } }
                div {
                    dt { "log of uses" }
                    @match &log.broken {
                        None => dd.good { "holds" },
                        Some(broken) => dd.bad { "does not hold: " (broken) },
                    }
                }
            }
            @if let Some(head) = &log.head { p.dim { "head " code { (head) } } }
        }
    }
}

fn competition(one: &Competition, budgets: &Budgets) -> Markup {
    let shows = match one.shows {
        Shows::Validity => "You are told whether a submission is valid, and no score.",
        Shows::Score => "You are told the score.",
        Shows::PublicPart if one.has_ended => "It has ended, so that you are told the score on all rows.",
        Shows::PublicPart => "You are told the score on a public part of the rows, and at the end that on all.",
    };
    let field = format!("file-{}", one.id);
    html! {
        section.panel aria-labelledby={ "title-" (one.id) } {
            h3 id={ "title-" (one.id) } { (one.title) }
            p.dim.mono { (one.id) }
            p { (one.summary) " " (shows) }
            p.dim {
                "Columns: " code { (one.key.iter().chain(&one.columns).cloned().collect::<Vec<_>>().join(", ")) }
                @if let Some(end) = &one.ends_at { ". " @if one.has_ended { "Ended " } @else { "Ends " } (when(end)) }
            }
            @if let Some(budget) = budgets.budgets.iter().find(|budget| budget.competition == one.id) {
                dl {
                    (allowance("validations left", budget.validations.as_ref(), number))
                    (allowance("gradings left", budget.gradings.as_ref(), number))
                    (allowance("data left", budget.bytes.as_ref(), size))
                }
            }
            form.drop method="post" enctype="multipart/form-data" action={ "/competitions/" (one.id) "/submit" } {
                label for=(field) { "A CSV file" }
                input id=(field) name="file" type="file" accept=".csv,text/csv" required;
                div.buttons {
                    button.second formaction={ "/competitions/" (one.id) "/validate" } { "Check it" }
                    @if !one.has_ended { button { "Hand it in" } }
                }
            }
        }
    }
}

/// A time for people, to the minute; programs get it in full.
fn when(time: &str) -> Markup {
    let minute = time.get(..16).unwrap_or(time).replace('T', " ");
    html! { time datetime=(time) { (minute) " UTC" } }
}

fn number(count: u64) -> String {
    count.to_string()
}

/// A number of bytes for people, rounded down.
fn size(bytes: u64) -> String {
    const UNITS: [(&str, u32); 3] = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    match UNITS.into_iter().find(|(_, shift)| bytes >> shift > 0) {
        None => format!("{bytes} bytes"),
        Some((unit, shift)) => {
            let hundredths = (u128::from(bytes) * 100) >> shift;
            format!("{}.{:02} {unit}", hundredths / 100, hundredths % 100)
        }
    }
}

fn allowance(name: &str, allowance: Option<&Allowance>, shown: fn(u64) -> String) -> Markup {
    html! {
        div {
            dt { (name) }
            @match allowance {
                None => dd { "any number" },
                Some(one) => dd { (shown(one.left)) " of " (shown(one.count)) },
            }
        }
    }
}

fn submissions(caller: &Caller, submissions: &[Submission]) -> Markup {
    html! {
        @if submissions.is_empty() { p.dim { "None so far." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Submissions" {
                table {
                    thead { tr {
                        th { "accepted" } th { "competition" }
                        @if caller.is_operator() { th { "participant" } }
                        th { "file" } th { "result" } th.number { "score" }
                    } }
                    tbody {
                        @for one in submissions {
                            tr {
                                td data-name="accepted" { a href={ "/submissions/" (one.id) } { (when(&one.accepted_at)) } }
                                td data-name="competition" { (one.competition) }
                                @if caller.is_operator() { td data-name="participant" { (one.participant) } }
                                td data-name="file" { (one.name) }
                                td data-name="result" { (result(one)) }
                                td.number data-name="score" { (score(one)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn result(one: &Submission) -> Markup {
    html! {
        @match (one.status, one.result.as_ref().map(|result| result.verdict)) {
            (Status::Queued, _) => span.dim { "waits" },
            (Status::Grading, _) => span.dim { "is being graded" },
            (Status::Done, Some(Verdict::Valid)) => span.good { "valid" },
            (Status::Done, Some(Verdict::Invalid)) => span.bad { "invalid" },
            (Status::Done, _) => span.bad { "not graded" },
        }
    }
}

fn score(one: &Submission) -> Markup {
    html! {
        @match one.result.as_ref().and_then(|result| result.score) {
            Some(score) => (score),
            None => span.dim { "–" },
        }
    }
}

fn leaderboard(board: &Leaderboard) -> Markup {
    html! {
        h2 { "Leaderboard of " span.mono { (board.competition) } }
        p.dim { @match board.score_of { Rows::All => "Scores on all rows.", Rows::PublicPart => "Scores on the public part of the rows." } }
        @if board.entries.is_empty() { p.dim { "Nobody so far." } } @else {
            div.scroll tabindex="0" role="region" aria-label={ "Leaderboard of " (board.competition) } {
                table {
                    thead { tr { th.place { "place" } th { "participant" } th.number { "score" } th { "accepted" } } }
                    tbody {
                        @for line in &board.entries {
                            tr {
                                td.place data-name="place" { (line.place) }
                                td data-name="participant" { (line.participant) }
                                td.number data-name="score" { (line.score) }
                                td data-name="accepted" { (when(&line.accepted_at)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn validation(caller: &Caller, found: &FoundOf) -> Response {
    let validation = &found.validation;
    let body = html! {
        h2 { "Check of " (found.name) }
        div.panel {
            p role="status" {
                @match validation.verdict {
                    Found::Valid => span.good { "Valid" },
                    Found::Invalid => span.bad { "Invalid" },
                    Found::Unknown => span.bad { "Unknown: the grader failed" },
                }
                " for " span.mono { (validation.competition_id) }
            }
            (problems(&validation.problems))
            @for note in &validation.notes { p.dim { (note) } }
            p.dim { (size(found.bytes)) ", SHA-256 " code { (found.sha256) } }
            a href="/" { "Back" }
        }
    };
    page(StatusCode::OK, "Check", Some(caller), &body)
}

pub(super) fn submission(caller: &Caller, one: &Submission) -> Response {
    let body = html! {
        h2 { "Submission" }
        div.panel {
            p { (result(one)) " · " span.mono { (one.competition) } }
            @if let Some(result) = &one.result {
                @if let Some(score) = result.score {
                    p {
                        "Score " strong { (score) }
                        @match result.score_of { Some(Rows::PublicPart) => " on the public part of the rows", _ => " on all rows" }
                        @if let Some(medal) = &result.medal { "; medal: " (medal) }
                    }
                }
                (problems(&result.problems))
            } @else {
                p { a href={ "/submissions/" (one.id) } { "Look again" } }
            }
            dl {
                div { dt { "accepted" } dd { (when(&one.accepted_at)) } }
                @if let Some(finished) = &one.finished_at { div { dt { "graded" } dd { (when(finished)) } } }
                div { dt { "file" } dd { (one.name) ", " (size(one.bytes)) } }
            }
            p.dim { "Id " code { (one.id) } }
            p.dim { "SHA-256 " code { (one.sha256) } }
            a href="/" { "Back" }
        }
    };
    page(StatusCode::OK, "Submission", Some(caller), &body)
}

fn problems(problems: &[String]) -> Markup {
    html! {
        @if !problems.is_empty() {
            ul.problems { @for problem in problems { li { (problem) } } }
        }
    }
}

fn page(status: StatusCode, title: &str, caller: Option<&Caller>, body: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Assay" }
                link rel="stylesheet" href="/style.css";
                script src="/drop.js" defer {}
            }
            body {
                a.skip href="#content" { "To the content" }
                header {
                    h1 { a href="/" { "Assay" } }
                    @if let Some(caller) = caller {
                        p { (caller.participant) @if caller.is_operator() { " (operator)" } }
                        form method="post" action="/sign-out" { button.second { "Sign out" } }
                    }
                }
                main #content { (body) }
            }
        }
    };
    (status, [(CONTENT_SECURITY_POLICY, CONTENT)], Html(page.into_string())).into_response()
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_rounded_down() {
        let sizes = [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1.00 KiB"),
            ((10 << 30) - 1, "9.99 GiB"),
            (10 << 30, "10.00 GiB"),
        ];
        for (bytes, expected) in sizes {
            assert_eq!(size(bytes), expected);
        }
        assert_eq!(size(u64::MAX), "17179869183.99 GiB");
    }
}
