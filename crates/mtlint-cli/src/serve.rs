//! `mtlint serve`: the service and its page.
//!
//! In: the arguments. Out: the address on standard output once requests are answered, a line
//! for each request on standard error, and, when a signal asks for the end, the end. What is
//! answered to whom is decided in mtlint-serve.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueHint};

use mtlint_serve::{
    DEFAULT_MAX_CONNECTIONS, DEFAULT_MAX_WAITING, DEFAULT_REQUEST_TIME, LogWriter, Origin,
    ServiceOptions, Socket, Token, serve,
};

use super::config::Typed;
use super::flags::{ConsoleFlags, JudgingFlags};
use super::inputs::STANDARD_INPUT;
use super::linter;
use super::output::Streams;
use super::plan::{ConfigFlags, Plan};
use super::verdict::Verdict;

/// Nobody else's, and easy to remember.
const DEFAULT_PORT: u16 = 8765;

/// Answer requests over HTTP: a page for editors, JSON for programs, LanguageTool's protocol
///
/// Prints its address once it answers: the page is there. POST /v1/report gives what 'highlight
/// --format json' prints, /v1/html its page, /v1/fix the corrected text, /v1/batch a line for each
/// line of JSON Lines, /v1/text the text of a .docx document; /v2/check is what clients of
/// LanguageTool ask for. GET /v1/openapi.json describes all of it; /healthz, /readyz and /metrics
/// are for whoever runs it. The configuration is that of the working directory. SIGTERM and SIGINT
/// end it once all is answered that was asked; a second one ends it at once. Standard error has a
/// line of JSON for each request, without any text.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint serve\n  \
    mtlint serve --port 0 --sensitivity balanced --offline\n  \
    mtlint serve --bind 0.0.0.0 --token-file token\n  \
    mtlint serve --allow-origin https://desk.example.org")]
pub struct ServeArgs {
    /// The address to listen on; '0.0.0.0' or '::' are all of this machine
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,

    /// The port to listen on; 0 is any that is free
    #[arg(long, value_name = "N", default_value_t = DEFAULT_PORT)]
    port: u16,

    /// Answer only who sends the token in this file, as 'Authorization: Bearer TOKEN'; the page
    /// itself, /healthz and /readyz are open all the same
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    token_file: Option<PathBuf>,

    /// Let pages of this origin ask too, such as https://desk.example.org; give the flag again for
    /// each further one
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<Origin>,

    /// Seconds in which a request is answered, or refused with 503
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_TIMEOUT)]
    timeout: NonZeroU64,

    /// How many requests may wait for the model; further ones are refused with 429
    #[arg(long, value_name = "N", default_value_t = DEFAULT_WAITING)]
    max_waiting: NonZeroUsize,

    /// How many connections may be open; further ones wait
    #[arg(long, value_name = "N", default_value_t = DEFAULT_CONNECTIONS)]
    max_connections: NonZeroUsize,

    /// Keep no reports and no readings in memory: all is read again when it is asked for again
    #[arg(long)]
    no_cache: bool,

    #[command(flatten)]
    judging: JudgingFlags,

    #[command(flatten)]
    pub(super) console: ConsoleFlags,

    #[command(flatten)]
    config: ConfigFlags,
}

const DEFAULT_TIMEOUT: NonZeroU64 = match NonZeroU64::new(DEFAULT_REQUEST_TIME.as_secs()) {
    Some(seconds) => seconds,
    None => NonZeroU64::MIN,
};

const DEFAULT_WAITING: NonZeroUsize = at_least_one(DEFAULT_MAX_WAITING);

const DEFAULT_CONNECTIONS: NonZeroUsize = at_least_one(DEFAULT_MAX_CONNECTIONS);

const fn at_least_one(number: usize) -> NonZeroUsize {
    match NonZeroUsize::new(number) {
        Some(number) => number,
        None => NonZeroUsize::MIN,
    }
}

/// Answers requests until a signal asks for the end.
pub fn run(arguments: &ServeArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let typed = Typed::from(&arguments.judging);
    let plan = Plan::of_batch([], typed, &arguments.config)?;
    let settings = plan.settings(STANDARD_INPUT);
    // What is refused is refused before the model is loaded.
    let token = arguments.token_file.as_deref().map(Token::read);
    let token = token.transpose()?;
    let socket = Socket::bind(arguments.bind, arguments.port)?;
    if token.is_none() && !arguments.bind.is_loopback() {
        streams.warn(&format!(
            "whoever reaches {} can have texts judged; --token-file says who may",
            socket.address()
        ));
    }
    let linter = linter::load(settings, streams)?;
    streams.log.hide_texts_of_faults();
    let log: LogWriter = Box::new(io::stderr());
    let options = ServiceOptions {
        lint: settings.options(),
        max_waiting: arguments.max_waiting.get(),
        max_connections: arguments.max_connections.get(),
        request_time: Duration::from_secs(arguments.timeout.get()),
        cached: !arguments.no_cache,
        token,
        allowed_origins: arguments.allow_origin.clone(),
        log: (!arguments.console.quiet).then_some(log),
        ..ServiceOptions::new(settings.max_bytes.value)
    };
    let watch = streams.signals.watch();
    let watch = watch.context("cannot wait for signals")?;
    let ready = format!("mtlint answers at http://{}/\n", socket.address());
    serve(socket, linter, options, watch.flag(), || {
        // A service that nobody listens to at its start serves all the same.
        let _ = streams.print(&ready);
    })?;
    Ok(Verdict::default())
}
