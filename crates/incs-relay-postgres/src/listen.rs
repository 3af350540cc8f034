//! The connection that listens. What it hears is a hint: items are also found by polling.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls};

use crate::options::{Connector, PgOptions};

/// The pause after the connection was lost.
const PAUSE: Duration = Duration::from_secs(2);

/// Wakes those who wait.
#[derive(Default)]
pub(crate) struct Hints {
    pub(crate) is_ready: Notify,
    pub(crate) is_queued: Notify,
}

/// Starts the task that listens.
pub(crate) fn start(options: PgOptions, hints: Arc<Hints>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            // Without it, the pool reports that the database is gone.
            drop(listen(&options, &hints).await);
            sleep(PAUSE).await;
        }
    })
}

async fn listen(options: &PgOptions, hints: &Hints) -> Result<(), tokio_postgres::Error> {
    match options.connector() {
        Connector::Plain => {
            let (client, connection) = options.config.connect(NoTls).await?;
            follow(options, hints, client, connection).await
        }
        #[cfg(feature = "rustls")]
        Connector::Rustls(tls) => {
            let (client, connection) = options.config.connect(tls).await?;
            follow(options, hints, client, connection).await
        }
    }
}

async fn follow<S, T>(
    options: &PgOptions,
    hints: &Hints,
    client: Client,
    mut connection: Connection<S, T>,
) -> Result<(), tokio_postgres::Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let begin = async {
        client.batch_execute(&format!("LISTEN {}", options.schema)).await?;
        std::future::pending::<Result<(), tokio_postgres::Error>>().await
    };
    let hear = async {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message? {
                match notification.payload() {
                    "queued" => hints.is_queued.notify_one(),
                    _ => hints.is_ready.notify_one(),
                }
            }
        }
        Ok(())
    };
    tokio::select! {
        ended = begin => ended,
        ended = hear => ended,
    }
}
