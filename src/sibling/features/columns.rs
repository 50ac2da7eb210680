//! Names of the columns of a row, and places by name.
//!
//! In: a table of columns, each a name and how its number is computed. Out: the names
//! alone, and where one stands. A name that is not there does not compile. Which
//! numbers there are is said by the tables themselves.

/// The names in a table of columns.
pub(crate) const fn names<F, const N: usize>(table: &[(&'static str, F); N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut column = 0;
    while column < N {
        names[column] = table[column].0;
        column += 1;
    }
    names
}

/// The names of one row behind those of another; `N` is `A` and `B` together.
pub(crate) const fn joined<const A: usize, const B: usize, const N: usize>(
    first: [&'static str; A],
    second: [&'static str; B],
) -> [&'static str; N] {
    assert!(A + B == N, "two rows together have as many columns");
    let mut names = [""; N];
    let mut column = 0;
    while column < N {
        names[column] = if column < A {
            first[column]
        } else {
            second[column - A]
        };
        column += 1;
    }
    names
}

/// Where the column `name` stands.
pub(crate) const fn position(names: &[&str], name: &str) -> usize {
    let mut column = 0;
    while column < names.len() {
        if is_same(names[column], name) {
            return column;
        }
        column += 1;
    }
    panic!("no column has this name");
}

/// Where several columns stand.
pub(crate) const fn positions<const N: usize>(names: &[&str], of: [&str; N]) -> [usize; N] {
    let mut found = [0; N];
    let mut index = 0;
    while index < N {
        found[index] = position(names, of[index]);
        index += 1;
    }
    found
}

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Logits in one unit of a row. A logit of 4 is a probability of 0.98, so that what the
/// detector is sure of lies near −1 and 1.
pub(crate) const LOGITS: f32 = 4.0;

/// The Zipf frequency of the commonest words is hardly above 8, so that all lie from 0
/// to 1.
pub(crate) const MAX_ZIPF: f32 = 8.0;

/// Words next to a word that are looked at for agreement: a run of more tells no more.
pub(crate) const MAX_RUN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        type Column = (&'static str, fn(f32) -> f32);
        const TABLE: [Column; 2] = [("one", |x| x), ("other", |x| 2.0 * x)];
        const ALL: [&str; 3] = joined(names(&TABLE), ["third"]);
        assert_eq!(ALL, ["one", "other", "third"]);
        assert_eq!(positions(&ALL, ["third", "one"]), [2, 0]);
        assert_eq!(TABLE.map(|(_, of)| of(1.5)), [1.5, 3.0]);
    }

    #[test]
    #[should_panic(expected = "no column")]
    fn an_unknown_name_has_no_place() {
        position(&["one"], "On");
    }
}
