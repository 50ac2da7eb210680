//! Small words that say what stands around a name, in lower case.
//!
//! In: a word. Out: whether it is in one of the lists.

/// A list of words, parted by white space.
pub(super) struct Words(&'static str);

impl Words {
    /// Whether a word in lower case is in the list.
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.split_ascii_whitespace().any(|one| one == word)
    }
}

/// English words without which hardly any sentence is written.
pub(super) const ENGLISH: Words = Words(
    "
    the of and to a an is was were are that for it with as on by at from his her their
    they he she we you be been has have had not this which who will would but or in its
    said says after before about into than when there over between against during under
    toward towards near our all more can could one two i my
",
);

/// What a sentence begins with that is no part of a name.
pub(super) const OPENINGS: Words = Words(
    "
    the a an in on at from to for of by with after before when while since until and but
    or so yet if as although though because near outside inside around between against
    under over across through throughout towards toward into like unlike both all now then
    today yesterday tomorrow even only once that this these what where why how who
    meanwhile however is was are were does did will would has had can could our my his her
    their its your some many most no not about above along among behind beside besides
    beyond despite during except leaving visiting entering instead later again there here
    modern
",
);

/// English words after which a place stands.
pub(super) const PREPOSITIONS: Words = Words(
    "
    in to from of at near into towards toward outside inside around between against across
    through throughout within beyond via over and with for by on leave left leaving reach
    reached visit visited visiting invaded entered
",
);

/// Small words of names in other languages.
pub(super) const PARTICLES: Words = Words(
    "
    de du des d di da do dos das del della dello dei degli delle dal dalla von vom van der
    den dem zu zur zum la le les el los las il lo al aux au en et und y e für pour para
    sur sous im am bei ve och i na w z ul ulica rue via calle st san santa
",
);

/// Words before a name that show that it is spoken of as a name or a word.
pub(super) const CUES: Words = Words(
    "
    called calls call known named name names renamed spelled spelt spelling pronounced
    word words term termed entitled titled translated meaning means surname alias
    nicknamed magazine newspaper brand album song film novel ship vessel band label
",
);

/// Languages, as a text names them where it explains a name.
pub(super) const LANGUAGES: Words = Words(
    "
    french german spanish italian portuguese polish dutch romanian turkish swedish latin
    russian czech hungarian finnish danish norwegian croatian serbian lithuanian latvian
    catalan
",
);

/// What stands before people's names.
pub(super) const TITLES: Words = Words(
    "
    president mr mr. mrs mrs. ms ms. miss dr dr. chancellor minister premier senator
    general marshal secretary king queen prince princess emperor empress tsar czar pope
    saint sir lord lady comrade leader professor prof prof. colonel governor mayor
    ambassador composer writer poet candidate dictator judge chairman vice-president
    ex-president spokesman spokeswoman director leaders presidents monsieur madame herr
    frau señor signor signora captain commander sergeant lieutenant cardinal bishop
    archbishop justice
",
);
