//! Several programs on one database.

use std::collections::BTreeMap;
use std::thread;

use incs_relay_testing::postgres;

use crate::inbox::server::{Forwarded, Handler, Serving, items, message, post, states, wait_until};

/// Number of webhooks, and of the customers that they come from.
const WEBHOOKS: usize = 200;
const CUSTOMERS: usize = 8;

#[test]
fn webhook_to_two_programs_is_stored_once() {
    let Some(server) = postgres::shared("webhook_to_two_programs_is_stored_once") else { return };
    let store = server.database().unwrap();
    let handler = Handler::start(|_, _| 200);
    // Both create the schema.
    let [one, two] = thread::scope(|scope| {
        let start = || Serving::start(&store, &["--forward", &handler.url]);
        [scope.spawn(start), scope.spawn(start)].map(|started| started.join().unwrap())
    });
    let body = |number: usize| message(&format!("1555000{}", number % CUSTOMERS), &format!("id-{number:03}"), "Hi");
    thread::scope(|scope| {
        for address in [one.address(), two.address()] {
            scope.spawn(move || {
                for number in 0..WEBHOOKS {
                    let reply = post(address, body(number).as_bytes());
                    assert_eq!(reply.map(|(status, _)| status), Some(200), "{number}");
                }
            });
        }
    });
    wait_until(|| states(&store).iter().all(|state| state == "done"));
    let stored = items(&store);
    assert_eq!(stored.len(), WEBHOOKS);
    let mut ids: Vec<_> = handler.seen().iter().map(Forwarded::id).collect();
    let mut by_customer: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for id in &ids {
        let number: usize = id.trim_start_matches("id-").parse().unwrap();
        by_customer.entry(number % CUSTOMERS).or_default().push(number);
    }
    assert!(by_customer.values().all(|numbers| numbers.is_sorted()), "{by_customer:?}");
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), handler.seen().len()), (WEBHOOKS, WEBHOOKS), "each is forwarded once");
    assert_eq!((one.stop().0, two.stop().0), (0, 0));
}
