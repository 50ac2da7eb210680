//! The routes of the service, but for LanguageTool's.

pub(crate) mod batch;
pub(crate) mod fix;
pub(crate) mod page;
pub(crate) mod report;
pub(crate) mod status;
pub(crate) mod text;
