//! Values as people type them: numbers within bounds, sizes in bytes, language codes.
//!
//! In: the text of an argument, or a number of a configuration file. Out: the value, or
//! what was expected instead. The same checks serve both.

/// A number from `low` to `high`.
pub fn number_between(value: &str, low: f32, high: f32) -> Result<f32, String> {
    value
        .parse()
        .ok()
        .filter(|number| (low..=high).contains(number))
        .ok_or_else(|| format!("a number from {low} to {high} is expected"))
}

/// `number`, if it lies from `low` to `high`.
pub fn within(number: f32, low: f32, high: f32) -> Result<f32, String> {
    let checked = number_between(&number.to_string(), low, high);
    checked.map_err(|expected| format!("{expected}, got {number}"))
}

/// A probability, 0 to 1.
pub fn probability(value: &str) -> Result<f32, String> {
    number_between(value, 0.0, 1.0)
}

/// A quality, 0 to 100.
pub fn quality(value: &str) -> Result<f32, String> {
    number_between(value, 0.0, 100.0)
}

/// A number of threads, from 1.
pub fn threads(value: &str) -> Result<usize, String> {
    // More threads than this is a slip of the finger.
    const MAX_THREADS: usize = 1024;
    value
        .parse()
        .ok()
        .filter(|threads| (1..=MAX_THREADS).contains(threads))
        .ok_or_else(|| format!("a whole number from 1 to {MAX_THREADS} is expected"))
}

/// A code of ISO 639-3.
pub fn language(value: &str) -> Result<String, String> {
    mtlint::language::known_code(value)
        .map(str::to_owned)
        .ok_or_else(|| {
            "a three-letter code of ISO 639-3 is expected, such as eng for English".to_owned()
        })
}

/// A number of bytes: `1000`, `500kB` (thousands), `8MiB` or `8M` (powers of
/// 1024).
pub fn bytes(value: &str) -> Result<u64, String> {
    let digits = value
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(value.len());
    let (number, unit) = value.split_at(digits);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return Err("the units are B, kB, MB, GB, KiB, MiB and GiB".to_owned()),
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .filter(|&bytes| bytes > 0)
        .ok_or_else(|| "a number of bytes is expected, such as 500kB or 16MiB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("8MiB"), Ok(8 << 20));
        assert_eq!(bytes("8m"), Ok(8 << 20));
        assert_eq!(bytes("500kB"), Ok(500_000));
        assert_eq!(bytes("1 GiB"), Ok(1 << 30));
        assert_eq!(bytes("12"), Ok(12));
        for wrong in [
            "",
            "MiB",
            "0",
            "-1",
            "1.5MiB",
            "8 parsecs",
            "99999999999GiB",
        ] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn languages_are_known_by_their_code() {
        assert_eq!(language("eng").as_deref(), Ok("eng"));
        assert!(language("en").is_err());
        assert!(probability("1.01").is_err() && probability("NaN").is_err());
    }
}
