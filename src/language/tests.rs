//! What the gate lets through, what it refuses and why.

use super::*;
use crate::segment::segment;
use proptest::prelude::*;

fn gate_of(text: &str) -> Gate {
    gate(text, &segment(text), None)
}

#[track_caller]
fn assert_judged(text: &str) {
    match gate_of(text) {
        Gate::Judge(language) => {
            assert_eq!(language.code, "eng");
            assert!((0.0..=1.0).contains(&language.confidence));
        }
        refused => panic!("{text:?}: {refused:?}"),
    }
}

#[track_caller]
fn assert_refused(text: &str, expected: AbstainReason) {
    match gate_of(text) {
        Gate::Abstain { reason, language } => {
            assert_eq!(reason, expected, "{text:?}");
            let guessed = expected == AbstainReason::LanguageUnsupported;
            assert_eq!(language.is_some(), guessed);
        }
        judged => panic!("{text:?}: {judged:?}"),
    }
}

#[test]
fn white_space_is_empty() {
    for text in ["", " ", "\u{feff}", "\u{feff}\r\n\t \u{3000}\n"] {
        assert_refused(text, AbstainReason::Empty);
    }
}

#[test]
fn emoji_numbers_and_tables_are_no_text() {
    for text in [
        "🎉🎉 👍🏽",
        "...",
        "12 450 3.5 %",
        "12 km\n14 km\n9.5 kg",
        "\u{0}\u{1}",
        "🇫🇷 1️⃣",
    ] {
        assert_refused(text, AbstainReason::NotText);
    }
    let blob = "A man said ".to_owned() + &"x".repeat(5_000) + " on Monday.";
    assert_refused(&blob, AbstainReason::NotText);
    let table = "Year\tVisitors\n".to_owned() + &"2019\t12,400\n".repeat(30);
    assert_refused(&table, AbstainReason::NotText);
}

#[test]
fn letters_without_a_word_are_too_short() {
    for text in [
        "https://tides.example.org/north",
        "B-12",
        "X",
        "desk@tides.example.org",
        "(c)",
    ] {
        assert_refused(text, AbstainReason::TooShort);
    }
}

#[test]
fn one_word_is_enough() {
    for text in ["Rain", "I", "🎉 Goal!", "COVID-19", "Rain: 12 mm"] {
        assert_judged(text);
    }
}

#[test]
fn short_latin_text_is_judged_whatever_it_looks_like() {
    assert_judged("La pluie est tombée sur les collines.");
    assert_judged("Litiger chome Poutine overweight.");
    assert_judged("https: / / tides.example / north. Пойдём смотреть?");
}

#[test]
fn another_script_is_refused_at_any_length() {
    for (text, code) in [
        ("Дождь шёл всю ночь.", "rus"),
        ("今日は雨が降りました。", "jpn"),
        ("整夜都在下雨。", "cmn"),
        ("雨", "cmn"),
        ("밤새 비가 내렸다.", "kor"),
        ("Έβρεχε όλη τη νύχτα.", "ell"),
    ] {
        assert_refused(text, AbstainReason::LanguageUnsupported);
        match gate_of(text) {
            Gate::Abstain {
                language: Some(language),
                ..
            } => assert_eq!(language.code, code),
            other => panic!("{other:?}"),
        }
    }
}

/// Articles of more than twenty words, written for this test.
const FOREIGN_ARTICLES: [(&str, &str); 10] = [
    (
        "fra",
        "Le marché aux poissons a rouvert ses portes mardi après trois mois de travaux. Les vendeurs espèrent que les clients reviendront vite, car l'hiver a été difficile pour tout le quartier.",
    ),
    (
        "deu",
        "Der Fischmarkt hat am Dienstag nach drei Monaten wieder geöffnet. Die Händler hoffen, dass die Kunden bald zurückkommen, denn der Winter war für das ganze Viertel nicht leicht.",
    ),
    (
        "spa",
        "El mercado de pescado volvió a abrir el martes después de tres meses de obras. Los vendedores esperan que los clientes regresen pronto, porque el invierno fue duro para todo el barrio.",
    ),
    (
        "ita",
        "Il mercato del pesce ha riaperto martedì dopo tre mesi di lavori. I venditori sperano che i clienti tornino presto, perché l'inverno è stato difficile per tutto il quartiere.",
    ),
    (
        "por",
        "O mercado de peixe voltou a abrir na terça-feira depois de três meses de obras. Os vendedores esperam que os clientes voltem depressa, porque o inverno foi difícil para todo o bairro.",
    ),
    (
        "nld",
        "De vismarkt is dinsdag na drie maanden weer opengegaan. De verkopers hopen dat de klanten snel terugkomen, want de winter was zwaar voor de hele buurt en niet alleen voor hen.",
    ),
    (
        "pol",
        "Targ rybny został ponownie otwarty we wtorek po trzech miesiącach prac. Sprzedawcy mają nadzieję, że klienci szybko wrócą, ponieważ zima była trudna dla całej dzielnicy.",
    ),
    (
        "ron",
        "Piața de pește s-a redeschis marți după trei luni de lucrări. Vânzătorii speră că oamenii se vor întoarce repede, pentru că iarna a fost grea pentru tot cartierul.",
    ),
    (
        "est",
        "Kalaturg avati teisipäeval pärast kolm kuud kestnud töid uuesti. Müüjad loodavad, et ostjad tulevad peagi tagasi, sest talv oli kogu linnaosale raske ja raha jäi väheks.",
    ),
    (
        "tur",
        "Balık pazarı üç aylık çalışmanın ardından salı günü yeniden açıldı. Satıcılar müşterilerin çabuk dönmesini umuyor, çünkü kış bütün mahalle için zor geçti ve para azaldı.",
    ),
];

#[test]
fn longer_articles_in_other_languages_are_refused() {
    for (code, text) in FOREIGN_ARTICLES {
        match gate_of(text) {
            Gate::Abstain {
                reason,
                language: Some(language),
            } => {
                assert_eq!(reason, AbstainReason::LanguageUnsupported);
                assert_eq!(language.code, code);
            }
            other => panic!("{code}: {other:?}"),
        }
        assert_refused(&text.repeat(200), AbstainReason::LanguageUnsupported);
    }
}

#[test]
fn garbled_english_is_judged() {
    assert_judged(
        "The marché of fish have re-open the doors mardi after three month of work, the sellers \
         hopes which the client shall to come back vite because the hiver was been difficile.",
    );
    assert_judged(
        "Mayor Okonjo-Iweala Adeyemi visited Abeokuta, Ijebu Ode, Ota, Sagamu, Ilaro, Iperu, Owode, \
         Odeda, Ifo, Imeko, Ayetoro, Igbesa, Ipokia and the villages of Obafemi.",
    );
}

#[test]
fn a_named_language_is_believed_but_nothing_is_still_nothing() {
    let (_, french) = FOREIGN_ARTICLES[0];
    for (said, code) in [
        ("en", "eng"),
        ("EN-gb", "eng"),
        ("eng", "eng"),
        ("fra", "fra"),
    ] {
        let expected = Language {
            code: code.to_owned(),
            confidence: 1.0,
        };
        assert_eq!(
            gate(french, &segment(french), Some(said)),
            Gate::Judge(expected)
        );
    }
    let empty = gate(" ", &segment(" "), Some("en"));
    assert_eq!(
        empty,
        Gate::Abstain {
            reason: AbstainReason::Empty,
            language: None
        }
    );
}

fn passages(text: &str) -> Vec<&str> {
    let spans = foreign_passages(text, &segment(text));
    spans.into_iter().map(|span| &text[span.range()]).collect()
}

/// The stretch of `text` between `⟦` and `⟧`, and nothing else, is marked.
#[track_caller]
fn assert_passage(marked: &str) {
    let text = marked.replace(['⟦', '⟧'], "");
    let start = marked.find('⟦').unwrap();
    let end = marked.find('⟧').unwrap();
    assert_eq!(passages(&text), [&marked[start + '⟦'.len_utf8()..end]]);
}

#[test]
fn what_is_foreign_throughout_holds_no_passage() {
    // Too short to be refused, and no quotation in an English article.
    assert!(passages("Le maire a annoncé mardi que la ville fermerait ses portes.").is_empty());
    assert!(
        passages("PARIS. Le maire a annoncé mardi que la ville fermerait ses portes.").is_empty()
    );
}

#[test]
fn foreign_quotations_are_passages() {
    assert_passage("The sign read “⟦Il est interdit de marcher sur la glace⟧” in red letters.");
    assert_passage(
        "She sang \"⟦Die Gedanken sind frei und niemand kann sie erraten⟧\" to the hall.",
    );
    assert_passage("The motto «⟦No hay camino para la paz⟧» hangs over the door.");
    assert_passage("The club (⟦Союз писателей и художников города⟧) was founded in 1921.");
    assert_passage("The poem begins 「⟦雨にも負けず風にも負けず⟧」 and every child knows it.");
}

#[test]
fn foreign_sentences_are_passages() {
    assert_passage(
        "The letter is short. ⟦Wir haben das Geld nicht und wir werden es auch nicht bekommen.⟧ It is unsigned.",
    );
    assert_passage(
        "The crowd shouted for an hour.\n⟦Мы хотим жить в мирной стране!⟧\nThen it went home.",
    );
}

/// How many of the sentences of [`FOREIGN_ARTICLES`] are found between English
/// ones; whatever is found must be such a sentence and nothing else.
#[test]
fn most_foreign_sentences_are_found() {
    let (mut found, mut all) = (0, 0);
    for (code, article) in FOREIGN_ARTICLES {
        for sentence in segment(article).sentences {
            let sentence = &article[sentence.range()];
            let text = format!("The ferry was late. {sentence} Nobody on the pier said a word.");
            let passages = passages(&text);
            assert!(
                passages.iter().all(|&p| p == sentence),
                "{code}: {passages:?}"
            );
            found += passages.len();
            all += 1;
        }
    }
    assert!(found * 10 >= all * 8, "{found} of {all}");
}

#[test]
fn words_left_over_in_english_are_no_passages() {
    for text in [
        "The minister said that Poutine would rather Litiger the past than talk.",
        "They agreed to “relancer the dialogue” before the winter.",
        "The committee has décidé de ne pas continue the work of the previous year.",
        "The village of Санкт Петербург is far from here.",
        "He played for Real Sociedad, Deportivo de La Coruña and Rayo Vallecano de Madrid.",
        "Mr. van der Berg and Ludwig van Beethoven never met Charles de Gaulle.",
        "“Veni, vidi, vici”, he said.",
        "(Ortiz et al., 2011; Brandt et al., 2014; Novak, 2015)",
        "La la la la la, sang the children.",
        "Governor? Звілнити!",
    ] {
        assert_eq!(passages(text), Vec::<&str>::new(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_has_a_gate_and_sound_passages(text in any::<String>(), tail in "[a-zé «»\"(). ]{0,80}") {
        let text = text + &tail;
        let segments = segment(&text);
        gate(&text, &segments, None);
        let spans = foreign_passages(&text, &segments);
        prop_assert!(spans.windows(2).all(|two| two[0].end() <= two[1].start()));
        prop_assert!(spans.iter().all(|span| span.slice(&text).is_some()));
    }
}

#[test]
fn a_megabyte_of_anything_is_quick() {
    let begun = std::time::Instant::now();
    for unit in ["a", "word ", "\" ( “ ", "漢", "(je ne le de) ", "12 ", "🎉"] {
        let text = unit.repeat((1 << 20) / unit.len());
        let segments = segment(&text);
        gate(&text, &segments, None);
        foreign_passages(&text, &segments);
    }
    // Generous, since the machine may be busy; quadratic time takes hours.
    assert!(begun.elapsed().as_secs() < 300, "{:?}", begun.elapsed());
}
