//! The articles of a pool on the disk, found again by their rarest terms.
//!
//! In: articles with their profiles. Out: for a document's terms the articles
//! that share most of them, and in how many articles a term stands. It is a
//! `tantivy` index in a temporary folder, written within a fixed amount of
//! memory and read by mapping it; the folder goes when the pool does. It
//! decides nothing: what it finds are candidates.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;

use tantivy::collector::TopDocs;
use tantivy::directory::MmapDirectory;
use tantivy::indexer::NoMergePolicy;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, RangeQuery, TermQuery,
};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing,
    TextOptions, Value,
};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{
    DocAddress, Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument,
};
use tempfile::TempDir;

use super::article::Article;
use super::error::PoolError;
use super::profile::Profile;

/// Memory the index is written within; what is more goes to the disk.
const WRITING_BYTES: usize = 64 << 20;

/// An article without a date: no day that a calendar has.
const UNDATED: i64 = i64::MIN / 2;

/// What is worth a name that only sounds alike, against one spelled alike.
const SOUND_WORTH: f32 = 0.3;

/// Codes of sounds shorter than this are shared by too many names.
const MIN_SOUND_LENGTH: usize = 3;

/// The fields of an article in the index.
#[derive(Clone, Copy)]
struct Fields {
    number: Field,
    id: Field,
    text: Field,
    date: Field,
    terms: Field,
    sounds: Field,
    bands: Field,
}

impl Fields {
    fn new() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let counted = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(true);
        let counted = TextOptions::default().set_indexing_options(counted);
        let fields = Self {
            number: schema.add_u64_field("number", STORED),
            id: schema.add_text_field("id", STORED),
            text: schema.add_text_field("text", STORED),
            date: schema.add_i64_field("date", INDEXED | STORED | FAST),
            terms: schema.add_text_field("terms", counted),
            sounds: schema.add_text_field("sounds", STRING),
            bands: schema.add_u64_field("bands", INDEXED),
        };
        (schema.build(), fields)
    }
}

/// The sound of a name, where it says enough.
fn sound(profile: &Profile, key: &str) -> Option<String> {
    let term = profile.terms.get(key)?;
    let code = &term.form().sounds[0];
    (term.name && !term.is_number() && code.len() >= MIN_SOUND_LENGTH).then(|| code.clone())
}

/// The index while articles are added to it.
pub(super) struct IndexBuilder {
    folder: TempDir,
    index: Index,
    fields: Fields,
    writer: IndexWriter,
    pub number: u64,
}

impl IndexBuilder {
    pub(super) fn new() -> Result<Self, PoolError> {
        let folder = tempfile::Builder::new()
            .prefix("mtlint-pool-")
            .tempdir()
            .map_err(|source| PoolError::Folder { source })?;
        let (schema, fields) = Fields::new();
        let directory = MmapDirectory::open(folder.path()).map_err(tantivy::TantivyError::from)?;
        let index = Index::create(directory, schema, Default::default())?;
        // One thread and no merging: the same pool makes the same index.
        let writer = index.writer_with_num_threads(1, WRITING_BYTES)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        Ok(Self {
            folder,
            index,
            fields,
            writer,
            number: 0,
        })
    }

    pub(super) fn add(
        &mut self,
        article: &Article,
        profile: &Profile,
        bands: &[u64],
    ) -> Result<(), PoolError> {
        let fields = self.fields;
        let mut document = TantivyDocument::default();
        document.add_u64(fields.number, self.number);
        document.add_text(fields.id, &article.id);
        document.add_text(fields.text, &article.text);
        document.add_i64(fields.date, article.date.map_or(UNDATED, i64::from));
        let counted = profile
            .terms
            .iter()
            .flat_map(|(key, term)| std::iter::repeat_n(key, term.count));
        let tokens = counted.enumerate().map(|(position, key)| Token {
            position,
            text: key.clone(),
            ..Token::default()
        });
        document.add_pre_tokenized_text(
            fields.terms,
            PreTokenizedString {
                text: String::new(),
                tokens: tokens.collect(),
            },
        );
        for key in profile.terms.keys() {
            if let Some(sound) = sound(profile, key) {
                document.add_text(fields.sounds, sound);
            }
        }
        for band in bands {
            document.add_u64(fields.bands, *band);
        }
        self.writer.add_document(document)?;
        self.number += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<ArticleIndex, PoolError> {
        self.writer.commit()?;
        self.writer.wait_merging_threads()?;
        let reader = self
            .index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(ArticleIndex {
            reader,
            fields: self.fields,
            articles: self.number,
            _folder: unlinked(self.folder),
        })
    }
}

/// The folder, if it is still needed: where the system keeps mapped files that
/// have no name any more, a run that is killed leaves nothing behind.
fn unlinked(folder: TempDir) -> Option<TempDir> {
    if cfg!(unix) {
        // What cannot be removed now is tried again by nobody, and harms nobody.
        let _ = folder.close();
        return None;
    }
    Some(folder)
}

/// An article that the index proposes, with its number in the pool.
#[derive(Debug)]
pub(super) struct Candidate {
    pub number: u64,
    pub article: Article,
}

/// The index once all articles are in it.
pub(super) struct ArticleIndex {
    reader: IndexReader,
    fields: Fields,
    pub articles: u64,
    // Mapped files live in it: dropped last.
    _folder: Option<TempDir>,
}

impl ArticleIndex {
    /// A view of the index for the questions about one document.
    pub(super) fn view(&self) -> IndexView<'_> {
        IndexView {
            searcher: self.reader.searcher(),
            reader: self,
        }
    }
}

/// The index at work for one document.
pub(super) struct IndexView<'a> {
    searcher: Searcher,
    reader: &'a ArticleIndex,
}

impl IndexView<'_> {
    /// The number of articles that have the term `key`.
    pub(super) fn articles_with(&self, key: &str) -> Result<u64, PoolError> {
        let term = tantivy::Term::from_field_text(self.reader.fields.terms, key);
        Ok(self.searcher.doc_freq(&term)?)
    }

    /// Up to `limit` articles that share the weightiest of `keys`, and as many
    /// that share `bands`. `days` are the first and the last day of those that
    /// have a date.
    pub(super) fn candidates(
        &self,
        profile: &Profile,
        keys: &[&str],
        bands: &[u64],
        days: Option<(i32, i32)>,
        limit: usize,
    ) -> Result<Vec<Candidate>, PoolError> {
        let fields = self.reader.fields;
        let term = |term| -> Box<dyn Query> {
            Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
        };
        let by_terms = keys.iter().flat_map(|key| {
            let spelt = term(tantivy::Term::from_field_text(fields.terms, key));
            let sounding = sound(profile, key).map(|sound| -> Box<dyn Query> {
                let code = tantivy::Term::from_field_text(fields.sounds, &sound);
                Box::new(BoostQuery::new(term(code), SOUND_WORTH))
            });
            std::iter::once(spelt).chain(sounding)
        });
        let by_bands = bands
            .iter()
            .map(|band| term(tantivy::Term::from_field_u64(fields.bands, *band)));
        let mut found = BTreeMap::new();
        for any in [by_terms.collect(), by_bands.collect::<Vec<_>>()] {
            let query = in_window(fields.date, BooleanQuery::union(any), days);
            let top = TopDocs::with_limit(limit).order_by_score();
            for (_, address) in self.searcher.search(&*query, &top)? {
                if let Entry::Vacant(place) = found.entry(address) {
                    place.insert(self.candidate(address)?);
                }
            }
        }
        Ok(found.into_values().collect())
    }

    fn candidate(&self, address: DocAddress) -> Result<Candidate, PoolError> {
        let fields = self.reader.fields;
        let document: TantivyDocument = self.searcher.doc(address)?;
        let text = |field| {
            let value = document.get_first(field);
            value.and_then(|value| value.as_str()).unwrap_or_default()
        };
        let date = document
            .get_first(fields.date)
            .and_then(|value| value.as_i64());
        Ok(Candidate {
            number: document
                .get_first(fields.number)
                .and_then(|value| value.as_u64())
                .unwrap_or_default(),
            article: Article {
                id: text(fields.id).to_owned(),
                text: text(fields.text).to_owned(),
                date: date.and_then(|day| i32::try_from(day).ok()),
            },
        })
    }
}

/// `query` among the articles of some days and those without a date.
fn in_window(date: Field, query: BooleanQuery, days: Option<(i32, i32)>) -> Box<dyn Query> {
    let Some((first, last)) = days else {
        return Box::new(query);
    };
    let day = |day: i64| tantivy::Term::from_field_i64(date, day);
    let range = |first, last| -> Box<dyn Query> {
        Box::new(RangeQuery::new(
            Bound::Included(day(first)),
            Bound::Included(day(last)),
        ))
    };
    let dated = BooleanQuery::union(vec![
        range(first.into(), last.into()),
        range(UNDATED, UNDATED),
    ]);
    // Which day it is, within the window, says nothing of the story.
    let dated = ConstScoreQuery::new(Box::new(dated), 0.0);
    Box::new(BooleanQuery::new(vec![
        (Occur::Must, Box::new(query)),
        (Occur::Must, Box::new(dated)),
    ]))
}
