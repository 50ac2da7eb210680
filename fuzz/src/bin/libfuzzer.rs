//! libFuzzer on the target that `MTLINT_FUZZ_TARGET` names; `fuzz/run` sets it.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mtlint_fuzz::{Target, target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("MTLINT_FUZZ_TARGET").unwrap_or_default();
    target(&name).unwrap_or_else(|| panic!("there is no target called {name:?}"))
});

fuzz_target!(|bytes: &[u8]| (TARGET.read)(bytes));
