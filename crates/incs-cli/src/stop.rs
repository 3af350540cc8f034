//! Signals that stop the program.

use std::io;

use crate::exit::{Exit, Failure};

/// The signal for exceeding the file size limit, on Linux, macOS and the BSDs.
#[cfg(unix)]
const SIGXFSZ: i32 = 25;

/// Waits for a signal to stop: Ctrl-C, a closed terminal or a shutdown (SIGINT, SIGHUP, SIGTERM).
///
/// A program that was started under `nohup` keeps ignoring SIGHUP.
pub(crate) struct Stop {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
}

impl Stop {
    /// Starts to listen. From now on none of the signals ends the program by itself.
    #[cfg(unix)]
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let mut signals = vec![signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
        if !is_hangup_ignored() {
            signals.push(signal(SignalKind::hangup())?);
        }
        // By default, a write past the file size limit (`ulimit -f`) ends the program. With a handler the write fails instead,
        // and the lost output is reported.
        drop(signal(SignalKind::from_raw(SIGXFSZ))?);
        Ok(Self { signals })
    }

    #[cfg(not(unix))]
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next signal.
    #[cfg(unix)]
    pub(crate) async fn asked(&mut self) {
        let each = self.signals.iter_mut().map(|signal| Box::pin(signal.recv()));
        futures_util::future::select_all(each).await;
    }

    #[cfg(not(unix))]
    pub(crate) async fn asked(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Reports whether SIGHUP was ignored at the start, as under `nohup`. Only Linux shows this without unsafe code.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & 1 != 0
}

/// Returns the failure of a program that cannot listen for signals.
pub(crate) fn no_signals(error: &io::Error) -> Failure {
    Failure::new(Exit::Failure, format!("cannot listen for signals ({error})"))
        .with_help("try again; the system may be out of file descriptors")
}
