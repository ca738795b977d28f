//! Live AWS, against a double of it: what is asked, how fast, and what becomes of the answers.

#[cfg_attr(
    not(feature = "live"),
    expect(
        dead_code,
        reason = "some of it is planted and denied only from outside"
    )
)]
pub(crate) mod estate;
mod quota;
#[cfg(feature = "live")]
mod server;
pub(crate) mod tried;
mod virtual_clock;
mod warm;
#[cfg(feature = "live")]
mod witnessed;
#[cfg(feature = "live")]
mod xml;

#[cfg(feature = "live")]
mod cache;
#[cfg(feature = "live")]
mod elsewhere;
#[cfg(feature = "live")]
mod lake;
#[cfg(feature = "live")]
mod moto;
#[cfg(feature = "live")]
mod organisation;
#[cfg(feature = "live")]
pub(crate) mod outside;
#[cfg(feature = "live")]
mod schedules;
