//! Each open enum and union keeps an unknown value and writes it back.
//!
//! The table lists each one; a scan of the sources finds missing ones.

mod by_hand;
mod check;

use std::any::type_name;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use incs_model::whatsapp::{self, interactive};
use incs_model::{Channel, envelope, event, exotel, inbound, rcs, status, task, template, viber};

use self::check::{Union, code, text, union};

/// An open enum or union, and the check that it is open.
struct Row {
    name: fn() -> &'static str,
    check: fn(),
}

macro_rules! texts {
    ($( $type:ty, )+) => {
        &[$( Row {
            name: type_name::<$type>,
            check: || text::<$type>(<$type>::KNOWN, <$type>::is_known, <$type>::as_str),
        }, )+]
    };
}

macro_rules! codes {
    ($( $type:ty, )+) => {
        &[$( Row {
            name: type_name::<$type>,
            check: || code::<$type>(<$type>::KNOWN, |value| value.is_known(), |value| value.as_i64()),
        }, )+]
    };
}

macro_rules! unions {
    ($( $type:ty => $tag:literal, )+) => {
        &[$( Row {
            name: type_name::<$type>,
            check: || {
                type Checked = $type;
                union::<Checked>(&Union {
                    tag: $tag,
                    known: Checked::KNOWN,
                    kind: Checked::kind,
                    is_unknown: |value| matches!(value, Checked::Unknown(_)),
                });
            },
        }, )+]
    };
}

macro_rules! by_hand {
    ($( $type:ty: $check:path, )+) => {
        &[$( Row { name: type_name::<$type>, check: $check }, )+]
    };
}

const TEXTS: &[Row] = texts! {
    Channel,
    envelope::ReplyStatus,
    event::rcs::SuggestionKind,
    event::rcs::UserEventKind,
    event::whatsapp::CallDirection,
    event::whatsapp::CallEvent,
    event::whatsapp::CallOutcome,
    event::whatsapp::CallPermission,
    event::whatsapp::PreferenceCategory,
    event::whatsapp::PreferenceValue,
    event::whatsapp::RecipientKind,
    event::whatsapp::StatusKind,
    event::whatsapp::SystemKind,
    exotel::CallbackType,
    exotel::ContentType,
    exotel::StatusName,
    inbound::ChangeKind,
    inbound::ChoiceKind,
    inbound::MediaKind,
    inbound::PermissionAnswer,
    inbound::PermissionKind,
    inbound::Provider,
    status::State,
    template::rcs::Category,
    template::rcs::Height,
    template::rcs::Kind,
    template::rcs::Orientation,
    template::rcs::Status,
    template::rcs::SuggestionType,
    template::rcs::Width,
    template::whatsapp::Category,
    template::whatsapp::HeaderFormat,
    template::whatsapp::OtpKind,
    template::whatsapp::ParameterFormat,
    template::whatsapp::Quality,
    template::whatsapp::Status,
    interactive::carousel::CardType,
    interactive::cta_url::ActionName,
    whatsapp::template::ButtonKind,
};

const CODES: &[Row] = codes! {
    envelope::Code,
    event::created::ChannelState,
    event::created::CustomType,
    event::created::Origin,
    event::created::SessionType,
    task::TaskKind,
    task::TaskLogKind,
    task::TaskStatus,
};

const UNIONS: &[Row] = unions! {
    event::Event => "event",
    event::whatsapp::Content => "type",
    event::whatsapp::EditedContent => "type",
    event::whatsapp::Interactive => "type",
    inbound::Content => "type",
    inbound::EditedContent => "type",
    rcs::Content => "type",
    task::Panel => "module_id",
    template::rcs::Suggestion => "suggestionType",
    template::whatsapp::Button => "type",
    template::whatsapp::CardComponent => "type",
    template::whatsapp::Component => "type",
    viber::Content => "type",
    whatsapp::Content => "type",
    interactive::Header => "type",
    whatsapp::Interactive => "type",
    interactive::reply::Button => "type",
    interactive::reply::CardButton => "type",
    whatsapp::template::CardComponent => "type",
    whatsapp::template::Component => "type",
    whatsapp::template::ParameterValue => "type",
};

const BY_HAND: &[Row] = by_hand! {
    event::NewMessageBody: by_hand::new_message_body,
    event::created::Content: by_hand::workbench_content,
    event::rcs::Content: by_hand::rcs_content,
    exotel::Content: by_hand::exotel_content,
    exotel::Item: by_hand::exotel_item,
    exotel::SmsItem: by_hand::exotel_sms_item,
    exotel::Tap: by_hand::exotel_tap,
    exotel::ReportState: by_hand::exotel_report_state,
    interactive::carousel::CardAction: by_hand::card_action,
    template::rcs::Content: by_hand::rcs_template_content,
};

fn rows() -> impl Iterator<Item = &'static Row> {
    [TEXTS, CODES, UNIONS, BY_HAND].into_iter().flatten()
}

#[test]
fn unknown_values_round_trip_everywhere() {
    for row in rows() {
        (row.check)();
    }
}

#[test]
fn every_open_type_has_a_row() {
    let named: BTreeSet<_> = rows().map(|row| (row.name)().to_owned()).collect();
    assert_eq!(named.len(), rows().count(), "duplicate rows");
    let declared = open_types();
    assert!(declared.len() > 50, "only {} declarations were found", declared.len());
    let missing: Vec<_> = declared.difference(&named).collect();
    assert!(missing.is_empty(), "without a row: {missing:#?}");
    let surplus: Vec<_> = named.difference(&declared).collect();
    assert!(surplus.is_empty(), "not found in the sources: {surplus:#?}");
}

#[test]
fn every_union_kind_has_a_sample() {
    let unions: BTreeSet<_> = UNIONS.iter().map(|row| (row.name)().to_owned()).collect();
    let sampled: BTreeSet<_> = check::samples().into_keys().collect();
    assert_eq!(sampled, unions);
}

#[test]
fn an_unknown_event_is_kept_whole() {
    by_hand::unknown_event();
}

#[test]
fn unknown_content_keeps_neighbouring_members() {
    by_hand::beside_unknown_content();
}

/// The macros that declare an open enum or union.
const MACROS: &[&str] = &["open_text! {", "open_code! {", "tagged_union! {", "member_union! {"];

/// Returns the paths of all open enums and unions: those declared by a macro, and those with a variant `Unknown`.
pub(super) fn open_types() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    visit(&root, "incs_model", &mut found);
    found
}

fn visit(folder: &Path, module: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let here = format!("{module}::{stem}");
        if path.is_dir() {
            visit(&path, &here, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.extend(declared(&text).into_iter().map(|name| format!("{here}::{name}")));
        }
    }
}

/// Returns the names of the open enums that a file declares. Comments and macro bodies are skipped: there the name
/// is a `$name`.
fn declared(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut by_macro = false;
    let mut name = None;
    for line in text.lines() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        if MACROS.contains(&line) {
            by_macro = true;
        } else if line.starts_with('}') {
            by_macro = false;
            name = None;
        } else if code.starts_with("Unknown(") || code.starts_with("Unknown,") {
            names.extend(name.clone());
        }
        if let Some(rest) = code.strip_prefix("pub enum ") {
            name = rest.split([' ', '<']).next().filter(|name| !name.starts_with('$')).map(str::to_owned);
            // A borrowing view is not read from the wire.
            name = name.filter(|_| !rest.contains("<'"));
            if by_macro {
                names.extend(name.clone());
            }
        }
    }
    names
}

#[test]
fn scan_skips_comments_and_macro_bodies() {
    let text = r#"
/// open_text! {
///     pub enum Colour {
macro_rules! open_text {
        pub enum $name {
            Unknown(X),
}
open_text! {
    /// Doc.
    pub enum A {
        B = "b",
    }
}
pub enum C {
    D,
    Unknown(X),
}
pub enum View<'a> {
    Unknown(&'a X),
}
pub enum Closed {
    E,
}
"#;
    assert_eq!(declared(text), BTreeSet::from(["A".to_owned(), "C".to_owned()]));
}
