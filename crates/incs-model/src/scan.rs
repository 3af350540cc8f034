//! Looking at every byte of a text, many at a time.

/// How many bytes are looked at together.
const WIDTH: usize = 16;

/// For each of `N` questions, whether a byte of the text answers it with zero.
///
/// No early end and no branch, so that the compiler looks at sixteen bytes in one instruction. A question takes something
/// away from a byte that leaves zero for the bytes it asks for, since the smallest of what is left is cheap to keep.
#[inline]
pub(crate) fn zeros<const N: usize>(text: &str, left_over: impl Fn(u8) -> [u8; N]) -> [bool; N] {
    let mut smallest = [[u8::MAX; WIDTH]; N];
    let mut look = |bytes: &[u8; WIDTH]| {
        for (position, &byte) in bytes.iter().enumerate() {
            for (smallest, left) in smallest.iter_mut().zip(left_over(byte)) {
                if let Some(smallest) = smallest.get_mut(position) {
                    *smallest = left.min(*smallest);
                }
            }
        }
    };
    let bytes = text.as_bytes();
    if let Some(last) = bytes.last_chunk::<WIDTH>() {
        // The last chunk overlaps the one before it, which costs less than the odd bytes one by one.
        bytes.as_chunks::<WIDTH>().0.iter().for_each(&mut look);
        look(last);
    } else {
        let mut padded = [b'a'; WIDTH];
        padded.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        look(&padded);
    }
    smallest.map(|smallest| smallest.iter().fold(0, |found, &left| found | u8::from(left == 0)) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_every_length_is_looked_at() {
        for length in 1..70 {
            let plain = "a".repeat(length);
            assert_eq!(zeros(&plain, |byte| [byte ^ b'?', byte ^ b'#']), [false, false]);
            for place in 0..length {
                let mut text = plain.clone();
                text.replace_range(place..=place, "?");
                assert_eq!(zeros(&text, |byte| [byte ^ b'?', byte ^ b'#']), [true, false], "{text}");
            }
        }
        assert_eq!(zeros("", |byte| [byte ^ b'?']), [false]);
    }
}
