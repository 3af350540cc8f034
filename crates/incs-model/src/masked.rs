//! Masking for `Debug`: shapes and lengths, never texts, links or phone numbers.
//!
//! Every wire struct of this crate prints its fields through [`Mask`]. A plain `String` is treated as customer content, so a
//! new field is masked unless its type says otherwise.

use std::collections::BTreeMap;
use std::fmt;

/// The form of a field in the `Debug` of a wire struct: its own `Debug`, unless that would show content.
pub(crate) trait Masked: fmt::Debug {
    fn masked(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Allows a [`Masked`] value to be passed to `debug_struct`.
pub(crate) struct Mask<'a, T: ?Sized>(pub(crate) &'a T);

impl<T: Masked + ?Sized> fmt::Debug for Mask<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.masked(f)
    }
}

impl Masked for bool {}
impl Masked for u8 {}
impl Masked for u32 {}
impl Masked for u64 {}
impl Masked for i64 {}

impl Masked for str {
    fn masked(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} chars>", self.chars().count())
    }
}

impl Masked for String {
    fn masked(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().masked(f)
    }
}

/// Masks floats: on this wire they are all coordinates, which locate a person.
impl Masked for f64 {
    fn masked(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<number>")
    }
}

impl<T: Masked> Masked for Option<T> {
    fn masked(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Some(value) => f.debug_tuple("Some").field(&Mask(value)).finish(),
            None => f.write_str("None"),
        }
    }
}

impl<T: Masked> Masked for Box<T> {
    fn masked(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).masked(f)
    }
}

impl<T: Masked> Masked for Vec<T> {
    fn masked(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Mask)).finish()
    }
}

impl<T: Masked> Masked for BTreeMap<String, T> {
    fn masked(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} members>", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_show_only_their_length() {
        let value = vec![Some("Ms Tan".to_owned()), None];
        assert_eq!(format!("{:?}", Mask(&value)), "[Some(<6 chars>), None]");
    }
}
