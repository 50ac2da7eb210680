//! The language gate.
