//! Intel's tiles (AMX): products of blocks of 32 × 32.
//!
//! In: addresses of rows and of tiles. Out: sums of products, stored at an address; scaling and
//! laying out are done by the callers.
//!
//! A tile is 16 rows of 64 bytes. Two tiles of rows on the left times two on the
//! right are four tiles of sums; a step takes 64 bytes of each row. On the right
//! a tile holds, for each four integers (or two brain floats) of the rows on
//! the left, those of 16 outputs. The instructions are not in stable Rust's
//! library, so they are written out; no code between them touches tiles.
//!
//! Sums stay in their tiles until they are stored, which is best done late: a
//! store that waits for them holds up the reads after it.

#![allow(
    unsafe_code,
    reason = "the instructions for tiles are written in assembly"
)]

use std::arch::asm;
use std::arch::x86_64::__cpuid_count;
use std::marker::PhantomData;
use std::sync::OnceLock;

/// The number of rows of a tile.
pub(crate) const TILE: usize = 16;
/// The number of rows of two tiles.
pub(crate) const ROWS: usize = 2 * TILE;
/// The number of bytes in a row of a tile, and so of each row that a step takes.
pub(crate) const STEP: usize = 64;
/// The number of bytes in a tile.
pub(crate) const TILE_BYTES: usize = TILE * STEP;

/// Whether the processor has tiles, the system lets this process use them, and nobody asked for
/// results as on processors without (`MTLINT_NO_AMX`).
fn available() -> bool {
    if std::env::var_os("MTLINT_NO_AMX").is_some_and(|value| !value.is_empty() && value != "0") {
        return false;
    }
    // Leaf 7 says in bits 22, 24 and 25 of its last register that there are
    // tiles and that they take brain floats and bytes.
    const TILES: u32 = 0b1101 << 22;
    let has_leaf = std::arch::x86_64::__cpuid(0).eax >= 7;
    has_leaf && __cpuid_count(7, 0).edx & TILES == TILES && permitted()
}

/// Asks Linux for the state of tiles, which it keeps for those who ask only.
#[cfg(target_os = "linux")]
fn permitted() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_ulong = 0x1023;
    const XFEATURE_XTILEDATA: libc::c_ulong = 18;
    // SAFETY: the call takes two numbers and no pointer, and changes nothing in this process's
    // memory.
    let refused = unsafe {
        libc::syscall(
            libc::SYS_arch_prctl,
            ARCH_REQ_XCOMP_PERM,
            XFEATURE_XTILEDATA,
        )
    };
    refused == 0
}

#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}

/// The settings of the tile unit: eight tiles of full size.
#[repr(C, align(64))]
struct Configuration([u8; 64]);

impl Configuration {
    const FULL: Self = {
        let mut bytes = [0; 64];
        bytes[0] = 1;
        let mut tile = 0;
        while tile < 8 {
            bytes[16 + 2 * tile] = STEP as u8;
            bytes[48 + tile] = TILE as u8;
            tile += 1;
        }
        Self(bytes)
    };
}

/// Adds two tiles of rows times two on the right, with the instruction for their
/// numbers, to the sums.
macro_rules! product {
    ($instruction:literal, $factors:expr) => {
        asm!(
            "2:",
            "tileloadd tmm4, [{a0} + {stride}*1]",
            "tileloadd tmm6, [{b0} + {line}*1]",
            concat!($instruction, " tmm0, tmm4, tmm6"),
            "tileloadd tmm7, [{b1} + {line}*1]",
            concat!($instruction, " tmm1, tmm4, tmm7"),
            "tileloadd tmm5, [{a1} + {stride}*1]",
            concat!($instruction, " tmm2, tmm5, tmm6"),
            concat!($instruction, " tmm3, tmm5, tmm7"),
            "add {a0}, {line}",
            "add {a1}, {line}",
            "add {b0}, {tile}",
            "add {b1}, {tile}",
            "dec {steps}",
            "jnz 2b",
            a0 = inout(reg) $factors.left => _,
            a1 = inout(reg) $factors.left.add(TILE * $factors.left_stride) => _,
            b0 = inout(reg) $factors.right[0] => _,
            b1 = inout(reg) $factors.right[1] => _,
            steps = inout(reg) $factors.steps => _,
            stride = in(reg) $factors.left_stride,
            line = in(reg) STEP,
            tile = const TILE_BYTES,
            options(nostack),
        )
    };
}

/// The right of a thread to use its tiles. They are released when it is dropped, since a thread
/// with live tiles is slow to switch. It stays with its thread: another one's tiles are not set up.
pub(crate) struct Tiles(PhantomData<*const ()>);

impl Tiles {
    /// Sets up the tiles of this thread; `None` where the processor or the system has none.
    pub(crate) fn take() -> Option<Self> {
        static AVAILABLE: OnceLock<bool> = OnceLock::new();
        if !*AVAILABLE.get_or_init(available) {
            return None;
        }
        // SAFETY: the processor has tiles and the system lets this process use them; the 64 bytes
        // are laid out as the instruction reads them, and it writes no memory.
        unsafe { asm!("ldtilecfg [{}]", in(reg) Configuration::FULL.0.as_ptr(), options(nostack)) };
        Some(Self(PhantomData))
    }

    /// Sets the sums to products of signed bytes.
    ///
    /// # Safety
    /// There must be `ROWS` rows on the left and `steps` tiles on each right.
    #[inline(always)]
    pub(crate) unsafe fn multiply_bytes(&self, factors: Factors) {
        self.zero();
        if factors.steps == 0 {
            return;
        }
        // SAFETY: the caller promises the rows and tiles that are read, of which there are some;
        // `self` proves that there are tiles.
        unsafe { product!("tdpbssd", factors) };
    }

    /// Sets the sums to products of brain floats.
    ///
    /// # Safety
    /// There must be `ROWS` rows on the left and `steps` tiles on each right.
    #[inline(always)]
    pub(crate) unsafe fn multiply_floats(&self, factors: Factors) {
        self.zero();
        // SAFETY: the caller's promise is the same as the one asked for here.
        unsafe { self.add_float_products(factors) };
    }

    /// Adds products of brain floats to the sums of the last product.
    ///
    /// # Safety
    /// As for [`Self::multiply_floats`].
    #[inline(always)]
    pub(crate) unsafe fn add_float_products(&self, factors: Factors) {
        // The loop counts down to 0 and would go round all numbers.
        if factors.steps == 0 {
            return;
        }
        // SAFETY: the caller promises the rows and tiles that are read, of which there are some;
        // `self` proves that there are tiles.
        unsafe { product!("tdpbf16ps", factors) };
    }

    #[inline(always)]
    fn zero(&self) {
        // SAFETY: `self` proves that there are tiles, and no memory is touched.
        unsafe {
            asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                options(nomem, nostack, preserves_flags),
            );
        }
    }

    /// Sets the sums to products of signed bytes, for one tile of rows only.
    ///
    /// # Safety
    /// There must be `TILE` rows on the left and `steps` tiles on each right.
    #[inline(always)]
    pub(crate) unsafe fn multiply_bytes_of_one_tile(&self, factors: Factors) {
        self.zero();
        if factors.steps == 0 {
            return;
        }
        // SAFETY: the caller promises the rows and tiles that are read, of which there are some;
        // `self` proves that there are tiles.
        unsafe {
            asm!(
                "2:",
                "tileloadd tmm4, [{a0} + {stride}*1]",
                "tileloadd tmm6, [{b0} + {line}*1]",
                "tdpbssd tmm0, tmm4, tmm6",
                "tileloadd tmm7, [{b1} + {line}*1]",
                "tdpbssd tmm1, tmm4, tmm7",
                "add {a0}, {line}",
                "add {b0}, {tile}",
                "add {b1}, {tile}",
                "dec {steps}",
                "jnz 2b",
                a0 = inout(reg) factors.left => _,
                b0 = inout(reg) factors.right[0] => _,
                b1 = inout(reg) factors.right[1] => _,
                steps = inout(reg) factors.steps => _,
                stride = in(reg) factors.left_stride,
                line = in(reg) STEP,
                tile = const TILE_BYTES,
                options(nostack),
            );
        }
    }

    /// Stores the sums of the last product, `i32` or `f32`: 32 rows of as many
    /// numbers, each `stride` numbers after the last.
    ///
    /// # Safety
    /// There must be room for 32 rows of `stride` numbers at `out`.
    #[inline(always)]
    pub(crate) unsafe fn store(&self, out: *mut u32, stride: usize) {
        // SAFETY: the caller promises room for all rows; `self` proves that there are tiles.
        unsafe {
            asm!(
                "tilestored [{out} + {stride}*1], tmm0",
                "tilestored [{out} + {stride}*1 + 64], tmm1",
                "tilestored [{below} + {stride}*1], tmm2",
                "tilestored [{below} + {stride}*1 + 64], tmm3",
                out = in(reg) out,
                below = in(reg) out.add(TILE * stride),
                stride = in(reg) stride * size_of::<u32>(),
                options(nostack),
            );
        }
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: `self` proves that there are tiles, and no memory is touched.
        unsafe { asm!("tilerelease", options(nomem, nostack)) };
    }
}

/// The factors of a product, by their addresses.
pub(crate) struct Factors {
    /// Rows of bytes, each `left_stride` after the last.
    pub left: *const u8,
    /// The number of bytes from one row on the left to the next.
    pub left_stride: usize,
    /// Tiles of 16 outputs each, one a step.
    pub right: [*const u8; 2],
    /// The number of steps, each of 64 bytes of every row on the left.
    pub steps: usize,
}
