//! Tests of the settings.

use incs_facade::contract::{FaultServer, Reply, Security};

use crate::support::{Ended, Folder, incs, run};

const ACCEPTED: &str = r#"{"status":"success","code":200,"message":"","data":{"msg_id":"wamid.HBgN"},"error":{}}"#;
const TEXT: [&str; 6] = ["send", "text", "--to", "85251230088", "--text", "See you at 9"];

/// Starts a server that accepts every message.
struct Platform(FaultServer);

impl Platform {
    async fn start() -> Self {
        let server = FaultServer::start(Security::Plain).await.unwrap();
        server.set_default(Reply::json(200, ACCEPTED));
        Self(server)
    }

    fn uri(&self) -> String {
        self.0.uri()
    }

    fn requests(&self) -> usize {
        self.0.seen().complete.len()
    }

    fn last_code(&self) -> String {
        let seen = self.0.seen();
        seen.complete.last().unwrap().headers["certification-code"].to_str().unwrap().to_owned()
    }
}

fn sends(variables: &[(&str, &str)], args: &[&str]) -> Ended {
    run(incs(&TEXT).args(args).envs(variables.iter().copied()))
}

fn is_usage(run: &Ended, words: &[&str]) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    for word in words {
        assert!(run.stderr.contains(word), "{word}: {run:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn environment_overrides_the_profile() {
    let (platform, folder) = (Platform::start().await, Folder::new());
    let uri = platform.uri();
    let text = format!(
        "default_profile = 'work'\n[profile.work]\nbase_url = '{uri}'\ncertification_code = 'of-work'\n\
         [profile.work.codes]\nviber = 'of-viber'\n[profile.home]\nchat_url = '{uri}'\ncertification_code_file = 'code'\n"
    );
    let file = folder.file("config.toml", text);
    folder.file("code", "of-home\n");
    let config = ("INCS_CONFIG", file.as_str());
    let cases: [(&[_], &[_], _); 7] = [
        (&[config], &[], "of-work"),
        (&[], &["--config", &file], "of-work"),
        (&[config], &["--channel", "viber"], "of-viber"),
        (&[config], &["--profile", "home"], "of-home"),
        (&[config, ("INCS_PROFILE", "home")], &[], "of-home"),
        (&[config, ("INCS_PROFILE", "home")], &["--profile", "work"], "of-work"),
        (&[config, ("INCS_CERTIFICATION_CODE", "of-env")], &["--channel", "viber"], "of-env"),
    ];
    for (variables, args, code) in cases {
        let run = sends(variables, args);
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(platform.last_code(), code, "{variables:?} {args:?}");
    }
    assert_eq!(platform.requests(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn channel_may_have_own_url() {
    let (chat, rcs, folder) = (Platform::start().await, Platform::start().await, Folder::new());
    let text = format!(
        "default_profile = 'work'\n[profile.work]\nchat_url = '{}'\nrcs_url = '{}'\ncertification_code = 'any'\n",
        chat.uri(),
        rcs.uri()
    );
    let file = folder.file("config.toml", text);
    let (chat_uri, rcs_uri) = (chat.uri(), rcs.uri());
    let config = ("INCS_CONFIG", file.as_str());
    let code = ("INCS_CERTIFICATION_CODE", "any");
    let cases: [(&[_], &[_], _); 6] = [
        (&[config], &[], (1, 0)),
        (&[config], &["--channel", "viber"], (2, 0)),
        (&[config], &["--channel", "rcs"], (2, 1)),
        (&[code, ("INCS_BASE_URL", &chat_uri), ("INCS_RCS_URL", &rcs_uri)], &["--channel", "rcs"], (2, 2)),
        (&[code, ("INCS_BASE_URL", &chat_uri), ("INCS_RCS_URL", &rcs_uri)], &["--channel", "viber"], (3, 2)),
        // A variable for all channels overrides a profile's setting for one.
        (&[config, ("INCS_BASE_URL", &chat_uri)], &["--channel", "rcs"], (4, 2)),
    ];
    for (variables, args, requests) in cases {
        let run = sends(variables, args);
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!((chat.requests(), rcs.requests()), requests, "{variables:?} {args:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn default_config_file_is_found() {
    let (platform, folder) = (Platform::start().await, Folder::new());
    let text = format!("[profile.a]\nbase_url = '{}'\ncertification_code = 'c0de'\n", platform.uri());
    folder.file("incs/config.toml", text);
    let mut command = incs(&TEXT);
    let run = run(command.args(["--profile", "a"]).env("XDG_CONFIG_HOME", folder.as_os_str()));
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(platform.last_code(), "c0de");
}

#[tokio::test(flavor = "multi_thread")]
async fn setting_file_drops_last_line_break() {
    let (platform, folder) = (Platform::start().await, Folder::new());
    let url = folder.file("url", format!("{}\r\n", platform.uri()));
    for (content, code) in [("c0de", "c0de"), ("c0de\n", "c0de"), ("c0de \n", "c0de ")] {
        let file = folder.file("code", content);
        let run = sends(&[("INCS_CHAT_URL_FILE", &url), ("INCS_CERTIFICATION_CODE_FILE", &file)], &[]);
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(platform.last_code(), code.trim_end());
    }
    let both = [("INCS_CERTIFICATION_CODE_FILE", url.as_str()), ("INCS_CERTIFICATION_CODE", "c0de")];
    is_usage(&sends(&both, &[]), &["INCS_CERTIFICATION_CODE and INCS_CERTIFICATION_CODE_FILE"]);
    let absent = folder.join("absent");
    is_usage(&sends(&[("INCS_TOKEN_FILE", absent.to_str().unwrap())], &[]), &["INCS_TOKEN_FILE"]);
    let empty = folder.file("empty", "\n");
    is_usage(&sends(&[("INCS_CERTIFICATION_CODE_FILE", &empty)], &[]), &["is empty"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_variable_is_not_set() {
    let platform = Platform::start().await;
    let uri = platform.uri();
    let run = sends(&[("INCS_BASE_URL", uri.as_str()), ("INCS_CERTIFICATION_CODE", "")], &[]);
    assert_eq!(run.code, 4, "{run:?}");
    assert_eq!(platform.requests(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn role_url_overrides_base_url() {
    let (chat, other) = (Platform::start().await, Platform::start().await);
    let code = ("INCS_CERTIFICATION_CODE", "c0de");
    let (base, role) = (other.uri(), chat.uri());
    let run = sends(&[code, ("INCS_BASE_URL", base.as_str()), ("INCS_CHAT_URL", role.as_str())], &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!((chat.requests(), other.requests()), (1, 0));
}

#[test]
fn config_error_names_key_not_value() {
    let folder = Folder::new();
    let cases = [
        ("[profile.a]\nbase_ur = 'zq77'", "`profile.a.base_ur` is not a setting"),
        ("[profile.a]\ntoken = 9977", "`profile.a.token` is not a string"),
        ("[profile.a]\ntoken = ''", "`profile.a.token` is empty"),
        ("[profile.a]\ntoken = 'zq77'\ntoken_file = 'zq77'", "with and without `_file`"),
        ("[profile.a]\nbase_url_file = 'zq77'", "`profile.a.base_url_file` is not a setting"),
        ("[profile.a.codes]\nfax = 'zq77'", "`profile.a.codes.fax` is not a setting"),
        ("defaultprofile = 'zq77'", "`defaultprofile` is not a setting"),
        ("[profile.a]\n\ntoken = zq77", ":3 is not valid TOML"),
        ("default_profile = 'b'\n[profile.a]\n[profile.c]", "available profiles: a, c"),
    ];
    for (text, message) in cases {
        let file = folder.file("config.toml", text);
        let run = sends(&[], &["--config", &file]);
        is_usage(&run, &[message]);
        assert!(!["zq77", "9977"].iter().any(|value| run.stderr.contains(value)), "{run:?}");
    }
    is_usage(&sends(&[], &["--profile", "a"]), &["cannot use the profile `a`"]);
    is_usage(&sends(&[("INCS_CONFIG", "/absent/config.toml")], &[]), &["/absent/config.toml cannot be read"]);
}

#[test]
fn plain_http_sends_no_code() {
    let variables = [("INCS_BASE_URL", "http://chat.example.com"), ("INCS_CERTIFICATION_CODE", "zq77")];
    let run = sends(&variables, &[]);
    is_usage(&run, &["without TLS", "use https"]);
    let run = sends(&[("INCS_BASE_URL", "https://u:zq77@chat.example.com")], &[]);
    is_usage(&run, &["INCS_BASE_URL"]);
    assert!(!run.stderr.contains("zq77"), "{run:?}");
    // A code that is not valid in a header.
    let run = sends(&[("INCS_CERTIFICATION_CODE", "zq77\nx")], &[]);
    is_usage(&run, &["a credential is empty or contains characters"]);
    assert!(!run.stderr.contains("zq77"), "{run:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn readable_config_with_secrets_prints_note() {
    use std::os::unix::fs::PermissionsExt as _;

    let (platform, folder) = (Platform::start().await, Folder::new());
    let start = format!("default_profile = 'a'\n[profile.a]\nbase_url = '{}'\n", platform.uri());
    let cases = [
        (0o644, "certification_code = 'c0de'", true),
        (0o600, "certification_code = 'c0de'", false),
        (0o644, "certification_code_file = 'code'", false),
    ];
    folder.file("code", "c0de");
    for (mode, line, is_remarked) in cases {
        let file = folder.file("config.toml", format!("{start}{line}\n"));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let run = sends(&[], &["--config", &file]);
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(run.stderr.contains("is readable by others"), is_remarked, "{run:?}");
    }
}

#[test]
fn no_flag_takes_a_secret() {
    for flag in ["--certification-code", "--token", "--password", "--webhook-secret", "--code"] {
        let run = run(&mut incs(&["send", "otp", "--to", "85251230088", flag, "zq77"]));
        assert_eq!(run.code, 2, "{flag}: {run:?}");
    }
}
