//! What an operator decides about the service.

use std::time::Duration;

use mtlint::Options;

use crate::log::LogWriter;
use crate::origin::Origin;
use crate::token::Token;

/// So many requests wait for the model where no number is given: with articles of ordinary
/// length the last of them waits for about a minute, and longer than that nobody waits.
pub const DEFAULT_MAX_WAITING: usize = 256;

/// So many connections are open where no number is given; further ones wait until one closes.
/// Each takes one open file, and most systems give a program 1024.
pub const DEFAULT_MAX_CONNECTIONS: usize = 512;

/// A request is answered in this time or refused where no time is given: longer than it takes
/// to read the longest articles, and about as long as proxies wait.
pub const DEFAULT_REQUEST_TIME: Duration = Duration::from_secs(60);

/// What an operator decides about the service.
pub struct ServiceOptions {
    /// How documents are linted where a request does not say it.
    pub lint: Options,
    /// The most bytes of the body of a request, or of a text of a batch.
    pub max_bytes: u64,
    /// How many requests may wait for the model.
    pub max_waiting: usize,
    /// How many connections may be open.
    pub max_connections: usize,
    /// How long a request may take once it has come.
    pub request_time: Duration,
    /// Whether reports and siblings are kept, so that what was read is not read again.
    pub cached: bool,
    /// The token that clients have to show, if they have to.
    pub token: Option<Token>,
    /// The origins whose pages may ask the service.
    pub allowed_origins: Vec<Origin>,
    /// Where a line for each request goes, if anywhere.
    pub log: Option<LogWriter>,
}

impl ServiceOptions {
    /// The defaults, for bodies of at most `max_bytes`: no token, no other origins, no log.
    pub fn new(max_bytes: u64) -> Self {
        Self {
            lint: Options::default(),
            max_bytes,
            max_waiting: DEFAULT_MAX_WAITING,
            max_connections: DEFAULT_MAX_CONNECTIONS,
            request_time: DEFAULT_REQUEST_TIME,
            cached: true,
            token: None,
            allowed_origins: Vec::new(),
            log: None,
        }
    }
}
