//! A small soak, so that the large one cannot rot.

use std::process::Command;

#[test]
fn nothing_is_sent_twice_and_every_end_is_right_with_faults_on() {
    let output = Command::new(env!("CARGO_BIN_EXE_incs-load"))
        .args(["soak", "--sends", "1500", "--batch", "500", "--concurrency", "16"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("wrong after it: 0; customers with two messages: 0"), "{text}");
}

#[test]
fn a_stretch_longer_than_the_memory_of_the_sandbox_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_incs-load"))
        .args(["soak", "--sends", "1", "--batch", "10001"])
        .output()
        .unwrap();
    assert!(!output.status.success());
}
