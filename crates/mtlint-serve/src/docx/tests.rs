//! Documents made here: sound ones, and hostile ones.

use std::io::{Cursor, Write};

use mtlint_fuzz::mutation::Mutations;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::package::MAX_XML_BYTES;
use super::*;

const ROOM: u64 = 100_000;

const RELATIONSHIPS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/><Relationship Id="b" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="/word/document2.xml"/></Relationships>"#;

/// A package with these parts.
fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        writer.start_file(*name, packed).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The XML of a document with this body.
fn xml(body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:x="urn:other"><w:body>{body}</w:body></w:document>"#
    )
}

/// A document whose main part is `xml`.
fn document(xml: &[u8]) -> Vec<u8> {
    package(&[
        ("_rels/.rels", RELATIONSHIPS.as_bytes()),
        ("word/document2.xml", xml),
        ("word/comments.xml", b"no XML"),
    ])
}

#[track_caller]
fn read(body: &str) -> String {
    text(&document(xml(body).as_bytes()), ROOM).unwrap()
}

fn refused(bytes: &[u8]) -> String {
    text(bytes, ROOM).unwrap_err().to_string()
}

#[test]
fn paragraphs_are_read_wherever_they_stand() {
    let body = r#"
        <w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr>
          <w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">The dam </w:t></w:r>
          <w:hyperlink><w:r><w:t>at Zo&#235; &amp; Co</w:t></w:r></w:hyperlink>
          <w:r><w:t>.</w:t></w:r></w:p>
        <w:p/><w:p><w:r><w:t> </w:t></w:r></w:p>
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>North</w:t><w:tab/><w:t>12</w:t></w:r></w:p></w:tc>
          <w:tc><w:p><w:r><w:t>South<![CDATA[ & east]]></w:t></w:r></w:p></w:tc></w:tr></w:tbl>
        <w:sdt><w:sdtContent><w:p><w:r><w:t>Line</w:t><w:br/><w:t>by well</w:t><w:noBreakHyphen/>
          <w:t>kept line</w:t></w:r></w:p></w:sdtContent></w:sdt>
        <w:p><w:r><w:t>So </w:t></w:r><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></w:p>"#;
    assert_eq!(
        read(body),
        "The dam at Zoë & Co.\n\nNorth\t12\n\nSouth & east\n\nLine\nby well-kept line\n\nSo x=1"
    );
    assert_eq!(read(""), "");
}

#[test]
fn tracked_changes_count_as_accepted() {
    let body = r#"
        <w:p><w:r><w:t>The </w:t></w:r>
          <w:del w:id="1"><w:r><w:delText>old</w:delText><w:t>older</w:t></w:r></w:del>
          <w:ins w:id="2"><w:r><w:t>new</w:t></w:r></w:ins>
          <w:moveFrom w:id="3"><w:r><w:t> away</w:t></w:r></w:moveFrom>
          <w:moveTo w:id="4"><w:r><w:t> here</w:t></w:r></w:moveTo><w:r><w:t> bridge</w:t></w:r></w:p>
        <w:p><w:pPr><w:rPr><w:del w:id="5"/></w:rPr></w:pPr><w:r><w:t>It was </w:t></w:r></w:p>
        <w:p><w:pPr><w:rPr><w:ins w:id="6"/></w:rPr></w:pPr><w:r><w:t>closed.</w:t></w:r></w:p>
        <w:tbl><w:tr><w:trPr><w:ins w:id="7"/></w:trPr><w:tc><w:p><w:r><w:t>Row</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"#;
    assert_eq!(read(body), "The new here bridge\n\nIt was closed.\n\nRow");
}

#[test]
fn what_no_reader_sees_is_left_out() {
    let body = r#"
        <w:p><w:r><w:fldChar/><w:instrText>PAGE \* MERGEFORMAT</w:instrText></w:r>
          <w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>
          <w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>shown</w:t></w:r>
          <w:r><x:t>foreign</x:t></w:r><w:r><w:t> too</w:t></w:r></w:p>
        <w:p><w:r><w:t>Before the box, </w:t></w:r><w:r><mc:AlternateContent>
          <mc:Choice><w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent></mc:Choice>
          <mc:Fallback><w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent></mc:Fallback>
          </mc:AlternateContent></w:r><w:r><w:t>behind it.</w:t></w:r></w:p>"#;
    assert_eq!(
        read(body),
        "shown too\n\nIn the box.\n\nBefore the box, behind it."
    );
}

#[test]
fn what_is_no_document_is_refused() {
    let other = "the file is no .docx document";
    for bytes in [&b""[..], b"plain text", b"PK\x03\x04", b"{\\rtf1 a}"] {
        assert_eq!(refused(bytes), other);
    }
    assert_eq!(refused(&package(&[("a.txt", b"a")])), other);
    let sheet = RELATIONSHIPS.replace("officeDocument\"", "other\"");
    assert_eq!(
        refused(&package(&[("_rels/.rels", sheet.as_bytes())])),
        other
    );
    assert!(refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").contains("with a password"));
    let alone = package(&[("_rels/.rels", RELATIONSHIPS.as_bytes())]);
    assert!(refused(&alone).contains("is damaged"));
    let sound = xml("<w:p><w:r><w:t>QQ</w:t></w:r></w:p>");
    for wrong in [
        sound[..sound.len() - 30].to_owned(),
        sound.replace("</w:t>", "</w:u>"),
        sound.replace("QQ", "&unknown;"),
        sound.replace("QQ", "&#xFFFFFFFF;"),
        sound.replace("<w:document", "<!DOCTYPE a [<!ENTITY b \"c\">]><w:document"),
    ] {
        let error = refused(&document(wrong.as_bytes()));
        assert!(error.contains("is damaged"), "{error}");
    }
    let mut latin = sound.into_bytes();
    let at = latin.iter().position(|byte| *byte == b'Q').unwrap();
    latin[at] = 0xe9;
    assert!(refused(&document(&latin)).contains("is damaged"));
}

#[test]
fn bombs_are_refused() {
    let spaces = " ".repeat(MAX_XML_BYTES as usize);
    let bomb = document(xml(&spaces).as_bytes());
    assert!(bomb.len() < 1 << 20);
    assert!(refused(&bomb).starts_with("the document, unpacked, has more than"));
    let long = "a".repeat(ROOM as usize + 1);
    let long = xml(&format!("<w:p><w:r><w:t>{long}</w:t></w:r></w:p>"));
    let error = refused(&document(long.as_bytes()));
    assert!(error.starts_with("the text of the document has more than"));
    let deep = xml(&"<w:p>".repeat(100_000));
    assert!(refused(&document(deep.as_bytes())).contains("stand in one another"));
}

#[test]
fn damaged_documents_are_read_or_refused() {
    let body = "<w:p><w:r><w:t>The dam &amp; the lake.</w:t></w:r></w:p>".repeat(3);
    let sound = xml(&body).into_bytes();
    let (mut read, mut refused) = (0, 0);
    let packed = Mutations::new(vec![document(&sound)], 1, 4096);
    let unpacked = Mutations::new(vec![sound], 2, 4096);
    let unpacked = unpacked.take(1000).map(|xml| document(&xml));
    for bytes in packed.take(1000).chain(unpacked) {
        match text(&bytes, ROOM) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(read > 0 && refused > 0, "{read} {refused}");
}
