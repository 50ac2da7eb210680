//! Measuring the detector on labelled data.

pub mod bootstrap;
pub mod dataset;
pub mod metrics;
