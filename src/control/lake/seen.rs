//! A grant as it was seen, brought into the form of the declared ones.

use super::{ACCOUNT, own_or_other, unheard};
use crate::aws::lake_formation::grant::Object;
use crate::aws::lake_formation::name::{Name, Part};
use crate::aws::lake_formation::permissions::PERMISSIONS;
use crate::control::{Conditions, Target, View};
use crate::observed::grant::{Grant, is_given};
use crate::observed::{Lookup, Node, Reason, ResourceKind, Scope, Value};
use std::collections::BTreeSet;

/// Why a part of a grant cannot be compared.
#[derive(Clone, Debug)]
pub struct Trouble<'t> {
    /// The part.
    pub node: Node<'t>,
    /// What is to be said of it.
    pub message: String,
}

impl<'t> Trouble<'t> {
    /// Says why a part cannot be compared.
    pub fn new(node: Node<'t>, message: impl Into<String>) -> Self {
        Self {
            node,
            message: message.into(),
        }
    }

    /// Records that the part could not be known, and why.
    pub fn record(&self, out: &mut Conditions) {
        match self.node.reason() {
            Some(reason) => out.unknown(self.node, reason, self.message.clone()),
            None => out.undecided(
                self.node,
                self.message.clone(),
                "write the grant as the Lake Formation API takes it",
            ),
        };
    }
}

/// What stands around a grant and decides what its references stand for.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a, 't> {
    /// The target, when one is bound.
    pub target: Option<&'a Target>,
    /// The neighbours of the grant.
    pub scope: &'a Scope<'t>,
}

/// A permission of a grant.
#[derive(Clone, Debug)]
pub struct SeenPermission<'t> {
    /// Its name.
    pub name: Name,
    /// Where it stands.
    pub node: Node<'t>,
    /// Whether it may be granted on.
    pub grantable: bool,
}

/// A grant as it was seen. What could not be understood is a [`Trouble`].
#[derive(Clone, Debug)]
pub struct SeenGrant<'t> {
    /// Where its parts stand.
    pub grant: Grant<'t>,
    /// Who holds it.
    pub principal: Result<Name, Trouble<'t>>,
    /// What it is on.
    pub object: Result<Object, Trouble<'t>>,
    /// The attribute condition.
    pub condition: Option<Name>,
    /// The permissions, those with the grant option marked.
    pub permissions: Result<Vec<SeenPermission<'t>>, Trouble<'t>>,
}

impl SeenGrant<'_> {
    /// The permissions that are known, and those with the grant option; the others are recorded as unknown.
    pub fn known_permissions(&self, out: &mut Conditions) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut permissions, mut grantable) = (BTreeSet::new(), BTreeSet::new());
        let seen = match &self.permissions {
            Ok(seen) => seen,
            Err(trouble) => {
                trouble.record(out);
                return (permissions, grantable);
            }
        };
        for permission in seen {
            let known = permission
                .name
                .as_known()
                .filter(|name| PERMISSIONS.contains(name));
            let Some(name) = known else {
                let message = format!(
                    "permission `{}` is not known to this version",
                    permission.name
                );
                match permission.node.reason() {
                    Some(reason) => out.unknown(permission.node, reason, "a permission is unknown"),
                    None => out.undecided(
                        permission.node,
                        message,
                        "write a permission of the Lake Formation API",
                    ),
                };
                continue;
            };
            permissions.insert(name.to_owned());
            if permission.grantable {
                grantable.insert(name.to_owned());
            }
        }
        (permissions, grantable)
    }
}

impl<'a, 't> Context<'a, 't> {
    /// The context of what a control judges.
    pub fn of(seen: &View<'a, 't>) -> Self {
        Self {
            target: seen.target,
            scope: seen.scope,
        }
    }

    /// The account of the target.
    pub fn account(&self) -> Option<&'a str> {
        self.target.map(|target| target.account.as_str())
    }

    /// Reads a grant. What it is on is not known where a member of it is not.
    pub fn read(&self, grant: Grant<'t>) -> SeenGrant<'t> {
        let mut seen = self.read_known(grant);
        if let (Ok(_), Some(trouble)) = (&seen.object, unheard_in(&seen.grant)) {
            seen.object = Err(trouble);
        }
        seen
    }

    /// Reads a grant by the members that are known; see [`unheard_in`].
    pub fn read_known(&self, grant: Grant<'t>) -> SeenGrant<'t> {
        let condition = grant.condition;
        SeenGrant {
            grant,
            principal: self.name(grant.principal, "the principal"),
            object: self.object(grant.on),
            condition: is_given(condition)
                .then_some(condition)
                .or_else(|| condition.reason().map(|_| condition))
                .and_then(|condition| self.name(condition, "the condition").ok()),
            permissions: permissions(&grant),
        }
    }

    /// The text of a node; references leave openings.
    ///
    /// # Errors
    /// Why there is none.
    pub fn text(&self, node: Node<'t>) -> Result<Name, Trouble<'t>> {
        self.name(node, "the text")
    }

    /// As [`Self::text`], where why there is none does not matter.
    pub fn text_of(&self, node: Node<'t>) -> Option<Name> {
        self.text(node).ok()
    }

    /// The text of a node; references leave openings.
    pub(super) fn name(&self, node: Node<'t>, what: &str) -> Result<Name, Trouble<'t>> {
        match node.value() {
            Value::String(text) | Value::Number(text) => Ok(Name::known(text)),
            Value::Template => Ok(Name::new(node.items().flat_map(|piece| self.piece(piece)))),
            Value::Unreadable(_) => Ok(Name::new(self.piece(node))),
            Value::Absent | Value::Null => Err(Trouble::new(node, format!("{what} is absent"))),
            Value::Bool(_) | Value::List | Value::Map => Err(Trouble::new(
                node,
                format!("{what} is {}", node.value().type_name()),
            )),
        }
    }

    fn piece(&self, node: Node<'t>) -> Vec<Part> {
        match node.value() {
            Value::String(text) => vec![Part::Known(text.into())],
            Value::Unreadable(reason) => self.opening(reason),
            Value::Absent
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Template
            | Value::List
            | Value::Map => vec![Part::Open("unknown".into())],
        }
    }

    /// What is known of a reference: a pseudo parameter by the target, the ARN of a role by its form.
    fn opening(&self, reason: &Reason) -> Vec<Part> {
        if let Reason::Pseudo { name } = reason {
            let (label, value) = match name.as_str() {
                "AWS::AccountId" => (ACCOUNT, self.target.map(|target| target.account.as_str())),
                "AWS::Region" => ("region", self.target.map(|target| target.region.as_str())),
                "AWS::Partition" => ("partition", self.target.map(|target| target.partition)),
                _ => return unknown(reason),
            };
            return vec![value.map_or_else(
                || Part::Open(label.into()),
                |value| Part::Known(value.into()),
            )];
        }
        if let Some(parts) = self.bucket(reason) {
            return parts;
        }
        let role = reason
            .reference()
            .filter(|(_, attribute)| *attribute == Some("Arn"))
            .map(|(id, _)| self.scope.by_id(ResourceKind::IamRole, id));
        let Some(Lookup::Found(role)) = role else {
            return unknown(reason);
        };
        let known = |text: &str| Part::Known(text.into());
        let pseudo = |name: &str| {
            self.opening(&Reason::Pseudo {
                name: name.to_owned(),
            })
        };
        let path = match role.body.get("Path").value() {
            Value::Absent => known("/"),
            Value::String(path) => known(path),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Template
            | Value::List
            | Value::Map
            | Value::Unreadable(_) => Part::Open("path".into()),
        };
        let name = role.body.get("RoleName").as_text();
        let name = name.map_or_else(|| unknown(reason), |name| vec![known(name)]);
        [
            vec![known("arn:")],
            pseudo("AWS::Partition"),
            vec![known(":iam::")],
            pseudo("AWS::AccountId"),
            vec![known(":role"), path],
            name,
        ]
        .concat()
    }

    /// A reference to a declared bucket: its name or its ARN, as far as they are known.
    fn bucket(&self, reason: &Reason) -> Option<Vec<Part>> {
        let (id, attribute) = reason.reference()?;
        let Lookup::Found(bucket) = self.scope.by_id(ResourceKind::S3Bucket, id) else {
            return None;
        };
        let name = bucket.identity.name.as_deref();
        let name = name.map_or_else(
            || Part::Open(format!("bucket {id}").into()),
            |name| Part::Known(name.into()),
        );
        match attribute.map(str::to_ascii_lowercase).as_deref() {
            None | Some("id" | "bucket" | "name") => Some(vec![name]),
            Some("arn") => {
                let partition = self.opening(&Reason::Pseudo {
                    name: "AWS::Partition".to_owned(),
                });
                let known = |text: &str| vec![Part::Known(text.into())];
                Some([known("arn:"), partition, known(":s3:::"), vec![name]].concat())
            }
            Some(_) => None,
        }
    }

    pub(super) fn catalog(&self, node: Node<'t>) -> Result<Option<Name>, Trouble<'t>> {
        if node.is_absent() || matches!(node.value(), Value::Null) {
            return Ok(None);
        }
        let name = self.name(node, "the catalog")?;
        Ok(own_or_other(name, self.account()))
    }

    /// The names of a list, in lower case.
    pub(super) fn names(&self, list: Node<'t>, what: &str) -> Result<BTreeSet<Name>, Trouble<'t>> {
        if matches!(list.value(), Value::List) {
            list.items()
                .map(|item| self.name(item, what).map(|name| name.lower()))
                .collect()
        } else {
            Err(Trouble::new(list, format!("{what} are {}", list.display())))
        }
    }
}

/// The member of a grant that this version does not know, at any depth: it may give more by that, or less.
pub fn unheard_in<'t>(grant: &Grant<'t>) -> Option<Trouble<'t>> {
    let on = unheard::first(grant.root.get("Resource"), unheard::GRANT);
    let (found, of) = match on {
        Some(on) => (on, "what the grant is on"),
        None => (unheard::first(grant.root, unheard::GRANT)?, "the grant"),
    };
    let (name, node) = found;
    let message = format!("`{name}` of {of} is not known to this version");
    Some(Trouble::new(node, message))
}

/// A label that no parameter of a baseline can bear, without what separates the parts of an ARN.
fn unknown(reason: &Reason) -> Vec<Part> {
    let label = reason
        .to_string()
        .replace(['`', '{', '}'], "")
        .replace([':', '/', '.'], " ");
    vec![Part::Open(label.into())]
}

/// The permissions with and without the grant option. A permission that is only in the second list is held as
/// well; `SUPER_USER` in it is the service's own marking of privileged principals, and cannot be granted.
fn permissions<'t>(grant: &Grant<'t>) -> Result<Vec<SeenPermission<'t>>, Trouble<'t>> {
    let mut list: Vec<SeenPermission<'t>> = Vec::new();
    for (node, grantable) in [(grant.permissions, false), (grant.grantable, true)] {
        if matches!(node.value(), Value::Absent | Value::Null) {
            continue;
        }
        if !matches!(node.value(), Value::List) {
            return Err(Trouble::new(
                node,
                format!("the permissions are {}", node.display()),
            ));
        }
        for item in node.items() {
            let name = match (item.as_text(), item.reason()) {
                (Some("SUPER_USER"), _) if grantable => continue,
                (Some(text), _) => Name::known(text),
                (None, Some(_)) => Name::new([Part::Open("permission".into())]),
                (None, None) => {
                    return Err(Trouble::new(
                        item,
                        format!("a permission is {}", item.display()),
                    ));
                }
            };
            match list
                .iter_mut()
                .find(|one| one.name == name && name.as_known().is_some())
            {
                Some(one) => one.grantable |= grantable,
                None => list.push(SeenPermission {
                    name,
                    node: item,
                    grantable,
                }),
            }
        }
    }
    if list.is_empty() {
        return Err(Trouble::new(
            grant.permissions,
            "the grant gives no permission",
        ));
    }
    Ok(list)
}
