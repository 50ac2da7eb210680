//! Every format tells the same: each output is read back as its readers read it, and its
//! findings are those of the JSON.

use std::path::Path;

use mtlint::Sensitivity;
use mtlint::document::{Document, LineIndex};
use mtlint::report::sarif::Sarif;
use mtlint::report::{Outcome, Report, compact, github, html, json, text, tsv, v1};
use serde_json::Value;

use crate::common::lint;

/// As much of a finding as a format tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Told {
    bytes: Option<(usize, usize)>,
    characters: Option<(usize, usize)>,
    /// Line and column of the first character and the one behind the last.
    start: Option<(usize, usize)>,
    end: Option<(usize, usize)>,
    severity: String,
    category: Option<String>,
    fingerprint: Option<String>,
}

impl Told {
    /// This, of a finding of the JSON, as far as `other` tells it too.
    fn as_far_as(&self, other: &Self) -> Self {
        Self {
            bytes: other.bytes.and(self.bytes),
            characters: other.characters.and(self.characters),
            start: other.start.and(self.start),
            end: other.end.and(self.end),
            severity: self.severity.clone(),
            category: other.category.as_ref().and(self.category.clone()),
            fingerprint: other.fingerprint.as_ref().and(self.fingerprint.clone()),
        }
    }
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The findings of the JSON, with all that any format tells.
fn of_json(line: &str, source: &str) -> Vec<Told> {
    let report: v1::Report = serde_json::from_str(line).unwrap();
    let index = LineIndex::new(source);
    let told = report.findings.into_iter().map(|finding| {
        let (start, end) = (finding.start, finding.end);
        assert_eq!(finding.text, &source[start..end]);
        let behind = index.position(end);
        Told {
            bytes: Some((start, end)),
            characters: Some((finding.char_start, finding.char_end)),
            start: Some((finding.line, finding.column)),
            end: Some((behind.line, behind.column)),
            severity: finding.severity.to_string(),
            category: Some(finding.category.to_string()),
            fingerprint: Some(finding.fingerprint),
        }
    });
    told.collect()
}

fn of_sarif(report: &Report, source: &str) -> Vec<Told> {
    let mut sarif = Sarif::new(None, false);
    sarif.add(report);
    let log: Value = serde_json::from_str(&sarif.finish().unwrap()).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let results = run["results"].as_array().unwrap().iter();
    let told = results.map(|result| {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = string(&place["artifactLocation"]["uri"]);
        let decoded = percent_encoding::percent_decode_str(&uri);
        assert_eq!(decoded.decode_utf8().unwrap(), report.id);
        let region = &place["region"];
        let start = number(&region["byteOffset"]);
        let end = start + number(&region["byteLength"]);
        assert_eq!(region["snippet"]["text"], &source[start..end]);
        let at = |line: &str, column: &str| Some((number(&region[line]), number(&region[column])));
        Told {
            bytes: Some((start, end)),
            start: at("startLine", "startColumn"),
            end: at("endLine", "endColumn"),
            severity: string(&result["properties"]["severity"]),
            category: Some(string(&result["ruleId"])),
            fingerprint: Some(string(&result["partialFingerprints"]["mtlintFinding/v1"])),
            ..Told::default()
        }
    });
    told.collect()
}

/// As the runner of GitHub Actions reads a command.
fn of_github(report: &Report) -> Vec<Told> {
    let unescape = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        let text = text.replace("%3A", ":").replace("%2C", ",");
        text.replace("%25", "%")
    };
    let drawn = github::annotations(report);
    let told = drawn.lines().map(|line| {
        let (command, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        assert!(!message.is_empty());
        let (name, properties) = command.split_once(' ').unwrap();
        let property = |name: &str| {
            let mut all = properties.split(',').filter_map(|p| p.split_once('='));
            all.find(|(key, _)| *key == name)
                .map(|(_, value)| unescape(value))
        };
        assert_eq!(property("file").unwrap(), report.id);
        let number = |name: &str| property(name).map(|number| number.parse::<usize>().unwrap());
        let title = property("title").unwrap();
        let title = title.strip_prefix("mtlint: ").unwrap();
        let (severity, category) = title.trim_end_matches(']').split_once('[').unwrap();
        let level = match severity {
            "minor" => "notice",
            "major" => "warning",
            _ => "error",
        };
        assert_eq!(name, level);
        let place = |line: Option<usize>, column: Option<usize>| Some((line?, column?));
        Told {
            start: place(number("line"), number("col")),
            // The column there is that of the last character.
            end: place(number("endLine"), number("endColumn").map(|last| last + 1)),
            severity: severity.to_owned(),
            category: Some(category.to_owned()),
            ..Told::default()
        }
    });
    told.collect()
}

/// A line `name:line:column: severity[category]…`; what follows is for people.
fn of_heading(line: &str, name: &str) -> Option<Told> {
    let rest = line.strip_prefix(name)?.strip_prefix(':')?;
    let (row, rest) = rest.split_once(':')?;
    let (column, rest) = rest.split_once(": ")?;
    let (severity, rest) = rest.split_once('[')?;
    let (category, _) = rest.split_once(']')?;
    Some(Told {
        start: Some((row.parse().ok()?, column.parse().ok()?)),
        severity: severity.to_owned(),
        category: Some(category.to_owned()),
        ..Told::default()
    })
}

fn of_tsv(report: &Report, source: &str) -> Vec<Told> {
    let row = tsv::row(report);
    assert_eq!(row.matches('\n').count(), 1);
    let cells: Vec<&str> = row.trim_end_matches('\n').split('\t').collect();
    assert_eq!(tsv::HEADER.trim_end().split('\t').count(), cells.len());
    let [_, text, starts, ends, severities] = cells[..] else {
        panic!("{row}")
    };
    assert_eq!(text.chars().count(), source.chars().count());
    if starts == "-1" {
        assert_eq!((ends, severities), ("-1", "no-error"));
        return Vec::new();
    }
    let numbers = |list: &str| -> Vec<usize> {
        list.split(' ')
            .map(|number| number.parse().unwrap())
            .collect()
    };
    let places = numbers(starts).into_iter().zip(numbers(ends));
    let told = places
        .zip(severities.split(' '))
        .map(|(place, severity)| Told {
            characters: Some(place),
            severity: severity.to_owned(),
            ..Told::default()
        });
    told.collect()
}

/// The marks in the article as a page shows it, which is the whole of it.
fn of_html(report: &Report, source: &str) -> Vec<Told> {
    let section = html::section(report, 1, false).unwrap();
    let page = html::page(vec![section]).unwrap();
    let (_, article) = page.split_once("<section class=\"text\"").unwrap();
    let (article, _) = article.split_once("</section>").unwrap();
    let (mut shown, mut told, mut open) = (String::new(), Vec::<Told>::new(), None);
    let mut number = 0;
    for piece in article.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        let attribute = |name: &str| {
            let (_, rest) = tag.split_once(&format!("{name}=\""))?;
            Some(rest.split_once('"')?.0)
        };
        let here = shown.chars().count();
        if tag.starts_with("a ") {
            open = Some(here);
            // A phrase over two sentences is two pieces with one id.
            if attribute(" id").is_some() {
                number += 1;
                let class = attribute("class").unwrap();
                told.push(Told {
                    characters: Some((here, here)),
                    severity: class.split(' ').nth(1).unwrap().to_owned(),
                    ..Told::default()
                });
            }
            assert_eq!(attribute("href").unwrap(), format!("#d1f{number}"));
        }
        if tag == "/a" && open.take().is_some() {
            let last = told.last_mut().unwrap();
            last.characters = last.characters.map(|(start, _)| (start, here));
        }
        if let Some(code) = text.strip_prefix("U+").filter(|_| tag.contains("control")) {
            let code = u32::from_str_radix(code, 16).unwrap();
            shown.push(char::from_u32(code).unwrap());
            continue;
        }
        let mut rest = text;
        while let Some((before, entity)) = rest.split_once('&') {
            shown += before;
            let (code, after) = entity.split_once(';').unwrap();
            let code = code.strip_prefix('#').unwrap().parse().unwrap();
            shown.push(char::from_u32(code).unwrap());
            rest = after;
        }
        shown += rest;
    }
    // To a browser these are one character.
    assert_eq!(shown, source.replace("\r\n", "\n"));
    let mut places = Vec::new();
    let mut characters = source.chars().peekable();
    let mut place = 0;
    while let Some(character) = characters.next() {
        if !(character == '\r' && characters.peek() == Some(&'\n')) {
            places.push(place);
        }
        place += 1;
    }
    places.push(place);
    for told in &mut told {
        let characters = told
            .characters
            .map(|(start, end)| (places[start], places[end]));
        told.characters = characters;
    }
    told
}

/// Examples and what is hard on a format, with names that are too.
fn documents() -> Vec<(String, String, Option<String>)> {
    let example = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        let read = |kind| std::fs::read_to_string(folder.join(format!("{name}.{kind}.txt")));
        (read("garbled").unwrap(), read("sibling").ok())
    };
    let mut documents = Vec::new();
    for name in ["dam", "transfer", "hospital"] {
        let (text, sibling) = example(name);
        documents.push((format!("examples/{name}.garbled.txt"), text, sibling));
    }
    let (dam, sibling) = example("dam");
    let windows = format!("\u{feff}{}", dam.replace('\n', "\r\n"));
    documents.push(("a,line=1::x,b=%0A.txt".to_owned(), windows, sibling.clone()));
    let tabs = dam.replace(", ", ",\t").replace("the ", "the\r");
    documents.push(("50% \"of\" [it](x).txt".to_owned(), tabs, sibling));
    let (transfer, _) = example("transfer");
    let foreign = transfer.replace(' ', " \u{202f}😀é::warning::%25 {0} \u{202e}\"");
    documents.push(("東京 <b>&amp;.txt".to_owned(), foreign, None));
    documents.push((
        "clean.txt".to_owned(),
        "It rained all day.".to_owned(),
        None,
    ));
    documents
}

#[test]
fn every_format_has_the_findings_of_the_json() {
    let (mut found, mut categories) = (0, std::collections::BTreeSet::new());
    for (id, source, sibling) in documents() {
        let document = Document::from_text(id.as_str(), source.as_str());
        let sibling = sibling.map(|text| Document::from_text("sibling.txt", text));
        let report = lint(
            Sensitivity::Thorough,
            document,
            sibling.into_iter().collect(),
        );
        assert!(matches!(report.outcome, Outcome::Scored(_)), "{id}");
        let options = json::Options::default();
        let line = json::line(&report, options).unwrap();
        let expected = of_json(&line, &source);
        let whole = json::array(&[json::object(&report, options).unwrap()]);
        let whole: Value = serde_json::from_str(&whole).unwrap();
        assert_eq!(whole[0], serde_json::from_str::<Value>(&line).unwrap());
        let name = text::safe_name(&id);
        let style = text::Style {
            width: 80,
            color: false,
        };
        let lines = compact::lines(&report);
        let drawn = text::highlight(&report, style);
        let headings = |drawn: &str| drawn.lines().filter_map(|l| of_heading(l, &name)).collect();
        let compact: Vec<Told> = headings(&lines);
        assert_eq!(compact.len(), lines.lines().count(), "{lines}");
        for (format, told) in [
            ("sarif", of_sarif(&report, &source)),
            ("github", of_github(&report)),
            ("compact", compact),
            ("text", headings(&drawn)),
            ("tsv", of_tsv(&report, &source)),
            ("html", of_html(&report, &source)),
        ] {
            assert_eq!(told.len(), expected.len(), "{format}: {id}");
            for (told, expected) in told.iter().zip(&expected) {
                assert_eq!(*told, expected.as_far_as(told), "{format}: {id}");
            }
        }
        found += expected.len();
        categories.extend(expected.into_iter().map(|told| told.category));
    }
    assert!(
        found > 50 && categories.len() > 3,
        "{found}: {categories:?}"
    );
}
