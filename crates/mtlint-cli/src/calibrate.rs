//! `mtlint calibrate`: the detector calibrated to one language model.
//!
//! In: the arguments. Out: a table of what the calibration reaches, and its file. Reading
//! and fitting are done by mtlint-eval.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use mtlint_eval::calibration::{CalibrationFigures, CalibrationFit, calibrate, write};
use mtlint_eval::dataset;

use super::config::{Settings, Typed};
use super::flags::{CalibrationChoice, ConsoleFlags, DetectorChoice, JudgingFlags};
use super::linter;
use super::output::Streams;
use super::progress::ReadingProgress;
use super::verdict::Verdict;

/// Calibrate the detector to a language model, on labelled data
///
/// The detector 'surprisal-1' judges with any language model by how surprising it finds each word,
/// but what is much for one model is little for another. This reads labelled sentences with the
/// model and fits what depends on it: mean and deviation of the features, if that helps, the
/// probabilities, the thresholds of 'precise', 'balanced' and 'thorough', and the post-edit rate. The
/// result is a small file beside the model (FILE.gguf.calibration.json, or
/// mtlint.calibration.json in a folder), which every command then uses with this very model file;
/// reports name the detector 'surprisal-1+calibrated'. The networks stay as they are.
///
/// DATA is JSON Lines (.jsonl, .jsonl.gz) or a folder of them, as for 'mtlint eval':
///
///   mt, tokens, tags   a translated sentence, each token OK or BAD by post-editing; perhaps doc (the
///                      article), hter (its post-edit rate) and pe (the post-edit)
///   text               an article by people, 100 words or more: 'precise' is set so that in such
///                      articles no more than 15 of 1,000 words are flagged. Without any, the
///                      post-edits stand for them
///
/// It fits on one half of the documents and measures on the other, told apart by the SHA-256 of their
/// names; that is what it prints, before and after. Some 1,000 sentences are enough, 100 in
/// each half are needed, of texts like those that are to be judged.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Examples:\n  \
    mtlint calibrate --model other.gguf --data sentences.jsonl.gz articles.jsonl.gz\n  \
    mtlint calibrate --model rust-bert:gpt2/ --data labelled/ --limit 500\n  \
    mtlint calibrate --detector surprisal --data labelled/ --calibration mine.json\n  \
    mtlint calibrate --model other.gguf --data labelled/ --calibration none    # measure only"
)]
pub struct CalibrateArgs {
    /// Files of labelled data, or folders of them
    #[arg(long, value_name = "DATA", required = true, num_args = 1..)]
    data: Vec<PathBuf>,

    /// Read at most so many texts of each file, always the same ones
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,

    #[command(flatten)]
    judging: JudgingFlags,

    #[command(flatten)]
    pub(super) console: ConsoleFlags,
}

/// Fits, prints what that reaches, and puts the calibration beside the model.
pub fn run(arguments: &CalibrateArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let settings = Settings::resolve(&Typed::from(&arguments.judging), None);
    let mut sets = Vec::new();
    for path in &arguments.data {
        sets.extend(dataset::load(path)?);
    }
    let (linter, default_path) = linter::load_uncalibrated(&settings, streams)?;
    if linter.sees_states() {
        bail!(
            "{} is judged by {}, which was trained and calibrated with it; to calibrate the \
             detector that serves every model, add --detector {}",
            linter.model().name,
            linter.detector(),
            "surprisal"
        );
    }
    let target = match &settings.calibration {
        CalibrationChoice::None => None,
        CalibrationChoice::File(path) => Some(path.clone()),
        CalibrationChoice::BesideModel => match default_path {
            Some(path) => Some(path),
            None => bail!("this model is no file; name one to write with --calibration FILE"),
        },
    };
    let limit = arguments
        .limit
        .map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let mut progress = ReadingProgress::new(streams);
    let fit = calibrate(
        &linter,
        settings.language.value.as_deref(),
        &sets,
        limit,
        |done, total| {
            if let Some(words) = progress.step(done, total) {
                streams.note(&words);
            }
        },
    );
    progress.finish();
    let fit = fit?;
    streams.print(&table(&fit))?;
    let Some(path) = target else {
        return Ok(Verdict::default());
    };
    write(&fit.calibration, &path)?;
    let named = if settings.calibration != CalibrationChoice::BesideModel {
        format!("used with --calibration {}", path.display())
    } else if settings.detector == DetectorChoice::Surprisal {
        "used whenever this model is judged with --detector surprisal".to_owned()
    } else {
        "used whenever this model judges".to_owned()
    };
    streams.note(&format!("written to {}; {named}", path.display()));
    Ok(Verdict::default())
}

/// The figures before and after, as a table for people.
fn table(fit: &CalibrationFit) -> String {
    let CalibrationFit {
        calibration,
        sentences: [fitted_on, measured_on],
        articles,
        figures: [before, after],
        ..
    } = fit;
    let right = match articles {
        0 => "the post-edits of its sentences".to_owned(),
        count => format!("{count} articles by people"),
    };
    let mut text = format!(
        "{} for {}: fitted on {fitted_on} sentences, measured on {measured_on} others; 'precise' \
         is set by {right}\n\n{:<44}{:>8}{:>8}\n",
        calibration.detector, calibration.model, "", "before", "after"
    );
    let mut row = |name: &str,
                   value: &dyn Fn(&CalibrationFigures) -> Option<f64>,
                   digits: usize| {
        let drawn = |figures| value(figures).map_or("-".to_owned(), |x| format!("{x:.digits$}"));
        text += &format!("{name:<44}{:>8}{:>8}\n", drawn(before), drawn(after));
    };
    for (index, name) in ["precise", "balanced", "thorough"].iter().enumerate() {
        let threshold = |figures: &CalibrationFigures| {
            let t = figures.thresholds;
            Some(f64::from([t.precise, t.balanced, t.thorough][index]))
        };
        row(&format!("threshold of '{name}'"), &threshold, 3);
        row(&format!("  MCC at '{name}', mean"), &|r| r.mcc[index], 3);
    }
    row("area under the curve, mean", &|r| r.area_under_curve, 3);
    row(
        "expected calibration error, mean",
        &|r| r.calibration_error,
        3,
    );
    row(
        "expected calibration error, pooled",
        &|r| r.pooled_calibration_error,
        3,
    );
    row(
        "correlation of post-edit rates, mean",
        &|r| r.rate_correlation,
        3,
    );
    row(
        "flagged at 'precise' per 1,000 right words*",
        &|r| Some(r.flagged_per_1000),
        1,
    );
    text += "* in the texts that 'precise' was set by\n";
    text += if fit.rescaled {
        "The features were standardised anew.\n"
    } else {
        "The features stay standardised as in training.\n"
    };
    if fit.imprecise {
        text += "No threshold flags as little in right texts as 'precise' should; it is set to the \
                 highest.\n";
    }
    text
}
