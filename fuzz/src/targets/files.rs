//! Files that mtlint writes itself, or that people write for it.

use mtlint::detect::calibration::ModelCalibration;
use mtlint::report::baseline::Baseline;
use mtlint_batch::state::{State, StateReader};

use crate::scratch::with_file;

pub(super) fn baseline(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(baseline) = Baseline::parse(&text) {
        let drawn = baseline.draw();
        let drawn = drawn.unwrap_or_else(|error| panic!("{error}"));
        let again = Baseline::parse(&drawn).map(|again| again.len());
        assert_eq!(again.ok(), Some(baseline.len()), "{drawn}");
    }
}

pub(super) fn calibration(bytes: &[u8]) {
    with_file("model.calibration.json", bytes, |path| {
        if let Ok(Some(calibration)) = ModelCalibration::read(path) {
            let text = calibration.text();
            let text = text.unwrap_or_else(|error| panic!("{error}"));
            assert!(text.len() < 1 << 16);
        }
    });
}

pub(super) fn labels(bytes: &[u8]) {
    with_file("labels.jsonl", bytes, |path| {
        if let Ok(sets) = mtlint_eval::dataset::load(path) {
            assert!(sets.iter().all(|set| !set.samples.is_empty()));
        }
    });
}

/// A state is read, opened to be written to, and read again.
pub(super) fn state(bytes: &[u8]) {
    with_file("night.state", bytes, |path| {
        if let Ok(reader) = StateReader::open(path) {
            let last = reader.last_run();
            let _ = last.and_then(|run| reader.finished_before(&run));
        }
        drop(State::open(path));
        drop(StateReader::open(path));
    });
}
