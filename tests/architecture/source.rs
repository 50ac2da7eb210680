//! The text of a Rust file as tokens, without what is no code: comments, the inside of
//! strings and what is compiled for tests only. In: text. Out: tokens with their lines, the
//! length of each function. It knows no other file.

/// A word, a number, a mark of punctuation, or `"` in place of a literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    /// The line that the token starts in, from 1.
    pub line: usize,
}

impl Token {
    /// Whether the token is a name or a keyword.
    pub fn is_word(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The code of a file that is not for tests only.
#[derive(Debug, Default)]
pub struct Source {
    pub tokens: Vec<Token>,
    /// Modules in files of their own that are compiled for tests only.
    pub test_modules: Vec<String>,
    /// Whether the whole file is compiled for tests only.
    pub only_tests: bool,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    /// The number of lines from `fn` to the closing brace.
    pub length: usize,
}

impl Source {
    /// The code of a file with this text.
    pub fn parse(text: &str) -> Self {
        let all = tokens(text);
        let mut source = Self::default();
        let mut at = 0;
        while at < all.len() {
            let Some((inner, after)) = test_attribute(&all, at) else {
                source.tokens.push(all[at].clone());
                at += 1;
                continue;
            };
            if inner {
                source.only_tests = true;
            }
            let end = if inner {
                after
            } else {
                end_of_item(&all, after)
            };
            let item = &all[after..end];
            if let [.., name, semicolon] = item
                && semicolon.text == ";"
                && item.iter().any(|token| token.text == "mod")
            {
                source.test_modules.push(name.text.clone());
            }
            at = end;
        }
        source
    }

    /// All functions with a body, also those inside others.
    pub fn functions(&self) -> Vec<Function> {
        let tokens = &self.tokens;
        let mut found = Vec::new();
        for (at, pair) in tokens.windows(2).enumerate() {
            // `fn(u8)` is a type.
            if pair[0].text != "fn" || !pair[1].is_word() {
                continue;
            }
            let end = end_of_item(tokens, at);
            let last = &tokens[end - 1];
            if last.text == "}" {
                found.push(Function {
                    name: pair[1].text.clone(),
                    line: pair[0].line,
                    length: last.line + 1 - pair[0].line,
                });
            }
        }
        found
    }
}

/// The position after a group in brackets that starts at `open`.
fn end_of_group(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// An attribute at `at` that keeps something for tests: whether it speaks of all that it
/// stands in, and the position after it.
fn test_attribute(tokens: &[Token], at: usize) -> Option<(bool, usize)> {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text == text);
    let inner = is(at + 1, "!");
    let open = at + 1 + usize::from(inner);
    if !is(at, "#") || !is(open, "[") || !is(open + 1, "cfg") {
        return None;
    }
    let end = end_of_group(tokens, open);
    let within = &tokens[open..end];
    let has = |word: &str| within.iter().any(|token| token.text == word);
    // `any(test, …)` is compiled for others too.
    (has("test") && !has("not") && !has("any")).then_some((inner, end))
}

/// The position after the item, statement or field that starts at `start`.
fn end_of_item(tokens: &[Token], start: usize) -> usize {
    const ITEMS: [&str; 14] = [
        "fn", "mod", "use", "struct", "enum", "impl", "const", "static", "type", "trait", "let",
        "unsafe", "extern", "async",
    ];
    let mut at = start;
    while at < tokens.len() && tokens[at].text == "#" {
        at = end_of_group(tokens, at + 1);
    }
    if tokens.get(at).is_some_and(|token| token.text == "pub") {
        at += 1;
        if tokens.get(at).is_some_and(|token| token.text == "(") {
            at = end_of_group(tokens, at);
        }
    }
    let item = tokens
        .get(at)
        .is_some_and(|first| ITEMS.contains(&first.text.as_str()));
    let import = tokens.get(at).is_some_and(|first| first.text == "use");
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            ";" => return at + 1,
            "," if !item => return at + 1,
            // The end of what the field or the arm stands in.
            "}" | ")" => return at,
            "{" if !import => return end_of_group(tokens, at),
            "(" | "[" | "{" => at = end_of_group(tokens, at),
            _ => at += 1,
        }
    }
    at
}

/// The tokens of a text.
fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < letters.len() {
        let (end, kept) = token_at(&letters, at);
        if let Some(text) = kept {
            tokens.push(Token { text, line });
        }
        line += letters[at..end]
            .iter()
            .filter(|&&letter| letter == '\n')
            .count();
        at = end;
    }
    tokens
}

/// Where the token at `at` ends, and what is kept of it: nothing of white space, comments
/// and lifetimes.
fn token_at(letters: &[char], at: usize) -> (usize, Option<String>) {
    let letter = |ahead: usize| letters.get(at + ahead).copied();
    let starts = |text: &str| text.chars().enumerate().all(|(n, c)| letter(n) == Some(c));
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let run = |start: usize| {
        let rest = letters[start..].iter().take_while(|&&c| word(c));
        start + rest.count()
    };
    let literal = |end: usize| (end, Some("\"".to_owned()));
    if starts("//") {
        let rest = letters[at..].iter().take_while(|&&c| c != '\n');
        return (at + rest.count(), None);
    }
    if starts("/*") {
        return (end_of_comment(letters, at), None);
    }
    if starts("::") {
        return (at + 2, Some("::".to_owned()));
    }
    match letters[at] {
        '"' => literal(end_of_string(letters, at, '"')),
        '\'' if letter(1) == Some('\\') || letter(2) == Some('\'') => {
            literal(end_of_string(letters, at, '\''))
        }
        '\'' => (run(at + 1), None),
        c if word(c) => {
            let end = run(at);
            let name: String = letters[at..end].iter().collect();
            let prefix = matches!(name.as_str(), "r" | "b" | "br" | "c" | "cr");
            let hashes = letters[end..].iter().take_while(|&&c| c == '#').count();
            match letters.get(end + hashes) {
                Some('"') if prefix && name.ends_with('r') => {
                    literal(end_of_raw_string(letters, end + hashes + 1, hashes))
                }
                Some('"') if prefix && hashes == 0 => literal(end_of_string(letters, end, '"')),
                Some('\'') if name == "b" && hashes == 0 => {
                    literal(end_of_string(letters, end, '\''))
                }
                // `r#type` is the name `type`.
                Some(&c) if name == "r" && hashes == 1 && word(c) => {
                    let after = run(end + 1);
                    (after, Some(letters[end + 1..after].iter().collect()))
                }
                _ => (end, Some(name)),
            }
        }
        c if c.is_whitespace() => (at + 1, None),
        c => (at + 1, Some(c.to_string())),
    }
}

/// The position after a comment in `/*` and `*/`, which may hold others.
fn end_of_comment(letters: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at + 1 < letters.len() {
        match (letters[at], letters[at + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    letters.len()
}

/// The position after a literal that starts at `start` with `quote`.
fn end_of_string(letters: &[char], start: usize, quote: char) -> usize {
    let mut at = start + 1;
    while at < letters.len() && letters[at] != quote {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(letters.len())
}

/// The position after a raw string whose text starts at `start`.
fn end_of_raw_string(letters: &[char], start: usize, hashes: usize) -> usize {
    let closes = |at: usize| {
        let after = letters[at + 1..].iter().take_while(|&&c| c == '#');
        letters[at] == '"' && after.count() >= hashes
    };
    let end = (start..letters.len()).find(|&at| closes(at));
    end.map_or(letters.len(), |at| at + 1 + hashes)
}
