//! Writing a request body.

use std::io;

use serde::Serialize;

/// Room for most bodies; what allocators give fastest.
const SMALL: usize = 1024;

/// How much larger the buffer becomes when it is full, so that even a large carousel takes two allocations.
const GROWTH: usize = 8;

/// Writes a value as compact JSON into one buffer.
///
/// # Errors
///
/// When the value's `Serialize` fails. The types of this crate never do; a type of your own may.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut body = Body(Vec::with_capacity(SMALL));
    serde_json::to_writer(&mut body, value)?;
    Ok(body.0)
}

struct Body(Vec<u8>);

impl io::Write for Body {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.0.capacity() - self.0.len() < bytes.len() {
            self.grow(bytes.len());
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Body {
    #[cold]
    fn grow(&mut self, more: usize) {
        self.0.reserve(more.max(self.0.len().saturating_mul(GROWTH - 1)));
    }
}
