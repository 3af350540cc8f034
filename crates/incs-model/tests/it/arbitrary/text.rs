//! Texts of a given length.

use incs_model::PhoneNumber;
use proptest::prelude::*;

use super::Faults;

/// Characters of different widths: each is counted in Unicode scalar values, regardless of its bytes and its look.
pub(crate) const ALPHABETS: [&str; 6] =
    ["parcel ", "e\u{301}a\u{308}", "😀👩\u{200d}👧", "配達の予定", "\"\\/\u{1}\t", "\u{a0}é\u{2028}"];

/// Returns a number of characters from an alphabet.
pub(crate) fn characters(alphabet: &str, count: usize) -> String {
    alphabet.chars().cycle().take(count).collect()
}

fn of_length(length: impl Strategy<Value = usize>) -> impl Strategy<Value = String> {
    (prop::sample::select(&ALPHABETS[..]), length).prop_map(|(alphabet, count)| characters(alphabet, count))
}

/// A required text of at most `max` characters; faulty when empty or longer.
pub(crate) fn required(faults: Faults, max: usize) -> BoxedStrategy<String> {
    let sound = of_length(prop_oneof![8 => 1..=12.min(max), 1 => Just(max), 1 => max - 1..=max]);
    faults.or(sound, of_length(prop_oneof![Just(0), Just(max + 1), max + 1..max + 9]))
}

/// A text that may be empty, of at most `max` characters.
pub(crate) fn possibly_empty(faults: Faults, max: usize) -> BoxedStrategy<String> {
    let sound = of_length(prop_oneof![8 => 0..=12.min(max), 1 => Just(max)]);
    faults.or(sound, of_length(prop_oneof![Just(max + 1), max + 1..max + 9]))
}

/// A required text without a maximum.
pub(crate) fn not_empty(faults: Faults) -> BoxedStrategy<String> {
    faults.or(of_length(1..40usize), Just(String::new()))
}

/// A required text of at most `max` characters on at most `lines` lines.
pub(crate) fn lines(faults: Faults, max: usize, lines: usize) -> BoxedStrategy<String> {
    let break_into = |count: usize| {
        move |text: String| {
            let mut breaks = 1..count;
            text.chars().flat_map(|c| breaks.next().map(|_| '\n').into_iter().chain([c])).collect::<String>()
        }
    };
    let sound = (1..=lines).prop_flat_map(move |count| required(Faults::NONE, max - lines).prop_map(break_into(count)));
    let split =
        (lines + 1..lines + 4).prop_flat_map(move |count| of_length(count..count + 9).prop_map(break_into(count)));
    faults.or(sound, prop_oneof![required(Faults(99), max), split])
}

/// A text of letters, digits and underscores; faulty when empty, longer, or with another character.
pub(crate) fn word(faults: Faults, max: usize) -> BoxedStrategy<String> {
    let word = prop_oneof![6 => 1..=12.min(max), 1 => Just(max)].prop_map(|count| characters("order_note_7X", count));
    let other = prop_oneof![
        Just(String::new()),
        Just(characters("word_", max + 1)),
        prop::sample::select(vec!["two words", "dash-ed", "naïve", "line\n", "٣"]).prop_map(str::to_owned),
    ];
    faults.or(word, other)
}

/// A number of a customer.
pub(crate) fn phone() -> impl Strategy<Value = PhoneNumber> {
    (7usize..16).prop_map(|count| characters("85251230088", count).parse().unwrap())
}

/// Makes texts differ in their first character, or makes them the same; keeps empty ones.
pub(crate) fn tell_apart<'t>(apart: bool, texts: impl IntoIterator<Item = &'t mut String>) {
    let mut first: Option<String> = None;
    for (letter, text) in ('A'..).zip(texts).filter(|(_, text)| !text.is_empty()) {
        if apart {
            *text = std::iter::once(letter).chain(text.chars().skip(1)).collect();
        } else {
            text.clone_from(first.get_or_insert_with(|| text.clone()));
        }
    }
}
