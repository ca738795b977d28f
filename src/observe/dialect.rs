//! The forms of writing configuration that are known.

use std::fmt;

macro_rules! dialects {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// A form of writing configuration that is known, whether or not it is read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Dialect { $($(#[$doc])* $variant),* }
        impl Dialect {
            /// Every dialect.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The dialect's name on the command line.
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name),* } }
            /// The dialect of this name.
            pub fn of_name(name: &str) -> Option<Self> { match name { $($name => Some(Self::$variant),)* _ => None } }
        }
    };
}
dialects! {
    /// An EMR security configuration document, or `DescribeSecurityConfiguration` output.
    SecurityConfiguration = "security-configuration",
    /// `RunJobFlow` members, or `describe-cluster` output.
    RunJobFlow = "run-job-flow",
    /// A Step Functions state machine that launches clusters.
    StepFunctions = "step-functions",
    /// Python that launches clusters.
    Python = "python",
    /// A CloudFormation template.
    CloudFormation = "cloudformation",
    /// `terraform show -json` of a plan or state.
    TerraformPlan = "terraform-plan",
    /// A Terraform module's files.
    Terraform = "terraform",
    /// Lake Formation requests.
    LakeFormation = "lake-formation",
    /// A saved estate.
    Snapshot = "snapshot",
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
