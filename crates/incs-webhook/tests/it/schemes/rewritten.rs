//! Bodies that something parsed and wrote anew.

use incs_webhook::Cause;
use incs_webhook::scheme::{Meta, Refusal, StandardWebhooks};

use super::{at, explain, headers, secrets, sign, verify};

/// As PHP writes it, and so INCS.
const SENT: &str =
    r#"{"event":"message_created","list":[1,{"url":"https:\/\/example.com\/\u00e9","n":1.50},{},[]],"empty":""}"#;

#[test]
fn a_body_in_other_bytes_is_recognised_by_the_signature_of_the_old_ones() {
    let key = "C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let (meta, standard) = (Meta::new(secrets(key)), StandardWebhooks::try_new(secrets(key)).unwrap());
    let unescaped = SENT.replace("\\/", "/");
    let readable = unescaped.replace("\\u00e9", "é");
    let spaced = readable.replace(',', ", ").replace(':', ": ").replace("https: ", "https:");
    let pretty = "{\n  \"event\": \"message_created\",\n  \"list\": [\n    1,\n    {\n      \"url\": \"https://example.com/é\",\n      \
                  \"n\": 1.50\n    },\n    {},\n    []\n  ],\n  \"empty\": \"\"\n}";
    let forms: Vec<String> = [SENT, &unescaped, &readable, &spaced, pretty]
        .iter()
        .flat_map(|form| [(*form).to_owned(), format!("{form}\n")])
        .collect();
    for sent in &forms {
        let (by_meta, by_standard) = (sign(&meta, sent.as_bytes(), at(0)), sign(&standard, sent.as_bytes(), at(0)));
        for came in &forms {
            let cause = (came != sent).then_some(Cause::BodyRewritten);
            assert_eq!(explain(&meta, &headers(&by_meta), came.as_bytes(), at(0)), cause, "{sent}\n{came}");
            assert_eq!(explain(&standard, &headers(&by_standard), came.as_bytes(), at(0)), cause, "{sent}\n{came}");
            assert_eq!(verify(&meta, &headers(&by_meta), came.as_bytes(), at(0)).is_ok(), came == sent);
        }
    }
}

#[test]
fn another_value_or_order_is_another_body() {
    let meta = Meta::new(secrets("a"));
    let proof = sign(&meta, SENT.as_bytes(), at(0));
    for came in [SENT.replace("1.50", "1.5"), SENT.replace("message", "Message"), format!("{SENT}x"), String::new()] {
        assert_eq!(verify(&meta, &headers(&proof), came.as_bytes(), at(0)), Err(Refusal::Mismatch));
        assert_eq!(explain(&meta, &headers(&proof), came.as_bytes(), at(0)), Some(Cause::Unknown), "{came}");
    }
}
