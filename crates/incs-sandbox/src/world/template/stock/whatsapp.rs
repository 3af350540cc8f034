//! WhatsApp templates of the stock. Their texts are invented; the sends of the reference's samples fit them.

use incs_model::RawJson;
use incs_model::template::whatsapp::{
    Button, Category, Component, CopyCode, HeaderFormat, Otp, OtpKind, Status, Template,
};

use super::CREATED;

pub(super) fn templates() -> Vec<Template> {
    vec![
        template("5120883317740201", "order_received_v2", Category::Utility)
            .with_components([Component::body("We have received your order. Thank you!")]),
        template("5120883317740202", "renewal_notice_3", Category::Utility).with_components([
            Component::header_text("Due on {{1}}"),
            Component::body_with_example(
                "Dear {{1}}, your policy is up for renewal. Take code {{2}} for {{3}} off.",
                ["Ms Tan", "SAVE15", "15%"],
            ),
            Component::footer("Example Insurance"),
        ]),
        template("5120883317740203", "spring_banner_1", Category::Marketing).with_components([
            Component::header_medium(HeaderFormat::Image),
            Component::body("Spring is here, and so are the new colours."),
            Component::buttons([
                Button::quick_reply("Show me"),
                Button::open("To the shop", "https://shop.example.com/spring"),
            ]),
        ]),
        template("5120883317740204", "coupon_copy_2", Category::Marketing)
            .with_components([Component::body("Here is your coupon. It is good until Sunday."), coupon()]),
        template("5120883317740205", "login_code_en", Category::Authentication).with_components([
            Component::body("{{1}} is your verification code."),
            Component::footer("This code expires in 10 minutes."),
            Component::buttons([Button::Otp(Otp::new().with_otp_type(OtpKind::CopyCode).with_text("Copy code"))]),
        ]),
        template("5120883317740216", "balance_note_1", Category::Utility).with_components([
            Component::body_with_example("Hello {{1}}, your balance is {{2}}.", [1_i64, 2]),
            Component::footer("Example Bank"),
        ]),
    ]
}

fn template(id: &str, name: &str, category: Category) -> Template {
    Template::new(id, name, "en_US", category, Status::Approved)
        .with_created_time(CREATED)
        .with_updated_time(CREATED + 14)
        .with_status_updated_time(CREATED + 1276)
}

fn coupon() -> Component {
    let mut copy = CopyCode::new();
    copy.example = RawJson::encode("RAIN2026").ok();
    Component::buttons([Button::CopyCode(copy)])
}
