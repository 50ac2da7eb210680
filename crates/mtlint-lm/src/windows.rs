//! Cuts a text that is longer than the model's window into overlapping windows.
//!
//! In: a number of tokens and the size of the window. Out: the windows; nothing is read here. The
//! rule: every window starts with the start-of-document token; the first holds
//! as many tokens as fit; each later one repeats the last quarter of the
//! window before it as context and reads on from there. So every token but the
//! first is read with context, and every token but those of the first window
//! with at least a quarter of a window.

/// One pass of the model over a part of a text, in tokens counted from the start of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first token in the window, context included.
    pub start: usize,
    /// The first token whose scores are taken from this window.
    pub first_new: usize,
    /// The token after the last one of the window.
    pub end: usize,
}

/// The windows over a text of `tokens` tokens, for a model that sees `size` tokens at
/// once, the start-of-document token among them.
pub fn windows(tokens: usize, size: usize) -> Vec<Window> {
    // One place is the start token's.
    let room = size.saturating_sub(1).max(4);
    let overlap = room / 4;
    let mut windows = vec![Window {
        start: 0,
        first_new: 0,
        end: tokens.min(room),
    }];
    let mut done = tokens.min(room);
    while done < tokens {
        let start = done - overlap;
        let end = tokens.min(start + room);
        windows.push(Window {
            start,
            first_new: done,
            end,
        });
        done = end;
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_that_fits_is_read_in_one_window() {
        let whole = Window {
            start: 0,
            first_new: 0,
            end: 63,
        };
        assert_eq!(windows(63, 64), vec![whole]);
        assert_eq!(windows(64, 64).len(), 2);
        assert_eq!(windows(0, 64).len(), 1);
    }

    proptest! {
        #[test]
        fn every_token_is_read_once_and_with_context(tokens in 0usize..5000, size in 8usize..600) {
            let mut next = 0;
            for window in windows(tokens, size) {
                prop_assert_eq!(window.first_new, next);
                prop_assert!(window.end - window.start < size);
                if window.first_new > 0 {
                    prop_assert!(window.first_new - window.start >= (size - 1) / 4);
                }
                next = window.end;
            }
            prop_assert_eq!(next, tokens);
        }
    }
}
