//! The detection of a long text while it is read.
//!
//! In: the reading of a text, part by part. Out: what [`super::detect`] gives, and the reading
//! without what only the detector needs: the hidden states, which are 9 kB for each token of the
//! default model, and the most probable tokens where nothing will be shown. What is usual in the
//! text is told for each part by itself.

use super::detection::Detection;
use super::judging::Judging;
use super::word_model::WordModel;
use crate::lexicon::Lexicon;
use crate::lm::{States, TokenScore, TokenScores};
use crate::segment::Segments;

/// A detection in the making.
pub struct GradualDetection<'a> {
    judging: Judging<'a>,
    /// The tokens of all parts.
    tokens: Vec<TokenScore>,
    /// The states of the tokens from number `states_from` on.
    states: States,
    states_from: usize,
}

impl<'a> GradualDetection<'a> {
    /// The detection of a text of which nothing is read yet.
    pub fn new(
        model: &'a WordModel,
        lexicon: &'a Lexicon,
        text: &'a str,
        segments: &'a Segments,
    ) -> Self {
        Self {
            judging: Judging::new(model, lexicon, text, segments),
            tokens: Vec::new(),
            states: States::default(),
            states_from: 0,
        }
    }

    /// Takes the reading of the next part, with spans into the text; see [`super::detect`] for what
    /// it must hold.
    pub fn add(&mut self, part: TokenScores) {
        self.tokens.extend(part.tokens);
        let known = &mut self.states;
        known.width = part.states.width;
        known.layers.resize(part.states.layers.len(), Vec::new());
        for (known, new) in known.layers.iter_mut().zip(part.states.layers) {
            known.extend(new);
        }
        self.judge(false);
    }

    fn judge(&mut self, whole: bool) {
        let before = self.judging.words_done();
        let done = self
            .judging
            .judge(&self.tokens, &self.states, self.states_from, whole);
        for tokens in self.judging.unsuspected(before) {
            for token in &mut self.tokens[tokens] {
                token.most_probable = Vec::new();
            }
        }
        let width = self.states.width;
        for layer in &mut self.states.layers {
            layer.drain(..((done - self.states_from) * width).min(layer.len()));
        }
        self.states_from = done;
    }

    /// The detection when all parts are taken, and the tokens of the text.
    pub fn finish(mut self) -> (Detection, TokenScores) {
        self.judge(true);
        let scores = TokenScores {
            tokens: self.tokens,
            states: States::default(),
        };
        (self.judging.finish(), scores)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::detect;
    use crate::lm::stub::Stub;
    use crate::lm::{LanguageModel, ReadOptions};
    use crate::segment::segment;

    const TEXT: &str = "The bus was late again. Nobody said gibberish about it, and so it went on. \
                        The bus was late again. A third sentence ends here. It rained.";

    fn reading(text: &str) -> TokenScores {
        let options = ReadOptions {
            most_probable: 2,
            layers: &[],
        };
        let stub = Stub::new([("gibberish", 75.0)]).expecting(["the", "nothing"]);
        stub.read(&[text], options).unwrap().remove(0)
    }

    #[test]
    fn a_text_that_comes_at_once_is_judged_as_any() {
        let (lexicon, model) = (
            Lexicon::embedded().unwrap(),
            WordModel::surprisal().unwrap(),
        );
        let (segments, scores) = (segment(TEXT), reading(TEXT));
        let wanted = detect(&model, &lexicon, TEXT, &segments, &scores);
        let mut gradual = GradualDetection::new(&model, &lexicon, TEXT, &segments);
        gradual.add(scores.clone());
        let (got, tokens) = gradual.finish();
        assert_eq!(tokens.tokens.len(), scores.tokens.len());
        assert_eq!(got.words, wanted.words);
        assert_eq!(got.sentences.len(), wanted.sentences.len());
    }

    #[test]
    fn a_text_that_comes_token_by_token_is_judged_whole_and_little_of_it_is_kept() {
        let (lexicon, model) = (
            Lexicon::embedded().unwrap(),
            WordModel::surprisal().unwrap(),
        );
        let (segments, scores) = (segment(TEXT), reading(TEXT));
        let mut gradual = GradualDetection::new(&model, &lexicon, TEXT, &segments);
        let width = 3;
        for (number, token) in scores.tokens.iter().enumerate() {
            gradual.add(TokenScores {
                tokens: vec![token.clone()],
                states: States {
                    width,
                    layers: vec![vec![number as f32; width]],
                },
            });
            let kept = gradual.tokens.len() - gradual.states_from;
            assert!(kept < 40, "states of {kept} tokens are kept");
            assert_eq!(gradual.states.layers[0].len(), kept * width);
            assert_eq!(gradual.states.layers[0][0], gradual.states_from as f32);
        }
        let (got, tokens) = gradual.finish();
        assert_eq!(got.words.len(), segments.words.len());
        assert_eq!(got.p_garbled.len(), segments.words.len());
        assert!(tokens.states.layers.is_empty());
        let word = got.words.iter().zip(&got.p_garbled);
        let (garbled, _) = word.max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
        assert_eq!(garbled.span.slice(TEXT), Some("gibberish"));
        // What was expected there is still known.
        assert_eq!(tokens.tokens[garbled.tokens.start].most_probable.len(), 2);
        // A sentence that comes again is judged as it was.
        let first = got.sentences[0].words.clone();
        let again = got.sentences[2].words.clone();
        assert_eq!(got.p_garbled[first], got.p_garbled[again]);
    }
}
