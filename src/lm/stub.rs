//! A table-driven language model for tests.
