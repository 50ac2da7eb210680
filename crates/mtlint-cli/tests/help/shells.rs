//! Completions: bash is asked; of the others, those that are there read the script.

use super::{bash, commands, mtlint, stderr};

#[test]
fn bash_completes_commands_flags_and_values() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("mtlint.bash"),
        mtlint(&["completions", "bash"]),
    )
    .unwrap();
    let ask = |line: &str| {
        let script = format!(
            "source mtlint.bash
            complete -p mtlint >/dev/null || exit 3
            COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
            _mtlint mtlint \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"
            echo \"${{COMPREPLY[@]}}\""
        );
        let done = bash(&script, folder.path());
        assert!(done.status.success(), "{}", stderr(&done));
        String::from_utf8(done.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    };
    assert_eq!(ask("mtlint hi"), "highlight");
    assert_eq!(ask("mtlint score --fail-u"), "--fail-under");
    let formats = ask("mtlint highlight --format ''");
    for format in ["text", "jsonl", "sarif"] {
        assert!(formats.split(' ').any(|word| word == format), "{formats}");
    }
    let offered = ask("mtlint ''");
    for (words, _) in commands().iter().filter(|(words, _)| words.len() == 1) {
        assert!(offered.split(' ').any(|word| word == words[0]), "{offered}");
    }
}

#[test]
#[allow(clippy::print_stdout)] // Only where there is nothing to test with.
fn every_shell_gets_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = mtlint(&["completions", shell]);
        for (words, _) in commands() {
            let name = words.last().map_or("mtlint", String::as_str);
            assert!(script.contains(name), "{shell}: {name}");
        }
        assert!(script.contains("fail-under"), "{shell}");
        let file = folder.path().join(shell);
        std::fs::write(&file, script).unwrap();
        if ["bash", "zsh", "fish"].contains(&shell) {
            match std::process::Command::new(shell)
                .arg("-n")
                .arg(&file)
                .output()
            {
                Ok(read) => assert!(read.status.success(), "{shell}: {}", stderr(&read)),
                Err(_) => println!("SKIPPED the syntax for {shell}: it is not there"),
            }
        }
    }
}
