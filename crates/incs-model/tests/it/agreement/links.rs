//! The patterns for links against the check of links.

use incs_model::template::rcs::{Category, NewTemplate, Suggestion, TextContent};
use incs_model::{PhoneNumber, rcs, viber, whatsapp};
use proptest::prelude::*;
use proptest::test_runner::Config;

use super::agree;
use crate::arbitrary::link;

proptest! {
    #![proptest_config(Config { cases: 4000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_text_near_a_link(link in link::near()) {
        let to: PhoneNumber = "85251230088".parse().unwrap();
        let plain = rcs::Message::new(to.clone(), rcs::Image::new(link.clone()));
        agree("send/rcs-message.json", &plain).map_err(TestCaseError::fail)?;
        let image = viber::Message::new(to.clone(), viber::Image::new(link.clone()));
        agree("send/viber-message.json", &image).map_err(TestCaseError::fail)?;
        let video = whatsapp::Message::new(to, whatsapp::Video::new(link.clone()));
        agree("send/whatsapp-message.json", &video).map_err(TestCaseError::fail)?;
        let button = TextContent::new("x").with_suggestions([Suggestion::open("x", "x", link)]);
        let template = NewTemplate::new("x", Category::Promotion, button);
        agree("send/rcs-template.json", &template).map_err(TestCaseError::fail)?;
    }
}
