//! The service from its start to its end.
//!
//! In: a socket, a linter, and what an operator decides. Out: answers to requests until a flag
//! says that it is to end.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use mtlint::Linter;

use crate::connections;
use crate::log::RequestLog;
use crate::options::ServiceOptions;
use crate::router::router;
use crate::service::Service;

/// Threads that serve connections: they wait most of the time, and the processors are for the
/// engine.
const THREADS: usize = 2;

/// A service that is to end waits for its requests this much longer than one may take: a
/// correction is two of them in a row.
const DRAIN_FACTOR: u32 = 2;

/// Why a service cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Another program listens there.
    #[error("cannot listen on {address}: another program does")]
    AddressInUse {
        /// The address.
        address: SocketAddr,
    },
    /// The system lets nobody listen there.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        source: io::Error,
    },
    /// The system gives no threads, or not what they need.
    #[error("cannot start the service")]
    Start(#[from] io::Error),
}

/// A socket that listens: clients can connect, and wait until the service answers.
#[derive(Debug)]
pub struct Socket {
    listener: TcpListener,
    address: SocketAddr,
}

impl Socket {
    /// Listens on `port` of `address`; 0 is any port that is free.
    ///
    /// # Errors
    /// When another program listens there, or the system does not allow it.
    pub fn bind(address: IpAddr, port: u16) -> Result<Self, ServeError> {
        let address = SocketAddr::new(address, port);
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ServeError::AddressInUse { address },
            _ => ServeError::Bind { address, source },
        };
        let listener = TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// Where the socket listens, with the port that was free.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Answers requests on `socket` until `stop` is set. All that was asked until then is answered.
/// `ready` is called once requests are answered.
///
/// # Errors
/// When the system gives no threads. What goes wrong with a request is that request's.
pub fn serve(
    socket: Socket,
    linter: Linter,
    mut options: ServiceOptions,
    stop: &Arc<AtomicBool>,
    ready: impl FnOnce(),
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name("mtlint-serve")
        .enable_io()
        .enable_time()
        .build()?;
    let service = Arc::new(Service::start(linter, &options, Arc::clone(stop))?);
    let log = RequestLog::new(options.log.take(), Arc::clone(&service.metrics));
    let router = router(
        Arc::clone(&service),
        Arc::new(log),
        &options.allowed_origins,
    );
    let drain_time = options.request_time.saturating_mul(DRAIN_FACTOR);
    let drained = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(socket.listener)?;
        ready();
        let ending = (stop.as_ref(), drain_time);
        let answered = connections::answer(listener, router, options.max_connections, ending);
        Ok::<_, io::Error>(answered.await)
    })?;
    service.engine.close();
    if drained {
        service.engine.join();
    }
    // What is still read or written for a client that does not end is given up.
    runtime.shutdown_timeout(Duration::ZERO);
    Ok(())
}
