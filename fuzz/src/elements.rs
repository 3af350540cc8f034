//! Checks that each element of a list is one item.

use incs_webhook::{Batch, Item, Provider};

use crate::pointer::{children, named};

/// The member that marks a message as WhatsApp's.
const PRODUCT: &str = "messaging_product";

/// Counts the elements of every list of a message from WhatsApp, by another parser than the library's: each must be one item.
pub fn check(json: &str, batch: &Batch) {
    if batch.provider() != Some(&Provider::Incs) {
        return;
    }
    let outer = named(json);
    let values =
        |name: &str| outer.iter().filter(|(other, _)| other == name).map(|(_, value)| *value).collect::<Vec<_>>();
    let is_new_message = matches!(&*values("event"), [event] if is_text(event, "new_message"));
    let [message] = &*values("message") else { return };
    let members = named(message);
    if !is_new_message || !members.iter().any(|(name, _)| name == PRODUCT) {
        return;
    }
    let lists = members.iter().filter(|(name, value)| name != "contacts" && value.starts_with('['));
    let expected = sorted(lists.flat_map(|(_, value)| children(value)).map(str::as_bytes).collect());
    let found = sorted(batch.iter().filter(|item| is_element(item)).map(Item::raw).collect());
    assert_eq!(found.len(), expected.len(), "the elements of the lists are not the items");
    assert!(found == expected, "the items have other bytes than the elements");
}

fn sorted(mut raws: Vec<&[u8]>) -> Vec<&[u8]> {
    raws.sort_unstable();
    raws
}

fn is_text(json: &str, text: &str) -> bool {
    serde_json::from_str::<String>(json).is_ok_and(|found| found == text)
}

/// Reports whether an item is an element of a list of the message: `/message/<list>/<index>`.
fn is_element(item: &Item) -> bool {
    let pointer = item.pointer();
    let mut tokens = pointer.split('/').skip(1);
    tokens.next() == Some("message")
        && tokens.next().is_some_and(|list| list != "contacts")
        && tokens.next().is_some_and(|index| index.parse::<usize>().is_ok())
        && tokens.next().is_none()
}
