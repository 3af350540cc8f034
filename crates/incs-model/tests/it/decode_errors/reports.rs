//! The exact words of reports: lower case, no full stop, found and expected, never the value.

use incs_model::task::ListQuery;
use incs_model::template::rcs::NewTemplate;
use incs_model::{Validate, decode, rcs, validate, viber, whatsapp};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{SECRET, with};

fn report<T: DeserializeOwned + Validate>(body: &str) -> String {
    let Err(report) = validate(&decode::<T>(body.as_bytes()).unwrap()) else { panic!("valid: {body}") };
    for shown in [report.to_string(), format!("{report:?}"), serde_json::to_string(&report).unwrap()] {
        assert!(!shown.contains("sEcReT") && !shown.contains("85251230088"), "{shown}");
    }
    report.to_string()
}

fn whatsapp(name: &str, place: &str, json: &str) -> String {
    report::<whatsapp::Message>(&with(&format!("incs/send-whatsapp-{name}.request.json"), place, json))
}

fn long(length: usize) -> String {
    let text = SECRET.repeat(length / SECRET.len() + 1);
    Value::from(&text[..length]).to_string()
}

#[test]
fn reports_are_sentences_without_values() {
    let secret = Value::from(SECRET).to_string();
    let list = "interactive-list";
    let cards = "interactive-carousel-url";
    for (said, sentence) in [
        (
            whatsapp(list, "/interactive/body/text", &long(5000)),
            "/interactive/body/text: 5000 characters, at most 4096",
        ),
        (whatsapp(list, "/interactive/body/text", "\"\""), "/interactive/body/text: no characters, at least 1"),
        (
            whatsapp(list, "/interactive/action/sections/0/rows", "[]"),
            "/interactive/action/sections/0/rows: 0 items, expected at least 1",
        ),
        (
            whatsapp(cards, "/interactive/action/cards/0/body/text", "\"\\n\\n\\n\""),
            "/interactive/action/cards/0/body/text: 4 lines, at most 2",
        ),
        (
            whatsapp(cards, "/interactive/action/cards/1/card_index", "7"),
            "/interactive/action/cards/1/card_index: 7, expected 0, 1, 2 … from left to right",
        ),
        (
            whatsapp(cards, "/interactive/action/cards/0/header/image/link", &secret),
            "/interactive/action/cards/0/header/image/link: expected an absolute http or https link with a host",
        ),
        (
            whatsapp(cards, "/interactive/action/cards/0/type", &secret),
            "/interactive/action/cards/0/type: expected cta_url",
        ),
        (
            whatsapp("image", "/image/link", "\"https://h.example/sEcReT.gif\""),
            "/image/link: gif, expected a file of kind jpeg, jpg, png",
        ),
        (whatsapp("image", "/type", &secret), "/type: expected a documented kind"),
        (whatsapp("template-authentication", "/template/code", "\"\""), "/template/code: no characters, at least 1"),
        (
            report::<viber::Message>(&with("incs/send-viber-text.request.json", "/text", &long(1001))),
            "/text: 1001 characters, at most 1000",
        ),
        (
            report::<rcs::Message>(&with(
                "incs/send-rcs-document.request.json",
                "/document/link",
                "\"https://h.example/a.docx\"",
            )),
            "/document/link: docx, expected a file of kind pdf",
        ),
        (
            report::<NewTemplate>(&with("incs/rcs-template-create-text.request.json", "/category", &secret)),
            "/category: expected one of PROMOTION, TRANSACTION, AUTHENTICATION",
        ),
        (
            report::<NewTemplate>(&with("incs/rcs-template-create-text.request.json", "/name", "\"sEcReT 1\"")),
            "/name: expected letters, digits and underscores only",
        ),
        (report::<ListQuery>(r#"{"page_size":101}"#), "/page_size: 101, expected 1 to 100"),
    ] {
        assert_eq!(said, sentence);
        assert!(!sentence.ends_with('.'));
    }
}
