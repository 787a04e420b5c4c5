//! Where a grader's allocations come from.
//!
//! Memory that a component grows by is a system call of its host, for which all threads of the host wait, and taking it back is another one.
//! What a small grading needs is therefore there from the beginning; the standard library's allocator grows the memory for its first
//! byte. It is no more than that, since all of it is cleared after a grading.

use core::alloc::Layout;
use core::arch::wasm32::memory_grow;
use core::mem::MaybeUninit;
use core::ptr::{NonNull, without_provenance_mut};

use talc::base::Talc;
use talc::base::binning::Binning;
use talc::cell::TalcSyncCell;
use talc::source::Source;
use talc::wasm::WasmBinning;

#[global_allocator]
static ALLOCATOR: TalcSyncCell<Memory, WasmBinning> = TalcSyncCell::new_wasm(Memory { arena: true, end: None });

/// What is there from the beginning.
static mut ARENA: [MaybeUninit<u8>; ARENA_SIZE] = [MaybeUninit::uninit(); ARENA_SIZE];

/// Its size, in bytes.
const ARENA_SIZE: usize = 128 << 10;

/// A page of WebAssembly, in bytes.
const PAGE: usize = 64 << 10;

/// More than the allocator keeps beside a piece of memory, in bytes.
const BESIDE: usize = 256;

/// The component's memory.
#[derive(Debug)]
struct Memory {
    /// The arena is still to be had.
    arena: bool,
    /// Where what was grown last ends.
    end: Option<NonNull<u8>>,
}

// SAFETY: nothing here allocates, and memory is handed over once.
unsafe impl Source for Memory {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        if core::mem::take(&mut talc.source.arena) {
            let arena = &raw mut ARENA;
            // SAFETY: nobody else has the arena, and this happens once.
            return unsafe { talc.claim(arena.cast(), ARENA_SIZE) }.map(|_| ()).ok_or(());
        }
        let pages = layout.size().checked_add(layout.align() + BESIDE).ok_or(())?.div_ceil(PAGE);
        let grown = memory_grow::<0>(pages);
        if grown == usize::MAX {
            return Err(());
        }
        let (start, size) = (without_provenance_mut(grown * PAGE), pages * PAGE);
        let before = talc.source.end.take().filter(|end| end.as_ptr() == start);
        // SAFETY: nobody else has what the memory was grown by, and what stands before it is the allocator's own.
        talc.source.end = unsafe {
            match before {
                Some(end) => Some(talc.extend(end, start.wrapping_add(size))),
                None => talc.claim(start, size),
            }
        };
        talc.source.end.map(|_| ()).ok_or(())
    }
}
