//! Products of 8-bit integers, by what the processor has.
//!
//! In: a packed layer and quantised rows. Out: `f32`. All kernels make the same
//! integers, and all but [`Kernel::Portable`], which does not fuse additions,
//! the same `f32` of them to the last bit.

#[cfg(target_arch = "x86_64")]
mod amx;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;
pub(super) mod portable;
#[cfg(target_arch = "x86_64")]
pub(crate) mod tiles;

use std::sync::OnceLock;

use super::int8::{Int8, Quantised};

/// What the products are made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// Intel's tiles of 16 × 64 bytes.
    #[cfg(target_arch = "x86_64")]
    Amx,
    /// AVX-512 with VNNI.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX2 with VNNI.
    #[cfg(target_arch = "x86_64")]
    AvxVnni,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// `rten-gemm`, which has its own ways for Arm and the rest.
    Portable,
}

impl Kernel {
    /// The fastest one that this processor has.
    pub fn best() -> Self {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().first().copied().unwrap_or(Self::Portable))
    }

    /// All that this processor has, the fastest first.
    pub fn available() -> Vec<Self> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let vector = avx512::available();
            let ways = [
                (Self::Amx, vector && tiles::Tiles::take().is_some()),
                (Self::Avx512, vector),
                (Self::AvxVnni, avx2::vnni_available()),
                (Self::Avx2, avx2::available()),
            ];
            kernels.extend(ways.iter().filter(|(_, has)| *has).map(|(way, _)| *way));
        }
        // Plain x86 sums pairs in 16 bits, where 8-bit numbers do not fit.
        if !portable::saturates() || kernels.is_empty() {
            kernels.push(Self::Portable);
        }
        kernels
    }

    /// What it is called where speeds are told.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Amx => "AMX-INT8",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "AVX-512 VNNI",
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni => "AVX-VNNI",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "AVX2",
            Self::Portable => "rten-gemm",
        }
    }

    pub fn is_portable(self) -> bool {
        self == Self::Portable
    }

    #[cfg(target_arch = "x86_64")]
    pub fn is_avx512(self) -> bool {
        matches!(self, Self::Amx | Self::Avx512)
    }

    /// What stands for zero in an activation: some instructions take unsigned
    /// bytes.
    pub fn offset(self) -> u8 {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Amx | Self::Avx2 | Self::AvxVnni => 0,
            _ => 128,
        }
    }

    pub(super) fn apply(self, layer: &Int8, input: &Quantised, out: &mut [f32], add: bool) {
        // Safety: these are only chosen where the processor has them.
        #[allow(unsafe_code)]
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Amx => unsafe { amx::apply(layer, input, out, add) },
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { avx512::apply(layer, input, out, add) },
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni => unsafe { avx2::apply_vnni(layer, input, out, add) },
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { avx2::apply(layer, input, out, add) },
            Self::Portable => portable::apply(layer, input, out, add),
        }
    }

    /// Adds the product of one group to the sum over those before it.
    pub fn add_group(self, sum: f32, dot: i32, activation: f32, weight: f32) -> f32 {
        let product = dot as f32 * activation;
        if self.is_portable() {
            sum + product * weight
        } else {
            product.mul_add(weight, sum)
        }
    }
}
