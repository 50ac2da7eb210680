use super::super::setting::Setting;
use super::*;
use crate::lexicon::Lexicon;
use crate::segment::segment;

/// The names that are found from a confidence on, each with its replacement.
fn found(text: &str, from: f32) -> Vec<(String, String)> {
    let segments = segment(text);
    let lexicon = Lexicon::embedded().unwrap();
    let setting = Setting::new(text, &segments, &lexicon, vec![false; segments.words.len()]);
    let sure = names(&setting)
        .into_iter()
        .filter(|one| one.confidence >= from);
    let pairs = sure.map(|one| {
        let first = segments.words[one.words.start].span.start();
        let last = segments.words[one.words.end - 1].span.end();
        (text[first..last].to_owned(), one.replacement.unwrap().text)
    });
    pairs.collect()
}

/// Sentences, each with a name in foreign form and the English one.
#[rustfmt::skip]
const FOREIGN: &[(&str, &str, &str)] = &[
    // Places
    ("The delegation flew to Varsovie on Monday for two days of talks.", "Varsovie", "Warsaw"),
    ("He was born in Moskau and moved to the west as a child.", "Moskau", "Moscow"),
    ("The fair was held in Nueva York for the first time.", "Nueva York", "New York"),
    ("Officials in Pékin denied the report.", "Pékin", "Beijing"),
    ("Thousands marched through the streets of Le Caire.", "Le Caire", "Cairo"),
    ("She studied medicine in Genf before the war.", "Genf", "Geneva"),
    ("The train from Mailand was three hours late.", "Mailand", "Milan"),
    ("They spent the summer in Parigi with their cousins.", "Parigi", "Paris"),
    ("The company has its office in Londres.", "Londres", "London"),
    ("The treaty was signed in Bruselas by all ministers.", "Bruselas", "Brussels"),
    ("A strong earthquake was felt in Atenas this morning.", "Atenas", "Athens"),
    ("The exhibition will move to Kopenhagen in the spring.", "Kopenhagen", "Copenhagen"),
    ("Their plane had to land in Lissabon because of the storm.", "Lissabon", "Lisbon"),
    ("The museum in Estocolmo was closed for repairs.", "Estocolmo", "Stockholm"),
    ("The army withdrew from Belgrad at night.", "Belgrad", "Belgrade"),
    ("Prices in Allemagne rose faster than expected.", "Allemagne", "Germany"),
    ("The workers came from Polska and found jobs at once.", "Polska", "Poland"),
    ("The president left for Österreich after the meeting.", "Österreich", "Austria"),
    ("The match between the two teams will be played in Marsella.", "Marsella", "Marseille"),
    ("Exports to the Pays-Bas have doubled.", "Pays-Bas", "Netherlands"),
    ("The pilgrims were on their way to Gerusalemme.", "Gerusalemme", "Jerusalem"),
    ("Fishing in the Mar Negro is forbidden in winter.", "Mar Negro", "Black Sea"),
    ("The bridge over the Tamise was built in stone.", "Tamise", "Thames"),
    ("Heavy snow fell in Sibérie at the end of October.", "Sibérie", "Siberia"),
    ("The dam was planned in Ägypten in the sixties.", "Ägypten", "Egypt"),
    ("The king fled to Inghilterra with his family.", "Inghilterra", "England"),
    ("The bank wants to open branches in Stambuł and other cities.", "Stambuł", "Istanbul"),
    ("The conference in Edimburgo was about fishing.", "Edimburgo", "Edinburgh"),
    ("Tourists from Schweden like the beaches.", "Schweden", "Sweden"),
    ("He wants to build a factory in Californie next year.", "Californie", "California"),
    // People
    ("President Poutine said that the gas would flow again.", "Poutine", "Putin"),
    ("The Russian Vladimir Poutine and the Ukrainian shook hands.", "Vladimir Poutine", "Vladimir Putin"),
    ("The talks with Vladimir Poutine lasted four hours.", "Vladimir Poutine", "Vladimir Putin"),
    ("In those years Gorbatschow was popular in the west.", "Gorbatschow", "Gorbachev"),
    ("The speech of Winston Churchil was heard by millions.", "Winston Churchil", "Winston Churchill"),
    ("Mr Zelenskij thanked the allies for their help.", "Zelenskij", "Zelensky"),
    ("The novels of Tolstoï are read in all schools.", "Tolstoï", "Tolstoy"),
    ("According to Chruschtschow the missiles were only a warning.", "Chruschtschow", "Khrushchev"),
    ("Donald Tramp promised lower taxes.", "Donald Tramp", "Donald Trump"),
    ("The visit of Joe Byden was put off.", "Joe Byden", "Joe Biden"),
    ("The plays of Tchekhov are about boredom.", "Tchekhov", "Chekhov"),
    ("The music was written by Tschaikowski for the court.", "Tschaikowski", "Tchaikovsky"),
    ("The first man in space was Youri Gagarine, a pilot.", "Gagarine", "Gagarin"),
    ("He admired Aristóteles more than any other thinker.", "Aristóteles", "Aristotle"),
    ("The ships of Cristóbal Colón reached an island.", "Cristóbal Colón", "Christopher Columbus"),
    ("The crown was given to Karl der Große by the bishop.", "Karl der Große", "Charlemagne"),
    ("The government of Łukaszenka closed the border.", "Łukaszenka", "Lukashenko"),
    ("Saddam Husein was found in a cellar.", "Saddam Husein", "Saddam Hussein"),
    ("The general supported Kadhafi until the end.", "Kadhafi", "Gaddafi"),
    ("The laws of Isaac Njutn are taught to children.", "Isaac Njutn", "Isaac Newton"),
    ("The chancellor Angela Merkle opened the fair.", "Angela Merkle", "Angela Merkel"),
    // Organisations, countries, dates
    ("The envoy of the ONU was not allowed to enter.", "ONU", "UN"),
    ("The country has been a member of the OTAN since then.", "OTAN", "NATO"),
    ("The plan of the OMS was praised by doctors in Moskau.", "OMS", "WHO"),
    ("The URSS had sent its best chess players.", "URSS", "USSR"),
    ("Relations with the EE. UU. have become worse.", "EE. UU.", "USA"),
    ("Farmers hope for money from the Unión Europea.", "Unión Europea", "European Union"),
    ("A convoy of the Croix-Rouge reached the village.", "Croix-Rouge", "Red Cross"),
    ("Many firms left the Royaume-Uni after the vote.", "Royaume-Uni", "United Kingdom"),
    ("The law was passed on 14 juillet 2009 by both houses.", "juillet", "July"),
    ("The votes in the Estados Unidos are still being counted.", "Estados Unidos", "United States"),
];

/// Sentences in which no name is wrong.
#[rustfmt::skip]
const RIGHT: &[&str] = &[
    "The shipyard in Gdańsk was where the strikes began.",
    "São Paulo is the largest city in the country.",
    "The kings were crowned in Reims.",
    "They walked through Kyiv in the rain.",
    "The port of Marseille is full of ships.",
    "The sign said “Köln”, and he got off the train.",
    "We ordered Peking duck and tea.",
    "The silk trade made Lyon rich.",
    "They have a house near Nice.",
    "The peace was signed in Münster and in a town nearby.",
    "Guernica hangs in a museum in the capital.",
    "Jack London wrote about dogs and snow.",
    "Paris Hilton was seen at the airport.",
    "Anatole France was a friend of his.",
    "The letters of Franz Wien were sold at an auction.",
    "It was reported by Radio Varsovie in the evening.",
    "They met at the Stade de Genève before the match.",
    "The shop is in the rue de Londres, near the station.",
    "He wrote for Le Monde until his death.",
    "The Banco de España raised its rates.",
    "Vienna, or Wien, is on the Danube.",
    "The city of Wien (Vienna) has many parks.",
    "The town is known in German as Breslau.",
    "The river, called Donau in Austria, was frozen.",
    "Anna Varsovie opened a bakery in the town.",
    "Bayern München won the cup again.",
    "FC København lost at home.",
    "She works for Credit Suisse in the city.",
    "He plays for Real Madrid and for his country.",
    "The Deutsche Bank building was sold.",
    "Air France cancelled all flights to the island.",
    "The magazine Europa was printed in the north.",
    "They ate poutine with gravy and cheese.",
    "Poutine is a dish of fried potatoes with gravy.",
    "A tramp slept in the doorway.",
    "The bush fires came close to the houses.",
    "Emmanuel Macron and Olaf Scholz met in the palace.",
    "Recep Tayyip Erdoğan spoke after them.",
    "Václav Havel was a writer before he was president.",
    "Lech Wałęsa climbed over the wall.",
    "Fryderyk Wielki is the name of a café in the old town.",
    "José Saramago won the prize in that year.",
    "Gabriel García Márquez lived in the city for years.",
    "Nicolás Maduro was sworn in again.",
    "Slobodan Milošević died in his cell.",
    "Vladimir Putin and Xi Jinping signed the paper.",
    "Volodymyr Zelensky thanked the allies.",
    "Volodymyr Zelenskyy thanked the allies.",
    "The Bidens spent the holiday at home.",
    "Joe Biden's plan was voted down.",
    "Joe Bidens are rare, said the comedian.",
    "Mikhail Gorbachev came to power in that spring.",
    "Leo Tolstoy and Fyodor Dostoyevsky never met.",
    "Dostoyevsky wrote the book in a month.",
    "Pope John Paul II visited his home town.",
    "Juan Carlos was on the throne for decades.",
    "King Felipe VI gave a speech on television.",
    "The Casa Blanca hotel has ten rooms.",
    "Los Angeles and San Francisco are far apart.",
    "Santiago is the capital of the country.",
    "The road to Santiago de Compostela is long.",
    "Buenos Aires was covered in fog.",
    "The ferry from Bari to Patras takes a night.",
    "Zürich has more banks than churches.",
    "The trams of Basel are green.",
    "They moved from Aachen to Braunschweig for work.",
    "Ljubljana and Zagreb are close to each other.",
    "The summit in Reykjavík was a failure.",
    "The bridge in Mostar was built again.",
    "Bombay was renamed Mumbai by the state.",
    "The old name of the city is Saigon.",
    "The Calcutta of his childhood is gone.",
    "The battle of Stalingrad went on for months.",
    "Constantinople fell in the spring of that year.",
    "The Treaty of Tordesillas divided the world.",
    "Monte Carlo and San Marino are on the list.",
    "The Costa Brava was empty in winter.",
    "The Côte d'Azur is full in summer.",
    "Côte d'Ivoire sells more cocoa than any other country.",
    "Cabo Verde sent three runners to the games.",
    "Timor-Leste became independent after a vote.",
    "The Rio Grande was low in that summer.",
    "The Sierra Nevada had little snow.",
    "The Ponte Vecchio was the only bridge left.",
    "They saw the Sagrada Família and the harbour.",
    "The Arc de Triomphe was lit in blue.",
    "He sang La Marseillaise at the top of his voice.",
    "The Moulin Rouge is closed on Mondays.",
    "The film Roma was shot in black and white.",
    "The Roma have lived in the valley for centuries.",
    "Sevilla beat Real Betis in the derby.",
    "Lazio and Napoli drew in the last match.",
    "Inter Milan and AC Milan share a stadium.",
    "Torino was founded more than a century ago.",
    "The Lisboa casino is on the corner.",
    "Florence Nightingale was a nurse in the war.",
    "Victoria and Sofia are in the same class.",
    "Martina and Lena went to the lake.",
    "Santa Maria was the largest of the ships.",
    "Carlos and Pedro have opened a bar.",
    "The von Trapp family sang in the hall.",
    "Ludwig van Beethoven was deaf at the end of his life.",
    "Charles de Gaulle spoke on the radio from London.",
    "Simone de Beauvoir wrote in cafés.",
    "Leonardo da Vinci painted few pictures.",
    "Osama bin Laden was killed in the house.",
    "Angela Merkel was the first woman in the office.",
    "Merkle trees are used in many programs.",
    "The OMS team at the office was told to log in.",
    "The festival (Londres, 1998) was her first.",
    "“Moskau” was a hit in the clubs.",
    "The album called Londres was sold out.",
    "The line Paris–Moscou was opened in those years.",
    "Le Havre and Rouen are on the Seine.",
    "The Oder and the Elbe were high in March.",
    "Augustus was the first emperor of the city.",
    "The Mars rover landed in the crater on the 18th.",
    "The Juni family has had a farm here for long.",
    "In May the roses were in flower at the castle.",
    "The Nobel prize went to Olga Tokarczuk in that year.",
    "The poet Rainer Maria Rilke stayed in the tower.",
    "Kofi Annan and Ban Ki-moon sat in the first row.",
];

#[test]
fn nine_of_ten_foreign_names_are_found_with_the_english_name() {
    let mut missed = Vec::new();
    for (text, form, english) in FOREIGN {
        let found = found(text, 0.7);
        if !found
            .iter()
            .any(|(old, new)| old.contains(form) && new.contains(english))
        {
            missed.push((text, found));
        }
    }
    assert!(FOREIGN.len() >= 60);
    assert!(missed.len() * 10 <= FOREIGN.len(), "{missed:#?}");
}

#[test]
fn no_right_name_is_found() {
    assert!(RIGHT.len() >= 120, "{}", RIGHT.len());
    let wrong: Vec<_> = (RIGHT.iter())
        .map(|text| (text, found(text, 0.3)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn replacements_keep_capitals_possessives_and_articles() {
    let pairs = [
        (
            "It was one of Varsovie's oldest bakeries, they said.",
            "Varsovie's",
            "Warsaw's",
        ),
        (
            "THE MAYOR OF VARSOVIE’S PARTY HAS LEFT THE COUNCIL",
            "VARSOVIE’S",
            "WARSAW’S",
        ),
        (
            "He lives in Estados Unidos with his wife.",
            "Estados Unidos",
            "the United States",
        ),
        (
            "The firms of the Royaume-Uni were against it.",
            "Royaume-Uni",
            "United Kingdom",
        ),
        ("The talks with the ONU were of no use.", "ONU", "UN"),
    ];
    for (text, old, new) in pairs {
        assert_eq!(
            found(text, 0.7),
            [(old.to_owned(), new.to_owned())],
            "{text}"
        );
    }
}

#[test]
fn a_name_that_the_text_explains_or_gives_to_somebody_else_is_doubted_everywhere() {
    for text in [
        "The station was called “Varsovie”. The trains to Varsovie were full.",
        "Radio Varsovie was loud. He heard of it in Varsovie at night.",
        "Anna Varsovie is a baker. The bread of Varsovie is the best in town.",
    ] {
        assert_eq!(found(text, 0.5), [], "{text}");
    }
}

#[test]
fn a_surname_counts_beside_a_title_or_the_given_name() {
    let tramp = |text| {
        found(text, 0.7)
            .iter()
            .any(|(old, _)| old.contains("Tramp"))
    };
    assert!(tramp("President Tramp was pleased with the answer."));
    assert!(tramp("Donald Tramp left. The voters of Tramp were sad."));
    assert!(!tramp("The dog was called Tramp, and it was old."));
    assert!(!tramp("In the morning Tramp was gone from the yard."));
}

#[test]
fn a_form_that_may_be_something_else_counts_in_the_company_of_foreign_names() {
    let oms = |text| found(text, 0.5).iter().any(|(old, _)| old == "OMS");
    assert!(oms("The OMS has an office in Moskau and in Genf."));
    assert!(!oms("The OMS has an office in Moscow and in Geneva."));
}

#[test]
fn edits_are_counted_by_letters_and_marks_do_not_count() {
    assert_eq!(edits("Byden", "Biden"), 1);
    assert_eq!(edits("Biedn", "Biden"), 1);
    assert_eq!(edits("São", "Sao"), 0);
    assert_eq!(edits("", "ab"), 2);
}

#[test]
fn severity_follows_how_far_the_form_is_from_the_name() {
    let severity = |text: &str| {
        let segments = segment(text);
        let lexicon = Lexicon::embedded().unwrap();
        let setting = Setting::new(text, &segments, &lexicon, vec![false; segments.words.len()]);
        names(&setting).first().map(|one| one.severity)
    };
    assert_eq!(
        severity("They went to Rumania in the spring."),
        Some(Severity::Minor)
    );
    assert_eq!(
        severity("They went to Allemagne in the spring."),
        Some(Severity::Major)
    );
}
