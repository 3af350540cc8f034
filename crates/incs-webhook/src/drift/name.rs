//! Which names are shown.

/// What stands for a name that is not shown.
const HIDDEN: &str = "…";

/// More digits than this may be a number of somebody; no member of the platforms has so many.
const MOST_DIGITS: usize = 5;

/// The name, if it looks like one that a programmer gave: a letter first, then letters, digits, `_`, `-` and `.`, few of them
/// digits. Anything else may be a customer's number or text, which somebody used as the name of a member.
pub(super) fn shown(name: &str) -> &str {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let begins = name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    if name.len() <= 64 && plain && begins && digits <= MOST_DIGITS { name } else { HIDDEN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_the_name_of_a_member_is_shown() {
        let long = "n".repeat(64);
        for name in ["a", "new_value", "sha256", "snapshotUUID", "x-trace.id", "_meta", &long] {
            assert_eq!(shown(name), name);
        }
        let longer = "n".repeat(65);
        for name in [
            "",
            "7",
            "12025550143",
            "+12025550143",
            "30112_6281200045678",
            "staff_6281200045678",
            "rina@example.com",
            "Rina W",
            "Ринa",
            "a/b",
            "a~b",
            "*",
            "5d41402abc4b2a76",
            &longer,
        ] {
            assert_eq!(shown(name), HIDDEN, "{name}");
        }
    }
}
