//! The public methods of items and batches, called once on every item, cost time and memory in proportion to the body.
//!
//! Bytes that a function visits cannot be counted from outside without `unsafe`. So each shape of a body is taken in sizes of n, 2n
//! and 4n elements, and two things are compared. The bytes of all that the methods return are counted, which is exact: they grow
//! fourfold from n to 4n, where copies of something shared would make it sixteenfold. And the time is measured, which shows bytes that
//! are only looked at: the best of several runs, since other programs disturb it. Linear work takes four times as long for 4n and
//! quadratic work sixteen times; the limit is ten, between the two.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use incs_webhook::{Batch, Item};

use crate::fixtures::{read, repository};

/// Adds up what is returned.
#[derive(Default)]
struct Sum {
    bytes: usize,
}

impl Sum {
    fn add(&mut self, text: impl AsRef<[u8]>) {
        self.bytes += text.as_ref().len();
    }

    fn debug(&mut self, value: &impl std::fmt::Debug) {
        self.add(format!("{value:?}"));
    }
}

type OfItem = (&'static str, fn(&Item, &mut Sum));
type OfBatch = (&'static str, fn(&Batch, &mut Sum));

/// Every public method of an item, and what its traits do.
const OF_ITEM: &[OfItem] = &[
    ("outcome", |item, sum| sum.debug(item.outcome())),
    ("event", |item, sum| sum.debug(&item.event())),
    ("into_outcome", |item, sum| sum.debug(&item.clone().into_outcome())),
    ("kind", |item, sum| sum.add(item.kind().unwrap_or_default())),
    ("provider", |item, sum| sum.debug(&item.provider())),
    ("delivery_context", |item, sum| sum.bytes += size_of_val(item.delivery_context())),
    ("pointer", |item, sum| sum.add(&*item.pointer())),
    ("error_pointer", |item, sum| sum.add(item.error_pointer().unwrap_or_default())),
    ("raw", |item, sum| sum.add(item.raw())),
    ("byte_range", |item, sum| sum.bytes += item.byte_range().len()),
    ("envelope", |item, sum| sum.bytes += size_of_val(&item.envelope())),
    ("body", |item, sum| sum.bytes += usize::from(item.body().is_empty())),
    ("inbound", |item, sum| {
        if let Some(inbound) = item.inbound() {
            sum.add(serde_json::to_vec(&inbound).unwrap());
        }
    }),
    ("party", |item, sum| sum.add(serde_json::to_vec(&item.party()).unwrap())),
    ("delivery_update", |item, sum| sum.add(serde_json::to_vec(&item.delivery_update()).unwrap())),
    ("dedup_key", |item, sum| sum.debug(&item.dedup_key())),
    ("fmt", |item, sum| sum.debug(item)),
    ("clone", |item, sum| sum.add(item.clone().raw())),
];

/// Every public method of a batch, and what its traits do.
const OF_BATCH: &[OfBatch] = &[
    ("items", |batch, sum| sum.bytes += batch.items().len()),
    ("iter", |batch, sum| sum.bytes += batch.iter().count()),
    ("provider", |batch, sum| sum.debug(&batch.provider())),
    ("body", |batch, sum| sum.add(batch.body())),
    ("envelope", |batch, sum| {
        let envelope = batch.envelope();
        sum.add(envelope.to_bytes());
        for item in batch {
            let restored = envelope.item(&item.pointer(), item.raw());
            sum.add(serde_json::to_vec(&restored.inbound()).unwrap());
            sum.debug(&restored);
        }
    }),
    ("inbound", |batch, sum| batch.inbound().for_each(|inbound| sum.add(serde_json::to_vec(&inbound).unwrap()))),
    ("delivery_updates", |batch, sum| {
        batch.delivery_updates().for_each(|fact| sum.add(serde_json::to_vec(&fact).unwrap()));
    }),
    ("unparsed", |batch, sum| batch.unparsed().for_each(|item| sum.add(item.raw()))),
    ("into_iter", |batch, sum| batch.clone().into_iter().for_each(|item| sum.add(item.raw()))),
    ("fmt", |batch, sum| sum.debug(batch)),
];

#[test]
fn every_public_method_is_measured() {
    let source = std::fs::read_to_string(repository("crates/incs-webhook/src/item.rs")).unwrap();
    let (mut of, mut found) = ("", Vec::new());
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("impl") {
            let name = rest.rsplit(' ').nth(1).unwrap_or_default();
            of = name.rsplit("::").next().unwrap_or_default();
        }
        if let Some(rest) = line.strip_prefix("    pub fn ") {
            found.push((of, rest.split(['(', '<']).next().unwrap_or_default()));
        }
    }
    for (of, measured) in [
        ("Item", OF_ITEM.iter().map(|(name, _)| *name).collect::<Vec<_>>()),
        ("Batch", OF_BATCH.iter().map(|(name, _)| *name).collect()),
    ] {
        let methods: Vec<_> = found.iter().filter(|(other, _)| *other == of).map(|(_, name)| *name).collect();
        assert!(methods.len() >= 7, "{of}: {methods:?}");
        for method in methods {
            assert!(measured.contains(&method), "{of}::{method} is not measured");
        }
    }
    // Of what else is public, a fault has the methods of an error.
    let others: Vec<_> = found.iter().filter(|(of, _)| !["Item", "Batch"].contains(of)).collect();
    assert_eq!(others, [&("ItemError", "pointer")]);
}

/// A body of so many elements.
type Shape = (&'static str, fn(usize) -> String);

fn listed(list: &str, element: &str, count: usize) -> String {
    let elements = vec![element; count].join(",");
    format!(r#""{list}":[{elements}]"#)
}

fn whatsapp(members: &str) -> String {
    format!(
        r#"{{"event":"new_message","business_phone":"6281","message":{{"messaging_product":"whatsapp",{members}}}}}"#
    )
}

const MESSAGE: &str = r#"{"from":"1","id":"a","type":"text","text":{"body":"x"}}"#;

/// A text as long as all elements together, roughly.
fn long(count: usize) -> String {
    "n".repeat(count * 50)
}

const SHAPES: &[Shape] = &[
    ("messages", |count| whatsapp(&listed("messages", MESSAGE, count))),
    ("statuses", |count| whatsapp(&listed("statuses", r#"{"id":"a","status":"read","recipient_id":"1"}"#, count))),
    ("errors", |count| whatsapp(&listed("errors", "{}", count))),
    ("calls", |count| whatsapp(&listed("calls", r#"{"id":"a","event":"terminate"}"#, count))),
    ("unknown elements", |count| whatsapp(&listed("history", "1", count))),
    ("malformed elements", |count| whatsapp(&listed("messages", "7", count))),
    ("elements that are no JSON", |count| whatsapp(&listed("messages", "nope", count))),
    ("vacant places", |count| whatsapp(&listed("messages", "", count))),
    ("vacant places between elements", |count| whatsapp(&listed("messages", "1,", count))),
    ("elements without commas", |count| whatsapp(&format!(r#""x":[{}]"#, "{} x ".repeat(count)))),
    ("elements in wrong brackets", |count| whatsapp(&listed("messages", "[}", count))),
    ("elements in open brackets", |count| whatsapp(&listed("messages", "[{", count))),
    ("elements with stray brackets", |count| whatsapp(&listed("messages", "{]}", count))),
    ("elements in open strings", |count| whatsapp(&listed("messages", r#""x,1"#, count))),
    ("members in a list", |count| whatsapp(&listed("messages", r#""x":1"#, count))),
    ("open brackets", |count| whatsapp(&format!(r#""messages":{}"#, "[".repeat(count * 10)))),
    ("open braces", |count| whatsapp(&format!(r#""messages":[{}"#, "{\"a\":[".repeat(count)))),
    ("one deep element", |count| {
        whatsapp(&format!(r#""messages":[{}{},{MESSAGE}]"#, "[".repeat(count * 5), "]".repeat(count * 5)))
    }),
    ("deep elements", |count| whatsapp(&listed("x", &format!("{}{}", "[".repeat(100), "]".repeat(100)), count / 10))),
    ("a list with a long name", |count| whatsapp(&listed(&long(count), "1", count))),
    ("a malformed list with a long name", |count| whatsapp(&listed(&long(count), "nope", count))),
    ("many lists", |count| {
        let lists: Vec<_> = (0..count).map(|index| format!(r#""l{index}":[1]"#)).collect();
        whatsapp(&lists.join(","))
    }),
    ("many lists of one name", |count| whatsapp(&vec![r#""messages":[1]"#; count].join(","))),
    ("many lists without end", |count| whatsapp(&vec![r#""x":[{"a":1"#; count].join(","))),
    ("many messages", |count| {
        format!(r#"{{"event":"new_message",{}}}"#, vec![r#""message":{"messages":[1]}"#; count].join(","))
    }),
    ("many names of the event", |count| {
        format!(r#"{{{},"message":{{"messages":[1]}}}}"#, vec![r#""event":"new_message""#; count].join(","))
    }),
    ("many contacts", |count| {
        let contacts: Vec<_> =
            (0..count).map(|index| format!(r#"{{"wa_id":"{index}","profile":{{"name":"N"}}}}"#)).collect();
        let messages: Vec<_> = (0..count)
            .map(|index| format!(r#"{{"from":"{index}","id":"a","type":"text","text":{{"body":"x"}}}}"#))
            .collect();
        whatsapp(&format!(r#""contacts":[{}],"messages":[{}]"#, contacts.join(","), messages.join(",")))
    }),
    ("many contacts of one person", |count| {
        let contacts = listed("contacts", r#"{"wa_id":"1","profile":{"name":"N"}}"#, count);
        whatsapp(&format!("{contacts},{}", listed("messages", MESSAGE, count)))
    }),
    ("many contacts without a message", |count| {
        let contacts = listed("contacts", r#"{"wa_id":"2","user_id":"x"}"#, count);
        whatsapp(&format!("{contacts},{}", listed("messages", MESSAGE, count)))
    }),
    ("a long profile name", |count| {
        let contact = format!(r#""contacts":[{{"wa_id":"1","profile":{{"name":"{}"}}}}]"#, long(count));
        whatsapp(&format!("{contact},{}", listed("messages", MESSAGE, count)))
    }),
    ("a long username", |count| {
        let contact = format!(
            r#""contacts":[{{"wa_id":"1","profile":{{"username":"{0}"}},"user_id":"{0}","parent_user_id":"{0}"}}]"#,
            long(count)
        );
        whatsapp(&format!("{contact},{}", listed("messages", MESSAGE, count)))
    }),
    ("a long number in the metadata", |count| {
        let list = listed("messages", MESSAGE, count);
        let metadata = format!(r#""metadata":{{"display_phone_number":"{0}","phone_number_id":"{0}"}}"#, long(count));
        format!(r#"{{"event":"new_message","message":{{"messaging_product":"{}",{metadata},{list}}}}}"#, long(count))
    }),
    ("a long business number", |count| {
        let list = listed("messages", MESSAGE, count);
        format!(r#"{{"event":"new_message","business_phone":"{}","message":{{{list}}}}}"#, long(count))
    }),
    ("a long name of the event", |count| {
        format!(r#"{{"event":"{}","message":{{{}}}}}"#, long(count), listed("messages", MESSAGE, count))
    }),
    ("exotel", |count| {
        let element = r#"{"from":"1","to":"2","content":{"type":"text","text":{"body":"x"}}}"#;
        format!(r#"{{"rcs":{{{}}},"sms":{{{}}}}}"#, listed("messages", element, count), listed("messages", "7", count))
    }),
    ("exotel not understood", |count| {
        format!(r#"{{"rcs":{{{}}}}}"#, listed("messages", r#"{"callback_type":"typing"}"#, count))
    }),
    ("exotel that is no JSON", |count| format!(r#"{{"rcs":{{{}}}}}"#, listed("messages", "{\"a\":nope}", count))),
    ("one of many members", |count| {
        let members: Vec<_> = (0..count).map(|index| format!(r#""m{index}":1"#)).collect();
        whatsapp(&format!(r#""messages":[{{{}}}]"#, members.join(",")))
    }),
    ("no event", |count| format!(r"{{{}}}", vec![r#""x":{"event":"y"}"#; count].join(","))),
    ("no JSON", |count| "{\"event\":".repeat(count)),
];

/// Reads a body and calls every method on every item; the bytes of all results, and how long it took.
fn work(body: &str) -> (usize, Duration) {
    let start = Instant::now();
    let mut sum = Sum::default();
    let batch = read(body);
    for (_, method) in OF_BATCH {
        method(&batch, &mut sum);
    }
    for item in &batch {
        for (_, method) in OF_ITEM {
            method(item, &mut sum);
        }
    }
    (sum.bytes, start.elapsed())
}

/// The shortest of a few runs, since the others were disturbed.
fn best(body: &str, runs: usize) -> (usize, Duration) {
    let runs = (0..runs).map(|_| work(body));
    runs.min_by_key(|(_, took)| *took).unwrap()
}

#[test]
fn work_grows_linearly_with_body() {
    const SIZE: usize = 1_000;
    let mut failures = String::new();
    for (name, shape) in SHAPES {
        // Quadratic work takes long in every shape; a few failures are enough.
        if failures.lines().count() >= 3 {
            break;
        }
        let bodies = [SIZE, 2 * SIZE, 4 * SIZE].map(shape);
        assert!(bodies[2].len() <= 1024 * 1024, "{name}: {}", bodies[2].len());
        let [one, two, four] = [0, 1, 2].map(|index| best(&bodies[index], 1));
        let ratio = |more: usize, less: usize| {
            f64::from(u32::try_from(more).unwrap()) / f64::from(u32::try_from(less).unwrap())
        };
        for (times, (bytes, _)) in [(2.0, two), (4.0, four)] {
            let grown = ratio(bytes, one.0);
            if grown > times * 1.25 {
                writeln!(failures, "{name}: {times} times as many elements give {grown:.1} times as many bytes")
                    .unwrap();
            }
        }
        // An element of two bytes makes an item whose `Debug` has hundreds, several times.
        if four.0 > 1_000 * bodies[2].len() {
            writeln!(failures, "{name}: {} bytes of a body of {}", four.0, bodies[2].len()).unwrap();
        }
        // A disturbed run is repeated; quadratic work never gets below the limit.
        let is_slow = |one: Duration, four: Duration| four > one * 10 + Duration::from_millis(2);
        let mut times = (one.1, four.1);
        let mut tries = 0;
        while is_slow(times.0, times.1) && tries < 10 {
            times = (times.0.max(best(&bodies[0], 2).1), times.1.min(best(&bodies[2], 2).1));
            tries += 1;
        }
        if is_slow(times.0, times.1) {
            writeln!(failures, "{name}: {:?} for {SIZE} elements, {:?} for four times as many", times.0, times.1)
                .unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
