//! What splits rows into cells. A thread keeps the one it used last, since making one takes longer than reading a small file.

use std::cell::Cell;

use csv_core::Reader;

thread_local! {
    /// One that nobody uses at the moment.
    static IDLE: Cell<Option<Box<Reader>>> = const { Cell::new(None) };
}

/// A reader at the start of a row. It goes back to the thread when it is dropped.
pub(super) struct Splitter(Option<Box<Reader>>);

impl Splitter {
    pub(super) fn new() -> Self {
        let mut splitter = Splitter(IDLE.take());
        let reader = splitter.reader();
        reader.reset();
        // It would skip a byte order mark, but only in what it reads first, and now it has read something.
        reader.read_record(b"\n", &mut [0], &mut [0]);
        splitter
    }

    pub(super) fn reader(&mut self) -> &mut Reader {
        self.0.get_or_insert_with(|| Box::new(Reader::new()))
    }
}

impl Drop for Splitter {
    fn drop(&mut self) {
        IDLE.set(self.0.take());
    }
}
