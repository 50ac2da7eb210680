//! Products of 8-bit integers, with the instructions that the processor has.
//!
//! In: a packed layer and quantized rows. Out: rows of `f32`. All kernels compute the same
//! integers, and all but [`Kernel::Portable`], which does not fuse multiplication and addition,
//! the same `f32` from them to the last bit. Packing and quantizing are done by their callers.

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

use super::int8::{Int8Layer, QuantizedRows};

/// The instructions with which products are computed.
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
    /// Plain AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// The crate `rten-gemm`, which has kernels for Arm and other processors.
    Portable,
}

impl Kernel {
    /// The fastest kernel for this processor.
    pub(super) fn best() -> Self {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().first().copied().unwrap_or(Self::Portable))
    }

    /// All kernels for this processor, the fastest first.
    pub(super) fn available() -> Vec<Self> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let vector = avx512::available();
            let candidates = [
                (Self::Amx, vector && tiles::Tiles::take().is_some()),
                (Self::Avx512, vector),
                (Self::AvxVnni, avx2::vnni_available()),
                (Self::Avx2, avx2::available()),
            ];
            let available = candidates.iter().filter(|(_, available)| *available);
            kernels.extend(available.map(|(kernel, _)| *kernel));
        }
        // Plain x86 sums pairs in 16 bits, where 8-bit numbers do not fit.
        if !portable::saturates() || kernels.is_empty() {
            kernels.push(Self::Portable);
        }
        kernels
    }

    /// The name of the kernel where speeds are printed.
    pub(super) fn name(self) -> &'static str {
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

    pub(super) fn is_portable(self) -> bool {
        self == Self::Portable
    }

    #[cfg(target_arch = "x86_64")]
    pub(super) fn is_avx512(self) -> bool {
        matches!(self, Self::Amx | Self::Avx512)
    }

    /// The integer that stands for zero in an activation: some instructions take unsigned
    /// bytes.
    pub(super) fn offset(self) -> u8 {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Amx | Self::Avx2 | Self::AvxVnni => 0,
            _ => 128,
        }
    }

    /// Multiplies rows with a layer: see [`Int8Layer::apply`].
    pub(super) fn apply(
        self,
        layer: &Int8Layer,
        input: &QuantizedRows,
        out: &mut [f32],
        add: bool,
    ) {
        #[allow(
            unsafe_code,
            reason = "functions with target features are called after a check"
        )]
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` lists this kernel only where there are tiles and AVX-512.
            Self::Amx => unsafe { amx::apply(layer, input, out, add) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` lists this kernel only where `avx512::available` is true.
            Self::Avx512 => unsafe { avx512::apply(layer, input, out, add) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` lists this kernel only where `avx2::vnni_available` is true.
            Self::AvxVnni => unsafe { avx2::apply_vnni(layer, input, out, add) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` lists this kernel only where `avx2::available` is true.
            Self::Avx2 => unsafe { avx2::apply(layer, input, out, add) },
            Self::Portable => portable::apply(layer, input, out, add),
        }
    }

    /// Adds the product of one group to the sum over the groups before it.
    pub(super) fn add_group(self, sum: f32, dot: i32, activation: f32, weight: f32) -> f32 {
        let product = dot as f32 * activation;
        if self.is_portable() {
            sum + product * weight
        } else {
            product.mul_add(weight, sum)
        }
    }
}
