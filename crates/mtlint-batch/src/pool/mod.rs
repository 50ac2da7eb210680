//! Articles on the same story, found in a pool.
//!
//! In: a pool of texts with ids, perhaps with dates, and then documents. Out:
//! for a document the pool's articles on the same story, the surest first, each
//! with a probability and whether it is a near copy; and which of them serve as
//! siblings, once their qualities are known (`ranking`). An index (`index`) finds
//! candidates by rare terms, sounds of names and shared wording; each is then compared
//! in full (`search`, `decision`, `copies`). How rare a term is, the pool says together
//! with English in general, so that a pool of three articles is judged like one of a
//! million. The files of a pool are read by `sources`. No text is linted here.

mod article;
mod copies;
mod decision;
pub(crate) mod error;
mod index;
mod profile;
mod ranking;
mod search;
mod sources;
#[cfg(test)]
mod tests;
mod vocabulary;

pub use article::Article;
pub use decision::Evidence;
pub use error::PoolError;
pub use ranking::{SURENESS_MARGIN, copied_from, serving};
pub use search::{Match, Pool, PoolBuilder, SAME_STORY};
pub use sources::{BATCH, BatchPool, PoolSources};
