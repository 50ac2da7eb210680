//! Articles by machine, each beside the same article by people.

use serde::Deserialize;
use serde_json::Value;

use super::{Labels, Sample, parsed};

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    id: String,
    #[serde(default)]
    system: String,
    mt: Vec<String>,
    reference: Vec<String>,
}

pub fn sample(record: Value) -> Result<Sample, String> {
    let record: Record = parsed(record)?;
    if record.mt.len() != record.reference.len() {
        let (mt, reference) = (record.mt.len(), record.reference.len());
        return Err(format!("{mt} segments of mt but {reference} of reference"));
    }
    let labels = Labels::Story {
        reference: record.reference.join("\n"),
    };
    Ok(Sample {
        system: record.system,
        ..Sample::new(record.id, record.mt.join("\n"), labels)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_become_lines() {
        let read = |line: &str| sample(serde_json::from_str(line).unwrap());
        let story = read(r#"{"id":"s","mt":["A a.","B."],"reference":["C.","D."]}"#).unwrap();
        assert_eq!(story.text, "A a.\nB.");
        let reference = "C.\nD.".to_owned();
        assert_eq!(story.labels, Labels::Story { reference });
        let uneven = read(r#"{"mt":["A"],"reference":[]}"#).unwrap_err();
        assert!(uneven.contains("1 segments of mt but 0"), "{uneven}");
    }
}
