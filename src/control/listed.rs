//! Conditions over lists of which a part may be out of sight.

use super::verdict::{Condition, Conditions};
use crate::observed::groups::Gap;

impl Conditions {
    /// There may be more things than were judged: unknown, once for each place. `what` names the things.
    pub fn may_be_more(&mut self, gaps: &[Gap<'_>], what: &str, setting: Option<&'static str>) {
        for gap in gaps {
            let condition: &mut Condition =
                self.unknown(gap.node, &gap.reason, format!("not all {what} are known"));
            condition.setting = setting;
        }
    }
}
