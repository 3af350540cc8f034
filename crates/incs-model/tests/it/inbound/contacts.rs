//! The name and ids that a WhatsApp message gets from contacts.

use incs_model::event::Event;
use incs_model::event::whatsapp::{Contact, ContactIndex, Content, Message, Profile, Text, Value};
use incs_model::inbound::{self, Inbound, SHARED_TEXT_MAX};
use incs_model::{Party, decode};
use proptest::prelude::*;
use serde_json::json;

use crate::party::party;

/// A contact with the ids of a party. Contacts have no group.
fn contact(party: &Party, name: usize) -> Contact {
    let mut contact = Contact::new();
    contact.wa_id.clone_from(&party.phone);
    contact.user_id.clone_from(&party.user_id);
    contact.parent_user_id.clone_from(&party.parent_user_id);
    let mut profile = Profile::new().with_name(name.to_string());
    profile.username.clone_from(&party.username);
    contact.with_profile(profile)
}

/// A message from a party. Messages have no username.
fn message(party: &Party) -> Message {
    let mut message = Message::new("", "wamid.1", Content::Text(Text::new("Hi")));
    message.from.clone_from(&party.phone);
    message.from_user_id.clone_from(&party.user_id);
    message.from_parent_user_id.clone_from(&party.parent_user_id);
    message.group_id.clone_from(&party.group_id);
    message
}

fn views(value: &serde_json::Value) -> Vec<Inbound> {
    let body = json!({"event": "new_message", "message": value}).to_string();
    inbound::from_event(&decode::<Event>(body.as_bytes()).unwrap(), body.as_bytes())
}

proptest! {
    #[test]
    fn index_agrees_with_the_linear_search(contacts in prop::collection::vec(party(), 0..=8), sender in party()) {
        let contacts: Vec<_> = contacts.iter().enumerate().map(|(name, party)| contact(party, name)).collect();
        let message = message(&sender);
        let value = Value::new().with_contacts(contacts.clone());
        let linear = value.contact_of(&message);
        prop_assert_eq!(ContactIndex::new(&contacts).contact_of(&contacts, &message.party()), linear);
        if let Some(contact) = linear {
            prop_assert!(contact.party().same_party(&message.party()));
        } else {
            prop_assert!(contacts.iter().all(|contact| !contact.party().same_party(&message.party())));
        }
    }

    #[test]
    fn view_only_adds_sender_ids(contacts in prop::collection::vec(party(), 0..=4), sender in party()) {
        let contacts: Vec<_> = contacts.iter().enumerate().map(|(name, party)| contact(party, name)).collect();
        let message = message(&sender);
        let value = json!({"messaging_product": "whatsapp", "contacts": contacts, "messages": [message]});
        let view = views(&value).remove(0);
        let sender = message.party();
        prop_assert_eq!(view.user.is_some(), !sender.is_empty());
        let Some(user) = view.user else { return Ok(()) };
        let group_only = sender.key().is_some_and(|key| key.as_str().starts_with("group:"));
        prop_assert!(user.same_party(&sender) || group_only);
        for key in sender.keys() {
            prop_assert!(user.keys().any(|known| known == key) || group_only);
        }
        if let Some(name) = view.profile_name {
            let contact = &contacts[name.parse::<usize>().unwrap()];
            prop_assert!(contact.party().same_party(&sender) || group_only);
        }
    }
}

#[test]
fn name_stays_with_its_contact() {
    let text = json!({"from": "1", "id": "w", "type": "text", "text": {"body": "Hi"}});
    for contact in [
        json!({"profile": {"name": "Ann"}, "wa_id": "2"}),
        json!({"profile": {"name": "Ann", "username": "ann"}, "user_id": "US.1"}),
        json!({"profile": {"name": "Ann"}}),
    ] {
        let view =
            views(&json!({"messaging_product": "whatsapp", "contacts": [contact], "messages": [text]})).remove(0);
        assert_eq!((view.profile_name, view.user), (None, Some(Party::of_phone("1"))), "{contact}");
    }
}

#[test]
fn numberless_customer_has_ids_and_name() {
    let body = json!({"messaging_product": "whatsapp", "contacts": [
        {"profile": {"name": "Ben", "username": "ben.k"}, "user_id": "US.2", "parent_user_id": "US.ENT.7"},
        {"profile": {"name": "Ann"}, "user_id": "US.1"}],
        "messages": [{"from_user_id": "US.2", "id": "w", "type": "text", "text": {"body": "Hi"}}]});
    let view = views(&body).remove(0);
    let ben = Party::new().with_user_id("US.2").with_parent_user_id("US.ENT.7").with_username("ben.k");
    assert_eq!((view.profile_name.as_deref(), view.user), (Some("Ben"), Some(ben)));
}

#[test]
fn empty_number_is_no_number() {
    let body = json!({"messaging_product": "whatsapp", "contacts": [{"wa_id": "1", "user_id": "US.2"}],
        "messages": [{"from": "", "from_user_id": "US.2", "id": "w", "type": "text", "text": {"body": "Hi"}}]});
    let known = Party::new().with_user_id("US.2").with_phone("1");
    assert_eq!(views(&body).remove(0).user, Some(known));
}

#[test]
fn long_contact_texts_are_not_copied() {
    for (length, is_lent) in [(SHARED_TEXT_MAX, true), (SHARED_TEXT_MAX + 1, false)] {
        let long = "x".repeat(length);
        let body = json!({"event": "new_message", "business_phone": long, "message": {"messaging_product": "whatsapp",
            "contacts": [{"profile": {"name": long, "username": long}, "user_id": long, "parent_user_id": long, "wa_id": "1"}],
            "messages": [{"from": "1", "id": "w", "type": "text", "text": {"body": "Hi"}}]}});
        let body = body.to_string();
        let view = inbound::from_event(&decode::<Event>(body.as_bytes()).unwrap(), body.as_bytes()).remove(0);
        let user = view.user.unwrap();
        let lent = [
            view.profile_name.is_some(),
            view.business.is_some(),
            user.username.is_some(),
            user.user_id.is_some(),
            user.parent_user_id.is_some(),
        ];
        assert_eq!(lent, [is_lent; 5], "{length}");
        assert_eq!(user.phone.unwrap().as_str(), "1");
    }
}
