//! How much is looked at, counted for tests: that work grows no faster than what there is to judge.

use std::cell::Cell;

thread_local! {
    static WORK: Cell<u64> = const { Cell::new(0) };
}

/// One more value was looked at.
pub(crate) fn done() {
    WORK.set(WORK.get() + 1);
}

/// The values that this thread looked at while it did something.
pub(crate) fn of<T>(what: impl FnOnce() -> T) -> (u64, T) {
    let before = WORK.get();
    let came = what();
    (WORK.get() - before, came)
}
