//! The list of targets.

mod articles;
mod files;
mod models;
mod records;

/// Something that reads untrusted bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of the target, and of the folder of `fuzz/corpus` with its good inputs.
    pub name: &'static str,
    /// What the target reads.
    pub about: &'static str,
    /// Reads bytes. A panic is a fault.
    pub read: fn(&[u8]),
}

/// All targets, in order of name.
pub const TARGETS: &[Target] = &[
    Target {
        name: "baseline",
        about: "a file of accepted findings",
        read: files::baseline,
    },
    Target {
        name: "calibration",
        about: "a calibration beside a model",
        read: files::calibration,
    },
    Target {
        name: "gguf",
        about: "a model file: its header, tokenizer and rows",
        read: models::gguf,
    },
    Target {
        name: "labels",
        about: "labeled data to measure on",
        read: files::labels,
    },
    Target {
        name: "lint",
        about: "an article beside a sibling, written in every format and corrected",
        read: articles::lint,
    },
    Target {
        name: "markup",
        about: "Markdown and HTML",
        read: articles::markup,
    },
    Target {
        name: "packed",
        about: "gzip and zstd files of records",
        read: records::packed,
    },
    Target {
        name: "parquet",
        about: "a Parquet file of records",
        read: records::parquet,
    },
    Target {
        name: "pool",
        about: "articles among which siblings are looked for",
        read: articles::pool,
    },
    Target {
        name: "records",
        about: "JSON Lines and CSV",
        read: records::lines_and_rows,
    },
    Target {
        name: "state",
        about: "the state of a nightly batch",
        read: files::state,
    },
    Target {
        name: "tokenizer",
        about: "text through the default model's tokenizer, if the model is here",
        read: models::tokenizer,
    },
    Target {
        name: "weights",
        about: "a whole model, and what it says of a text",
        read: models::weights,
    },
];

/// The target of that name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().copied().find(|target| target.name == name)
}
