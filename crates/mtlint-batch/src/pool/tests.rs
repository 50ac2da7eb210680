//! Short articles in several subjects, each with another event of its kind.

use super::*;

/// A subject: an article as a machine translated it, a cleaner one on the same
/// event, and one on another event of the same kind.
struct Subject {
    name: &'static str,
    garbled: &'static str,
    same: &'static str,
    other: &'static str,
}

const SUBJECTS: [Subject; 6] = [
    Subject {
        name: "earthquake",
        garbled: "A terrain tremble of grandness 6.2 has hit Tuesday the province of \
            Manissa in the west of Turkey, has told the service AFAD. At least 14 persons \
            have been injured while they jumped of balconies in Akhissar. The mayor \
            Ömer Yildirim prayed the inhabitants to sleep outwards. Three mosques have lost \
            their minaretes.",
        same: "Fourteen people were hurt, most of them jumping from balconies, when a \
            magnitude 6.2 earthquake struck Turkey's western Manisa province on Tuesday. \
            The disaster agency AFAD said the town of Akhisar was worst affected, where \
            three minarets collapsed. Mayor Omer Yildirim urged residents to spend the \
            night outdoors.",
        other: "An earthquake of magnitude 5.4 struck the Croatian town of Petrinja on \
            Sunday, injuring 20 people and damaging two churches. The seismological \
            service in Zagreb recorded a dozen aftershocks. Mayor Darinko Dumbovic asked \
            residents to stay outdoors.",
    },
    Subject {
        name: "football",
        garbled: "Brann Bergen has won 3 to 1 over Rosenborg in the semi-final of the cup. \
            Bård Finne shooted two gates before the pause, the third has fallen by an own \
            gate of Erlend Reitan in the 71st minute. 16,400 lookers saw the game in the \
            stadium. In the final waits Molde.",
        same: "Two first-half goals from Bard Finne sent Brann into the cup final, where \
            they will meet Molde. The Bergen side beat Rosenborg 3-1 in front of 16,400 \
            spectators; Erlend Reitan put through his own net after 71 minutes.",
        other: "Bodo/Glimt reached the cup final with a 2-0 win over Viking Stavanger. \
            Amahl Pellegrino scored both goals, the second from the penalty spot in the \
            88th minute, before a crowd of 8,200. They will play Lillestrom in the final.",
    },
    Subject {
        name: "interest rates",
        garbled: "The Tschech national bank has heightened its guide-interest on 5.75 per \
            cent, half a point more like analysts have waited. Governor Jiri Rusnok said \
            the inflation makes 14.2 per cent and will not sink before autumn. The crown \
            has won against the euro to 24.6.",
        same: "The Czech National Bank raised its key rate by more than expected, to 5.75 \
            percent, on Wednesday. Inflation stood at 14.2 percent, Governor Jiří Rusnok \
            said, and would start to fall only in the autumn. The koruna strengthened to \
            24.6 per euro after the decision.",
        other: "Hungary's central bank raised its base rate by half a point to 5.9 \
            percent on Tuesday, as expected. Deputy Governor Barnabas Virag said inflation \
            at 9.5 percent had not yet peaked. The forint was little changed at 385 to the \
            euro.",
    },
    Subject {
        name: "court",
        garbled: "The land-court of Ravensburg condemned a 43-years nurse to eleven years \
            jail. Sabine H. has injected to seven patients of the clinic Wangen insulin \
            though it was not needed. The judge Matthias Geiser spoke about a broken trust. \
            The defence will go in revision.",
        same: "A nurse who gave unneeded insulin injections to seven patients at the Wangen \
            clinic was sentenced to 11 years in prison by a court in Ravensburg. Presiding \
            judge Matthias Geiser said the 43-year-old, named as Sabine H., had broken her \
            patients' trust. Her lawyers said they would appeal.",
        other: "A doctor accused of prescribing opioids without examination was sentenced \
            to four years in prison by a court in Kassel on Monday. Judge Volker Mütze said \
            the 61-year-old had abused the trust of 23 patients. His lawyer said he would \
            appeal.",
    },
    Subject {
        name: "archaeology",
        garbled: "By works on the canalisation in Plowdiw workers stossed on a mosaique of \
            the 4th century. The archeologue Elena Kessiakova means that the 120 square \
            meters belonged to the house of a merchant. A peacock and the word Eirene are \
            good to cognise. The museum wants showing it from May.",
        same: "Sewer workers in Plovdiv have uncovered a fourth-century mosaic of 120 \
            square metres showing a peacock and the word \"Eirene\". Archaeologist Elena \
            Kesyakova believes the floor belonged to a merchant's house. It is to go on \
            show in the museum in May.",
        other: "Builders laying a cable in Trier have found the remains of a Roman wall \
            painting of the second century. Archaeologist Marcus Reuter said the 30 square \
            metres showing a hunting scene came from a bath house. The museum plans to \
            exhibit it next year.",
    },
    Subject {
        name: "ferry",
        garbled: "The ferry Sardinia Regina has lied since Saturday fast on a sandbank before \
            Bastia with 310 guests on board. A tower of the machine stopped, says captain \
            Luca Ferrandi. Two tugs from Ajaccio have not succeeded in free-drawing. Nobody \
            became wounded.",
        same: "Some 310 passengers spent a second night aboard the Sardinia Regina, aground \
            off Bastia since its engine failed on Saturday. Captain Luca Ferrandi said nobody \
            was hurt. Two tugs sent from Ajaccio were unable to pull the ship off the \
            sandbank.",
        other: "The ferry Stena Horizon ran aground outside Karlskrona on Friday with 170 \
            passengers on board after its rudder failed. Captain Anders Lind said there were \
            no injuries. A tug from Kalmar pulled the ship free within three hours.",
    },
];

fn article(id: &str, text: &str) -> Article {
    Article {
        id: id.to_owned(),
        text: text.to_owned(),
        ..Article::default()
    }
}

fn pool(articles: &[Article]) -> Pool {
    let mut builder = PoolBuilder::new().unwrap();
    for article in articles {
        builder.add(article).unwrap();
    }
    builder.finish().unwrap()
}

fn served(pool: &Pool, document: &Article, window: Option<u32>) -> Vec<String> {
    let found = pool.on_same_story(document, window).unwrap();
    let serving = serving(None, &found);
    serving.iter().map(|one| one.article.id.clone()).collect()
}

#[test]
fn the_same_event_is_found_and_another_of_its_kind_is_not() {
    let all: Vec<Article> = SUBJECTS
        .iter()
        .flat_map(|subject| {
            [
                article(&format!("{} other", subject.name), subject.other),
                article(&format!("{} same", subject.name), subject.same),
            ]
        })
        .collect();
    let whole = pool(&all);
    assert_eq!(whole.len(), 12);
    for subject in &SUBJECTS {
        let document = article("document", subject.garbled);
        let wanted = format!("{} same", subject.name);
        let found = whole.compared(&document, None).unwrap();
        assert_eq!(served(&whole, &document, None), [wanted], "{found:#?}");
        // Nor when nothing better is there, in a pool of one.
        let alone = pool(&[article("other", subject.other)]);
        let found = alone.compared(&document, None).unwrap();
        assert!(served(&alone, &document, None).is_empty(), "{found:#?}");
    }
}

#[test]
fn dates_outside_the_window_are_not_looked_at() {
    let [subject, ..] = &SUBJECTS;
    let on = |id: &str, text: &str, date: i32| Article {
        date: Some(date),
        ..article(id, text)
    };
    let pool = pool(&[
        on("last year", subject.same, 100),
        on("today", &subject.same.replace("hurt", "injured"), 465),
        article("undated", &subject.same.replace("Fourteen", "14")),
    ]);
    let document = on("document", subject.garbled, 466);
    let found = |document: &Article, window| {
        let mut ids = served(&pool, document, window);
        ids.sort();
        ids
    };
    assert_eq!(found(&document, Some(3)), ["today", "undated"]);
    assert_eq!(found(&document, None), ["last year", "today", "undated"]);
    let undated = article("document", subject.garbled);
    assert_eq!(found(&undated, Some(3)), ["last year", "today", "undated"]);
    let far = on("document", subject.garbled, i32::MAX);
    assert_eq!(found(&far, Some(u32::MAX)).len(), 3);
}

#[test]
fn a_document_is_not_its_own_sibling_and_the_later_copy_is_linked() {
    let [subject, ..] = &SUBJECTS;
    let copy = subject.garbled.replace("Tuesday", "on Tuesday");
    let batch = [
        article("first", subject.garbled),
        article("again", subject.garbled),
        article("edited", &copy),
    ];
    let pool = pool(&batch);
    let links: Vec<Option<String>> = batch
        .iter()
        .map(|document| {
            let found = pool.on_same_story(document, None).unwrap();
            let ids: Vec<String> = served(&pool, document, None);
            assert!(!ids.contains(&document.id), "{ids:?}");
            copied_from(document, &found).map(|one| one.article.id.clone())
        })
        .collect();
    let first = Some("first".to_owned());
    assert_eq!(links, [None, first.clone(), first]);
    assert_eq!(served(&pool, &batch[0], None), ["edited"]);
}

#[test]
fn the_cleaner_one_serves() {
    let [subject, ..] = &SUBJECTS;
    let copy = subject.garbled.replace("terrain tremble", "earthquake");
    let clean = subject.same;
    let worse = clean.replace("were hurt", "was hurted");
    let document = article("document", subject.garbled);
    let order = |articles: &[(&str, &str, Option<f64>)]| -> Vec<String> {
        let all: Vec<Article> = articles
            .iter()
            .map(|(id, text, _)| article(id, text))
            .collect();
        let mut found = pool(&all).on_same_story(&document, None).unwrap();
        for one in &mut found {
            one.quality = articles[one.number as usize].2;
        }
        let serving = serving(Some(60.0), &found);
        serving.iter().map(|one| one.article.id.clone()).collect()
    };
    // A copy that is known to be cleaner, then the cleaner of two.
    let all = [
        ("worse", &*worse, Some(70.0)),
        ("clean", clean, Some(92.0)),
        ("copy", &*copy, Some(61.5)),
    ];
    assert_eq!(order(&all), ["copy", "clean", "worse"]);
    // A copy that nobody judged comes last, one that is no cleaner not at all.
    let all = [("copy", &*copy, None), ("clean", clean, None)];
    assert_eq!(order(&all), ["clean", "copy"]);
    let all = [("copy", &*copy, Some(60.5)), ("worse", clean, Some(50.0))];
    assert!(order(&all).is_empty());
}

#[test]
fn one_text_a_day_is_one_article() {
    let text = SUBJECTS[0].same;
    let on = |id: &str, date| Article {
        date,
        ..article(id, text)
    };
    let pool = pool(&[
        on("first", None),
        on("again", None),
        on("first day", Some(1)),
        on("next day", Some(2)),
        on("next day again", Some(2)),
    ]);
    assert_eq!(pool.len(), 3);
}

#[test]
fn odd_texts_harm_nothing() {
    let long = "Zwischenfall ".repeat(30_000);
    let texts = ["", " \n", "\u{0}\u{feff}", "👩‍👩‍👧 漢字", "1 2 3", &long];
    let all: Vec<Article> = texts.iter().map(|text| article("odd", text)).collect();
    let (odd, empty) = (pool(&all), pool(&[]));
    assert!(empty.is_empty());
    for document in &all {
        let found = odd.on_same_story(document, None).unwrap();
        assert!(serving(None, &found).is_empty(), "{document:?}");
        assert!(empty.compared(document, None).unwrap().is_empty());
    }
}
