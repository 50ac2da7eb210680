//! Records, sources, and the order of reports.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::pool::{Article, BatchPool, PoolBuilder};
use mtlint::linter::{Linter, Options, Request};
use mtlint::lm::stub::Stub;
use mtlint::report::{Status, json};

fn read(bytes: &[u8], max_bytes: u64) -> Vec<Record> {
    JsonLinesRecords::new("-", bytes, max_bytes).collect()
}

fn document(record: &Record) -> &Request {
    match record {
        Record::Document { request, .. } => request,
        Record::Unreadable { error, .. } => panic!("{error}"),
        Record::Rejected { error, .. } => panic!("{error}"),
        Record::Broken(error) => panic!("{error}"),
    }
}

fn rejected(record: &Record) -> (&str, &RecordError) {
    match record {
        Record::Rejected { id, error } => (id, error),
        other => panic!("{} was read", other.id()),
    }
}

#[test]
fn records_have_ids_and_siblings() {
    let lines = concat!(
        "\u{feff}{\"id\":\"night/1\",\"text\":\"Rain fell.\",\"siblings\":[\"It rained.\",{\"id\":\"b\",\"text\":\"Wet.\"}]}\n",
        "\r\n",
        "{\"text\":\"No id, more fields.\",\"source\":null}\n",
        "{\"id\":12,\"text\":\"\"}",
    );
    let records = read(lines.as_bytes(), 100);
    let first = document(&records[0]);
    assert_eq!(first.document.name(), "night/1");
    assert_eq!(first.document.text(), "Rain fell.");
    let siblings: Vec<_> = first
        .unread
        .iter()
        .map(|sibling| (sibling.name(), sibling.text()))
        .collect();
    assert_eq!(
        siblings,
        [("night/1#sibling-1", "It rained."), ("b", "Wet.")]
    );
    assert_eq!(document(&records[1]).document.name(), "3");
    assert_eq!(document(&records[2]).document.name(), "12");
    assert_eq!(records.len(), 3);
}

#[test]
fn one_sibling_needs_no_list() {
    let lines = concat!(
        "{\"id\":\"a\",\"text\":\"Rain fell.\",\"sibling\":\"It rained.\"}\n",
        "{\"id\":\"a\",\"text\":\"Rain fell.\",\"siblings\":{\"id\":\"b\",\"text\":\"Wet.\"}}\n",
        "{\"id\":\"a\",\"text\":\"Rain fell.\",\"siblings\":[\"Wet.\"],\"sibling\":\"It rained.\"}\n",
        "{\"id\":\"a\",\"text\":\"Rain fell.\",\"siblings\":7}",
    );
    let records = read(lines.as_bytes(), 100);
    let texts = |record| -> Vec<&str> {
        let siblings = document(record).unread.iter();
        siblings.map(|sibling| sibling.text()).collect()
    };
    assert_eq!(texts(&records[0]), ["It rained."]);
    assert_eq!(texts(&records[1]), ["Wet."]);
    assert_eq!(texts(&records[2]), ["Wet.", "It rained."]);
    let (id, error) = rejected(&records[3]);
    assert_eq!(id, "a");
    assert!(
        format!("{error:?}").contains("must be a list of texts"),
        "{error:?}"
    );
}

#[test]
fn a_date_that_is_none_is_kept_as_it_is_written() {
    let date = |date: &str| {
        let line = format!("{{\"text\":\"Rain fell.\",\"date\":{date}}}");
        match read(line.as_bytes(), 100).pop() {
            Some(Record::Document { date, .. }) => date,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(date("\"2026-05-01T06:00\""), RecordDate::Day(2_461_162));
    assert_eq!(date("null"), RecordDate::None);
    assert_eq!(date("\"\""), RecordDate::None);
    for odd in ["01/05/2026", "1709078400", "{\"day\":1}"] {
        let written = if odd.contains('/') {
            format!("\"{odd}\"")
        } else {
            odd.to_owned()
        };
        assert_eq!(date(&written), RecordDate::Unread(odd.to_owned()));
    }
}

#[test]
fn a_bad_line_says_what_is_wrong_and_the_next_is_read() {
    let mut lines =
        b"not json\n{\"id\":\"x\",\"txt\":\"a\"}\n[1]\n{\"id\":[],\"text\":\"a\"}\n".to_vec();
    lines.extend(b"{\"text\":\"\xff\"}\n{\"text\":\"good\"}\n");
    let records = read(&lines, 100);
    assert_eq!(records.len(), 6);
    assert_eq!(rejected(&records[0]).0, "1");
    let (id, error) = rejected(&records[1]);
    assert_eq!(id, "x");
    assert_eq!(
        error.to_string(),
        "line 2 is not a record: it has no \"text\""
    );
    assert!(matches!(
        rejected(&records[2]).1,
        RecordError::Malformed {
            position: RecordPosition::Line(3),
            ..
        }
    ));
    assert!(
        rejected(&records[3])
            .1
            .to_string()
            .contains("\"id\" must be")
    );
    assert_eq!(
        rejected(&records[4]).1,
        &RecordError::NotUtf8 {
            position: RecordPosition::Line(5),
            byte: 9
        }
    );
    assert_eq!(document(&records[5]).document.name(), "6");
}

#[test]
fn texts_and_siblings_over_the_limit_are_named() {
    let records = read(
        b"{\"id\":\"a\",\"text\":\"12345\"}\n{\"text\":\"1\",\"siblings\":[\"1\",\"12345\"]}\n{\"text\":\"1234\"}",
        4,
    );
    let (id, error) = rejected(&records[0]);
    assert_eq!(
        (id, error.to_string().as_str()),
        ("a", "the text of line 1 is over the limit of 4 bytes")
    );
    assert!(
        rejected(&records[1])
            .1
            .to_string()
            .starts_with("sibling 2 of line 2")
    );
    assert_eq!(document(&records[2]).document.name(), "3");
}

/// Endless `x`, then a line break, then one good record.
struct Flood {
    left: u64,
    longest_buffer: usize,
}

impl Read for Flood {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.longest_buffer = self.longest_buffer.max(buffer.len());
        let amount = self.left.min(buffer.len() as u64);
        buffer[..amount as usize].fill(b'x');
        self.left -= amount;
        Ok(amount as usize)
    }
}

#[test]
fn a_huge_line_is_skipped_without_being_kept() {
    let flood = Flood {
        left: 300_000_000,
        longest_buffer: 0,
    };
    let input = flood.chain(&b"\n{\"text\":\"after\"}"[..]);
    let mut reader = BufReader::new(input);
    let mut records = JsonLinesRecords::new("-", reader.by_ref(), 1_000);
    let record = records.next().unwrap();
    let (id, error) = rejected(&record);
    assert_eq!(id, "1");
    assert!(matches!(error, RecordError::TooLarge { limit: 12_096, .. }));
    let record = records.next().unwrap();
    assert_eq!(document(&record).document.name(), "2");
    assert!(records.next().is_none());
    assert!(reader.fill_buf().unwrap().is_empty());
}

/// Fails after its bytes are read.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is gone"))
    }
}

fn linter() -> Linter {
    Linter::new(Arc::new(Stub::default())).unwrap()
}

fn lint_all(
    input: impl BufRead,
    stop: &AtomicBool,
    mut each: impl FnMut(ReportLine),
) -> Result<Completion, BatchError> {
    let job = Job {
        linter: &linter(),
        options: &Options {
            language: Some("eng".to_owned()),
            ..Options::default()
        },
        json: json::Options::default(),
        run: None,
        siblings: None,
        stop,
        on_report: None,
    };
    job.lint_all(JsonLinesRecords::new("in", input, 1_000), |judged| {
        each(judged);
        Ok(())
    })
}

#[test]
fn a_batch_that_is_stopped_hands_on_what_it_read() {
    let lines = "{\"text\":\"The river rose by a metre overnight.\"}\n".repeat(200);
    let stop = AtomicBool::new(false);
    let mut judged = 0;
    let ended = lint_all(lines.as_bytes(), &stop, |_| {
        judged += 1;
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(ended.unwrap(), Completion::Stopped);
    assert!((1..200).contains(&judged), "{judged}");
}

#[test]
fn reports_come_in_the_order_of_the_records_over_many_groups() {
    let mut lines = String::new();
    for number in 1..=200 {
        if number % 7 == 0 {
            lines += "{}\n";
        } else {
            lines += "{\"text\":\"The river rose by a metre overnight.\"}\n";
        }
    }
    let mut ids = Vec::new();
    let mut failed = 0;
    let ended = lint_all(lines.as_bytes(), &AtomicBool::new(false), |judged| {
        failed += usize::from(judged.summary.status == Status::Failed);
        ids.push(judged.id);
    });
    assert_eq!(ended.unwrap(), Completion::Complete);
    let expected: Vec<String> = (1..=200).map(|number: u32| number.to_string()).collect();
    assert_eq!(ids, expected);
    assert_eq!(failed, 200 / 7);
}

#[test]
fn what_was_read_before_the_input_broke_is_reported() {
    let input = BufReader::new((&b"{\"text\":\"Snow fell.\"}\n"[..]).chain(Broken));
    let mut lines = Vec::new();
    let ended = lint_all(input, &AtomicBool::new(false), |judged| {
        lines.push((judged.id, judged.summary.status, judged.line));
    });
    assert_eq!(ended.unwrap(), Completion::Complete);
    assert_eq!((lines[0].0.as_str(), lines[0].1), ("1", Status::Scored));
    assert_eq!((lines[1].0.as_str(), lines[1].1), ("in", Status::Failed));
    let error = r#""error":{"kind":"unreadable","message":"in: cannot be read to its end: the disk is gone"}"#;
    assert!(lines[1].2.contains(error), "{}", lines[1].2);
    assert_eq!(lines.len(), 2);
}

#[test]
fn ids_of_a_kilobyte_are_kept_and_longer_ones_are_bad_records() {
    let (long, longer) = ("a".repeat(1024), "é".repeat(513));
    let lines = [
        serde_json::json!({"id": long, "text": "Rain.", "siblings": [{"id": long, "text": "b"}]}),
        serde_json::json!({"id": longer, "text": "Rain."}),
        serde_json::json!({"id": longer}),
        serde_json::json!({"id": "c", "text": "Rain.", "siblings": ["d", {"id": longer, "text": "e"}]}),
    ];
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let records = read(lines.as_bytes(), 10_000);
    assert_eq!(document(&records[0]).document.name(), long);
    assert_eq!(document(&records[0]).unread[0].name(), long);
    for (record, id, problem) in [
        (
            &records[1],
            "2",
            "line 2 is not a record: its id has 1026 bytes, and ids have at most 1024",
        ),
        (
            &records[2],
            "3",
            "line 3 is not a record: its id has 1026 bytes, and ids have at most 1024",
        ),
        (
            &records[3],
            "c",
            "line 4 is not a record: the id of sibling 2 has 1026 bytes, and ids have at most 1024",
        ),
    ] {
        let (rejected, error) = rejected(record);
        assert_eq!((rejected, error.to_string().as_str()), (id, problem));
    }
}

#[test]
fn lines_with_links_are_read_as_the_contract_and_written_the_same() {
    const GARBLED: &str = "A terrain tremble of grandness 6.2 has hit Tuesday the province of \
        Manissa in the west of Turkey, has told the service AFAD. At least 14 persons have been \
        injured while they jumped of balconies in Akhissar. The mayor Ömer Yildirim prayed the \
        inhabitants to sleep outwards. Three mosques have lost their minaretes.";
    const CLEAN: &str = "Fourteen people were hurt, most of them jumping from balconies, when a \
        magnitude 6.2 earthquake struck Turkey's western Manisa province on Tuesday. The disaster \
        agency AFAD said the town of Akhisar was worst affected, where three minarets collapsed. \
        Mayor Omer Yildirim urged residents to spend the night outdoors.";
    let mut builder = PoolBuilder::new().unwrap();
    let article = Article {
        id: "wire/1".to_owned(),
        text: CLEAN.to_owned(),
        date: None,
    };
    builder.add(&article).unwrap();
    let pool = builder.finish().unwrap();
    let batch_pool = BatchPool {
        first_own: pool.len(),
        pool,
        skipped: 0,
        first_problem: None,
        unread_dates: UnreadDates::default(),
        broken: Vec::new(),
    };
    let copy = CLEAN.replace("Fourteen people", "14 people");
    let records = [
        serde_json::json!({"id": "night/1", "text": GARBLED}),
        serde_json::json!({"id": "night/2", "text": copy, "siblings": ["The ground shook."]}),
        serde_json::json!({"id": "night/3"}),
    ];
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let job = Job {
        linter: &linter(),
        options: &Options {
            language: Some("eng".to_owned()),
            ..Options::default()
        },
        json: json::Options::default(),
        run: None,
        siblings: Some(&mut SiblingFinder::new(batch_pool, 7)),
        stop: &AtomicBool::new(false),
        on_report: None,
    };
    let mut read = Vec::new();
    let records = JsonLinesRecords::new("in", lines.as_bytes(), 10_000);
    job.lint_all(records, |made| {
        let Line(report) = serde_json::from_str(&made.line)?;
        assert_eq!(serde_json::to_string(&Line(report.clone()))?, made.line);
        let links = DocumentLinks {
            copy_of: report.copy_of.clone(),
            sibling: report.sibling.clone(),
        };
        assert_eq!(links, made.links);
        assert_eq!(report.status, made.summary.status);
        read.push((report.id, report.copy_of, report.sibling));
        Ok::<_, BatchError>(())
    })
    .unwrap();
    let wire = || Some("wire/1".to_owned());
    assert_eq!(
        read,
        [
            ("night/1".to_owned(), None, wire()),
            ("night/2".to_owned(), wire(), None),
            ("night/3".to_owned(), None, None),
        ]
    );
}
