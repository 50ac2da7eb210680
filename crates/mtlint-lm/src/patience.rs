//! A language model that gives up reading when nobody waits for it any more.
//!
//! In: a language model, and a question that is asked again and again. Out: the same numbers, or
//! an error as soon as the answer is yes. It asks between calls of the model and parts of them,
//! which take some seconds at most; no thread is ended.

use std::sync::Arc;

use crate::{
    KvCache, LanguageModel, LmError, ModelId, Prefix, ReadOptions, TokenCounts, TokenScores,
    texts_in_batch,
};

/// The largest number of bytes of texts that are read between two questions: several full batches
/// of the model, so that it reads as fast as without them.
const MAX_BYTES: usize = 32 * 1024;

/// A language model that gives up reading once `has_ended` says so.
pub struct Patience<F> {
    model: Arc<dyn LanguageModel>,
    has_ended: F,
}

impl<F: Fn() -> bool + Send + Sync> Patience<F> {
    /// `model`, which gives up with [`LmError::GivenUp`] once `has_ended` says so.
    pub fn new(model: Arc<dyn LanguageModel>, has_ended: F) -> Self {
        Self { model, has_ended }
    }

    fn check(&self) -> Result<(), LmError> {
        match (self.has_ended)() {
            true => Err(LmError::GivenUp),
            false => Ok(()),
        }
    }

    /// Has `read` read parts of `all`, and puts together what it gives. `bytes` is the number of
    /// bytes that are read for one of them.
    fn in_parts<T, R>(
        &self,
        all: &[T],
        bytes: impl Fn(&T) -> usize,
        read: impl Fn(&[T]) -> Result<Vec<R>, LmError>,
    ) -> Result<Vec<R>, LmError> {
        let mut results = Vec::with_capacity(all.len());
        let mut rest = all;
        while !rest.is_empty() {
            self.check()?;
            let fits = texts_in_batch(rest.iter().map(&bytes), MAX_BYTES);
            let (part, after) = rest.split_at(fits);
            results.extend(read(part)?);
            rest = after;
        }
        Ok(results)
    }
}

impl<F: Fn() -> bool + Send + Sync> LanguageModel for Patience<F> {
    fn id(&self) -> &ModelId {
        self.model.id()
    }

    fn layers(&self) -> usize {
        self.model.layers()
    }

    fn read(&self, texts: &[&str], options: ReadOptions<'_>) -> Result<Vec<TokenScores>, LmError> {
        let length = |text: &&str| text.len();
        self.in_parts(texts, length, |part| self.model.read(part, options))
    }

    fn read_in_parts(
        &self,
        text: &str,
        options: ReadOptions<'_>,
        take: &mut dyn FnMut(TokenScores) -> Result<(), LmError>,
    ) -> Result<(), LmError> {
        self.check()?;
        self.model.read_in_parts(text, options, &mut |part| {
            self.check()?;
            take(part)
        })
    }

    fn read_with_cache(
        &self,
        texts: &[&str],
        options: ReadOptions<'_>,
    ) -> Result<Vec<(TokenScores, Option<KvCache>)>, LmError> {
        let length = |text: &&str| text.len();
        let read = |part: &[&str]| self.model.read_with_cache(part, options);
        self.in_parts(texts, length, read)
    }

    fn read_continuations(
        &self,
        prefixes: &[Prefix<'_>],
    ) -> Result<Vec<Vec<TokenScores>>, LmError> {
        let length = |prefix: &Prefix<'_>| {
            let continuations = prefix.continuations.iter();
            prefix.text.len() + continuations.map(|one| one.text.len()).sum::<usize>()
        };
        let read = |part: &[Prefix<'_>]| self.model.read_continuations(part);
        self.in_parts(prefixes, length, read)
    }

    fn read_after(&self, pairs: &[(&str, &str)]) -> Result<Vec<TokenScores>, LmError> {
        let length = |(before, text): &(&str, &str)| before.len() + text.len();
        self.in_parts(pairs, length, |part| self.model.read_after(part))
    }

    fn keep_readings(&self, bytes: usize) {
        self.model.keep_readings(bytes);
    }

    fn tokens(&self) -> TokenCounts {
        self.model.tokens()
    }

    fn token_text(&self, id: u32) -> String {
        self.model.token_text(id)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::Continuation;
    use crate::stub::Stub;

    /// The stand-in, which gives up after so many questions.
    fn patient(questions: usize) -> Patience<impl Fn() -> bool + Send + Sync> {
        let left = AtomicUsize::new(questions);
        let has_ended = move || {
            let none = |left: usize| left.checked_sub(1);
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, none)
                .is_err()
        };
        Patience::new(Arc::new(Stub::default()), has_ended)
    }

    #[test]
    fn what_is_read_in_parts_is_what_is_read_at_once() {
        let long = "The bus was late. ".repeat(1000);
        let texts = [&long[..], "Nobody came.", &long[5..], ""];
        let (stub, patient) = (Stub::default(), patient(usize::MAX));
        let options = ReadOptions {
            most_probable: 2,
            layers: &[1],
        };
        let expected = stub.read(&texts, options).unwrap();
        assert_eq!(patient.read(&texts, options).unwrap(), expected);
        let cached = patient.read_with_cache(&texts, options).unwrap();
        assert!(cached.into_iter().map(|(scores, _)| scores).eq(expected));
        let pairs = [(&long[..], " It rained."), ("So", ""), ("", &long)];
        let expected = stub.read_after(&pairs).unwrap();
        assert_eq!(patient.read_after(&pairs).unwrap(), expected);
        let continuations = [Continuation {
            at: 3,
            text: " train",
        }];
        let prefixes = texts.map(|text| Prefix {
            text,
            continuations: &continuations[..text.len().min(1)],
            cache: None,
        });
        let expected = stub.read_continuations(&prefixes).unwrap();
        assert_eq!(patient.read_continuations(&prefixes).unwrap(), expected);
    }

    #[test]
    fn it_gives_up_between_parts() {
        let long = "The bus was late. ".repeat(2000);
        let texts = [&long[..], &long, &long];
        let read = |questions: usize| {
            let patient = patient(questions);
            let read = patient.read(&texts, ReadOptions::default());
            (read, patient.tokens().read)
        };
        let of_one = Stub::default();
        of_one.read(&texts[..1], ReadOptions::default()).unwrap();
        for questions in 0..3 {
            let (error, tokens) = read(questions);
            assert!(matches!(error, Err(LmError::GivenUp)));
            assert_eq!(tokens, questions as u64 * of_one.tokens().read);
        }
        assert!(read(3).0.is_ok());
        let mut taken = 0;
        let mut take = |_| {
            taken += 1;
            Ok(())
        };
        let parts = patient(1).read_in_parts(&long, ReadOptions::default(), &mut take);
        assert!(matches!(parts, Err(LmError::GivenUp)));
        assert_eq!(taken, 0);
    }
}
