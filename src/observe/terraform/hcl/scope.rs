//! Where an expression is evaluated: in which module instance, and what names are bound there.

use super::value::Value;
use std::rc::Rc;

/// Names that `for`, `dynamic`, `count`, `for_each` and `templatefile` bind, the innermost first.
#[derive(Debug)]
pub(super) struct Frame {
    name: Rc<str>,
    value: Value,
    outer: Option<Rc<Self>>,
}

/// Where an expression is evaluated.
#[derive(Clone, Debug)]
pub(super) struct Env {
    /// The module instance.
    pub(super) instance: usize,
    frame: Option<Rc<Frame>>,
    /// Whether only bound names are seen, as in a template file.
    pub(super) closed: bool,
}

impl Env {
    /// The body of a module instance.
    pub(super) fn of(instance: usize) -> Self {
        Self {
            instance,
            frame: None,
            closed: false,
        }
    }

    /// A text that sees nothing of its module but what is bound.
    pub(super) fn closed(instance: usize) -> Self {
        Self {
            closed: true,
            ..Self::of(instance)
        }
    }

    /// The same with a name bound.
    pub(super) fn with(&self, name: impl Into<Rc<str>>, value: Value) -> Self {
        let frame = Frame {
            name: name.into(),
            value,
            outer: self.frame.clone(),
        };
        Self {
            frame: Some(Rc::new(frame)),
            ..self.clone()
        }
    }

    pub(super) fn bound(&self, name: &str) -> Option<&Value> {
        let mut frame = self.frame.as_ref();
        while let Some(here) = frame {
            if &*here.name == name {
                return Some(&here.value);
            }
            frame = here.outer.as_ref();
        }
        None
    }

    /// What tells this from other places where the same expression is evaluated.
    pub(super) fn turn(&self) -> String {
        let mut said = String::new();
        let mut frame = self.frame.as_ref();
        while let Some(here) = frame {
            let one = here.value.as_map().and_then(|map| map.get("key"));
            let one = one.or_else(|| here.value.as_map().and_then(|map| map.get("index")));
            let text = one.unwrap_or(&here.value).as_text();
            let text = text.as_deref().unwrap_or_default();
            for part in [" ", &here.name, "=", text] {
                said.push_str(part);
            }
            frame = here.outer.as_ref();
        }
        said
    }
}
