//! Tests that an item is restored from its own bytes and the envelope of its delivery.

use incs_webhook::testing::bodies::sample;
use incs_webhook::{Batch, Envelope, Item, ItemError, ItemOutcome, Provider, ShapeError};
use proptest::prelude::*;
use proptest::sample::select;

use crate::elements::{bad_bytes, bodies, list, open_bytes};
use crate::fixtures::{Spelling, body, composed, names, only, read, read_from, recorded};

/// Restores every item of a batch from the stored bytes of its envelope, and compares it with the original.
fn assert_restored(batch: &Batch) {
    let stored = batch.envelope().to_bytes();
    let envelope = Envelope::from_bytes(&stored).unwrap();
    assert_eq!(envelope.to_bytes(), stored);
    assert_eq!(envelope.is_empty(), batch.envelope().is_empty());
    for item in batch {
        assert_eq!(&item.body()[item.byte_range()], item.raw());
        assert_same(&envelope.item(&item.pointer(), item.raw()), item);
        if envelope.is_empty() {
            assert_same(&Envelope::empty(batch.provider().cloned()).item(&item.pointer(), item.raw()), item);
        }
    }
}

fn assert_same(restored: &Item, item: &Item) {
    let context = || format!("{item:?} of {}", String::from_utf8_lossy(&item.body()[..item.body().len().min(2_000)]));
    assert_eq!(restored.pointer(), item.pointer(), "{}", context());
    assert_eq!(restored.raw(), item.raw(), "{}", context());
    assert_eq!(&restored.body()[restored.byte_range()], restored.raw());
    assert_eq!(restored.provider(), item.provider(), "{}", context());
    assert_eq!(restored.delivery_context(), item.delivery_context(), "{}", context());
    assert_eq!(restored.envelope().to_bytes(), item.envelope().to_bytes(), "{}", context());
    // An item that was restored is not nested too deep, unless by the largest limit.
    if matches!(item.outcome(), ItemOutcome::Malformed(ItemError::Shape(ShapeError::TooDeep { .. }))) {
        return;
    }
    assert_eq!(restored.outcome(), item.outcome(), "{}", context());
    assert_eq!(restored.kind(), item.kind(), "{}", context());
    assert_eq!(restored.error_pointer(), item.error_pointer(), "{}", context());
    assert_eq!(restored.party(), item.party(), "{}", context());
    assert_eq!(restored.inbound(), item.inbound(), "{}", context());
    assert_eq!(restored.delivery_update(), item.delivery_update(), "{}", context());
    assert_eq!(restored.dedup_key(), item.dedup_key(), "{}", context());
}

#[test]
fn fixture_items_are_restored() {
    for name in names().into_iter().chain(recorded()) {
        let body = body(&name);
        assert_restored(&read(&body));
        assert_restored(&read(format!("\u{feff} {body}\n")));
        for provider in [Provider::Incs, Provider::Exotel, Provider::from("other")] {
            assert_restored(&read_from(&body, provider));
        }
        if let Ok(json) = serde_json::from_str(&body) {
            Spelling::all().for_each(|spelling| assert_restored(&read(spelling.write(&json))));
        }
    }
    for composed in composed() {
        let batch = read(composed.body.to_string());
        assert!(batch.items().len() > 5, "{batch:?}");
        assert_restored(&batch);
    }
}

#[test]
fn sample_items_are_restored() {
    for (_, body) in sample::all().into_iter().chain(sample::messages()) {
        assert_restored(&read(&body));
        assert_restored(&read(body.to_php()));
    }
}

#[test]
fn malformed_items_are_restored() {
    for body in bodies() {
        for bytes in bad_bytes().iter().map(|bytes| &**bytes).chain(open_bytes().iter().map(|text| text.as_bytes())) {
            for list in 0..2 {
                assert_restored(&body.read(&body.with(list, 1, Some(bytes))));
            }
        }
    }
    for members in [
        r#""messages":7,"statuses":{"a":1},"errors":[7]"#,
        r#""metadata":nope,"messages":[{"id":7}]"#,
        r#""contacts":[{"wa_id":"1"},nope],"messages":[{"from":"1","id":"a","type":"text","text":{"body":"x"}}]"#,
        r#""history":[1,nope],"a/b~c":[nope],"x":nope,"":[{}]"#,
        r#""messages":[]"#,
    ] {
        for event in [
            r#""event":"new_message","#,
            r#""event":7,"#,
            r#""event":"x","event":"new_message","#,
            r#""event":"new_message","event":"6281200045678","#,
            r#""event":nope,"#,
            "",
        ] {
            for end in ["", ",", "} x"] {
                let body = format!(
                    r#"{{{event}"channel_id":nope,"message":{{"messaging_product":"whatsapp",{members}}}{end}}}"#
                );
                assert_restored(&read(&body));
                assert_restored(&read(body.replace(r#""channel_id":nope"#, r#""channel_id":"7""#)));
            }
        }
    }
    for body in
        ["", "{", "7", "null", "\u{feff}\u{feff}{}", r#"{"rcs":7}"#, r#"{"sms":[1]}"#, r#"{"RCS":{"x":[nope]}}"#]
    {
        assert_restored(&read(body));
        assert_restored(&read_from(body, Provider::Exotel));
    }
}

/// Members around the lists, which the envelope keeps.
const AROUND: [&str; 10] = [
    r#""metadata":{"display_phone_number":"+62 81","phone_number_id":7,"later":[1]}"#,
    r#""metadata":{"display_phone_number":""}"#,
    r#""metadata":["1"]"#,
    r#""metadata":7"#,
    r#""contacts":[{"wa_id":"1","profile":{"name":"Ann","username":"ann"},"user_id":"US.1","later":1},7,{}]"#,
    r#""contacts":[{"wa_id":1,"profile":{"name":7},"country_code":"ID","origin":null},{"profile":7},null]"#,
    r#""contacts":[{"profile":{},"parent_user_id":"US.ENT.1","identity_key_hash":"é\u0000\"","user_id":""}]"#,
    r#""contacts":{"wa_id":"1"}"#,
    r#""messaging_product":7"#,
    r#""field":"x""#,
];

/// Pieces that are JSON or the beginning of it.
const PIECES: [&str; 6] =
    ["{}", "null", "[", r#"{"event":"new_message"}"#, r#"{"rcs":{"messages":[1,2]}}"#, r#"{"id":"a","status":"read"}"#];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn generated_items_are_restored(
        lists in prop::collection::vec(list(), 0..=6),
        around in prop::collection::vec(select(&AROUND[..]), 0..=3),
        channel in select(&["", r#""channel_id":1,"#, r#""channel_id":"7","business_phone":"+62 81","#, r#""business_phone":"","#][..]),
        fault in select(&["", "", "", ",", "]", "\"", "nope"][..]),
        is_exotel in any::<bool>(),
    ) {
        let lists = lists.iter().map(|(name, elements, space)| (name, format!("[{space}{}]", elements.join(","))));
        let body = if is_exotel {
            let channels = ["rcs", "Sms", "SMS", "RCS"].iter().cycle();
            let members = lists.zip(channels).map(|((_, list), channel)| format!(r#""{channel}":{{"Messages":{list}}}"#));
            format!("{{{}{fault}}}", members.collect::<Vec<_>>().join(","))
        } else {
            let lists = lists.map(|(name, list)| format!("\"{name}\":{list}"));
            let members: Vec<_> = lists.chain(around.iter().map(|member| (*member).to_owned())).collect();
            format!(r#"{{"event":"new_message",{channel}"message":{{{}{fault}}}}}"#, members.join(","))
        };
        assert_restored(&read(&body));
    }

    #[test]
    fn any_pointer_and_bytes_give_an_item(
        pointer in prop_oneof![
            ".{0,40}",
            "(/(message|messages|statuses|contacts|history|event|rcs|SMS|~1|…|[0-9]{0,30})){0,6}",
        ],
        raw in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            select(&PIECES[..]).prop_map(|text| text.as_bytes().to_vec()),
        ],
        provider in prop::option::of(select(&["incs", "exotel", "x"][..])),
    ) {
        let item = Envelope::empty(provider.map(Provider::from)).item(&pointer, &raw);
        prop_assert_eq!(&item.body()[item.byte_range()], item.raw());
        prop_assert_eq!(item.body(), &raw);
        if !pointer.is_empty() {
            prop_assert_eq!(&*item.pointer(), &*pointer);
            prop_assert_eq!(item.raw(), &raw);
        }
        let _ = (item.kind(), item.party(), item.inbound(), item.delivery_update(), item.dedup_key());
        let _ = format!("{item:?}");
    }

    #[test]
    fn random_bytes_are_no_envelope_with_data(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        // The few random bytes that are JSON have no data.
        if let Ok(envelope) = Envelope::from_bytes(&bytes) {
            prop_assert!(envelope.is_empty());
        }
    }
}

/// Items of an unknown kind and pieces of a body that is no JSON are never taken for events.
#[test]
fn pieces_of_unknown_places_are_not_parsed() {
    let message = r#"{"from":"1","id":"a","type":"text","text":{"body":"x"}}"#;
    for (provider, pointer) in [
        ("incs", "/message/history/0"),
        ("incs", "/message/messages"),
        ("incs", "/message/messages/x"),
        ("incs", "/message/messages/"),
        ("incs", "/message/messages/0/0"),
        ("incs", "/message/Messages/0"),
        ("incs", "/message/contacts/0"),
        ("incs", "message/messages/0"),
        ("incs", "/rcs/messages/0"),
        ("exotel", "/message/messages/0"),
        ("exotel", "/rcs/messages"),
        ("exotel", "/rcs/other/0"),
        ("exotel", "/rcs"),
        ("x", "/message/messages/0"),
    ] {
        let item = Envelope::empty(Some(provider.into())).item(pointer, message.as_bytes());
        assert!(item.event().is_none(), "{provider} {pointer}: {item:?}");
        let item = Envelope::empty(Some(provider.into())).item(pointer, b"{nope}");
        assert!(matches!(item.outcome(), ItemOutcome::Malformed(_)), "{provider} {pointer}: {item:?}");
    }
}

/// A later version may find items in a body that an earlier one kept whole.
#[test]
fn whole_body_gives_one_item() {
    let body = |elements: &str| {
        format!(r#"{{"event":"new_message","message":{{"messaging_product":"whatsapp","statuses":[{elements}]}}}}"#)
    };
    let status = r#"{"id":"a","status":"read"}"#;
    let (one, two) = (body(status), body(&format!("{status},{status}")));
    let item = Envelope::empty(None).item("", one.as_bytes());
    assert_eq!(
        (item.pointer().as_ref(), item.raw(), item.body()),
        ("/message/statuses/0", status.as_bytes(), one.as_bytes())
    );
    assert!(item.event().is_some());
    let item = Envelope::empty(None).item("", two.as_bytes());
    assert_eq!((item.outcome(), item.raw()), (&ItemOutcome::Unknown, two.as_bytes()));
    assert_eq!((item.kind().as_deref(), item.provider()), (Some("new_message"), Some(&Provider::Incs)));
}

/// Stores keep this JSON, so each form that was ever written is read.
#[test]
fn stored_form_is_frozen() {
    let batch = read(
        r#"{"event":"new_message","channel_id":30112,"business_phone":"6281100099001","message":{
            "messaging_product":"whatsapp","metadata":{"display_phone_number":"6281100099001","phone_number_id":"1060"},
            "contacts":[{"profile":{"name":"Rina","username":"rina"},"wa_id":"6281200045678","user_id":"ID.1459"}],
            "messages":[7]}}"#,
    );
    let stored = concat!(
        r#"{"provider":"incs","event":"new_message","channel_id":30112,"business_phone":"6281100099001","whatsapp":{"#,
        r#""messaging_product":"whatsapp","metadata":{"display_phone_number":"6281100099001","phone_number_id":"1060"},"#,
        r#""contacts":[{"profile":{"name":"Rina","username":"rina"},"wa_id":"6281200045678","user_id":"ID.1459"}]}}"#,
    );
    assert_eq!(String::from_utf8(batch.envelope().to_bytes()).unwrap(), stored);
    let later = stored.replacen('{', r#"{"later":[{"x":1}],"#, 1);
    for stored in [stored, &later] {
        let envelope = Envelope::from_bytes(stored.as_bytes()).unwrap();
        assert_same(&envelope.item("/message/messages/0", b"7"), &batch.items()[0]);
        assert!(!envelope.is_empty());
    }
}

#[test]
fn delivery_without_shared_data_has_a_tiny_envelope() {
    for (body, stored) in [
        (r#"{"event":"message_status_update","message_id":"a","message_status":"read"}"#, r#"{"provider":"incs"}"#),
        (r#"{"rcs":{"messages":[{},7]}}"#, r#"{"provider":"exotel"}"#),
        (r#"{"hello":"world"}"#, "{}"),
    ] {
        let batch = read(body);
        assert!(batch.envelope().is_empty() && batch.items()[0].envelope().is_empty(), "{body}");
        assert_eq!(batch.envelope().to_bytes(), stored.as_bytes());
        assert_eq!(Envelope::empty(batch.provider().cloned()).to_bytes(), stored.as_bytes());
    }
    let rcs =
        r#"{"event":"new_message","channel_id":1,"message":{"senderPhoneNumber":"1","messageId":"a","text":"x"}}"#;
    let envelope = only(rcs).envelope();
    assert!(!envelope.is_empty());
    assert_eq!(envelope.to_bytes(), br#"{"provider":"incs","channel_id":1}"#);
}

#[test]
fn neither_debug_nor_errors_show_personal_data() {
    let batch = read(
        r#"{"event":"new_message","business_phone":"6281100099001","message":{"messaging_product":"whatsapp",
            "contacts":[{"profile":{"name":"Rina"},"wa_id":"6281200045678"}],"messages":[7]}}"#,
    );
    assert_eq!(format!("{:?}", batch.envelope()), r#"Envelope { provider: Some("incs"), contacts: 1, .. }"#);
    let odd = Envelope::empty(Some(Provider::from("6281200045678")));
    assert_eq!(format!("{odd:?}"), r#"Envelope { provider: Some("unknown"), contacts: 0, .. }"#);
    for stored in [
        "",
        r#""6281200045678""#,
        r#"{"provider":{"6281200045678":1}}"#,
        r#"{"channel_id":"6281200045678x"}"#,
        r#"{"business_phone":["6281200045678"]}"#,
        r#"{"whatsapp":"6281200045678"}"#,
        r#"{"event":6281200045678}"#,
    ] {
        let error = Envelope::from_bytes(stored.as_bytes()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("62812"), "{stored}: {error:?}");
    }
    // The name of the event may be the label of a metric.
    let stored = br#"{"provider":"incs","event":"6281200045678"}"#;
    let item = Envelope::from_bytes(stored).unwrap().item("/message/messages/0", b"7");
    assert_eq!(item.kind().as_deref(), Some("unknown"));
}
