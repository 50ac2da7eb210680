//! The protocol of LanguageTool.

use serde_json::json;

use super::*;

const FORM: &str = "application/x-www-form-urlencoded";

fn form(pairs: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish()
}

async fn check(running: &Running, pairs: &[(&str, &str)]) -> Value {
    let answer = running.post("/v2/check", FORM, form(pairs)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// What stands in `text` where a match is, counted in units of UTF-16.
fn matched(text: &str, one: &Value) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let offset = one["offset"].as_u64().unwrap() as usize;
    let length = one["length"].as_u64().unwrap() as usize;
    String::from_utf16(&units[offset..offset + length]).unwrap()
}

fn matches(answer: &Value) -> &Vec<Value> {
    answer["matches"].as_array().unwrap()
}

#[tokio::test]
async fn a_finding_is_a_match_with_its_replacements() {
    let running = Running::new();
    let text = "“🦊🦊 is back,” she said. The talks were held in Varsovie last week.";
    let answer = check(&running, &[("text", text), ("language", "en-GB")]).await;
    assert_eq!(answer["software"]["name"], "mtlint");
    assert_eq!(answer["language"]["code"], "en-GB");
    assert_eq!(answer["language"]["detectedLanguage"]["code"], "en");
    assert_eq!(answer["warnings"], json!({ "incompleteResults": false }));
    let [one] = matches(&answer).as_slice() else {
        panic!("{answer}");
    };
    assert_eq!(matched(text, one), "Varsovie");
    assert_eq!(one["replacements"], json!([{ "value": "Warsaw" }]));
    assert_eq!(
        one["sentence"],
        "The talks were held in Varsovie last week."
    );
    assert_eq!(
        matched(one["context"]["text"].as_str().unwrap(), &one["context"]),
        "Varsovie"
    );
    let rule = &one["rule"];
    assert_eq!(
        (&rule["id"], &rule["issueType"]),
        (&json!("name"), &json!("misspelling"))
    );
    assert_eq!(rule["category"], json!({ "id": "name", "name": "Name" }));
    assert!(one["message"].as_str().unwrap().contains("Varsovie"));
    assert_eq!(one["shortMessage"], "Name");
    let ranges = answer["sentenceRanges"].as_array().unwrap();
    assert_eq!(ranges.last().unwrap()[1], text.encode_utf16().count());
}

#[tokio::test]
async fn markup_is_passed_over_and_counted() {
    let running = Running::new();
    let data = json!({ "annotation": [
        { "markup": "<p>🦊" },
        { "text": "The talks were held in " },
        { "markup": "<b>" }, { "text": "Varsovie" }, { "markup": "</b>" },
        { "text": " last week." },
        { "markup": "<br>", "interpretAs": "\n" },
        { "text": "Nobody came to Var" }, { "markup": "&shy;" }, { "text": "sovie." },
    ]});
    let source = "<p>🦊The talks were held in <b>Varsovie</b> last week.<br>\
                  Nobody came to Var&shy;sovie.";
    let answer = check(
        &running,
        &[("data", &data.to_string()), ("language", "auto")],
    )
    .await;
    let found: Vec<_> = matches(&answer)
        .iter()
        .map(|one| (matched(source, one), one["replacements"].clone()))
        .collect();
    let warsaw = json!([{ "value": "Warsaw" }]);
    assert_eq!(found[0], ("Varsovie".to_owned(), warsaw));
    // What goes across markup is not replaced: the markup would go with it.
    assert_eq!(found[1], ("Var&shy;sovie".to_owned(), json!([])));
    let data = json!({ "text": "They met in Varsovie last week." }).to_string();
    let answer = check(&running, &[("data", &data), ("language", "en")]).await;
    assert_eq!(matches(&answer).len(), 1);
}

#[tokio::test]
async fn rules_are_switched_on_and_off() {
    let running = Running::new();
    let text = "The talks were held in Varsovie last week, before the gibberish race.";
    let ids = async |more: &[(&str, &str)]| {
        let pairs = [
            &[("text", text), ("language", "en-US"), ("level", "picky")],
            more,
        ]
        .concat();
        let answer = check(&running, &pairs).await;
        let ids = matches(&answer)
            .iter()
            .map(|one| one["rule"]["id"].to_string());
        ids.collect::<Vec<String>>()
    };
    let (name, wrong) = ("\"name\"", "\"mistranslation\"");
    assert_eq!(ids(&[]).await, [name, wrong]);
    assert_eq!(ids(&[("disabledRules", "NAME,x")]).await, [wrong]);
    assert_eq!(
        ids(&[("disabledCategories", "mistranslation")]).await,
        [name]
    );
    let only = [("enabledRules", "name"), ("enabledOnly", "true")];
    assert_eq!(ids(&only).await, [name]);
    assert_eq!(ids(&[("enabledRules", "name")]).await, [name, wrong]);
}

#[tokio::test]
async fn what_was_not_judged_is_not_said_to_be_good() {
    let running = Running::new();
    let text = "Der Hafen war vor dem Rennen ruhig, und die Schiffe lagen seit dem Morgen am Kai. \
                Niemand hatte damit gerechnet, dass der Wind sich noch einmal drehen würde.";
    let answer = check(&running, &[("text", text), ("language", "auto")]).await;
    assert_eq!(answer["matches"], json!([]));
    assert_eq!(answer["language"]["detectedLanguage"]["code"], "de");
    assert_eq!(answer["language"]["detectedLanguage"]["name"], "German");
    assert_eq!(answer["warnings"]["incompleteResults"], true);
    let why = answer["warnings"]["incompleteResultsReason"]
        .as_str()
        .unwrap();
    assert!(why.contains("German"), "{why}");
}

#[tokio::test]
async fn errors_are_lines_of_text() {
    let running = Running::new();
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("language", "en")], "Missing 'text' or 'data'"),
        (&[("text", "a")], "Missing 'language'"),
        (
            &[("text", "a"), ("language", "de-DE")],
            "this language is not known",
        ),
        (&[("data", "{"), ("language", "en")], "'data' is wrong"),
        (
            &[("data", "{}"), ("language", "en")],
            "Missing 'text' or 'data'",
        ),
        (
            &[("text", "a"), ("language", "en"), ("enabledOnly", "true")],
            "'enabledOnly' needs",
        ),
    ];
    for (pairs, message) in cases {
        let answer = running.post("/v2/check", FORM, form(pairs)).await;
        assert_eq!(answer.status, 400, "{pairs:?}");
        assert!(answer.header("content-type").starts_with("text/plain"));
        let start = format!("Error: {message}");
        assert!(answer.text.starts_with(&start), "{}", answer.text);
    }
    let answer = running.post("/v2/check", "application/json", "{}").await;
    assert_eq!(answer.status, 415);
    let long = form(&[
        ("text", &"a".repeat(MAX_BYTES as usize)),
        ("language", "en"),
    ]);
    assert_eq!(running.post("/v2/check", FORM, long).await.status, 413);
}

#[tokio::test]
async fn clients_learn_of_languages_and_software() {
    let running = Running::new();
    let languages = running.get("/v2/languages").await.json();
    let codes: Vec<_> = languages
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["longCode"])
        .collect();
    assert!(
        codes.contains(&&json!("en-US")) && codes.contains(&&json!("en")),
        "{codes:?}"
    );
    assert!(
        languages
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["code"] == "en")
    );
    let info = running.get("/v2/info").await.json();
    assert_eq!(info["software"]["apiVersion"], 1);
}
