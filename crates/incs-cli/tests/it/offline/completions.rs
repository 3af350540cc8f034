//! Tests of `completions`.

use crate::support::{incs, run, run_with_input};

#[test]
fn every_shell_completes_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = run(&mut incs(&["completions", shell]));
        assert_eq!(ended.code, 0, "{shell}");
        for word in ["validate", "schema", "export", "completions"] {
            assert!(ended.stdout.contains(word), "{shell} {word}");
        }
        let document = run(&mut incs(&["completions", "--json", shell])).document();
        assert_eq!(document["script"].as_str().unwrap().trim_end(), ended.stdout.trim_end());
    }
    assert_eq!(run(&mut incs(&["completions", "csh"])).code, 2);
}

#[test]
fn bash_completes_with_the_script() {
    let script = run(&mut incs(&["completions", "bash"])).stdout;
    let mut bash = std::process::Command::new("bash");
    let checked = run_with_input(bash.arg("-n"), &script);
    assert_eq!((checked.code, checked.stderr.as_str()), (0, ""));

    let use_it = "COMP_WORDS=(incs schema ex); COMP_CWORD=2; _incs incs ex schema; echo \"${COMPREPLY[@]}\"";
    let mut bash = std::process::Command::new("bash");
    let completed = run_with_input(&mut bash, format!("{script}\n{use_it}\n"));
    assert_eq!(completed.stdout, "export\n", "{}", completed.stderr);
}
