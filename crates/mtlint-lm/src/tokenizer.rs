//! Splits text into tokens with byte spans, by the vocabulary in the model's
//! own file.
//!
//! In: the metadata of a GGUF file, then texts. Out: for each token its id and
//! the bytes it stands for. It is a byte-level BPE tokenizer and reads no other kind. Special
//! tokens are never read out of a text: a
//! document that spells `<|endoftext|>` is a document with odd words in it. Every text can be
//! read: a byte that the vocabulary lacks has a stand-in.

use std::collections::HashMap;
use std::sync::LazyLock;

use tokenizers::models::bpe::{BPE, Merges, Vocab};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{SplitDelimiterBehavior, TokenizerBuilder};

use super::gguf::Header;
use crate::span::{Doc, Span};

/// The longest piece of text given to the tokenizer at once, in bytes. Its regular
/// expressions give up on megabytes without a break; pieces are cut after a
/// line end or before a space, where no token can reach across, unless there
/// is none in the whole piece.
const MAX_PIECE_BYTES: usize = 64 * 1024;

/// The number of values that a byte can have.
const BYTES: usize = 256;

/// The words of Llama 3's own pre-tokenizer, as published with its models.
const LLAMA_3_SPLIT: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// One token of a text: its id and its span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The vocabulary id of the token.
    pub id: u32,
    /// The bytes that the token stands for, widened to whole characters.
    pub span: Span<Doc>,
}

/// Why the tokenizer of a file cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenizerError {
    /// The tokenizer is of a kind that is not supported; the text names the kind.
    Unsupported(String),
    /// The tokenizer is of a supported kind but damaged; the text says what is wrong.
    Damaged(String),
}

/// A byte-level BPE tokenizer.
pub struct Tokenizer {
    bpe: tokenizers::TokenizerImpl<
        BPE,
        tokenizers::NormalizerWrapper,
        PreTokenizerWrapper,
        tokenizers::PostProcessorWrapper,
        tokenizers::DecoderWrapper,
    >,
    texts: Vec<String>,
    /// The number of bytes that each token stands for.
    lengths: Vec<usize>,
    start: u32,
    /// The token that the model reads for a byte that its vocabulary lacks.
    stand_in: u32,
}

impl Tokenizer {
    /// Builds the tokenizer that a GGUF file describes.
    ///
    /// # Errors
    /// [`TokenizerError`] when the tokenizer is of a kind that is not supported, or its vocabulary
    /// is damaged.
    pub fn from_gguf(header: &Header) -> Result<Self, TokenizerError> {
        let kind = header.text("tokenizer.ggml.model").unwrap_or("none");
        if kind != "gpt2" {
            let found = format!("a tokenizer of kind {kind:?}");
            return Err(TokenizerError::Unsupported(found));
        }
        let split = match header.text("tokenizer.ggml.pre").unwrap_or("gpt-2") {
            "smollm" => PreTokenizer::DigitsThenWords,
            "gpt-2" | "default" => PreTokenizer::Words,
            "llama-bpe" | "llama3" | "llama-v3" => PreTokenizer::Llama3,
            other => {
                let found = format!("a tokenizer with the pre-tokenizer {other:?}");
                return Err(TokenizerError::Unsupported(found));
            }
        };
        let damaged = |problem: &str| TokenizerError::Damaged(problem.to_owned());
        let tokens = header
            .texts("tokenizer.ggml.tokens")
            .ok_or_else(|| damaged("tokenizer.ggml.tokens is missing"))?;
        let merge_lines = header
            .texts("tokenizer.ggml.merges")
            .ok_or_else(|| damaged("tokenizer.ggml.merges is missing"))?;
        let mut vocabulary: Vocab = (0..)
            .zip(tokens)
            .map(|(id, token)| (token.clone(), id))
            .collect();
        let mut merges: Merges = Vec::with_capacity(merge_lines.len());
        for line in merge_lines {
            let (left, right) = line
                .split_once(' ')
                .ok_or_else(|| damaged("a merge holds no space"))?;
            merges.push((left.to_owned(), right.to_owned()));
        }
        // A document starts with <|endoftext|> where the vocabulary has it:
        // that is what stood between documents in training. Files of
        // instruction-tuned models name a chat marker as their start instead.
        let start = vocabulary.get("<|endoftext|>").copied().or_else(|| {
            let id = header.integer("tokenizer.ggml.bos_token_id")?;
            u32::try_from(id).ok().filter(|_| id < tokens.len())
        });
        let start = start.ok_or_else(|| damaged("no token to start a document with"))?;
        let stand_in = stand_in(&vocabulary, start);
        add_missing_bytes(&mut vocabulary, tokens.len());
        let texts = tokens.iter().map(|token| decode_token(token)).collect();
        // Byte-level BPE writes one character a byte.
        let lengths = tokens.iter().map(|token| token.chars().count()).collect();
        let failed = |error: tokenizers::Error| TokenizerError::Damaged(error.to_string());
        let bpe = BPE::builder()
            .vocab_and_merges(vocabulary, merges)
            .build()
            .map_err(failed)?;
        let words = |use_regex| PreTokenizerWrapper::from(ByteLevel::new(false, false, use_regex));
        let pre: PreTokenizerWrapper = match split {
            PreTokenizer::DigitsThenWords => {
                Sequence::new(vec![Digits::new(true).into(), words(true)]).into()
            }
            PreTokenizer::Words => words(true),
            PreTokenizer::Llama3 => {
                let pattern = SplitPattern::Regex(LLAMA_3_SPLIT.to_owned());
                let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false);
                Sequence::new(vec![split.map_err(failed)?.into(), words(false)]).into()
            }
        };
        let bpe = TokenizerBuilder::default()
            .with_model(bpe)
            .with_normalizer(None)
            .with_pre_tokenizer(Some(pre))
            .with_post_processor(None)
            .with_decoder(None)
            .build()
            .map_err(failed)?;
        Ok(Self {
            bpe,
            texts,
            lengths,
            start,
            stand_in,
        })
    }

    /// The id of the token that a document starts with.
    pub fn start(&self) -> u32 {
        self.start
    }

    /// The text of a token by its id; empty for an id outside the vocabulary.
    pub fn text(&self, id: u32) -> &str {
        self.texts.get(id as usize).map_or("", String::as_str)
    }

    /// Splits a text into tokens that tile it.
    ///
    /// # Errors
    /// The message of the tokenizer.
    pub fn tokenize(&self, text: &str) -> Result<Vec<Token>, String> {
        let mut tokens = Vec::with_capacity(text.len() / 4);
        let mut start = 0;
        for piece in pieces(text) {
            let encoding = self
                .bpe
                .encode_fast(piece, false)
                .map_err(|error| error.to_string())?;
            // `encode_fast` leaves offsets out; lengths of the tokens' own
            // bytes give them back, since byte-level BPE loses nothing.
            let mut at = start;
            for &id in encoding.get_ids() {
                let known = self.lengths.get(id as usize);
                let (id, length) = known.map_or((self.stand_in, 1), |length| (id, *length));
                tokens.push(Token {
                    id,
                    span: whole_characters(text, at, at + length),
                });
                at += length;
            }
            if at != start + piece.len() {
                return Err(format!(
                    "its tokens cover {} bytes of a piece of {}: its merges are damaged",
                    at - start,
                    piece.len()
                ));
            }
            start = at;
        }
        Ok(tokens)
    }
}

/// The token that stands for bytes that a vocabulary lacks: the first control character that it
/// has, which is as odd as they are; the token `start` where it has none.
fn stand_in(vocabulary: &Vocab, start: u32) -> u32 {
    let control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    let controls = (0..=u8::MAX).filter(control);
    let mut known = controls.filter_map(|byte| vocabulary.get(&char_of(byte).to_string()).copied());
    known.next().unwrap_or(start)
}

/// Gives each byte that the vocabulary has no token for an id past those of its `tokens` tokens.
/// Without it the tokenizer would leave such bytes out.
fn add_missing_bytes(vocabulary: &mut Vocab, tokens: usize) {
    // A file has at most as many tokens as an array may have elements.
    let mut next = u32::try_from(tokens).unwrap_or(u32::MAX - BYTES as u32);
    for byte in 0..=u8::MAX {
        vocabulary
            .entry(char_of(byte).to_string())
            .or_insert_with(|| {
                next += 1;
                next - 1
            });
    }
}

/// The number of tokens of a text with the beginning `beginning` that stay the same whatever
/// follows the beginning: those before the last word that begins in it, after a letter and a
/// space.
pub(super) fn stable_tokens(beginning: &str, tokens: &[Token]) -> usize {
    let bytes = beginning.as_bytes();
    let within = tokens.partition_point(|token| token.span.end() <= bytes.len());
    let starts_word = |token: &Token| {
        let start = token.span.start();
        let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        start > 0 && letter(start - 1) && bytes.get(start) == Some(&b' ') && letter(start + 1)
    };
    tokens[..within].iter().rposition(starts_word).unwrap_or(0)
}

/// The way in which text is cut into words before the merges run.
enum PreTokenizer {
    DigitsThenWords,
    Words,
    Llama3,
}

/// The span of whole characters that covers the bytes `start..end`.
fn whole_characters(text: &str, start: usize, end: usize) -> Span<Doc> {
    let (mut start, mut end) = (start.min(text.len()), end.min(text.len()));
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Span::new(start, end)
}

/// The pieces of a long text, in order, cut where no token reaches across; a piece has at most
/// 64 KiB.
pub fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = rest.split_at(piece_end(rest));
        rest = after;
        Some(piece)
    })
}

/// The end of the first piece of a text.
fn piece_end(text: &str) -> usize {
    if text.len() <= MAX_PIECE_BYTES {
        return text.len();
    }
    let mut end = MAX_PIECE_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // Between a letter and the space before the next word.
    let bytes = text.as_bytes();
    let cut = (MAX_PIECE_BYTES / 2..end)
        .rev()
        .find(|&at| bytes[at] == b' ' && bytes[at - 1].is_ascii_alphanumeric());
    cut.unwrap_or(end)
}

/// The printable characters that byte-level BPE writes for each byte.
static CHARACTERS: LazyLock<[char; BYTES]> = LazyLock::new(|| {
    let printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let mut moved = 256u32..;
    std::array::from_fn(|byte| {
        let byte = byte as u8;
        let shifted = match printable(byte) {
            true => None,
            false => moved.next().and_then(char::from_u32),
        };
        shifted.unwrap_or(char::from(byte))
    })
});

/// The printable character that byte-level BPE writes for a byte.
pub(crate) fn char_of(byte: u8) -> char {
    CHARACTERS[usize::from(byte)]
}

/// The byte that byte-level BPE writes as this printable character.
fn byte_of(character: char) -> Option<u8> {
    static BYTE_OF: LazyLock<HashMap<char, u8>> =
        LazyLock::new(|| (0..=u8::MAX).map(|byte| (char_of(byte), byte)).collect());
    BYTE_OF.get(&character).copied()
}

/// The text of a token as byte-level BPE writes it, bytes as printable characters.
pub fn decode_token(token: &str) -> String {
    let bytes: Option<Vec<u8>> = token.chars().map(byte_of).collect();
    bytes.map_or_else(
        || token.to_owned(),
        |bytes| String::from_utf8_lossy(&bytes).into_owned(),
    )
}
