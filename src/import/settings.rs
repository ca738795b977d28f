//! Data lake settings in the language of baselines, and the guards that a lake may already keep.

use super::grants::in_account;
use super::{Kind, Section, toml};
use crate::control::lake::members::Names;
use crate::control::lake::{Context, Trouble};
use crate::observed::lake::admins;
use crate::observed::{Resource, Switch};

/// Settings as they were seen; `None` when none were.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings(Option<Seen>);

#[derive(Clone, Debug, Default)]
struct Seen {
    admins: Vec<String>,
    read_only: Vec<String>,
    owners: Vec<String>,
    filtering: Option<bool>,
    accounts: Vec<String>,
    session_tags: Vec<String>,
    full_tables: bool,
    version: Option<String>,
}

impl Settings {
    pub(super) fn see<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        let settings = resource.lake_settings();
        if let Some(reason) = settings.reason() {
            return Err(Trouble::new(
                settings,
                format!("the settings are not known: {reason}"),
            ));
        }
        let is_on = |member: &str| match resource.lake_switch(settings.get(member)) {
            Switch::On | Switch::TextOn => Some(true),
            Switch::Off | Switch::TextOff => Some(false),
            Switch::Absent | Switch::Odd | Switch::Unreadable(_) => None,
        };
        let texts = |member| known(context.texts(settings.get(member), member));
        let ids = |member| known(context.principals(settings.get(member), member));
        self.0 = Some(Seen {
            admins: known(context.principals(admins(settings), "the administrators"))?,
            read_only: ids("ReadOnlyAdmins")?,
            owners: texts("TrustedResourceOwners")?,
            filtering: is_on("AllowExternalDataFiltering"),
            accounts: ids("ExternalDataFilteringAllowList")?,
            session_tags: texts("AuthorizedSessionTagValueList")?,
            full_tables: is_on("AllowFullTableExternalDataAccess") == Some(true),
            version: settings
                .get("Parameters")
                .get("CROSS_ACCOUNT_VERSION")
                .as_text()
                .map(str::to_owned),
        });
        Ok(())
    }

    /// What they come to.
    pub(super) fn sections(&self, account: &str) -> Vec<Section> {
        let Some(seen) = &self.0 else {
            return Vec::new();
        };
        let says = |control, settings: &[(&str, String)]| Section {
            control,
            text: toml::table(&format!("[{control}]"), settings),
            kind: Kind::Setting,
        };
        let strings = |texts: &[String]| {
            let written: Vec<String> = texts.iter().map(|one| in_account(one, account)).collect();
            toml::list(&written, 12)
        };
        let mut sections = vec![says("lake.admins", &seen.administrators(&strings))];
        let mut filtering = vec![("full-table-access", seen.full_tables.to_string())];
        if let Some(enabled) = seen.filtering {
            filtering.insert(0, ("enabled", enabled.to_string()));
        }
        for (key, texts) in [
            ("accounts", &seen.accounts),
            ("session-tags", &seen.session_tags),
        ] {
            filtering.push((key, strings(texts)));
        }
        sections.push(says("lake.external-filtering", &filtering));
        let version = seen
            .version
            .as_deref()
            .and_then(|text| text.parse::<u8>().ok());
        let mut sharing = vec![("owners", strings(&seen.owners))];
        if let Some(version) = version {
            sharing.insert(0, ("min-version", version.to_string()));
        }
        let mut sharing = says("lake.cross-account", &sharing);
        if version.is_none() {
            sharing.kind = Kind::Partial;
        }
        sections.push(sharing);
        sections
    }
}

impl Seen {
    fn administrators(&self, strings: &dyn Fn(&[String]) -> String) -> Vec<(&'static str, String)> {
        let mut settings = vec![
            ("allowed", strings(&self.admins)),
            ("required", strings(&self.admins)),
            ("max", self.admins.len().clamp(1, 30).to_string()),
        ];
        if !self.read_only.is_empty() {
            settings.push(("read-only", strings(&self.read_only)));
        }
        let has_users = self.admins.iter().any(|admin| admin.contains(":user/"));
        if has_users {
            settings.push(("kinds", "[\"role\", \"user\"]".to_owned()));
        }
        settings
    }
}

/// The texts of a list, all of which must be known.
fn known(names: Names<'_>) -> Result<Vec<String>, Trouble<'_>> {
    if let Some(trouble) = names.troubles.into_iter().next() {
        return Err(trouble);
    }
    let mut texts = Vec::new();
    for (node, name) in names.found {
        let Some(text) = name.as_known() else {
            return Err(Trouble::new(node, format!("`{name}` is not known")));
        };
        texts.push(text.to_owned());
    }
    texts.sort();
    texts.dedup();
    Ok(texts)
}

/// Controls that need nothing of the lake but that it keeps them.
const GUARDS: [&str; 9] = [
    "lake.visibility",
    "lake.default-permissions",
    "lake.iam-allowed-principals",
    "lake.dangling-grants",
    "lake.unfiltered-access",
    "lake.wide-grants",
    "lake.row-policies",
    "lake.tag-administration",
    "lake.hybrid-access",
];

/// The guards, each with its defaults.
pub(super) fn guards() -> impl Iterator<Item = Section> {
    GUARDS.into_iter().map(|control| Section {
        control,
        text: format!("[{control}]\n"),
        kind: Kind::Guard,
    })
}
