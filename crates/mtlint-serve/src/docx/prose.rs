//! From the XML of a document to its text.
//!
//! In: the XML of the main part, as it is unpacked. Out: the text of its paragraphs. What stands
//! in it is told by the names of WordprocessingML; all others are passed over.

use std::io::{BufReader, Read, Take};

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::error::DocxError;
use super::package::MAX_XML_BYTES;

/// Elements stand in one another at most so deep: real ones to about 50, with tables in tables.
const MAX_DEPTH: usize = 512;

/// The namespaces whose elements have text: WordprocessingML and formulas, each in two editions.
const NAMESPACES: [&str; 4] = [
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
];

/// The namespace of what is given twice, for programs of two ages.
const COMPATIBILITY: &str = "http://schemas.openxmlformats.org/markup-compatibility/2006";

/// What stands between paragraphs.
const BREAK: &str = "\n\n";

/// The text of the document with this XML, which has at most `max_bytes` bytes.
///
/// # Errors
/// When it is no sound XML, or too large.
pub(super) fn text(xml: BufReader<Take<impl Read>>, max_bytes: u64) -> Result<String, DocxError> {
    let mut reader = NsReader::from_reader(xml);
    let mut writer = Writer::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let read = reader.read_resolved_event_into(&mut buffer);
        let step = read.map_err(DocxError::damaged);
        let step = step.and_then(|(namespace, event)| writer.take(&namespace, event));
        // What was cut off looks damaged.
        if reader.get_mut().get_ref().limit() == 0 {
            return Err(DocxError::TooLarge {
                what: "the document, unpacked,",
                limit: MAX_XML_BYTES,
            });
        }
        if !step? {
            writer.text.truncate(writer.text.trim_end().len());
            return Ok(writer.text);
        }
        if writer.bytes() as u64 > max_bytes {
            return Err(DocxError::TooLarge {
                what: "the text of the document",
                limit: max_bytes,
            });
        }
    }
}

/// Makes the text, element by element.
#[derive(Default)]
struct Writer {
    /// The paragraphs that are at their end.
    text: String,
    /// The paragraphs that are open: one in a text box stands within another.
    open: Vec<Paragraph>,
    /// How many elements are open.
    depth: usize,
    /// At which depth an element was opened of which nothing counts.
    skipped: Option<usize>,
    /// Whether what comes is text, and not space between elements.
    in_text: bool,
    /// Whether the run is shown to nobody.
    hidden: bool,
}

/// A paragraph that is open.
#[derive(Default)]
struct Paragraph {
    text: String,
    /// Whether its properties are open.
    in_properties: bool,
    /// Whether its end was deleted: the next one goes on in it.
    joined: bool,
}

impl Writer {
    /// Takes the next part of the XML; `false` at the end.
    fn take(&mut self, namespace: &ResolveResult<'_>, event: Event<'_>) -> Result<bool, DocxError> {
        match event {
            Event::Eof if self.depth > 0 => {
                return Err(DocxError::damaged("its XML breaks off"));
            }
            Event::Eof => return Ok(false),
            Event::Start(element) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    let problem = format!("more than {MAX_DEPTH} elements stand in one another");
                    return Err(DocxError::Damaged(problem));
                }
                if self.skipped.is_none() {
                    self.begin(namespace, &element);
                }
            }
            Event::Empty(element) if self.skipped.is_none() => {
                self.depth += 1;
                self.begin(namespace, &element);
                self.end(namespace, element.local_name().into_inner());
            }
            Event::End(element) => self.end(namespace, element.local_name().into_inner()),
            Event::Text(text) => self.add(&text.xml10_content()),
            Event::CData(text) => self.add(&text.xml10_content()),
            Event::GeneralRef(name) => {
                let character = name.resolve_char_ref().map_err(DocxError::damaged)?;
                match (character, resolve_xml_entity(&name)) {
                    (Some(character), _) => self.add(character.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => self.add(text),
                    // There is no document type that could define it.
                    (None, None) => return Err(DocxError::damaged("it has an unknown entity")),
                }
            }
            Event::DocType(_) => return Err(DocxError::damaged("it has a document type")),
            _ => {}
        }
        Ok(true)
    }

    fn begin(&mut self, namespace: &ResolveResult<'_>, element: &BytesStart<'_>) {
        let name = element.local_name().into_inner();
        if is_in(namespace, &[COMPATIBILITY]) && name == "Fallback" {
            self.skipped = Some(self.depth);
        }
        if !is_in(namespace, &NAMESPACES) {
            return;
        }
        let properties = self.open.last().is_some_and(|open| open.in_properties);
        match name {
            "p" => self.open.push(Paragraph::default()),
            "pPr" => self.properties(true),
            "del" | "moveFrom" if properties => {
                if let Some(open) = self.open.last_mut() {
                    open.joined = true;
                }
            }
            // What is read aloud of a word, in the East, is written above it.
            "del" | "moveFrom" | "rt" => self.skipped = Some(self.depth),
            "r" => self.hidden = false,
            "vanish" if !properties => self.hidden = is_on(element),
            "t" => self.in_text = true,
            "tab" if !properties => self.mark("\t"),
            "br" | "cr" => self.mark("\n"),
            "noBreakHyphen" => self.mark("-"),
            _ => {}
        }
    }

    fn end(&mut self, namespace: &ResolveResult<'_>, name: &str) {
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        if let Some(skipped) = self.skipped {
            self.skipped = Some(skipped).filter(|skipped| *skipped < depth);
            return;
        }
        if !is_in(namespace, &NAMESPACES) {
            return;
        }
        match name {
            "p" => self.end_paragraph(),
            "pPr" => self.properties(false),
            "t" => self.in_text = false,
            _ => {}
        }
    }

    fn properties(&mut self, open: bool) {
        if let Some(paragraph) = self.open.last_mut() {
            paragraph.in_properties = open;
        }
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.open.pop() else {
            return;
        };
        if !paragraph.text.trim().is_empty() {
            self.text += &paragraph.text;
            if !paragraph.joined {
                self.text += BREAK;
            }
        }
    }

    /// Adds text, where it is one.
    fn add(&mut self, text: &str) {
        if self.in_text {
            self.mark(text);
        }
    }

    /// Adds to the paragraph that is open.
    fn mark(&mut self, text: &str) {
        if self.skipped.is_none()
            && !self.hidden
            && let Some(open) = self.open.last_mut()
        {
            open.text += text;
        }
    }

    /// How many bytes of text there are.
    fn bytes(&self) -> usize {
        let open = self.open.iter().map(|open| open.text.len());
        self.text.len() + open.sum::<usize>()
    }
}

fn is_in(namespace: &ResolveResult<'_>, names: &[&str]) -> bool {
    matches!(namespace, ResolveResult::Bound(bound) if names.contains(&bound.0))
}

/// Whether a property that is on or off is on.
fn is_on(element: &BytesStart<'_>) -> bool {
    let mut attributes = element.attributes().flatten();
    let value = attributes.find(|one| one.key.local_name().into_inner() == "val");
    !value.is_some_and(|one| matches!(one.value.as_ref(), "0" | "false" | "off"))
}
