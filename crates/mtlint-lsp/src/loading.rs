//! The progress of getting a language model, as the client shows it.
//!
//! In: steps, from whoever gets the model. Out: a bar in the client, if it can show one, until
//! this is dropped; and whether to give up.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lsp_types::{
    ProgressNotification, ProgressParams, ProgressToken, WorkDoneProgressBegin,
    WorkDoneProgressCreateParams, WorkDoneProgressCreateRequest, WorkDoneProgressEnd,
    WorkDoneProgressReport,
};
use serde::Serialize;

use crate::client::{Client, json};

/// The progress of getting a language model, as the client shows it.
pub struct Loading {
    /// The client, and the name of its bar; none where it can show none.
    bar: Option<(Client, ProgressToken)>,
    shown: RefCell<(String, Option<u32>)>,
    stop: Arc<AtomicBool>,
}

impl Loading {
    /// Begins a bar with the number `number`, which no other bar has.
    pub(crate) fn begin(client: &Client, number: u64, stop: &Arc<AtomicBool>) -> Self {
        let shown = client.capabilities().progress;
        let bar = shown.then(|| {
            let token = ProgressToken::String(format!("mtlint/model/{number}"));
            let create = WorkDoneProgressCreateParams {
                token: token.clone(),
            };
            client.request::<WorkDoneProgressCreateRequest>(&create);
            (client.clone(), token)
        });
        let loading = Self {
            bar,
            shown: RefCell::default(),
            stop: Arc::clone(stop),
        };
        loading.send(&WorkDoneProgressBegin {
            title: "mtlint".to_owned(),
            cancellable: Some(false),
            message: Some("loading the language model".to_owned()),
            percentage: Some(0),
        });
        loading
    }

    /// Shows what is done now, and how much of it, in percent, where that is known. It may be
    /// called often: the client is told of changes only.
    pub fn step(&self, words: &str, percentage: Option<u32>) {
        let mut shown = self.shown.borrow_mut();
        if shown.0 == words && shown.1 == percentage {
            return;
        }
        *shown = (words.to_owned(), percentage);
        self.send(&WorkDoneProgressReport {
            cancellable: Some(false),
            message: Some(words.to_owned()),
            percentage,
        });
    }

    /// Whether the server is about to end, so that the model is not needed any more.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn send(&self, value: &impl Serialize) {
        if let Some((client, token)) = &self.bar {
            client.notify::<ProgressNotification>(&ProgressParams {
                token: token.clone(),
                value: json(value),
            });
        }
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        self.send(&WorkDoneProgressEnd { message: None });
    }
}
