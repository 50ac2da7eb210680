//! Splits text into tokens with byte spans, by the tokenizer in a model's folder.
//!
//! In: the files of a model, then texts. Out: for each token its id, the bytes it
//! stands for, and whether a word begins with it. Special tokens are never read out
//! of a text, and none are added to it.

use tokenizers::models::bpe::BPE;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{ModelWrapper, Tokenizer};

use super::files::{Family, Files, Vocabulary};
use mtlint_lm::LmError;
use mtlint_lm::span::{Doc, Span};
use mtlint_lm::tokenizer::{decode_token, pieces};

/// The prefix of a WordPiece token that continues a word.
const WORD_CONTINUES: &str = "##";

/// One token of a text: its id, its span and its place in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// The vocabulary id of the token.
    pub(crate) id: u32,
    /// The bytes that the token stands for, with the white space before it; the last token also
    /// has the white space after it.
    pub(crate) span: Span<Doc>,
    /// Whether the token is the first of a word.
    pub(crate) begins_word: bool,
}

/// The tokenizer of one model.
pub(crate) struct Tokens {
    tokenizer: Tokenizer,
    family: Family,
    first: u32,
    last: u32,
    mask: u32,
    max_id: u32,
}

impl Tokens {
    /// Builds the tokenizer from the model's files.
    ///
    /// # Errors
    /// [`LmError::Folder`] when a file is damaged or a special token is missing.
    pub(crate) fn load(files: &Files, family: Family) -> Result<Self, LmError> {
        let mut tokenizer = match files.vocabulary() {
            Vocabulary::Whole(path) => Tokenizer::from_file(path),
            Vocabulary::Bpe { vocabulary, merges } => {
                let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
                BPE::from_file(&text(vocabulary), &text(merges))
                    .build()
                    .map(|bpe| {
                        let mut tokenizer = Tokenizer::new(ModelWrapper::from(bpe));
                        tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, false, true)));
                        tokenizer
                    })
            }
            Vocabulary::WordPiece { words, lower } => {
                WordPiece::from_file(&words.to_string_lossy())
                    .unk_token("[UNK]".to_owned())
                    .build()
                    .map(|pieces| {
                        let mut tokenizer = Tokenizer::new(ModelWrapper::from(pieces));
                        tokenizer
                            .with_normalizer(Some(BertNormalizer::new(true, true, None, *lower)))
                            .with_pre_tokenizer(Some(BertPreTokenizer));
                        tokenizer
                    })
            }
        }
        .map_err(|error| files.unusable(format!("its tokenizer cannot be built ({error})")))?;
        // A text that spells such a token is a text with odd words in it.
        tokenizer.set_encode_special_tokens(true);
        tokenizer
            .with_truncation(None)
            .map_err(|error| files.unusable(error.to_string()))?;
        tokenizer.with_padding(None);
        let (first, last, mask) = match family {
            Family::Gpt2 => ("<|endoftext|>", "<|endoftext|>", "<|endoftext|>"),
            Family::Roberta => ("<s>", "</s>", "<mask>"),
            Family::Bert | Family::DistilBert => ("[CLS]", "[SEP]", "[MASK]"),
        };
        let id = |token: &str| {
            tokenizer
                .token_to_id(token)
                .ok_or_else(|| files.unusable(format!("its vocabulary has no {token}")))
        };
        let (first, last, mask) = (id(first)?, id(last)?, id(mask)?);
        let max_id = tokenizer.get_vocab(true).into_values().max().unwrap_or(0);
        Ok(Self {
            tokenizer,
            family,
            first,
            last,
            mask,
            max_id,
        })
    }

    /// Whether the model guesses masked tokens.
    pub(crate) fn masked(&self) -> bool {
        self.family.is_masked()
    }

    /// The id of the token that a text starts with.
    pub(crate) fn first(&self) -> i64 {
        self.first.into()
    }

    /// The id of the token that ends a text.
    pub(crate) fn last(&self) -> i64 {
        self.last.into()
    }

    /// The id of the token that masks another one.
    pub(crate) fn mask(&self) -> i64 {
        self.mask.into()
    }

    /// The highest id in the vocabulary.
    pub(crate) fn max_id(&self) -> usize {
        self.max_id as usize
    }

    /// The text of a token by its id, a leading space included.
    pub(crate) fn text(&self, id: u32) -> String {
        let token = self.tokenizer.id_to_token(id).unwrap_or_default();
        match self.family {
            Family::Gpt2 | Family::Roberta => decode_token(&token),
            Family::Bert | Family::DistilBert => match token.strip_prefix(WORD_CONTINUES) {
                Some(rest) => rest.to_owned(),
                None => format!(" {token}"),
            },
        }
    }

    /// Splits a text into tokens that tile it.
    ///
    /// # Errors
    /// The message of the tokenizer.
    pub(crate) fn tokenize(&self, text: &str) -> Result<Vec<Token>, String> {
        let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 4);
        let mut before = 0;
        for piece in pieces(text) {
            let encoding = self
                .tokenizer
                .encode(piece, false)
                .map_err(|error| error.to_string())?;
            let mut last_word = None;
            let all = encoding.get_ids().iter().zip(encoding.get_offsets());
            for ((&id, &(start, end)), &word) in all.zip(encoding.get_word_ids()) {
                let (start, end) = (before + start, before + end);
                let covered = tokens.last().map_or(0, |token| token.span.end());
                // Tokens that are parts of one character share its span.
                let start = if start < covered { start } else { covered };
                tokens.push(Token {
                    id,
                    span: Span::new(start, end.max(start)),
                    begins_word: word.is_none() || word != last_word,
                });
                last_word = word;
            }
            before += piece.len();
        }
        if let Some(last) = tokens.last_mut() {
            last.span = Span::new(last.span.start(), text.len());
        }
        Ok(tokens)
    }
}
