//! How much is looked at, counted for tests: that work grows no faster than what there is to judge.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

thread_local! {
    static WORK: Cell<u64> = const { Cell::new(0) };
    static BY: RefCell<BTreeMap<&'static str, u64>> = const { RefCell::new(BTreeMap::new()) };
}

/// One more value, or resource, was looked at.
pub(crate) fn done() {
    WORK.set(WORK.get() + 1);
}

/// The values that this thread looked at while it did something.
pub(crate) fn of<T>(what: impl FnOnce() -> T) -> (u64, T) {
    let before = WORK.get();
    let came = what();
    (WORK.get() - before, came)
}

/// As [`of`], put down to somebody: see [`taken`].
pub(crate) fn by<T>(whom: &'static str, what: impl FnOnce() -> T) -> T {
    let (work, came) = of(what);
    BY.with_borrow_mut(|all| *all.entry(whom).or_default() += work);
    came
}

/// What was put down to each on this thread since this was asked last.
pub(crate) fn taken() -> BTreeMap<&'static str, u64> {
    BY.take()
}
