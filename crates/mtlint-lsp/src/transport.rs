//! Bytes to messages, and messages to bytes.
//!
//! In: what a client writes, and messages for it. Out: its messages, and bytes. One thread reads
//! and one writes, so that nobody who serves waits for a pipe.

use std::io::{self, BufRead, Write};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use lsp_server::{Connection, Message};

use crate::error::ServeError;

/// So many messages in a row may be damaged. More of them are no messages.
const MAX_DAMAGED: usize = 16;

/// A server that ends waits so long for a client that does not take what is written for it.
const MAX_END: Duration = Duration::from_secs(2);

/// The threads between a client and the server.
pub(crate) struct Transport {
    reader: JoinHandle<Result<(), String>>,
    written: Receiver<()>,
}

impl Transport {
    /// Starts both threads.
    ///
    /// # Errors
    /// When the system gives none.
    pub(crate) fn start(
        reader: impl BufRead + Send + 'static,
        writer: impl Write + Send + 'static,
    ) -> io::Result<(Connection, Self)> {
        let (to_server, from_client) = unbounded();
        let (to_client, from_server) = unbounded();
        let threads = |name: &str| Builder::new().name(format!("mtlint-{name}"));
        let reader = threads("reader").spawn(move || read(reader, &to_server))?;
        let (all, written) = bounded(1);
        threads("writer").spawn(move || {
            write(writer, &from_server);
            // Nobody may be waiting.
            let _ = all.send(());
        })?;
        let connection = Connection {
            sender: to_client,
            receiver: from_client,
        };
        Ok((connection, Self { reader, written }))
    }

    /// Waits until all was written, once nobody has a connection any more.
    ///
    /// # Errors
    /// When what came in was not the protocol.
    pub(crate) fn end(self) -> Result<(), ServeError> {
        // Whether all was taken changes nothing any more.
        let _ = self.written.recv_timeout(MAX_END);
        // A reader that still waits for bytes ends with the program.
        if self.reader.is_finished()
            && let Ok(Err(problem)) = self.reader.join()
        {
            return Err(ServeError::NotTheProtocol(problem));
        }
        Ok(())
    }
}

/// Reads messages until there are no more, or `exit` was one.
fn read(mut reader: impl BufRead, server: &Sender<Message>) -> Result<(), String> {
    let mut damaged = 0;
    loop {
        match Message::read(&mut reader) {
            Ok(Some(message)) => {
                damaged = 0;
                let exit = matches!(&message, Message::Notification(one) if one.method == "exit");
                if server.send(message).is_err() || exit {
                    return Ok(());
                }
            }
            Ok(None) => return Ok(()),
            // Its bytes are gone, and the next message may be whole.
            Err(error) if error.kind() == io::ErrorKind::InvalidData && damaged < MAX_DAMAGED => {
                damaged += 1;
            }
            Err(error) => return Err(short(&error.to_string())),
        }
    }
}

/// Writes messages until nobody sends any more. If nobody reads them, they are thrown away: the
/// end is noticed where messages are read.
fn write(mut writer: impl Write, server: &Receiver<Message>) {
    for message in server {
        if message.write(&mut writer).is_err() {
            break;
        }
    }
}

/// The front of a message that may quote a document.
fn short(problem: &str) -> String {
    const CHARACTERS: usize = 80;
    problem.chars().take(CHARACTERS).collect()
}
