//! What well-known managed policies of AWS's allow: those that give very much, and those that clusters' roles have.
//!
//! AWS may change them. So a policy that gives much is listed with what it surely allows, and another with the services
//! beyond which it has never gone; of anything not listed nothing is known.

use super::policy::{Pattern, Reach, reach_of};

/// A managed policy.
#[derive(Clone, Copy, Debug)]
pub struct Managed {
    /// Its name, without path.
    pub name: &'static str,
    /// What it allows on everything.
    allows: &'static [&'static str],
    /// What is spared of that.
    but: &'static [&'static str],
    /// What it may allow besides: nothing else.
    at_most: &'static [&'static str],
}

const fn grants(name: &'static str, allows: &'static [&'static str]) -> Managed {
    Managed {
        name,
        allows,
        but: &[],
        at_most: &[],
    }
}

const fn within(name: &'static str, at_most: &'static [&'static str]) -> Managed {
    Managed {
        name,
        allows: &[],
        but: &[],
        at_most,
    }
}

/// Source: AWS Managed Policy Reference.
const KNOWN: &[Managed] = &[
    grants("AdministratorAccess", &["*"]),
    Managed {
        name: "PowerUserAccess",
        allows: &["*"],
        but: &["iam:*", "organizations:*", "account:*"],
        at_most: &["iam:*", "organizations:*", "account:*"],
    },
    Managed {
        name: "IAMFullAccess",
        allows: &["iam:*"],
        but: &[],
        at_most: &["organizations:*"],
    },
    Managed {
        name: "AmazonS3FullAccess",
        allows: &["s3:*"],
        but: &[],
        at_most: &["s3-object-lambda:*"],
    },
    Managed {
        name: "AmazonS3ReadOnlyAccess",
        allows: &["s3:Get*", "s3:List*"],
        but: &[],
        at_most: &["s3:Describe*", "s3-object-lambda:*"],
    },
    Managed {
        name: "AmazonElasticMapReduceforEC2Role",
        allows: &["s3:*", "dynamodb:*"],
        but: &[],
        at_most: &[
            "cloudwatch:*",
            "ec2:*",
            "elasticmapreduce:*",
            "kinesis:*",
            "rds:*",
            "sdb:*",
            "sns:*",
            "sqs:*",
            "glue:*",
        ],
    },
    Managed {
        name: "AmazonElasticMapReduceFullAccess",
        allows: &["elasticmapreduce:*"],
        but: &[],
        at_most: &["*"],
    },
    within("AmazonElasticMapReduceRole", &["*"]),
    within(
        "AmazonEMRServicePolicy_v2",
        &[
            "ec2:*",
            "resource-groups:*",
            "cloudwatch:*",
            "application-autoscaling:*",
            "iam:PassRole",
            "iam:CreateServiceLinkedRole",
        ],
    ),
    within(
        "AmazonElasticMapReduceforAutoScalingRole",
        &["cloudwatch:*", "elasticmapreduce:*"],
    ),
    within(
        "AmazonSSMManagedInstanceCore",
        &["ssm:*", "ssmmessages:*", "ec2messages:*"],
    ),
    within(
        "CloudWatchAgentServerPolicy",
        &["cloudwatch:*", "ec2:*", "logs:*", "ssm:*", "xray:*"],
    ),
    within(
        "CloudWatchAgentAdminPolicy",
        &["cloudwatch:*", "ec2:*", "logs:*", "ssm:*", "xray:*"],
    ),
];

/// The managed policy of this ARN; nothing for a policy of somebody's own, which may have the same name.
pub fn of_arn(arn: &str) -> Option<&'static Managed> {
    let (_, rest) = arn.strip_prefix("arn:")?.split_once(':')?;
    let path = rest.strip_prefix("iam::aws:policy/")?;
    of_name(path.rsplit('/').next()?)
}

/// The managed policy of this name.
pub fn of_name(name: &str) -> Option<&'static Managed> {
    KNOWN.iter().find(|known| known.name == name)
}

impl Managed {
    /// Whether it allows all of an action pattern, on everything.
    pub fn all_of(&self, asked: &str) -> Reach {
        let asked = Pattern::action(asked);
        let covers = |list: &mut dyn Iterator<Item = &&'static str>| {
            let list: Vec<Pattern> = list.map(|text| Pattern::action(text)).collect();
            reach_of(&list, &asked) == Reach::All
        };
        let spared = self.but.iter().map(|text| Pattern::action(text));
        let is_spared = spared
            .into_iter()
            .any(|but| but.reach(&asked) > Reach::None);
        if !is_spared && covers(&mut self.allows.iter()) {
            Reach::All
        } else if covers(&mut self.allows.iter().chain(self.at_most)) {
            Reach::Perhaps
        } else {
            Reach::None
        }
    }

    /// How far it reaches into an action, on everything.
    pub fn action(&self, asked: &str) -> Reach {
        let asked = Pattern::action(asked);
        let reach = |list: &[&str]| {
            reach_of(
                &list
                    .iter()
                    .map(|text| Pattern::action(text))
                    .collect::<Vec<_>>(),
                &asked,
            )
        };
        let spared = reach(self.but);
        let surely = if spared == Reach::None {
            reach(self.allows)
        } else {
            Reach::None
        };
        let perhaps = reach(self.at_most).max(spared);
        if surely == Reach::None && perhaps > Reach::None {
            Reach::Perhaps
        } else {
            surely
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{of_arn, of_name};
    use crate::aws::policy::Reach;

    #[test]
    fn what_gives_much_surely_gives_it_and_what_spares_may_still() {
        let reach = |name: &str, action: &str| of_name(name).unwrap().action(action);
        assert_eq!(reach("AdministratorAccess", "kms:Decrypt"), Reach::All);
        assert_eq!(reach("PowerUserAccess", "kms:Decrypt"), Reach::All);
        assert_eq!(reach("PowerUserAccess", "iam:PassRole"), Reach::Perhaps);
        assert_eq!(
            reach("AmazonEMRServicePolicy_v2", "kms:Decrypt"),
            Reach::None
        );
        assert_eq!(
            reach("AmazonEMRServicePolicy_v2", "iam:PassRole"),
            Reach::Perhaps
        );
    }

    #[test]
    fn all_of_a_pattern_is_more_than_a_part_of_it() {
        let all = |name: &str, action: &str| of_name(name).unwrap().all_of(action);
        assert_eq!(all("AdministratorAccess", "iam:*"), Reach::All);
        assert_eq!(all("PowerUserAccess", "lakeformation:*"), Reach::All);
        assert_eq!(all("PowerUserAccess", "iam:*"), Reach::Perhaps);
        assert_eq!(all("AmazonEMRServicePolicy_v2", "iam:*"), Reach::None);
        assert_eq!(all("AmazonElasticMapReduceRole", "iam:*"), Reach::Perhaps);
    }

    #[test]
    fn only_awss_own_account_owns_managed_policies() {
        assert!(
            of_arn("arn:aws-cn:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2").is_some()
        );
        assert!(of_arn("arn:aws:iam::111122223333:policy/AdministratorAccess").is_none());
    }
}
