//! A small soak, so that the large one keeps working.

use std::process::Command;

#[test]
fn faults_cause_no_duplicate_sends() {
    let output = Command::new(env!("CARGO_BIN_EXE_incs-load"))
        .args(["soak", "--sends", "1500", "--batch", "500", "--concurrency", "16"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("wrong after it: 0; customers with two messages: 0"), "{text}");
}

#[test]
fn round_beyond_sandbox_memory_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_incs-load"))
        .args(["soak", "--sends", "1", "--batch", "10001"])
        .output()
        .unwrap();
    assert!(!output.status.success());
}
