//! What askers keep of a scope: tables that they make once, so that looking something up for each resource does not look at
//! every other one.

use super::{Identity, Node};
use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

type Slot = Arc<OnceLock<Arc<dyn Any + Send + Sync>>>;

/// What was made of a scope, by its type and by what else tells it from others of that type.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<BTreeMap<(TypeId, &'static str), Slot>>);

impl Kept {
    /// What is kept of this type, which is made when there is none. Making it may ask for what is kept of other types.
    pub(super) fn get<T: Any + Send + Sync>(
        &self,
        key: &'static str,
        make: impl Fn() -> T,
    ) -> Arc<T> {
        let slot = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry((TypeId::of::<T>(), key)).or_default())
        };
        let kept = Arc::clone(slot.get_or_init(|| Arc::new(make())));
        // The type is a part of the key.
        kept.downcast().unwrap_or_else(|_| Arc::new(make()))
    }
}

/// A word that names something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// A known text: a name, an ARN, or what several of these come to.
    Text(String),
    /// A reference to what has this id.
    Reference(String),
}

impl Word {
    /// A known text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The word by which a value names something, if it does; see [`Identity::is_named_by`].
    pub fn of(node: Node<'_>) -> Option<Self> {
        if let Some((id, _)) = node.reference() {
            return Some(Self::Reference(id.to_owned()));
        }
        node.as_text().map(Self::text)
    }

    /// Every word that names the thing of this identity.
    pub fn of_identity(identity: &Identity) -> Vec<Self> {
        let texts = [identity.arn.as_deref(), identity.name.as_deref()];
        let texts = texts.into_iter().flatten().map(Self::text);
        texts
            .chain([Self::Reference(identity.id.clone())])
            .collect()
    }
}

/// Numbers of things by their words. It belongs to whoever marks it with a type of its own.
#[derive(Debug)]
pub struct Words<M> {
    known: BTreeMap<Word, Vec<usize>>,
    /// Those that may have any word.
    open: Vec<usize>,
    of: std::marker::PhantomData<fn() -> M>,
}

impl<M> Words<M> {
    /// The words of each thing; `None` where they may be any.
    pub fn new(things: impl Iterator<Item = (usize, Option<Vec<Word>>)>) -> Self {
        let (mut known, mut open) = (BTreeMap::<Word, Vec<usize>>::new(), Vec::new());
        for (at, words) in things {
            match words {
                Some(words) => {
                    for word in words {
                        known.entry(word).or_default().push(at);
                    }
                }
                None => open.push(at),
            }
        }
        let of = std::marker::PhantomData;
        Self { known, open, of }
    }

    /// What may have one of these words, each once and in the order of the scope.
    pub fn of_any(&self, words: &[Word]) -> Vec<usize> {
        let listed = words.iter().filter_map(|word| self.known.get(word));
        let mut found: Vec<usize> = listed.chain([&self.open]).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, Word, Words};

    #[test]
    fn a_thing_is_made_once_for_each_key() {
        let kept = Kept::default();
        assert_eq!(*kept.get("a", || 1), 1);
        assert_eq!(*kept.get("a", || 2), 1);
        assert_eq!(*kept.get("b", || 3), 3);
        assert_eq!(*kept.get("a", || *kept.get("b", || 0_u8) + 4), 4_u8);
    }

    #[test]
    fn what_may_have_any_word_is_found_by_each() {
        let text = |text: &str| vec![Word::text(text)];
        let both = vec![Word::text("a"), Word::text("b")];
        let all = [Some(text("b")), None, Some(text("a")), Some(both.clone())];
        let words = Words::<()>::new(all.into_iter().enumerate());
        assert_eq!(words.of_any(&text("a")), [1, 2, 3]);
        assert_eq!(words.of_any(&both), [0, 1, 2, 3]);
        assert_eq!(words.of_any(&[Word::Reference("a".to_owned())]), [1]);
    }
}
