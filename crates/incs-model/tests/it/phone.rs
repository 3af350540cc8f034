//! Accepted spellings of a phone number, and the reasons for refused ones.

use incs_model::ParsePhoneError::{
    Character, LeadingZero, Parentheses, Plus, SecondNumber, TooLong, TooShort, TrunkPrefix,
};
use incs_model::limits::common::{TO_DIGITS_MAX, TO_DIGITS_MIN, TO_PATTERN};
use incs_model::{Address, ParsePhoneError, PhoneNumber, decode, phone};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

const ACCEPTED: &[(&str, &str)] = &[
    ("85251230088", "85251230088"),
    ("+85251230088", "85251230088"),
    ("  +852 5123 0088\n", "85251230088"),
    ("+852 5123-0088", "85251230088"),
    ("+ 852 5123 0088", "85251230088"),
    ("852.5123.0088", "85251230088"),
    ("852 - 5123 - 0088", "85251230088"),
    ("+852\u{a0}5123\u{a0}0088", "85251230088"),
    ("+852\u{2009}5123\u{202f}0088", "85251230088"),
    ("+852\u{3000}5123\u{2007}0088", "85251230088"),
    ("+852\u{2011}5123\u{2010}0088", "85251230088"),
    ("+852 5123\u{2013}0088", "85251230088"),
    ("1.415.555.0100", "14155550100"),
    ("+1 (415) 555-0100", "14155550100"),
    ("+1(415)555-0100", "14155550100"),
    ("(852) 5123 0088", "85251230088"),
    ("+(44) 20 7946 0958", "442079460958"),
    ("(+44) 20 7946 0958", "442079460958"),
    ("(+1) (415) 555-0100", "14155550100"),
    ("+54 9 (11) 5123-0088", "5491151230088"),
    ("+49 30 1234-0", "493012340"),
    ("+39 06 1234 5678", "390612345678"),
    ("+6834002", "6834002"),
    ("123456789012345", "123456789012345"),
];

const REFUSED: &[(&str, ParsePhoneError)] = &[
    ("", TooShort),
    ("+", TooShort),
    ("1", TooShort),
    ("852512", TooShort),
    ("+1 (4) 15", TooShort),
    ("1234567890123456", TooLong),
    ("85268411234 85268411235", TooLong),
    ("85268411234-85268411235", TooLong),
    ("0033612345678", LeadingZero),
    ("00 33 6 12 34 56 78", LeadingZero),
    ("+0033612345678", LeadingZero),
    ("+033612345678", LeadingZero),
    ("068411234", LeadingZero),
    ("0", LeadingZero),
    ("(020) 7946 0958", LeadingZero),
    ("(0)20 7946 0958", LeadingZero),
    ("(0044) 20 7946 0958", LeadingZero),
    ("+44 (0) 20 7946 0958", TrunkPrefix),
    ("+44(0)2079460958", TrunkPrefix),
    ("+44 ( 0 ) 20 7946 0958", TrunkPrefix),
    ("+44 (020) 7946 0958", TrunkPrefix),
    ("(+44) (0)20 7946 0958", TrunkPrefix),
    ("0044 (0) 20 7946 0958", TrunkPrefix),
    ("85268411234/85268411235", SecondNumber),
    ("85268411234 / 35", SecondNumber),
    ("85268411234/", SecondNumber),
    ("85268411234, 85268411235", SecondNumber),
    ("85268411234;85268411235", SecondNumber),
    ("85268411234|85268411235", SecondNumber),
    ("85268411234 & 85268411235", SecondNumber),
    ("8526841123\n5268411235", SecondNumber),
    ("8526841\t1235", SecondNumber),
    ("8526841\u{2028}1235", SecondNumber),
    ("85268411234;ext=5", SecondNumber),
    ("++85251230088", Plus),
    ("+ +85251230088", Plus),
    ("+852+51230088", Plus),
    ("85251230088+", Plus),
    ("+852 5123 0088 +852 5123 0099", Plus),
    ("+1 (415 555-0100", Parentheses),
    ("+1 415) 555-0100", Parentheses),
    ("+1 ((415)) 555-0100", Parentheses),
    ("+1 () 415 555-0100", Parentheses),
    (")852( 51230088", Parentheses),
    ("85251230088 (5)", Parentheses),
    ("8525123 (00) 88", Parentheses),
    ("(85251230088)", Parentheses),
    ("call me", Character),
    ("tel:+85251230088", Character),
    ("85251230088 x12", Character),
    ("85251230088 ext. 5", Character),
    ("85251230088#5", Character),
    ("85251230088*", Character),
    ("85268411234 or 85268411235", Character),
    ("-85251230088", Character),
    (".85251230088", Character),
    ("+-85251230088", Character),
    ("8525123008-", Character),
    ("85251230088.", Character),
    ("8.5251230088e10", Character),
    ("٨٥٢٥١٢٣٠٠٨٨", Character),
    ("８５２５１２３００８８", Character),
    ("＋85251230088", Character),
    ("852\u{200b}51230088", Character),
    ("\u{202a}+85251230088\u{202c}", Character),
    ("852_5123_0088", Character),
    ("[852] 51230088", Character),
    ("852\u{2014}51230088", Character),
];

#[test]
fn spellings_of_one_number_are_taken() {
    for (text, digits) in ACCEPTED {
        assert_eq!(text.parse::<PhoneNumber>().as_ref().map(PhoneNumber::as_str), Ok(*digits), "{text:?}");
    }
}

#[test]
fn other_spellings_are_refused_with_reason() {
    for (text, why) in REFUSED {
        let error = text.parse::<PhoneNumber>().expect_err(text);
        assert_eq!(error, *why, "{text:?}");
        let shown = error.to_string();
        assert!(shown.starts_with("expected ") && !shown.contains("8525") && !shown.contains("852684"), "{shown}");
    }
}

#[test]
fn json_numbers_are_digits_only() {
    let read = |text: &str| {
        let json = serde_json::to_string(text).unwrap();
        let plain = serde_json::from_str::<PhoneNumber>(&json);
        let ours = decode::<PhoneNumber>(json.as_bytes());
        assert_eq!(plain.is_ok(), ours.is_ok(), "{text:?}");
        plain.map(|number| number.to_string()).map_err(|error| error.to_string())
    };
    for (text, digits) in ACCEPTED {
        assert_eq!(read(text).ok(), (text == digits).then(|| (*digits).to_owned()), "{text:?}");
        assert_eq!(read(digits).as_deref(), Ok(*digits));
    }
    for (text, _) in REFUSED {
        assert!(read(text).is_err(), "{text:?}");
    }
    for (digits, expected) in [
        ("1", "a phone number of at least 7 digits, with its country code"),
        ("1234567890123456", "one phone number of at most 15 digits"),
        ("0033612345678", "a phone number that begins with its country code, without 0 or 00 before it"),
        ("+85251230088", "a phone number of digits only, with country code"),
    ] {
        assert_eq!(decode::<PhoneNumber>(format!("{digits:?}").as_bytes()).unwrap_err().expected(), expected);
    }
}

#[test]
fn received_addresses_stay_opaque() {
    for text in ["1", "", "0033612345678", "1234567890123456", "85268411234/85268411235", "+44 (0) 20"] {
        let address: Address = serde_json::from_str(&serde_json::to_string(text).unwrap()).unwrap();
        assert_eq!(address.as_str(), text);
        assert_eq!(address.as_phone(), None, "{text}");
    }
    assert_eq!(Address::from("+6281200045678").as_phone().unwrap().as_str(), "6281200045678");
    assert_eq!(Address::from("6281200045678").as_phone().unwrap().as_str(), "6281200045678");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Booking {
    #[serde(with = "phone::lenient")]
    phone: PhoneNumber,
    #[serde(default, with = "phone::lenient::option", skip_serializing_if = "Option::is_none")]
    second: Option<PhoneNumber>,
}

#[test]
fn lenient_members_are_read_as_typed() {
    for (text, digits) in ACCEPTED {
        let json = serde_json::json!({ "phone": text, "second": text });
        let booking: Booking = serde_json::from_value(json).unwrap();
        assert_eq!((booking.phone.as_str(), booking.second.as_ref().unwrap().as_str()), (*digits, *digits));
        let written = serde_json::to_string(&booking).unwrap();
        assert_eq!(written, format!(r#"{{"phone":"{digits}","second":"{digits}"}}"#));
    }
    for json in [r#"{"phone":"85251230088"}"#, r#"{"phone":"85251230088","second":null}"#] {
        assert_eq!(serde_json::from_str::<Booking>(json).unwrap().second, None);
    }
    for (text, why) in REFUSED {
        for member in ["phone", "second"] {
            let mut json = serde_json::json!({ "phone": "6281200045678" });
            json[member] = (*text).into();
            let error = serde_json::from_value::<Booking>(json).unwrap_err().to_string();
            assert!(error.contains(&why.to_string()), "{text:?}: {error}");
        }
    }
    let error = serde_json::from_str::<Booking>(r#"{"phone":85251230088}"#).unwrap_err().to_string();
    assert!(error.contains("a number, expected a string") && !error.contains("8525"), "{error}");
}

proptest! {
    /// Separators between the digits change nothing, and the pattern of the schema accepts the same texts as the type.
    #[test]
    fn separators_change_no_digit(digits in "[0-9]{0,20}", gaps in prop::collection::vec(0usize..8, 20)) {
        let separators = ["", "", "", " ", "-", ".", " - ", "\u{a0}"];
        let spelled: String = digits
            .char_indices()
            .map(|(index, digit)| if index == 0 { digit.to_string() } else { format!("{}{digit}", separators[gaps[index]]) })
            .collect();
        let number = PhoneNumber::from_digits(digits.as_str());
        prop_assert_eq!(spelled.parse::<PhoneNumber>(), number.clone(), "{}", spelled);
        prop_assert_eq!(format!("+{spelled}").parse::<PhoneNumber>(), number.clone());
        let is_valid = (TO_DIGITS_MIN..=TO_DIGITS_MAX).contains(&digits.len()) && !digits.starts_with('0');
        prop_assert_eq!(number.is_ok(), is_valid);
        let schema = serde_json::json!({ "type": "string", "pattern": TO_PATTERN });
        prop_assert_eq!(jsonschema::is_valid(&schema, &digits.into()), is_valid);
    }

    /// An accepted text keeps all its digits in their order.
    #[test]
    fn no_digit_is_dropped_or_added(text in "[+(]?[0-9 ().+/-]{0,24}") {
        if let Ok(number) = text.parse::<PhoneNumber>() {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            prop_assert_eq!(number.as_str(), digits);
            prop_assert!(!text.contains("(0") && !text.contains('/') && !text.trim_start().starts_with('0'));
        }
    }

    #[test]
    fn no_text_makes_parsing_panic(text in any::<String>()) {
        let _outcome = text.parse::<PhoneNumber>();
    }
}
