//! Paragraphs, sentences, words.
