//! Writes the file of a calibration.
//!
//! In: a calibration and a path. Out: the file, whole or as it was. The library `mtlint`
//! reads such files and writes none.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mtlint::detect::calibration::ModelCalibration;

/// The error of writing a calibration.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the calibration {}", path.display())]
pub struct WriteError {
    /// The path of the file.
    pub path: PathBuf,
    /// The error of the system.
    pub source: io::Error,
}

/// Writes a calibration into a file, whole or not at all.
///
/// # Errors
/// When the file cannot be written; what it held before is still there then.
pub fn write(calibration: &ModelCalibration, path: &Path) -> Result<(), WriteError> {
    let write = || -> io::Result<()> {
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let mut file = tempfile::Builder::new()
            .prefix(".mtlint-calibration-")
            .tempfile_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(calibration.text().map_err(io::Error::other)?.as_bytes())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Others may read the model too.
            let readable = std::fs::Permissions::from_mode(0o644);
            file.as_file().set_permissions(readable)?;
        }
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| WriteError {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtlint::detect::calibration::SCHEMA;
    use mtlint::detect::features::WIDTH;
    use mtlint::detect::{PlattScaling, RateModel, Thresholds};

    fn calibration(precise: f32) -> ModelCalibration {
        ModelCalibration {
            schema: SCHEMA.to_owned(),
            model: "stub".to_owned(),
            model_sha256: "0".repeat(64),
            detector: "surprisal-1".to_owned(),
            texts: 500,
            words: 9_000,
            feature_mean: vec![0.1; WIDTH],
            feature_deviation: vec![0.7; WIDTH],
            calibration: PlattScaling {
                slope: 1.0,
                level: 0.25,
                shift: -0.5,
            },
            thresholds: Thresholds {
                precise,
                balanced: 0.4,
                thorough: 0.2,
            },
            post_edit_rate: RateModel {
                base: 0.02,
                gain: 0.9,
                lasting: 0.01,
                falling: 0.5,
            },
        }
    }

    #[test]
    fn what_is_written_is_read_and_replaces_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.gguf.calibration.json");
        write(&calibration(0.7), &path).unwrap();
        let other = calibration(0.75);
        write(&other, &path).unwrap();
        assert_eq!(ModelCalibration::read(&path).unwrap(), Some(other));
        // Nothing else was left there.
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no/c.json");
        let problem = write(&calibration(0.7), &path).unwrap_err();
        assert_eq!(problem.path, path);
        assert_eq!(problem.source.kind(), io::ErrorKind::NotFound);
    }
}
