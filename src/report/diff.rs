//! What corrections change, as a unified diff.
//!
//! In: a name and the text before and after. Out: the diff as `diff -u` writes
//! it, which `patch` understands; nothing if the texts are the same. Lines end
//! where `\n` stands and nowhere else, so that carriage returns stay in their
//! lines. In color it is made to be looked at and every character is made safe
//! to show; without, it is data and byte for byte that of the texts.

use annotate_snippets::renderer::{AnsiColor, Effects, Style as Paint};
use similar::TextDiff;

use super::visible;

/// Lines shown around each change.
const CONTEXT: usize = 3;

/// The difference between `before` and `after`, both of them named `name`.
pub fn unified(name: &str, before: &str, after: &str, color: bool) -> String {
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let diff = TextDiff::configure()
        .newline_terminated(true)
        .diff_slices(&lines(before), &lines(after))
        .unified_diff()
        .context_radius(CONTEXT)
        .header(&visible::name(name), &visible::name(name))
        .to_string();
    if !color {
        return diff;
    }
    diff.split_inclusive('\n').map(painted).collect()
}

fn painted(line: &str) -> String {
    let paint = match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => Paint::new().effects(Effects::BOLD),
        [b'+', ..] => AnsiColor::Green.on_default(),
        [b'-', ..] => AnsiColor::Red.on_default(),
        [b'@', ..] => AnsiColor::Cyan.on_default(),
        _ => Paint::new(),
    };
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = visible::prose(line.strip_suffix('\r').unwrap_or(line));
    format!("{paint}{line}{paint:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_line_feeds_and_keep_their_bytes() {
        let before = "Fog lay.\r\nThe tide\rrizes. \r\nGulls slept";
        let after = "Fog lay.\r\nThe tide\rrises. \r\nGulls slept";
        assert_eq!(
            unified("bay.txt", before, after, false),
            "--- bay.txt\n+++ bay.txt\n@@ -1,3 +1,3 @@\n Fog lay.\r\n-The tide\rrizes. \r\n\
             +The tide\rrises. \r\n Gulls slept\n\\ No newline at end of file\n"
        );
        assert_eq!(unified("bay.txt", before, before, false), "");
    }

    #[test]
    fn in_color_nothing_reaches_a_terminal_that_it_would_obey() {
        let shown = unified("a\u{1b}[2J\nb", "x\u{202e}\n", "y\u{7}\n", true);
        assert!(shown.contains("\u{1b}[32m+y\\u{7}\u{1b}[0m\n"), "{shown:?}");
        assert!(shown.contains("-x\\u{202e}"), "{shown:?}");
        assert!(shown.contains("a\\u{1b}[2J\\u{a}b"), "{shown:?}");
    }

    /// `patch` makes the one of the other.
    #[cfg(unix)]
    #[test]
    #[allow(clippy::print_stdout)] // Only where there is nothing to test with.
    fn patch_understands_it() {
        let before = "One.\n\nTwo tow three.\r\nFour.\nFive.\nSix.\nSeven.\nEight.\nNien.";
        let after = "One.\n\nTwo and three.\r\nFour.\nFive.\nSix.\nSeven.\nEight.\nNine.";
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.txt");
        std::fs::write(&file, before).unwrap();
        let diff = folder.path().join("a.diff");
        std::fs::write(&diff, unified("a.txt", before, after, false)).unwrap();
        let patched = std::process::Command::new("patch")
            .args(["--quiet", "--binary"])
            .args([&file, &diff])
            .status();
        match patched {
            Ok(status) => assert!(status.success()),
            Err(_) => return println!("SKIPPED patch_understands_it: there is no patch"),
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), after);
    }
}
