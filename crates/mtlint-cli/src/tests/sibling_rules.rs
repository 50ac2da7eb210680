//! Rules of a configuration that give articles their siblings.

use super::*;

#[test]
fn rules_give_articles_their_siblings() {
    let rule = "[[sibling]]\nfor = '**/*.garbled.txt'\nsibling = '{folder}/{base}.sibling.txt'\n";
    let dam = include_str!("../../../../examples/dam.garbled.txt");
    let sibling = include_str!("../../../../examples/dam.sibling.txt");
    let folder = Folder::tree(&[
        ("mtlint.toml", rule),
        ("dam.garbled.txt", dam),
        ("dam.sibling.txt", sibling),
        ("deep/er/dam.garbled.txt", dam),
        ("deep/er/dam.sibling.txt", sibling),
        ("other.txt", GARBLED),
    ]);
    let siblings = |arguments: &[&str]| {
        let mut all = vec!["score", "--format", "json", "--quiet"];
        all.extend(arguments);
        let ran = ran(&all, b"");
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let ids = report["siblings"].as_array().into_iter().flatten();
        let ids = ids.map(|one| one["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<String>>()
    };
    let whole = |name: &str| {
        folder
            .0
            .path()
            .canonicalize()
            .unwrap()
            .join(name)
            .display()
            .to_string()
    };
    for place in ["", "deep/er/"] {
        let article = folder.path(&format!("{place}dam.garbled.txt"));
        assert_eq!(
            siblings(&[&article]),
            [whole(&format!("{place}dam.sibling.txt"))]
        );
        // The command line wins.
        let other = folder.path("other.txt");
        assert_eq!(siblings(&[&article, "--sibling", &other]), [other.as_str()]);
        assert!(siblings(&[&article, "--no-config"]).is_empty());
    }
    assert!(siblings(&[&folder.path("other.txt")]).is_empty());
    // A batch gives text files theirs too.
    let config = folder.path("mtlint.toml");
    let batch = ran(
        &[
            "batch",
            &folder.path("deep"),
            "-o",
            "-",
            "--config",
            &config,
            "-q",
        ],
        b"",
    );
    let reports = lines(&batch.stdout);
    assert_eq!(
        reports[0]["siblings"][0]["id"],
        whole("deep/er/dam.sibling.txt")
    );
    assert_eq!(reports[1].get("siblings"), None);
    // Marked-up files are siblings too, in a batch as elsewhere.
    let rule = "[[sibling]]\nfor = '*.txt'\nsibling = '{stem}.md'\n";
    let marked_up = sibling.replace("Warsaw", "<!-- not -->*Warsaw*");
    let folder = Folder::tree(&[("mtlint.toml", rule), ("a.txt", dam), ("a.md", &marked_up)]);
    let (article, config) = (folder.path("a.txt"), folder.path("mtlint.toml"));
    let one = ran(&["score", "--format", "jsonl", &article], b"").stdout;
    let batch = ["batch", &article, "-o", "-", "--config", &config, "-q"];
    assert_eq!(ran(&batch, b"").stdout, one);
    assert_eq!(lines(&one)[0]["siblings"][0]["weight"], 1.0);
}

#[test]
fn a_rule_that_names_nothing_is_noted_and_a_bad_sibling_fails_its_article() {
    let rule = "[[sibling]]\nfor = '*.txt'\nsibling = '{stem}.*'\n";
    let folder = Folder::tree(&[("mtlint.toml", rule), ("a.txt", GARBLED), ("b.txt", CLEAN)]);
    let (a, b) = (folder.path("a.txt"), folder.path("b.txt"));
    let alone = ran(&["score", &a, &b], b"");
    assert_eq!(alone.status, 0, "{}", alone.stderr);
    // It is not its own sibling.
    assert!(
        alone.stderr.contains("a.txt has no sibling: the rule at "),
        "{}",
        alone.stderr
    );
    assert!(
        alone
            .stderr
            .ends_with("mtlint.toml:2 names no file that is there; and 1 more have none\n")
    );
    std::fs::write(folder.0.path().join("a.bin"), b"\xff\xfe\x00").unwrap();
    let bad = ran(&["score", &a, &b], b"");
    assert_eq!(bad.status, 2);
    assert!(
        bad.stdout.contains("a.txt: failed (not_utf8)"),
        "{}",
        bad.stdout
    );
    assert!(bad.stdout.contains("b.txt: quality"), "{}", bad.stdout);
    for number in 0..20 {
        std::fs::write(folder.0.path().join(format!("b.{number}")), CLEAN).unwrap();
    }
    let many = ran(&["score", &b], b"");
    assert_eq!(many.status, 2);
    assert!(
        many.stderr
            .contains("has more than 16 siblings; name fewer"),
        "{}",
        many.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_sibling_outside_of_the_folder_is_refused() {
    let secret = Folder::tree(&[("secret.txt", CLEAN)]);
    let rule = "[[sibling]]\nfor = '*.txt'\nsibling = 'link/*.txt'\n";
    let folder = Folder::tree(&[("mtlint.toml", rule), ("a.txt", GARBLED)]);
    std::os::unix::fs::symlink(secret.0.path(), folder.0.path().join("link")).unwrap();
    let ran = ran(&["score", &folder.path("a.txt")], b"");
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr
            .contains("lies outside of the folder of the configuration"),
        "{}",
        ran.stderr
    );
}
