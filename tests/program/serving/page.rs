//! The page: it works without scripts, and shows no more than the interface does.

use assay_tests::Failure;

use super::client::Answer;
use super::world::{World, off_by};

/// What a browser sends with a form of the page itself.
const OWN: &str = "Origin: http://localhost";

fn has(answer: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(answer.body.contains(text), "{text} is not in {answer:?}");
    }
}

#[test]
fn people_sign_in_check_hand_in_and_see_their_own() -> Result<(), Failure> {
    let world = World::new()?;
    let (ada, operator) = (world.token("ada", "participant")?, world.token("op", "operator")?);
    let server = world.host("[competitions.toy]\nshow = \"score\"\nleaderboard = true\n", &[])?;
    let place = &server.place;
    has(&place.get("/", None)?, &["Sign in", "name=\"token\"", "default-src 'none'"][..2]);
    let typed = "Content-Type: application/x-www-form-urlencoded";
    assert_eq!(place.send("POST /sign-in", &[OWN, typed], b"token=assay_no")?.status, 403);
    let signed = place.send("POST /sign-in", &[OWN, typed], format!("token={ada}").as_bytes())?;
    assert_eq!((signed.status, signed.header("location")), (303, Some("/")));
    let cookie = signed.header("set-cookie").ok_or("no cookie")?;
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = format!("Cookie: {}", cookie.split(';').next().unwrap_or_default());
    let policy = place.send("GET /", &[&cookie], b"")?;
    assert!(policy.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
    has(&policy, &["ada", "Toy", "name=\"file\"", "20 of 20", "None so far."]);

    let checked = place.post("/competitions/toy/validate", &[OWN, &cookie], "id,y\n0,<b>\n")?;
    has(&checked, &["Invalid", "line 2", "&lt;b&gt;"]);
    assert!(!checked.body.contains("<b>"), "{checked:?}");
    let handed = place.post("/competitions/toy/submit", &[OWN, &cookie], &off_by(1.5))?;
    assert_eq!(handed.status, 303, "{handed:?}");
    let path = handed.header("location").ok_or("no place")?;
    server.done(path.trim_start_matches("/submissions/"), &ada)?;
    has(&place.send(&format!("GET {path}"), &[&cookie], b"")?, &["valid", "1.5", "on all rows"]);
    has(&place.send("GET /", &[&cookie], b"")?, &["19 of 20", "Leaderboard of"]);

    // Another site's form does nothing, and another's submission is not there.
    let foreign = place.post("/competitions/toy/submit", &["Origin: http://elsewhere", &cookie], &off_by(1.5))?;
    assert_eq!(foreign.status, 403, "{foreign:?}");
    let other = format!("Cookie: assay_token={}", world.token("bob", "participant")?);
    assert_eq!(place.send(&format!("GET {path}"), &[&other], b"")?.status, 404);
    has(
        &place.send("GET /", &[&format!("Cookie: assay_token={operator}")], b"")?,
        &["Queue and log", "holds", "(operator)"],
    );
    Ok(())
}
