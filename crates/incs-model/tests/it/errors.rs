//! The catalogue of error codes: every entry has a source, and every reply and receipt finds its entry.

use std::collections::BTreeSet;

use incs_model::delivery::{DeliveryFailure, DeliveryState, DeliveryUpdate};
use incs_model::envelope::{Code, Envelope};
use incs_model::errors::{self, Explanation, Family};
use incs_model::event::{MessageStatusUpdate, whatsapp};
use incs_model::exotel::{Callback, StatusName};
use incs_model::{Timestamp, decode};
use serde_json::json;

/// Returns what is missing in an entry.
fn faults(known: &Explanation) -> Vec<&'static str> {
    let source = known.source();
    let is_address = match known.family() {
        // The address of the platform's documentation is not public.
        Family::Incs => source.address().starts_with("books/"),
        _ => source.address().starts_with("https://") && !source.address().contains(char::is_whitespace),
    };
    let date = format!("{}T00:00:00Z", source.date()).parse::<Timestamp>();
    let is_text = |text: &str| text.len() > 2 && text == text.trim() && !text.contains('\n');
    let checks = [
        (is_text(source.title()) && is_address && is_text(source.read_in()), "source"),
        (date.is_ok(), "date"),
        (is_text(known.title()) && !known.title().ends_with('.'), "title"),
        (is_text(known.cause()) && known.cause().ends_with('.'), "cause"),
        (is_text(known.action()) && !known.action().ends_with('.'), "action"),
        (known.code() <= known.last_code(), "range"),
    ];
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, what)| what).collect()
}

#[test]
fn every_code_has_a_source() {
    let mut count = 0;
    for known in errors::all() {
        assert_eq!(faults(known), [""; 0], "{known:?}");
        count += 1;
    }
    assert!(count >= 200, "{count}");
}

#[test]
fn codes_are_ordered_and_found() {
    for family in Family::ALL {
        let codes = family.explanations();
        assert!(!codes.is_empty() && codes.is_sorted_by(|one, next| one.last_code() < next.code()), "{family}");
        for known in codes {
            assert_eq!(known.family(), family);
            for code in [known.code(), known.last_code()] {
                assert_eq!(errors::explain(family, code), Some(known));
            }
        }
        let words = format!("\"{}\"", family.as_str());
        assert_eq!(serde_json::to_string(&family).unwrap(), words);
        assert_eq!(Family::parse(family.as_str()), Some(family));
        for code in [i64::MIN, -1, 7_777_777, i64::MAX] {
            assert_eq!(errors::explain(family, code), None);
        }
    }
    let titles: BTreeSet<_> = Family::ALL.iter().map(|family| family.title()).collect();
    assert_eq!(titles.len(), Family::ALL.len());
}

#[test]
fn every_documented_code_is_explained() {
    for code in Code::KNOWN {
        assert!(errors::explain(Family::Incs, *code).is_some(), "{code}");
    }
    for name in StatusName::KNOWN {
        let known = errors::explain_named(Family::ExotelRcs, Some(name), None);
        assert_eq!(known.and_then(Explanation::name), Some(*name));
    }
}

#[test]
fn refusals_find_their_entry() {
    let of = |code: Code, message: &str| {
        Envelope::failure(code, message).explanation().map(|known| (known.family(), known.code()))
    };
    assert_eq!(of(Code::WhatsApp, "(#131026) Message undeliverable"), Some((Family::Meta, 131_026)));
    assert_eq!(of(Code::WhatsApp, "(#250) no"), Some((Family::Meta, 200)));
    // A number without a source, no number, and a number where Meta is not involved.
    assert_eq!(of(Code::WhatsApp, "(#999999) new"), Some((Family::Incs, 10002)));
    assert_eq!(of(Code::WhatsApp, "failed"), Some((Family::Incs, 10002)));
    assert_eq!(of(Code::Viber, "(#131026) no"), Some((Family::Incs, 10003)));
    assert_eq!(of(Code::from(40_312), "(#131026) no"), None);
    assert_eq!(Envelope::success(&json!({})).unwrap().explanation(), None);
}

#[test]
fn receipts_find_their_entry() {
    let update = |id: &str, code: i64| {
        let body = json!({"message_id": id, "message_status": "failed", "error": {"code": code, "title": "no"}});
        let update: MessageStatusUpdate = decode(body.to_string().as_bytes()).unwrap();
        DeliveryUpdate::from(&update).failure.unwrap()
    };
    assert_eq!(update("wamid.HBgN", 131_049).explanation(), errors::explain(Family::Meta, 131_049));
    assert_eq!(update("wamid.HBgN", 7).explanation(), None);
    // The receipt of a Viber message: 4 would be a rate limit of Meta.
    assert_eq!(update("7b1e52c4-6d0f-3a98-9d53-0c6e1b7a4410", 4).explanation(), None);

    let body = json!({"id": "wamid.HBgN", "status": "failed", "recipient_id": "85251230088", "timestamp": "1775540333",
        "errors": [{"code": 131_047, "title": "Re-engagement message"}]});
    let status: whatsapp::Status = decode(body.to_string().as_bytes()).unwrap();
    let failure = DeliveryUpdate::of_status(&status).and_then(|update| update.failure).unwrap();
    assert_eq!(failure.explanation(), errors::explain(Family::Meta, 131_047));

    // The state that a program stores keeps the entry.
    let mut state = DeliveryState::default();
    state.merge(&DeliveryUpdate::of_status(&status).unwrap());
    let stored: DeliveryState = decode(&serde_json::to_vec(&state).unwrap()).unwrap();
    assert_eq!(stored.failure.unwrap().explanation(), errors::explain(Family::Meta, 131_047));
}

#[test]
fn exotel_names_count_more_than_numbers() {
    let report = |channel: &str, code: i64, name: &str| {
        let body = json!({channel: {"messages": [{"callback_type": "dlr", "sid": "s1", "to": "6281200045678",
            "exo_status_code": code, "exo_detailed_status": name, "description": "no"}]}});
        let callback: Callback = decode(body.to_string().as_bytes()).unwrap();
        let failure = DeliveryUpdate::of_callback(&callback).remove(0).failure.unwrap();
        failure.explanation().map(|known| (known.family(), known.code()))
    };
    assert_eq!(report("rcs", 40004, "EX_SYSTEM_ERROR"), Some((Family::ExotelRcs, 40004)));
    assert_eq!(report("rcs", 40013, "EX_INCAPABLE_RECIPIENT"), Some((Family::ExotelWhatsApp, 30013)));
    // Another meaning of a known number.
    assert_eq!(report("rcs", 40004, "EX_OTHER"), None);
    // On an SMS 30004 is no system error.
    assert_eq!(report("sms", 30004, "EX_SYSTEM_ERROR"), None);
    let sms =
        |name: &str, code| errors::explain_named(Family::ExotelSms, Some(name), Some(code)).map(Explanation::code);
    assert_eq!(
        [sms("FAILED_DND", 30004), sms("FAILED_DND", 23005), sms("FAILED_DND", 7)],
        [30004, 23005, 23005].map(Some)
    );
    assert_eq!(errors::explain_named(Family::ExotelRcs, None, Some(40004)).map(Explanation::code), Some(40004));
    assert_eq!(errors::explain_named(Family::ExotelRcs, None, None), None);
}

#[test]
fn stored_family_may_be_unknown() {
    let failure: DeliveryFailure = decode(br#"{"code": 131049, "family": "meta"}"#).unwrap();
    assert!(failure.explanation().is_some());
    for body in
        [r#"{"code": 131049, "family": "telegram"}"#, r#"{"code": 131049, "family": null}"#, r#"{"code": 131049}"#]
    {
        let failure: DeliveryFailure = decode(body.as_bytes()).unwrap();
        assert_eq!((failure.family, failure.explanation()), (None, None), "{body}");
    }
}
