//! Measuring the detector on labelled data.

pub mod dataset;
