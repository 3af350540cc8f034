//! Tests of messages described by options.

use incs_facade::contract::Reply;

use super::{ACCEPTED, platform, to};
use crate::support::{Folder, incs, run, run_with_input};

#[tokio::test(flavor = "multi_thread")]
async fn message_is_built_from_options() {
    let (server, folder) = (platform().await, Folder::new());
    server.set_default(Reply::json(200, ACCEPTED));
    let code = folder.file("code", "480913\n");
    let link = "https://media.example.com/a.pdf";
    let cases: [(&[&str], &str, String); 9] = [
        (&["text", "--text", "Hi"], "whatsapp", r#""type":"text","text":"Hi""#.into()),
        (&["document", "--link", link], "rcs", format!(r#""type":"document","document":{{"link":"{link}"}}"#)),
        (&["audio", "--link", "https://h/a.mp3"], "whatsapp", r#""type":"audio","audio":{"link":"https://h/a.mp3"}"#.into()),
        (&["image", "--link", "https://h/a.png"], "viber", r#""type":"image","image":{"link":"https://h/a.png"}"#.into()),
        (
            &["template", "--name", "t", "--header", "H", "--param", "a=b", "--param", "c", "--copy-code", "1=X"],
            "whatsapp",
            concat!(
                r#""type":"template","template":{"name":"t","components":["#,
                r#"{"type":"header","parameters":[{"type":"text","text":"H"}]},"#,
                r#"{"type":"body","parameters":[{"type":"text","text":"a=b"},{"type":"text","text":"c"}]},"#,
                r#"{"type":"button","sub_type":"COPY_CODE","index":"1","parameters":[{"type":"coupon_code","coupon_code":"X"}]}]}"#
            )
            .into(),
        ),
        (
            &["template", "--name", "t", "--language", "en_US", "--named-param", "who=a=b", "--link-end", "0=SO-1"],
            "whatsapp",
            concat!(
                r#""type":"template","template":{"name":"t","language":{"code":"en_US"},"components":["#,
                r#"{"type":"body","parameters":[{"type":"text","text":"a=b","parameter_name":"who"}]},"#,
                r#"{"type":"button","sub_type":"URL","index":"0","parameters":[{"type":"text","text":"SO-1"}]}]}"#
            )
            .into(),
        ),
        (
            &["template", "--name", "t", "--code-file", &code],
            "whatsapp",
            r#""type":"template","template":{"name":"t","code":"480913"}"#.into(),
        ),
        (
            &["template", "--name", "t", "--param", "a=b=c"],
            "rcs",
            r#""type":"template","template":{"name":"t","parameters":{"a":"b=c"}}"#.into(),
        ),
        (
            &["otp", "--code-file", &code, "--minutes", "9"],
            "viber",
            r#""type":"otp","otp":{"code":"480913","language":"en","code_expiration_minutes":9}"#.into(),
        ),
    ];
    for (args, channel, body) in cases {
        let found = run(to(&server, []).args(args).args(["--to", "+852 5123-0088", "--channel", channel]));
        assert!(found.code == 0 && found.stdout.starts_with("accepted  wamid.HBgN"), "{args:?}: {found:?}");
        let request = server.seen().complete.pop().unwrap();
        assert_eq!(request.target, format!("/external/messages/{channel}"));
        assert_eq!(String::from_utf8_lossy(&request.body), format!(r#"{{"to":"85251230088",{body}}}"#));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recipient_gets_a_message() {
    let server = platform().await;
    let mut command = to(&server, ["text", "--to", "85251230088", "--to", "85251230099", "--text-file", "-"]);
    let found = run_with_input(command.args(["--channel", "viber", "--concurrency", "1"]), "Grüße\n");
    assert_eq!(found.code, 0, "{found:?}");
    let bodies: Vec<_> =
        server.seen().complete.iter().map(|request| String::from_utf8_lossy(&request.body).into_owned()).collect();
    let body = |to: &str| format!(r#"{{"to":"{to}","type":"text","text":"Grüße"}}"#);
    assert_eq!(bodies, [body("85251230088"), body("85251230099")]);
}

#[test]
fn unsupported_kind_is_not_sent() {
    let cases: [&[&str]; 9] = [
        &["audio", "--link", "https://h/a.mp3", "--channel", "viber"],
        &["template", "--name", "t", "--channel", "viber"],
        &["template", "--name", "t", "--param", "value", "--channel", "rcs"],
        &["template", "--name", "t", "--header", "h", "--channel", "rcs"],
        &["template", "--name", "t", "--copy-code", "x", "--channel", "whatsapp"],
        &["template", "--name", "t", "--link-end", "x", "--channel", "whatsapp"],
        &["template", "--name", "t", "--named-param", "=x", "--channel", "whatsapp"],
        &["template", "--name", "t", "--named-param", "a=x", "--channel", "rcs"],
        &["otp", "--code-file", "-", "--channel", "whatsapp"],
    ];
    for args in cases {
        let found = run(incs(&["send", "--dry-run"]).args(args).args(["--to", "85251230088"]));
        assert_eq!((found.code, found.stdout.as_str()), (2, ""), "{found:?}");
    }
    let found = run(&mut incs(&["send", "text", "--dry-run", "--text", "a", "--to", "zq77"]));
    assert_eq!(found.code, 2, "{found:?}");
    assert!(!found.stderr.contains("zq77"), "{found:?}");
}
