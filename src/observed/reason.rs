//! Why a value could not be known. "Unknown is never compliant" starts here: every reader that cannot
//! tell a value says so with a `Reason`, and every `indeterminate` verdict carries one.

use std::fmt;

/// Why a value could not be known, and what would make it known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A reference to another resource of the same input, known by name only.
    /// `attribute` is `None` for a plain reference (CloudFormation `Ref`).
    Reference {
        /// The logical id or address of the resource.
        resource: String,
        /// The attribute asked for, such as `Arn`.
        attribute: Option<String>,
    },
    /// A template parameter or variable without a value.
    Parameter {
        /// Its name.
        name: String,
        /// True when the template hides it (`NoEcho`, `sensitive`).
        secret: bool,
    },
    /// A pseudo parameter that only the target decides, such as `AWS::Region`.
    Pseudo {
        /// Its name.
        name: String,
    },
    /// An export or output of another stack or module.
    Import {
        /// Its name, as far as it is known.
        name: String,
    },
    /// A value that the service looks up when it is used, such as `{{resolve:ssm:…}}`.
    Dynamic {
        /// The reference as written.
        reference: String,
    },
    /// A value known only after the change is applied.
    KnownAfterApply,
    /// A condition that cannot be decided from the input, in more combinations than are tried.
    Condition {
        /// The condition's name, or its text.
        name: String,
    },
    /// A call was refused, failed or was throttled.
    Call {
        /// The IAM action that would answer.
        action: String,
        /// The service's error code or message.
        why: String,
    },
    /// The fact needs a call that this input does not hold the answer of.
    NotObserved {
        /// The IAM action that would answer.
        action: String,
    },
    /// Another source may supply the value, for instance an Airflow connection.
    Elsewhere {
        /// Where it may come from.
        place: String,
    },
    /// What bears the name now is not what it named then.
    Replaced {
        /// What happened.
        what: String,
    },
    /// A secret that is there, and whose value is kept from everybody.
    Withheld {
        /// What it is called.
        what: String,
    },
    /// The construct is valid, but this version does not evaluate it.
    Unsupported {
        /// What it is.
        what: String,
    },
    /// The text is not in the form that its place requires.
    Malformed {
        /// What is wrong, for instance the parser's message.
        what: String,
    },
}

/// Stands for the action of a call of which only that it is another one is known.
pub const ANOTHER_CALL: &str = "another call";

/// Calls that controls judge the answers of, and that no audit makes: only a snapshot that somebody completed holds them.
pub const NEVER_CALLED: &[&str] = &[
    "glue:GetConnections",
    "glue:GetCrawlers",
    "glue:GetDevEndpoints",
    "glue:GetJobs",
    "glue:GetMLTransforms",
    "glue:GetResourcePolicies",
    "glue:GetSecurityConfigurations",
    "glue:GetTags",
    "iam:GetRole",
    "ram:GetResourceShares",
    "ram:ListPrincipals",
    "s3:ListAllMyBuckets",
];

impl Reason {
    /// How the missing value can be supplied, as an instruction.
    pub fn remedy(&self) -> String {
        match self {
            Self::Reference { resource, .. } => {
                format!("name `{resource}` by a literal value, or give its target with `--target`")
            }
            Self::Parameter { name, .. } => {
                format!("give the value with `--parameters {name}=…`, or give `{name}` a default")
            }
            Self::Pseudo { name } => {
                format!("choose a target with `--target`, which decides `{name}`")
            }
            Self::Import { name } => format!(
                "write the value of `{name}`, or take it as a parameter and give it with `--parameters`"
            ),
            Self::Dynamic { .. } => {
                "audit the live resource, where the value is resolved".to_owned()
            }
            Self::KnownAfterApply => {
                "audit the live resource after the change is applied".to_owned()
            }
            Self::Condition { name } => {
                format!("give values for the parameters of condition `{name}` with `--parameters`")
            }
            // A refusal needs a permission; anything else that fails, such as throttling, needs another try.
            Self::Call { action, why }
                if !why.contains("Denied") && !why.contains("NotAuthorized") =>
            {
                format!("observe again: `{action}` failed, and not for want of a permission")
            }
            Self::NotObserved { action } if action == ANOTHER_CALL => {
                "look at it by hand: no audit makes the call that tells it".to_owned()
            }
            Self::NotObserved { action } if NEVER_CALLED.contains(&action.as_str()) => format!(
                "look at it by hand, or add the answer of `{action}` to the record of a snapshot: no audit makes this call"
            ),
            Self::Call { action, .. } | Self::NotObserved { action } => {
                format!("allow `{action}` and observe again")
            }
            Self::Elsewhere { place } => {
                format!("write the value here instead of leaving it to {place}")
            }
            Self::Replaced { .. } => {
                "launch a cluster with a configuration that is there, and end this one".to_owned()
            }
            Self::Withheld { what } => format!("look at `{what}` where it is written"),
            Self::Unsupported { .. } => "write the value literally".to_owned(),
            Self::Malformed { .. } => "correct the text".to_owned(),
        }
    }

    /// Why what is made of the value is not known: a reference with text around it, or given to a function, names
    /// something else than the reference does.
    #[must_use]
    pub fn of_result(self) -> Self {
        if let Self::Reference { .. } = self {
            let what = format!("what is made of a {self}");
            return Self::Unsupported { what };
        }
        self
    }

    /// The resource referred to, if that is why a text is unknown: the whole of it, or no more than a part. What a
    /// value as a whole refers to is [`super::Node::reference`].
    pub fn reference(&self) -> Option<(&str, Option<&str>)> {
        if let Self::Reference {
            resource,
            attribute,
        } = self
        {
            Some((resource, attribute.as_deref()))
        } else {
            None
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reference {
                resource,
                attribute: None,
            } => write!(f, "reference to `{resource}`"),
            Self::Reference {
                resource,
                attribute: Some(attribute),
            } => write!(f, "reference to `{resource}.{attribute}`"),
            Self::Parameter { name, .. } => write!(f, "parameter `{name}` has no value"),
            Self::Pseudo { name } => write!(f, "`{name}` depends on the target"),
            Self::Import { name } => write!(f, "import of `{name}`"),
            Self::Dynamic { reference } => write!(f, "`{reference}` is resolved by the service"),
            Self::KnownAfterApply => f.write_str("known only after apply"),
            Self::Condition { name } => write!(f, "condition `{name}` cannot be decided"),
            Self::Call { action, why } => write!(f, "`{action}` failed: {why}"),
            Self::NotObserved { action } if action == ANOTHER_CALL => {
                f.write_str("the record holds no answer that tells it")
            }
            Self::NotObserved { action } => write!(f, "`{action}` was not called"),
            Self::Elsewhere { place } => write!(f, "may be supplied by {place}"),
            Self::Withheld { what } => write!(f, "`{what}` is a secret, which is not read"),
            Self::Unsupported { what } => write!(f, "{what} is not evaluated"),
            Self::Replaced { what } | Self::Malformed { what } => f.write_str(what),
        }
    }
}
