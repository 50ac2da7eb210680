//! Damaged requests: none of them is a fault of the service.

use mtlint_fuzz::mutation::Mutations;

use super::*;

/// How many damaged requests each route gets.
const REQUESTS: usize = 400;

#[tokio::test]
async fn damaged_requests_are_answered_or_refused() {
    let report = r#"{"id":"a","text":"The harbour was gibberish.","markup":"html","siblings":["Calm.",{"id":"w","text":"It was quiet."}],"sensitivity":"thorough","language":"eng","words":true,"accept":["Zo\u00eb",{"text":"bay","category":"name","case_sensitive":false}]}"#;
    let threshold = r#"{"text":"Rain fell.","threshold":0.3,"unsafe":true}"#;
    let lines = "{\"id\":1,\"text\":\"Rain.\",\"siblings\":[\"Wet.\"]}\n{\"text\":\"Fog lay.\"}\n";
    let form = "language=en-US&text=The+harbour+was+gibberish.&level=picky&disabledRules=name%2Cgrammar&enabledOnly=false";
    let annotated = "language=auto&data=%7B%22annotation%22%3A%5B%7B%22text%22%3A%22A%20%22%7D%2C%7B%22markup%22%3A%22%3Cb%3E%22%2C%22interpretAs%22%3A%22%22%7D%2C%7B%22text%22%3A%22dam.%22%7D%5D%7D";
    let url = "application/x-www-form-urlencoded";
    let running = Running::new();
    for (path, media_type, seeds) in [
        ("/v1/report", "application/json", [report, threshold]),
        ("/v1/html", "application/json", [report, threshold]),
        ("/v1/fix", "application/json", [report, threshold]),
        ("/v1/batch", "application/x-ndjson", [lines, report]),
        ("/v2/check", url, [form, annotated]),
    ] {
        let seeds = seeds.map(|seed| seed.as_bytes().to_vec()).to_vec();
        let (mut answered, mut refused) = (0, 0);
        for body in Mutations::new(seeds, 1, 4096).take(REQUESTS) {
            let shown = String::from_utf8_lossy(&body).into_owned();
            let answer = running.post(path, media_type, body).await;
            match answer.status.as_u16() {
                200 => answered += 1,
                400..500 => refused += 1,
                status => panic!("{path}: {status} for {shown:?}: {}", answer.text),
            }
        }
        assert!(answered > 0 && answered + refused == REQUESTS, "{path}");
    }
}
