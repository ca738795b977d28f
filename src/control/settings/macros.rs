//! The macros that declare settings and vocabularies.

/// Declares the settings of a control. The doc comments are the schema's descriptions and the docs' table.
///
/// ```ignore
/// settings! {
///     pub(super) struct Setting {
///         /// Who supplies the keys of local disks.
///         provider: OneOf<Provider>,
///         /// Whether EBS volumes, the root volume included, are encrypted.
///         ebs: Switch = false,
///     }
/// }
/// ```
macro_rules! settings {
    ($vis:vis struct $name:ident { $($(#[doc = $doc:literal])* $field:ident : $kind:ty $(= $default:expr)?),* $(,)? }) => {
        /// The control's settings, typed.
        #[derive(Clone, Debug)]
        $vis struct $name { $($(#[doc = $doc])* $vis $field: <$kind as $crate::control::settings::SettingKind>::Value),* }
        impl $crate::control::settings::Settings for $name {
            fn fields() -> Vec<$crate::control::settings::Field> {
                vec![$($crate::control::settings::Field {
                    key: $crate::control::settings::field_key(stringify!($field)),
                    doc: concat!($($doc),*).trim().to_owned(),
                    spec: <$kind as $crate::control::settings::SettingKind>::SPEC,
                    default: $crate::control::settings::preset!($($default)?),
                }),*]
            }
            fn bind(requirement: &$crate::control::settings::Requirement) -> Self {
                let _ = requirement;
                Self { $($field: <$kind as $crate::control::settings::SettingKind>::value(
                    requirement.shape(&$crate::control::settings::field_key(stringify!($field))),
                    $crate::control::settings::preset!($($default)?),
                )),* }
            }
        }
    };
}
macro_rules! preset {
    () => {
        None
    };
    ($default:expr) => {
        Some($crate::control::settings::Preset::from($default))
    };
}
/// Declares words of AWS's for a choice.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $vis:vis $name:ident: $($word:literal),* $(,)?) => {
        $(#[$doc])* #[derive(Debug)] $vis enum $name {}
        impl $crate::control::settings::Vocabulary for $name {
            const DOMAIN: $crate::control::settings::Domain = $crate::control::settings::Domain::Words(&[$($word),*]);
        }
    };
}
pub(crate) use {preset, settings, vocabulary};
