//! Every example that a help text shows is run as it stands, in a folder that has the files
//! it names, with the stand-in model.

use std::collections::BTreeSet;

use super::commands;
use super::sandbox::Sandbox;

/// The lines of `Examples:`, without what is said beside them.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    // A line that is indented deeper goes on with what is said.
    let commands = lines.filter_map(|line| line.strip_prefix("  ").filter(|l| !l.starts_with(' ')));
    commands
        .map(|line| line.split("   ").next().unwrap().trim().to_owned())
        .collect()
}

#[test]
fn every_example_runs() {
    let mut run = BTreeSet::new();
    for (words, help) in commands() {
        let all = examples(&help);
        // Those below `models` are told of there.
        let needs_none = words.len() > 1;
        assert!(needs_none || !all.is_empty(), "{words:?} has no example");
        let sandbox = Sandbox::new();
        for example in all {
            sandbox.run(&example);
            run.insert(example);
        }
    }
    assert!(run.len() > 30, "{run:?}");
}
