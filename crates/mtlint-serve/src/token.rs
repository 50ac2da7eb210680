//! The token that clients have to show.
//!
//! In: a file with the token, and what a request shows. Out: whether it is the same. A
//! comparison takes the same time however much is right. The token is never printed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A shorter token can be guessed.
const MIN_CHARACTERS: usize = 16;

/// A token longer than this is some other file.
const MAX_CHARACTERS: usize = 4096;

/// The token that clients have to show.
#[derive(Clone)]
pub struct Token {
    hash: [u8; 32],
}

/// Why a file gives no token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The file cannot be read.
    #[error("cannot read the token file {}", path.display())]
    Unreadable {
        /// The path of the file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The file holds something else than one token.
    #[error(
        "the token file {} must hold one line of {MIN_CHARACTERS} to {MAX_CHARACTERS} letters, \
         digits and marks without white space",
        path.display()
    )]
    NoToken {
        /// The path of the file.
        path: PathBuf,
    },
}

impl Token {
    /// Reads the token from the file at `path`. White space around it does not count.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no token or one that is too short.
    pub fn read(path: &Path) -> Result<Self, TokenError> {
        let unreadable = |source| TokenError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let text = std::fs::read(path).map_err(unreadable)?;
        let token = text.trim_ascii();
        let fits = (MIN_CHARACTERS..=MAX_CHARACTERS).contains(&token.len());
        if !fits || !token.iter().all(u8::is_ascii_graphic) {
            return Err(TokenError::NoToken {
                path: path.to_owned(),
            });
        }
        Ok(Self { hash: hash(token) })
    }

    /// Whether the value of a header `Authorization` shows this token.
    pub(crate) fn is_shown_by(&self, header: &[u8]) -> bool {
        let Some((scheme, token)) = header.split_at_checked(b"Bearer ".len()) else {
            return false;
        };
        scheme.eq_ignore_ascii_case(b"Bearer ") && self.is(token)
    }

    /// Whether this is the token.
    pub(crate) fn is(&self, token: &[u8]) -> bool {
        self.hash.ct_eq(&hash(token)).into()
    }
}

/// Hashes have one length: a comparison of them does not tell that of the token.
fn hash(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

impl fmt::Debug for Token {
    /// Writes that there is a token, and not which.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(content: &[u8]) -> Result<Token, TokenError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        Token::read(file.path())
    }

    #[test]
    fn only_the_very_token_is_let_in() {
        let token = token(b" correct-horse-battery \n").unwrap();
        assert!(token.is_shown_by(b"Bearer correct-horse-battery"));
        assert!(token.is_shown_by(b"bearer correct-horse-battery"));
        assert!(token.is(b"correct-horse-battery") && !token.is(b"correct-horse-batterz"));
        for wrong in [
            &b"Bearer correct-horse-batter"[..],
            b"Bearer correct-horse-battery ",
            b"Bearer ",
            b"Basic correct-horse-battery",
            b"",
            b"Be",
        ] {
            assert!(!token.is_shown_by(wrong), "{wrong:?}");
        }
        assert_eq!(format!("{token:?}"), "Token");
    }

    #[test]
    fn a_file_that_holds_no_token_is_refused() {
        for wrong in [
            &b""[..],
            b"\n",
            b"short",
            b"two words of a sentence",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
            &[b'x'; MAX_CHARACTERS + 1],
        ] {
            assert!(matches!(token(wrong), Err(TokenError::NoToken { .. })));
        }
        let missing = Token::read(Path::new("no/such/token"));
        assert!(matches!(missing, Err(TokenError::Unreadable { .. })));
    }
}
