//! Parquet files that are made here, and the records read from them.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{BrotliLevel, Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::*;
use crate::{InputOptions, RecordNaming, Source};

/// What goes into one column: definition levels, repetition levels, values.
enum Column {
    Texts(Vec<i16>, Vec<i16>, Vec<&'static [u8]>),
    Days(Vec<i16>, Vec<i32>),
    Numbers(Vec<i64>),
}

/// A file of `schema`, with one group of rows for each of `groups`.
fn parquet(schema: &str, groups: &[Vec<Column>]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_data_page_row_count_limit(2)
        .set_write_batch_size(1)
        .build();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    for columns in groups {
        let mut group = file.next_row_group().unwrap();
        for column in columns {
            let mut writer = group.next_column().unwrap().unwrap();
            let written = match (column, writer.untyped()) {
                (
                    Column::Texts(defined, repeated, values),
                    ColumnWriter::ByteArrayColumnWriter(writer),
                ) => {
                    let values: Vec<_> = values.iter().map(|value| value.to_vec().into()).collect();
                    let repeated = Some(repeated.as_slice()).filter(|levels| !levels.is_empty());
                    writer.write_batch(&values, Some(defined), repeated)
                }
                (Column::Days(defined, values), ColumnWriter::Int32ColumnWriter(writer)) => {
                    writer.write_batch(values, Some(defined), None)
                }
                (Column::Numbers(values), ColumnWriter::Int64ColumnWriter(writer)) => {
                    writer.write_batch(values, None, None)
                }
                _ => panic!("another type"),
            };
            written.unwrap();
            writer.close().unwrap();
        }
        group.close().unwrap();
    }
    file.close().unwrap();
    bytes
}

fn opened(bytes: &[u8], max_bytes: u64) -> io::Result<ParquetRecords> {
    let mut file = tempfile::NamedTempFile::with_suffix(".parquet").unwrap();
    file.write_all(bytes).unwrap();
    let mut table = ParquetRecords::open(file.path(), max_bytes, &BytesRead::default())?;
    table.name = "feed.parquet".to_owned();
    Ok(table)
}

/// Id, text and siblings, or id and what is wrong.
fn told(row: &Record) -> Vec<String> {
    match row {
        Record::Document { request, date } => {
            let document = &request.document;
            let mut words = vec![document.name().to_owned(), document.text().to_owned()];
            words.extend(date.day().map(|day| day.to_string()));
            for sibling in &request.unread {
                words.push(format!("{}: {}", sibling.name(), sibling.text()));
            }
            words
        }
        Record::Rejected { id, error } => vec![id.clone(), error.to_string()],
        Record::Unreadable { id, error } => vec![id.clone(), error.to_string()],
        Record::Broken(error) => vec![error.to_string()],
    }
}

const RECORDS: &str = "message feed {
    optional binary byline (UTF8);
    optional binary id (UTF8);
    optional int32 date (DATE);
    optional group siblings (LIST) {
        repeated group list {
            optional group element {
                optional binary id (UTF8);
                optional binary text (UTF8);
                optional binary lang (UTF8);
            }
        }
    }
    optional binary text (UTF8);
}";

fn records() -> Vec<u8> {
    // Siblings: two in the first row, one without an id and one without a text in
    // the second, an empty list in the third, none in the last.
    let repeated = vec![0, 1, 0, 1, 0, 0];
    let first = vec![
        Column::Texts(vec![1, 0, 0, 0], vec![], vec![b"Nobody"]),
        Column::Texts(vec![1, 0, 1, 1], vec![], vec![b"night/1", b"night/3", b""]),
        Column::Days(vec![1, 0, 0, 1], vec![20_574, -1]),
        Column::Texts(
            vec![4, 4, 3, 4, 1, 0],
            repeated.clone(),
            vec![b"wire/1", b"wire/2", b"wire/3"],
        ),
        Column::Texts(
            vec![4, 4, 4, 3, 1, 0],
            repeated.clone(),
            vec![b"It rained.", b"It poured.", b"It snowed."],
        ),
        Column::Texts(vec![3, 3, 3, 3, 1, 0], repeated, vec![]),
        Column::Texts(
            vec![1, 1, 0, 1],
            vec![],
            vec![b"Rain fell.\nMuch of it.", b"Snow fell.", b"caf\xe9"],
        ),
    ];
    let second = vec![
        Column::Texts(vec![0, 0], vec![], vec![]),
        Column::Texts(vec![0, 0], vec![], vec![]),
        Column::Days(vec![0, 0], vec![]),
        Column::Texts(vec![0, 0], vec![0, 0], vec![]),
        Column::Texts(vec![0, 0], vec![0, 0], vec![]),
        Column::Texts(vec![0, 0], vec![0, 0], vec![]),
        Column::Texts(
            vec![1, 1],
            vec![],
            vec![b"Of more bytes than the limit of thirty.", b"Hail."],
        ),
    ];
    parquet(RECORDS, &[first, second])
}

#[test]
fn rows_of_all_groups_are_records_or_say_why_not() {
    let bytes = records();
    let rows: Vec<_> = opened(&bytes, 30).unwrap().collect();
    let rows: Vec<_> = rows.iter().map(|row| told(row).join("|")).collect();
    assert_eq!(
        rows,
        [
            "night/1|Rain fell.\nMuch of it.|2461162|wire/1: It rained.|wire/2: It poured.",
            "2|Snow fell.|2#sibling-1: It snowed.",
            "night/3|row 3 is not a record: its text is null",
            "4|row 4 is not UTF-8: its byte 3 cannot stand there",
            "5|the text of row 5 is over the limit of 30 bytes",
            "6|Hail."
        ]
    );
    assert_eq!(RecordDate::read("2026-05-01"), RecordDate::Day(2_461_162));
    let named = opened(&bytes, 30).unwrap().named_by_file();
    let named: Vec<_> = named.map(|row| told(&row).remove(0)).collect();
    assert_eq!(named[1], "feed.parquet:2");
}

#[test]
fn what_was_read_of_the_file_is_counted() {
    let mut file = tempfile::NamedTempFile::with_suffix(".parquet").unwrap();
    let bytes = records();
    file.write_all(&bytes).unwrap();
    let input_options = InputOptions {
        max_bytes: 30,
        naming: RecordNaming::Number,
        read: BytesRead::default(),
        stop: Arc::default(),
    };
    let source = Source::Parquet(file.path().to_owned());
    let mut stdin = Some(io::empty());
    let mut rows = super::super::records(&source, &mut stdin, &input_options);
    rows.by_ref().take(4).for_each(drop);
    let half = bytes.len() as u64 / 2;
    assert_eq!(input_options.read.get(), half);
    assert_eq!(rows.count(), 2);
    assert_eq!(input_options.read.get(), bytes.len() as u64);
}

#[test]
fn ids_may_be_numbers_and_siblings_plain() {
    let schema = "message feed {
        required int64 id;
        required binary text;
        optional binary sibling (UTF8);
        optional group siblings (LIST) { repeated group bag { optional binary array_element (UTF8); } }
    }";
    let columns = vec![
        Column::Numbers(vec![7, -8]),
        Column::Texts(vec![0, 0], vec![], vec![b"Rain.", b"Snow."]),
        Column::Texts(vec![1, 0], vec![], vec![b"It rained."]),
        Column::Texts(
            vec![3, 3, 0],
            vec![0, 1, 0],
            vec![b"It poured.", b"It showered."],
        ),
    ];
    let rows = opened(&parquet(schema, &[columns]), 30).unwrap();
    let rows: Vec<_> = rows.map(|row| told(&row).join("|")).collect();
    assert_eq!(
        rows,
        [
            "7|Rain.|7#sibling-1: It rained.|7#sibling-2: It poured.|7#sibling-3: It showered.",
            "-8|Snow."
        ]
    );
}

#[test]
fn a_file_without_texts_says_what_it_lacks() {
    let problem = |schema: &str| {
        let bytes = parquet(schema, &[]);
        opened(&bytes, 30).err().unwrap().to_string()
    };
    let nothing = problem("message feed { optional binary body (UTF8); }");
    assert!(nothing.starts_with("it has no column 'text'"), "{nothing}");
    for (name, schema) in [
        ("text", "message feed { optional int64 text; }"),
        (
            "id",
            "message feed { optional binary text; optional double id; }",
        ),
        (
            "siblings",
            "message feed { optional binary text; optional binary siblings; }",
        ),
    ] {
        let problem = problem(schema);
        assert!(
            problem.starts_with(&format!("its column '{name}' holds ")),
            "{problem}"
        );
    }
    for bytes in [
        &b""[..],
        b"PAR1",
        b"PAR1\0\0\0\0PAR1",
        b"{\"text\":\"Rain.\"}",
    ] {
        let problem = opened(bytes, 30).err().unwrap().to_string();
        assert!(
            problem.starts_with("it is no Parquet, or damaged ("),
            "{problem}"
        );
    }
}

#[test]
fn damage_anywhere_ends_in_rows_or_an_error() {
    let whole = records();
    let mut errors = 0;
    for at in 0..whole.len() {
        for change in [0xff, 0x01, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            match opened(&bytes, 30) {
                // As many rows as there are, at most, and nothing after an error.
                Ok(table) => {
                    let rows: Vec<_> = table.take(1_000).collect();
                    let wrong = rows
                        .iter()
                        .filter(|row| matches!(row, Record::Broken(_)))
                        .count();
                    assert!(wrong <= 1 && rows.len() < 1_000);
                    errors += wrong;
                }
                Err(_) => errors += 1,
            }
        }
    }
    assert!(errors > 100, "{errors}");
    for end in 0..whole.len() {
        assert!(opened(&whole[..end], 30).is_err());
    }
}

/// A file of texts alone, in one page, packed in some way.
fn packed(texts: &[Vec<u8>], compression: Compression, second: bool, dictionary: bool) -> Vec<u8> {
    let schema =
        Arc::new(parse_message_type("message feed { required binary text (UTF8); }").unwrap());
    let version = if second {
        WriterVersion::PARQUET_2_0
    } else {
        WriterVersion::PARQUET_1_0
    };
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_writer_version(version)
        .set_dictionary_enabled(dictionary)
        .set_encoding(Encoding::PLAIN)
        .set_dictionary_page_size_limit(1 << 30)
        .set_data_page_size_limit(1 << 30)
        .build();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    let mut group = file.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let ColumnWriter::ByteArrayColumnWriter(writer) = column.untyped() else {
        panic!("another type");
    };
    for text in texts {
        writer
            .write_batch(&[text.clone().into()], None, None)
            .unwrap();
    }
    column.close().unwrap();
    group.close().unwrap();
    file.close().unwrap();
    bytes
}

fn codecs() -> [Compression; 6] {
    [
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ]
}

const TOO_MUCH: &str = "feed.parquet: cannot be read to its end: it unpacks to more than 256 times \
                        its size; if it is sound, write it again, with less in a page";

/// What is told of a row, without the text of a large one.
fn shortly(row: &Record) -> String {
    let mut told = told(row).join("|");
    told.truncate(200);
    told
}

#[test]
fn a_page_that_unpacks_to_very_much_is_not_unpacked() {
    let texts = vec![vec![b'a'; 4 << 20]; 8];
    // The codecs that pack so much.
    for codec in codecs().into_iter().skip(1) {
        if codec == Compression::LZ4 || codec == Compression::LZ4_RAW {
            continue;
        }
        for second in [false, true] {
            let bytes = packed(&texts, codec, second, false);
            assert!(bytes.len() < 64 << 10, "{codec}: {}", bytes.len());
            let rows: Vec<_> = opened(&bytes, 8 << 20).unwrap().collect();
            let rows: Vec<_> = rows.iter().map(shortly).collect();
            assert_eq!(rows, [TOO_MUCH], "{codec} {second}");
        }
    }
}

#[test]
fn texts_that_a_dictionary_repeats_count_each_time() {
    let texts = vec![vec![b'a'; 1 << 20]; 1000];
    let bytes = packed(&texts, Compression::SNAPPY, false, true);
    assert!(bytes.len() < 128 << 10, "{}", bytes.len());
    let rows: Vec<_> = opened(&bytes, 8 << 20).unwrap().collect();
    let (last, before) = rows.split_last().unwrap();
    assert_eq!(told(last), [TOO_MUCH]);
    assert!((7..40).contains(&before.len()), "{}", before.len());
}

#[test]
fn honest_pages_of_every_codec_are_read() {
    let text = |seed: u64| -> Vec<u8> {
        let word = |n: u64| format!("{:x} ", (n + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (0..20_000).flat_map(|n| word(n).into_bytes()).collect()
    };
    let texts: Vec<Vec<u8>> = (0..40).map(|seed| text(seed * 100_000)).collect();
    for codec in codecs().into_iter().chain([Compression::UNCOMPRESSED]) {
        for second in [false, true] {
            let bytes = packed(&texts, codec, second, false);
            let rows: Vec<_> = opened(&bytes, 8 << 20).unwrap().collect();
            assert_eq!(rows.len(), texts.len(), "{codec}");
            for (row, text) in rows.iter().zip(&texts) {
                assert!(told(row)[1].as_bytes() == text, "{codec}");
            }
        }
    }
}

#[test]
fn a_page_that_understates_what_it_unpacks_to_is_not_unpacked() {
    let texts = vec![vec![b'a'; 4 << 20]; 8];
    for codec in [
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
    ] {
        for second in [false, true] {
            let mut bytes = packed(&texts, codec, second, false);
            // The first page begins behind the magic number: its type, then its size.
            assert_eq!((bytes[4], bytes[6]), (0x15, 0x15));
            let size = bytes[7..].iter().take_while(|byte| **byte >= 0x80).count() + 1;
            // The same number of bytes for another number, 100.
            let mut small = vec![0x80; size];
            (small[0], small[1], small[size - 1]) = (0xc8, 0x81, 0x00);
            bytes[7..7 + size].copy_from_slice(&small);
            let rows: Vec<_> = opened(&bytes, 8 << 20).unwrap().collect();
            let rows: Vec<_> = rows.iter().map(shortly).collect();
            assert_eq!(rows, [TOO_MUCH], "{codec} {second}");
        }
    }
}

#[test]
fn very_many_nulls_are_no_rows_without_end() {
    let schema = Arc::new(parse_message_type("message feed { optional binary text; }").unwrap());
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, schema, Arc::default()).unwrap();
    let mut group = file.next_row_group().unwrap();
    let mut writer = group.next_column().unwrap().unwrap();
    let ColumnWriter::ByteArrayColumnWriter(texts) = writer.untyped() else {
        panic!("another type");
    };
    texts
        .write_batch(&[], Some(&vec![0; 2_000_000]), None)
        .unwrap();
    writer.close().unwrap();
    group.close().unwrap();
    file.close().unwrap();
    assert!(bytes.len() < 30_000, "{}", bytes.len());
    let mut rows = 0;
    let mut last = None;
    for row in opened(&bytes, 30).unwrap() {
        rows += 1;
        last = Some(row);
    }
    assert!(rows < 600_000, "{rows}");
    assert_eq!(told(&last.unwrap()), [TOO_MUCH]);
}
