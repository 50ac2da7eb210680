//! Splits words into the pieces of BERT's uncased vocabularies.
//!
//! In: the pieces of a vocabulary, then words. Out: the ids of a word's pieces, as BERT's own
//! tokenizer makes them of the word's text: control characters left out, in lower case, without
//! accents, parted at punctuation and around Chinese characters, then the longest piece of the
//! vocabulary each time (WordPiece, Wu et al. 2016). Special tokens are never read out of a text:
//! their brackets are punctuation. It knows nothing of sentences.

use tokenizers::models::bpe::Vocab;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::bert::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{
    Model, NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString,
    PreTokenizer,
};

use crate::tokenizer::TokenizerError;

/// The piece that stands for what the vocabulary cannot spell.
const UNKNOWN: &str = "[UNK]";

/// A tokenizer for words, with its vocabulary.
pub struct WordPieces {
    model: WordPiece,
    unknown: u32,
}

impl WordPieces {
    /// A tokenizer with the pieces of a vocabulary, in the order of their ids; `##` at the front
    /// marks pieces that go on within a word.
    ///
    /// # Errors
    /// [`TokenizerError::Damaged`] when a piece comes twice or `[UNK]` is missing.
    pub fn new<'a>(pieces: impl Iterator<Item = &'a str>) -> Result<Self, TokenizerError> {
        let damaged = |problem: String| TokenizerError::Damaged(problem);
        let mut vocabulary = Vocab::new();
        for (id, piece) in (0..).zip(pieces) {
            if vocabulary.insert(piece.to_owned(), id).is_some() {
                return Err(damaged(format!("the piece {piece:?} comes twice")));
            }
        }
        let unknown = vocabulary.get(UNKNOWN).copied();
        let unknown = unknown.ok_or_else(|| damaged(format!("{UNKNOWN} is missing")))?;
        let model = WordPiece::builder()
            .vocab(vocabulary)
            .unk_token(UNKNOWN.to_owned())
            .build();
        let model = model.map_err(|error| damaged(error.to_string()))?;
        Ok(Self { model, unknown })
    }

    /// The id of a piece; `None` if the vocabulary does not have it.
    pub fn id(&self, piece: &str) -> Option<u32> {
        self.model.token_to_id(piece)
    }

    /// The ids of the first `most` pieces of a word, one at least: a word that has no pieces, such
    /// as a lone accent, is `[UNK]`.
    pub fn pieces(&self, word: &str, most: usize) -> Vec<u32> {
        let mut pieces = self.split(word, most).unwrap_or_default();
        pieces.truncate(most);
        if pieces.is_empty() {
            pieces.push(self.unknown);
        }
        pieces
    }

    fn split(&self, word: &str, most: usize) -> tokenizers::Result<Vec<u32>> {
        let mut normalized = NormalizedString::from(word);
        BertNormalizer::default().normalize(&mut normalized)?;
        let mut parts = PreTokenizedString::from(normalized);
        BertPreTokenizer.pre_tokenize(&mut parts)?;
        let mut pieces = Vec::new();
        for (part, ..) in parts.get_splits(OffsetReferential::Normalized, OffsetType::None) {
            let tokens = self.model.tokenize(part)?;
            pieces.extend(tokens.iter().map(|token| token.id));
            if pieces.len() >= most {
                break;
            }
        }
        Ok(pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: [&str; 22] = [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[", "]", "'", "-", ".", "a", "b", "un", "##aff",
        "##a", "##b", "cafe", "##s", "東", "京", "u", "ss", "unaffa",
    ];

    fn split(word: &str, most: usize) -> Vec<&'static str> {
        let pieces = WordPieces::new(VOCABULARY.into_iter()).unwrap();
        let ids = pieces.pieces(word, most).into_iter();
        ids.map(|id| VOCABULARY[id as usize]).collect()
    }

    #[test]
    fn words_are_split_as_bert_splits_them() {
        for (word, expected) in [
            ("unaff", &["un", "##aff"][..]),
            // The longest piece first, although another way would spell the word too.
            ("UNAFFAB", &["unaffa", "##b"]),
            ("Café", &["cafe"]),
            ("cafe\u{301}s", &["cafe", "##s"]),
            ("a-b's", &["a", "-", "b", "'", "[UNK]"]),
            ("U.S", &["u", ".", "[UNK]"]),
            ("東京", &["東", "京"]),
            ("a東b", &["a", "東", "b"]),
            ("a\u{ad}b", &["a", "##b"]),
            ("xyz", &["[UNK]"]),
            ("unx", &["[UNK]"]),
            ("[CLS]", &["[", "[UNK]", "]"]),
            ("\u{301}", &["[UNK]"]),
            ("\u{fffd}", &["[UNK]"]),
            ("", &["[UNK]"]),
        ] {
            assert_eq!(split(word, 16), expected, "{word:?}");
        }
    }

    #[test]
    fn long_words_are_cut() {
        assert_eq!(split(&"ab".repeat(50), 200).len(), 100);
        assert_eq!(split(&"ab".repeat(50), 16).len(), 16);
        assert_eq!(split(&"ab".repeat(51), 16), ["[UNK]"]);
    }

    #[test]
    fn a_damaged_vocabulary_is_an_error() {
        assert!(WordPieces::new(["[UNK]", "a", "a"].into_iter()).is_err());
        assert!(WordPieces::new(["a", "b"].into_iter()).is_err());
    }
}
