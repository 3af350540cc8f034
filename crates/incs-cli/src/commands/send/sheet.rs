//! Results on their way to stdout.

use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use indicatif::ProgressBar;
use tokio::sync::{Semaphore, oneshot};

/// Lines that are written at once.
const LINES: usize = 128;

/// Results on their way to stdout, which a thread of its own writes: a reader that pauses must not keep calls in flight from
/// their replies. There is room for a number of lines, and whoever takes a message waits for it. A reader that went away takes
/// lines at any speed.
pub(super) struct Sheet {
    buffer: Vec<u8>,
    lines: usize,
    writer: Sender<(Vec<u8>, usize)>,
    by_line: bool,
}

impl Sheet {
    /// What `room` has permits for, lines give back. The receiver hears when all is written and the sheet gone.
    pub(super) fn open(json: bool, room: Arc<Semaphore>, bar: Option<ProgressBar>) -> (Self, oneshot::Receiver<()>) {
        let (writer, written) = channel();
        let (end, ended) = oneshot::channel();
        let by_line = io::stdout().is_terminal();
        thread::spawn(move || {
            let mut plain = io::stdout();
            let mut coloured = anstream::stdout();
            let stdout: &mut dyn Write = if json { &mut plain } else { &mut coloured };
            copy(&written, stdout, &room, bar.as_ref());
            // Nobody may wait for it any more.
            let _ = end.send(());
        });
        (Self { buffer: Vec::new(), lines: 0, writer, by_line }, ended)
    }

    /// Adds a line.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.buffer);
        self.lines += 1;
        if self.by_line || self.lines >= LINES {
            self.flush();
        }
    }

    /// Gives what there is to the writer.
    pub(super) fn flush(&mut self) {
        if self.lines > 0 {
            // The writer goes only after the sheet.
            let _ = self.writer.send((std::mem::take(&mut self.buffer), std::mem::take(&mut self.lines)));
        }
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        self.flush();
    }
}

fn copy(written: &Receiver<(Vec<u8>, usize)>, stdout: &mut dyn Write, room: &Semaphore, bar: Option<&ProgressBar>) {
    for (bytes, lines) in written {
        // The reader may have gone; that is its right, and the sends go on.
        let mut write = || stdout.write_all(&bytes).and_then(|()| stdout.flush());
        let _ = match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
        room.add_permits(lines);
    }
}
