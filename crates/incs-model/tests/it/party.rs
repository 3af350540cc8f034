//! Equality and keys of parties.

use incs_model::id::{GroupId, WhatsAppUserId};
use incs_model::{Address, Party, PartyKey, decode, encode};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Returns the ids of a party, the strongest first, as they are compared.
fn ids(party: &Party) -> [Option<String>; 5] {
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let mut ids = [
        text(party.user_id.as_ref().map(WhatsAppUserId::as_str)),
        text(party.phone.as_ref().map(Address::key)),
        text(party.username.as_deref()),
        text(party.parent_user_id.as_ref().map(WhatsAppUserId::as_str)),
        text(party.group_id.as_ref().map(GroupId::as_str)),
    ];
    if ids.iter().take(4).any(Option::is_some) {
        ids[4] = None; // a member is not their group
    }
    ids
}

/// A party with few ids to choose from, so that two of them often match. Empty texts are not ids.
pub(crate) fn party() -> impl Strategy<Value = Party> {
    let texts = |texts: &[&'static str]| option::of(select(texts.to_vec()));
    (
        texts(&["US.1", "US.2", "US.3", ""]),
        texts(&["1", "+1", "2", "+2", "3", "", "+"]),
        texts(&["ann", "ben", ""]),
        texts(&["US.ENT.1", "US.ENT.2", ""]),
        texts(&["g", "h", ""]),
    )
        .prop_map(|(user_id, phone, username, parent, group)| {
            let mut party = Party::new();
            party.user_id = user_id.map(WhatsAppUserId::from);
            party.phone = phone.map(Address::from);
            party.username = username.map(str::to_owned);
            party.parent_user_id = parent.map(WhatsAppUserId::from);
            party.group_id = group.map(GroupId::from);
            party
        })
}

proptest! {
    #[test]
    fn strongest_common_id_decides(one in party(), other in party()) {
        let mut pairs = ids(&one).into_iter().zip(ids(&other));
        let decision = pairs.find_map(|(one, other)| Some(one? == other?));
        prop_assert_eq!(one.same_party(&other), decision == Some(true));
    }

    #[test]
    fn sameness_has_no_direction(one in party(), other in party()) {
        prop_assert_eq!(one.same_party(&other), other.same_party(&one));
    }

    #[test]
    fn party_with_an_id_is_itself(one in party()) {
        prop_assert_eq!(one.same_party(&one), !one.is_empty());
        prop_assert_eq!(one.key().is_some(), !one.is_empty());
        prop_assert_eq!(one.is_empty(), ids(&one).iter().all(Option::is_none));
    }

    #[test]
    fn same_key_means_same_party(one in party(), other in party()) {
        if one.key().is_some() && one.key() == other.key() {
            prop_assert!(one.same_party(&other));
        }
    }

    #[test]
    fn keys_name_each_id_once(one in party()) {
        let keys: Vec<PartyKey> = one.keys().collect();
        prop_assert_eq!(keys.first().cloned(), one.key());
        let kinds = ["user:", "phone:", "username:", "parent:", "group:"];
        let expected: Vec<String> =
            kinds.into_iter().zip(ids(&one)).filter_map(|(kind, id)| Some(format!("{kind}{}", id?))).collect();
        prop_assert_eq!(keys.iter().map(PartyKey::as_str).collect::<Vec<_>>(), expected);
    }

    /// A lookup by all keys of a message finds the record of an earlier message with fewer ids.
    #[test]
    fn record_is_found_when_ids_appear(one in party(), other in party()) {
        let later = one.clone().completed_by(&other);
        let is_group = |key: &PartyKey| key.as_str().starts_with("group:");
        for key in one.keys().filter(|key| !is_group(key)) {
            prop_assert!(later.keys().any(|found| found == key));
        }
        if !one.is_empty() && !one.key().is_some_and(|key| is_group(&key)) {
            prop_assert!(later.same_party(&one));
        }
    }

    /// Adding ids to one of two parties gives them the same key only if that key was added.
    #[test]
    fn added_id_merges_by_itself_only(one in party(), other in party(), added in party()) {
        let later = one.clone().completed_by(&added);
        if one.key() != other.key() && later.key().is_some() && later.key() == other.key() {
            prop_assert!(added.keys().any(|key| Some(key) == other.key()));
        }
        // An id that is weaker than the strongest never changes the key.
        if let (Some(key), Some(strongest)) = (one.key(), added.key()) {
            let rank = |key: &PartyKey| {
                let kinds = ["user:", "phone:", "username:", "parent:", "group:"];
                kinds.iter().position(|kind| key.as_str().starts_with(kind))
            };
            if rank(&strongest) >= rank(&key) {
                prop_assert_eq!(later.key(), Some(key));
            }
        }
    }

    #[test]
    fn completed_party_only_gains_ids(one in party(), other in party()) {
        let later = ids(&one.clone().completed_by(&other));
        let expected: Vec<_> = ids(&one).into_iter().zip(ids(&other)).map(|(one, other)| one.or(other)).collect();
        prop_assert_eq!(&later[..4], &expected[..4]);
    }

    #[test]
    fn known_party_drops_empty_ids(one in party()) {
        prop_assert_eq!(one.clone().known().is_some(), !one.is_empty());
        if let Some(known) = one.clone().known() {
            prop_assert_eq!(ids(&known), ids(&one));
            let json = serde_json::to_value(&known).unwrap();
            prop_assert!(json.as_object().unwrap().values().all(|id| id != "" && id != "+"));
        }
    }

    #[test]
    fn leading_plus_does_not_matter(number in "[0-9]{1,6}") {
        let (bare, plus) = (Party::of_phone(number.as_str()), Party::of_phone(format!("+{number}")));
        prop_assert!(bare.same_party(&plus));
        prop_assert_eq!(bare.key(), plus.key());
    }

    #[test]
    fn stored_party_reads_the_same(one in party()) {
        let stored = encode(&one).unwrap();
        prop_assert_eq!(decode::<Party>(&stored).unwrap(), one);
    }
}

#[test]
fn different_id_kinds_share_no_key() {
    let text = "user:1";
    let parties = [
        Party::new().with_user_id(text),
        Party::new().with_phone(text),
        Party::new().with_username(text),
        Party::new().with_parent_user_id(text),
        Party::new().with_group_id(text),
    ];
    for (index, one) in parties.iter().enumerate() {
        for (other_index, other) in parties.iter().enumerate() {
            assert_eq!(one.key() == other.key(), index == other_index);
            assert_eq!(one.same_party(other), index == other_index);
        }
    }
}

#[test]
fn sameness_of_three_does_not_chain() {
    let hidden = Party::new().with_user_id("US.1");
    let known = hidden.clone().with_phone("1");
    let number = Party::of_phone("1");
    assert!(hidden.same_party(&known) && known.same_party(&number) && !hidden.same_party(&number));
}
