//! Damaged copies of good inputs.
//!
//! In: good inputs and a seed. Out: inputs without end, the same for the same seed: first the
//! good ones as they are, then copies with one to eight places changed, cut out, doubled,
//! moved, or taken from another input. Nothing is learnt from what an input does; that is
//! libFuzzer's work.

/// Bytes that parsers trip over: the ends of ranges, quotes, brackets, marks of encodings,
/// numbers that are none.
const TOKENS: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\0\0\0\0\0\0\0\x80",
    b"\n",
    b"\r\n",
    b"\"",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]]>",
    b"<!--",
    b"</",
    b"&#x110000;",
    b"```",
    b"\\u0000",
    b"null",
    b"-1",
    b"1e999",
    b"nan",
    b"18446744073709551616",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xe2\x80\xae",
    b"\xcc\x81",
    b"\xf0\x9f\x91\xa9\xe2\x80\x8d",
    b"\x1e",
];

/// Inputs made of good ones. Its [`Iterator`] never ends, unless there is no good input.
#[derive(Debug)]
pub struct Mutations {
    seeds: Vec<Vec<u8>>,
    random: Random,
    max_bytes: usize,
    given: usize,
}

impl Mutations {
    /// Inputs of at most `max_bytes`, made of `seeds`, where a longer seed is cut.
    pub fn new(seeds: Vec<Vec<u8>>, seed: u64, max_bytes: usize) -> Self {
        Self {
            seeds,
            random: Random(seed.wrapping_mul(2).wrapping_add(1)),
            max_bytes,
            given: 0,
        }
    }

    /// Changes one place of `input`.
    fn change(&mut self, input: &mut Vec<u8>) {
        let random = &mut self.random;
        let (at, end) = random.part(input.len());
        match random.below(9) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            1 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = random.byte();
                }
            }
            2 => {
                input.drain(at..end);
            }
            3 => {
                let token = TOKENS[random.below(TOKENS.len())];
                input.splice(at..at, token.iter().copied());
            }
            4 => {
                let token = TOKENS[random.below(TOKENS.len())];
                let end = (at + token.len()).min(input.len());
                input.splice(at..end, token.iter().copied());
            }
            5 => {
                let part = input[at..end].to_vec();
                let most = if random.below(8) == 0 { 200 } else { 3 };
                let times = 1 + random.below(most);
                input.splice(at..at, part.repeat(times));
            }
            6 => {
                let part: Vec<u8> = input.drain(at..end).collect();
                let to = random.below(input.len() + 1);
                input.splice(to..to, part);
            }
            7 => input.truncate(at),
            _ => {
                let other = &self.seeds[random.below(self.seeds.len())];
                let (from, to) = random.part(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
}

impl Iterator for Mutations {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.seeds.is_empty() {
            return None;
        }
        let number = self.given;
        self.given += 1;
        if let Some(seed) = self.seeds.get(number) {
            return Some(seed.clone());
        }
        let chosen = self.random.below(self.seeds.len());
        let mut input = self.seeds[chosen].clone();
        for _ in 0..=self.random.below(8) {
            self.change(&mut input);
        }
        input.truncate(self.max_bytes);
        Some(input)
    }
}

/// Numbers by xorshift64* (Vigna, 2016): any will do here, as long as they are the same again.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// A number from 0 and below `end`; 0 where there is none.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }

    /// Where a part of something so long begins and ends; most parts are short.
    fn part(&mut self, length: usize) -> (usize, usize) {
        let start = self.below(length + 1);
        let most = (length - start).min(1 << self.below(12));
        (start, start + self.below(most + 1))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_good_inputs_come_first_and_then_as_many_others_as_are_wanted() {
        let seeds = vec![b"Fog lay over the bay.".to_vec(), b"Gulls slept.".to_vec()];
        let made: Vec<_> = Mutations::new(seeds.clone(), 7, 4096).take(2000).collect();
        assert_eq!(made[..2], seeds);
        assert!(made.iter().all(|input| input.len() <= 4096));
        let different: HashSet<_> = made.iter().collect();
        assert!(different.len() > 1500, "{}", different.len());
        let again: Vec<_> = Mutations::new(seeds.clone(), 7, 4096).take(2000).collect();
        assert_eq!(made, again);
        let others: Vec<_> = Mutations::new(seeds, 8, 4096).take(2000).collect();
        assert_ne!(made, others);
    }

    #[test]
    fn an_empty_input_is_an_input_and_none_is_none() {
        let made = Mutations::new(vec![Vec::new()], 1, 64).take(500);
        assert!(made.filter(|input| !input.is_empty()).count() > 50);
        assert_eq!(Mutations::new(Vec::new(), 1, 64).next(), None);
    }
}
