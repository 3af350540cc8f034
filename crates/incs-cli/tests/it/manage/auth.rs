//! Tests of `auth token`.

use serde_json::json;

use super::platform::{Platform, failure, success};
use crate::support::{incs, run};

#[test]
fn token_is_written_to_stdout_only() {
    for data in [json!("5f0c"), json!({ "token": "5f0c" }), json!({ "access_token": "5f0c" })] {
        let platform = Platform::answering([success(&data), success(&data)]);
        let ended = run(&mut platform.incs(&["auth", "token"]));
        assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "5f0c\n", ""));
        assert_eq!(platform.lines(), ["POST /external/auth/token"]);
        assert_eq!(platform.asked()[0].body, Some(json!({ "username": "ops_admin", "password": "correct-horse" })));
        let ended = run(&mut platform.incs(&["auth", "token", "--json"]));
        assert_eq!(ended.document(), json!({ "token": "5f0c" }));
    }
}

#[test]
fn token_member_can_be_named() {
    let reply = success(&json!({ "jwt": "5f0c" }));
    let platform = Platform::answering([reply.clone(), reply]);
    assert_eq!(run(&mut platform.incs(&["auth", "token", "--member", "jwt"])).stdout, "5f0c\n");
    let ended = run(&mut platform.incs(&["auth", "token"]));
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.contains("5f0c")), (1, "", false), "{ended:?}");
}

#[test]
fn missing_or_wrong_account_fails_authentication() {
    let ended = run(&mut incs(&["auth", "token", "--json"]));
    assert_eq!((ended.code, ended.stdout.as_str()), (4, ""));
    assert!(ended.failure()["help"].as_str().unwrap().contains("INCS_PASSWORD_FILE"));

    let platform = Platform::answering([failure(401, "wrong correct-horse")]);
    let ended = run(&mut platform.incs(&["auth", "token"]));
    assert_eq!((ended.code, ended.stderr.contains("horse")), (4, false), "{ended:?}");
}
