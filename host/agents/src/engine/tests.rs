//! An engine's answers, and what is made of them.

use super::*;

/// An engine that answers each request by its method and path, until it says no more; what it was asked.
async fn asked(
    listener: tokio::net::UnixListener,
    mut answer: impl FnMut(&str) -> (u16, &'static str),
    last: &str,
) -> Vec<String> {
    let mut all = Vec::new();
    while all.last().is_none_or(|asked| asked != last) {
        let (mut client, _) = listener.accept().await.unwrap();
        // Whoever looks whether somebody listens asks nothing.
        let Some((head, _)) = crate::request::head(&mut client).await.unwrap() else { continue };
        let head = String::from_utf8(head).unwrap();
        let asked = head.split(" HTTP/").next().unwrap_or_default().split('?').next().unwrap_or_default();
        // Most paths begin with the version of the interface.
        let asked = match asked.split_once(" /v1.") {
            Some((method, rest)) => format!("{method} /{}", rest.split_once('/').unwrap_or_default().1),
            None => asked.to_owned(),
        };
        let (status, body) = answer(&asked);
        let length = body.len();
        let sent = format!(
            "HTTP/1.0 {status} So\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        tokio::io::AsyncWriteExt::write_all(&mut client, sent.as_bytes()).await.unwrap();
        all.push(asked);
    }
    all
}

/// An engine gives up where files go while it looks. Then the container is paused, and goes on whatever is said of it.
#[test]
fn files_that_go_are_counted_while_nothing_does() {
    for (second, expected) in [("[{\"Path\":\"/a\",\"Kind\":1}]", Some(1)), ("[{\"Pa", None)] {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("s");
        let counted = crate::runtime().unwrap().block_on(async {
            let listener = tokio::net::UnixListener::bind(&socket).unwrap();
            let mut is_paused = false;
            let answer = move |asked: &str| match asked {
                "GET /version" => (200, "{\"ApiVersion\": \"1.41\"}"),
                "GET /containers/c/json" => (200, "{\"Id\": \"c\", \"SizeRw\": 7}"),
                "GET /containers/c/changes" if !is_paused => {
                    (500, "{\"message\": \"lstat /a: no such file or directory\"}")
                }
                "GET /containers/c/changes" => (200, second),
                "POST /containers/c/pause" => {
                    is_paused = true;
                    (204, "")
                }
                "POST /containers/c/unpause" => (204, ""),
                _ => (404, "{\"message\": \"page not found\"}"),
            };
            let told = asked(listener, answer, "POST /containers/c/unpause");
            let host = format!("unix://{}", socket.display());
            let written = async { Engine::connect(Some(&host)).await?.written("c", Some(100)).await };
            tokio::join!(written, told)
        });
        let changes = "GET /containers/c/changes";
        let paths = ["GET /version", "GET /containers/c/json", changes, "POST /containers/c/pause", changes];
        assert_eq!(counted.1[..5], paths);
        assert_eq!(counted.0.ok(), expected.map(|files| Written { bytes: 7, files: Some(files) }));
    }
}

fn unread(contents: &str) -> Error {
    let message = serde_json::from_str::<ContainerInspectResponse>(contents).err().map(|error| error.to_string());
    Error::JsonDataError { contents: contents.to_owned(), message: message.unwrap_or_default(), column: 0 }
}

/// What Podman 4.3 says of a container that has just ended.
#[test]
fn states_that_only_podman_has_are_read() {
    let contents = r#"{"Id": "c", "State": {"Status": "stopped", "Running": false, "OOMKilled": true}, "SizeRw": 7}"#;
    assert!(serde_json::from_str::<ContainerInspectResponse>(contents).is_err());
    let expected = Inspected { state: InspectedState { running: false, oom_killed: true }, size_rw: Some(7) };
    assert_eq!(read::<Inspected>(Err(unread(contents))).unwrap(), expected);
    let contents = r#"[{"Id": "c", "State": "stopped", "Labels": {"a": "b"}, "Names": ["/c"]}]"#;
    assert!(serde_json::from_str::<Vec<ContainerSummary>>(contents).is_err());
    let listed: Vec<Listed> = read(Err(unread(contents))).unwrap();
    assert_eq!((listed[0].id.as_deref(), listed.len()), (Some("c"), 1));
    assert!(read::<Inspected>(Err(unread("[1"))).is_err());
}
