//! What the gate lets through, what it refuses and why.

use std::sync::LazyLock;

use super::*;
use crate::segment::segment;
use proptest::prelude::*;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::embedded().unwrap());

fn gate_of(text: &str) -> Gate {
    gate(text, &segment(text), &LEXICON, None)
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
fn short_text_in_another_language_is_refused_and_named() {
    for (text, code) in [
        ("La pluie est tombée sur les collines.", "fra"),
        ("Guten Tag, das ist ein deutscher Satz ohne Sinn.", "deu"),
        ("No sabemos cuándo volverán los pescadores.", "spa"),
        ("Non sappiamo quando torneranno i pescatori.", "ita"),
        ("Wij weten niet wanneer de vissers terugkomen.", "nld"),
        ("Nie wiemy, kiedy wrócą rybacy.", "pol"),
        ("Balıkçıların ne zaman döneceğini bilmiyoruz.", "tur"),
    ] {
        match gate_of(text) {
            Gate::Abstain {
                reason: AbstainReason::LanguageUnsupported,
                language: Some(language),
            } => assert_eq!(language.code, code, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn what_nothing_shows_to_be_english_is_uncertain() {
    for text in [
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.",
        "Qwzrt plomf vrexi dnuk tarb zolg.",
        "Okonkwo Adeyemi Abiodun Oluwaseun",
        "qzkcd fghj wqrt",
    ] {
        assert_refused(text, AbstainReason::LanguageUncertain);
    }
    let filler = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor \
                  incididunt ut labore et dolore magna aliqua. ";
    assert_refused(&filler.repeat(20), AbstainReason::LanguageUncertain);
}

#[test]
fn short_english_is_judged_however_it_is_written() {
    for text in [
        "Fishermen Rescued Off Coast",
        "Ferry late again",
        "Tidal Barrier Plan Rejected",
        "The minister want relancer the dialogue sehr soon.",
        "Ferry Litiger storm Poutine overweight.",
        "Kindly revert back on the same, sir.",
        "He dinna ken whaur the wee bairn is.",
        "Prices up 4 %",
        "Harbour café reopens",
        "Smith resigns",
    ] {
        assert_judged(text);
    }
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
            gate(french, &segment(french), &LEXICON, Some(said)),
            Gate::Judge(expected)
        );
    }
    let empty = gate(" ", &segment(" "), &LEXICON, Some("en"));
    assert_eq!(
        empty,
        Gate::Abstain {
            reason: AbstainReason::Empty,
            language: None
        }
    );
}

/// A passage as it stands in the text, its language, and whether it is there on purpose.
fn all_passages(text: &str) -> Vec<(&str, Option<String>, bool)> {
    let segments = segment(text);
    let found = foreign_passages(text, &segments, &LEXICON, &[]);
    let found = found.into_iter().map(|passage| {
        let words = &segments.words[passage.words];
        let span = words[0].span.cover(words[words.len() - 1].span);
        (&text[span.range()], passage.language, passage.on_purpose)
    });
    found.collect()
}

fn passages(text: &str) -> Vec<&str> {
    all_passages(text)
        .into_iter()
        .map(|(passage, ..)| passage)
        .collect()
}

/// What is wrong with the passages found in `marked`: the stretch between `⟦` and `⟧`
/// should be found and nothing else, in the language `code` unless it is empty.
fn wrong_passage(marked: &str, code: &str, purpose: bool) -> Option<String> {
    let text = marked.replace(['⟦', '⟧'], "");
    let start = marked.find('⟦').unwrap();
    let end = marked.find('⟧').unwrap();
    let expected = &marked[start + '⟦'.len_utf8()..end];
    let found = all_passages(&text);
    let right = match &found[..] {
        [(passage, language, on_purpose)] => {
            *passage == expected
                && (code.is_empty() || language.as_deref() == Some(code))
                && *on_purpose == purpose
        }
        _ => false,
    };
    (!right).then(|| format!("{marked}\n    {code}, on purpose {purpose}: {found:?}"))
}

/// Fails with all passages that are not found as they should be.
#[track_caller]
fn assert_found(cases: &[(&str, &str)], purpose: bool) {
    let wrong = cases
        .iter()
        .filter_map(|(marked, code)| wrong_passage(marked, code, purpose));
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The stretch of `text` between `⟦` and `⟧`, and nothing else, is there on purpose.
#[track_caller]
fn assert_passage(marked: &str) {
    assert_found(&[(marked, "")], true);
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
fn foreign_sentences_are_left_over() {
    assert_found(
        &[
            (
                "The letter is short. ⟦Wir haben das Geld nicht und wir werden es auch nicht bekommen.⟧ It is unsigned.",
                "deu",
            ),
            (
                "The council met late. ⟦Le conseil a rejeté le budget. Les élus se retrouveront jeudi.⟧ Nobody was surprised.",
                "fra",
            ),
            (
                "The boats came in. ⟦Los pescadores no quieren volver al mar hasta que pase la tormenta.⟧ Prices rose at once.",
                "spa",
            ),
            (
                "The bridge is shut. ⟦I lavori di riparazione dureranno fino alla fine del mese.⟧ Drivers should go round.",
                "ita",
            ),
            (
                "The bridge is shut. ⟦As obras de reparação vão durar até ao fim do mês.⟧ Drivers should go round.",
                "por",
            ),
            (
                "The bridge is shut. ⟦De herstelwerken zullen tot het einde van de maand duren.⟧ Drivers should go round.",
                "nld",
            ),
            (
                "The bridge is shut. ⟦Prace naprawcze potrwają do końca miesiąca, a kierowcy muszą wybrać inną drogę.⟧ Drivers should go round.",
                "pol",
            ),
            (
                "The bridge is shut. ⟦Lucrările de reparație vor dura până la sfârșitul lunii și nu se știe cine plătește.⟧ Drivers should go round.",
                "ron",
            ),
            (
                "The bridge is shut. ⟦Köprünün onarımı ay sonuna kadar sürecek ve yol bu yüzden kapalı kalacak.⟧ Drivers should go round.",
                "tur",
            ),
            (
                "The bridge is shut. ⟦Ремонт моста продлится до конца месяца, и водители должны искать объезд.⟧ Drivers should go round.",
                "rus",
            ),
            (
                "The bridge is shut. ⟦Ремонт моста триватиме до кінця місяця, і водії мають шукати об'їзд.⟧ Drivers should go round.",
                "ukr",
            ),
            (
                "The bridge is shut. ⟦桥梁维修将持续到月底。⟧ Drivers should go round.",
                "cmn",
            ),
            (
                "The bridge is shut. ⟦橋の修理は月末まで続きます。⟧ Drivers should go round.",
                "jpn",
            ),
            (
                "The bridge is shut. ⟦다리 수리는 월말까지 계속됩니다.⟧ Drivers should go round.",
                "kor",
            ),
            (
                "The bridge is shut. ⟦ستستمر إصلاحات الجسر حتى نهاية الشهر.⟧ Drivers should go round.",
                "ara",
            ),
            (
                "The bridge is shut. ⟦पुल की मरम्मत महीने के अंत तक चलेगी।⟧ Drivers should go round.",
                "hin",
            ),
            (
                "The bridge is shut. ⟦Οι εργασίες στη γέφυρα θα διαρκέσουν ως το τέλος του μήνα.⟧ Drivers should go round.",
                "ell",
            ),
            (
                "The bridge is shut. ⟦תיקון הגשר יימשך עד סוף החודש.⟧ Drivers should go round.",
                "heb",
            ),
            ("The bridge is shut. ⟦การซ่อมสะพานจะใช้เวลาจนถึงสิ้นเดือน⟧", "tha"),
        ],
        false,
    );
}

#[test]
fn foreign_clauses_are_left_over() {
    assert_found(
        &[
            (
                "The mayor said that the road would open, ⟦mais les habitants du quartier ne sont pas contents⟧, and went home.",
                "fra",
            ),
            (
                "The committee has ⟦décidé de ne pas⟧ continue the work of the previous year.",
                "fra",
            ),
            (
                "She told the court that ⟦sie den Schlüssel nicht gefunden hat⟧ and wept.",
                "deu",
            ),
            (
                "The players left the field ⟦porque el árbitro no quiso escuchar⟧ and the match ended.",
                "spa",
            ),
            ("The village of ⟦Санкт Петербург⟧ is far from here.", ""),
            (
                "He bought a ⟦самовар⟧ at the market and carried it home.",
                "",
            ),
            (
                "The minister will ⟦会議⟧ attend on Monday with two aides.",
                "",
            ),
            ("The minister will ⟦पुनर्विचार⟧ the plan on Monday.", ""),
        ],
        false,
    );
}

#[test]
fn what_is_foreign_on_purpose_is_not_left_over() {
    assert_found(
        &[
            (
                "Over the door stands: ⟦Die Gedanken sind frei und niemand kann sie erraten⟧, which means that thoughts are free.",
                "",
            ),
            (
                "He used the phrase ⟦la paz es el único camino para todos⟧ in every speech.",
                "",
            ),
            (
                "He said in French that ⟦le roi est mort et nous sommes libres⟧, and everyone laughed.",
                "",
            ),
            ("The town, in Ukrainian ⟦Чернівці⟧, lies on a river.", ""),
            ("The capital, Moscow, ⟦Москва⟧, is large and cold.", ""),
            ("The capital (⟦Москва⟧) is large and cold.", ""),
            ("The word ⟦самовар⟧ is older than the thing.", ""),
            ("He wrote ⟦你好⟧ (hello) on the board and left.", ""),
            (
                "The crowd shouted for an hour.\n⟦Мы хотим жить в мирной стране!⟧\nThen it went home.",
                "",
            ),
        ],
        true,
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
fn names_terms_dialects_and_single_words_are_no_passages() {
    for text in [
        "The minister said that Poutine would rather Litiger the past than talk.",
        "They agreed to “relancer the dialogue” before the winter.",
        "He played for Real Sociedad, Deportivo de La Coruña and Rayo Vallecano de Madrid.",
        "Mr. van der Berg and Ludwig van Beethoven never met Charles de Gaulle.",
        "“Veni, vidi, vici”, he said.",
        "(Ortiz et al., 2011; Brandt et al., 2014; Novak, 2015)",
        "La la la la la, sang the children.",
        "The star α Arietis and β-carotene, 4 μm and 3 kΩ, and Δ over π.",
        "Na im di pipol dem dey wait for di bus since morning o.",
        "Ye cannae gie the bairn a wee bit mair o' the tatties, ken.",
        "The habeas corpus ad subjiciendum and the pro bono publico work went on.",
        "It had a certain je ne sais quoi and was the crème de la crème of ferries.",
        "It is marked allegro ma non troppo e molto vivace in the score.",
        "He played in Le Père de la fiancée and in Les Enfants du paradis that year.",
        "The Fédération Internationale de Football Association and the Deutsche Gesellschaft für Internationale Zusammenarbeit met.",
        "Write to Rue de la Paix 12 or to Calle de los Pescadores 4 in time.",
    ] {
        assert_eq!(passages(text), Vec::<&str>::new(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_has_a_gate_and_sound_passages(text in any::<String>(), tail in "[a-zé «»\"(). ]{0,80}") {
        let text = text + &tail;
        let segments = segment(&text);
        gate(&text, &segments, &LEXICON, None);
        let spans = foreign_passages(&text, &segments, &LEXICON, &[]);
        prop_assert!(spans.windows(2).all(|two| two[0].words.end <= two[1].words.start));
        prop_assert!(spans.iter().all(|one| !one.words.is_empty()));
        prop_assert!(spans.iter().all(|one| one.words.end <= segments.words.len()));
    }
}

#[test]
fn a_megabyte_of_anything_is_quick() {
    let begun = std::time::Instant::now();
    for unit in ["a", "word ", "\" ( “ ", "漢", "(je ne le de) ", "12 ", "🎉"] {
        let text = unit.repeat((1 << 20) / unit.len());
        let segments = segment(&text);
        gate(&text, &segments, &LEXICON, None);
        foreign_passages(&text, &segments, &LEXICON, &[]);
    }
    // Generous, since the machine may be busy; quadratic time takes hours.
    assert!(begun.elapsed().as_secs() < 300, "{:?}", begun.elapsed());
}
