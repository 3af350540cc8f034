//! Names of customers.

use super::reply::Reply;
use super::{act, rename};
use crate::channel::Channel;
use crate::config::Config;
use crate::core::Core;
use crate::hook::{subscribe, webhook::Webhook};

const CUSTOMER: &str = "6281200045678";

#[test]
fn a_name_is_kept_for_a_conversation_that_there_is_and_told_with_what_comes_after() {
    let core = Core::new(Config::default());
    subscribe(&core, Webhook::to("http://127.0.0.1:9/").events(["new_message"])).unwrap();
    let says = || core.change(|world, now| act(world, now, Channel::WhatsApp, CUSTOMER, &Reply::text("Hi"))).unwrap();
    let names = |name: &str| core.change(|world, _| rename(world, Channel::WhatsApp, CUSTOMER, name));
    assert!(!names("Rina"));
    says();
    assert!(names("Rina"));
    says();
    let world = core.world();
    let holds = |name: &str| -> Vec<bool> {
        let bodies = world.deliveries.iter().map(|delivery| String::from_utf8_lossy(&delivery.body));
        bodies.map(|body| body.contains(&format!(r#""profile":{{"name":"{name}"}}"#))).collect()
    };
    assert_eq!((holds("Customer 1"), holds("Rina")), (vec![true, false], vec![false, true]));
}
