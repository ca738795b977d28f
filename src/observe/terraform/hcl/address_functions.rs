//! Functions of ranges of addresses. Source: Terraform language, *IP Network Functions*.

use super::expr::At;
use super::value::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a function yields for known arguments; `None` when it is none of these.
pub(super) fn apply(name: &str, texts: &[&str], at: At) -> Option<Value> {
    let found = match (name, texts) {
        ("cidrsubnet", [prefix, bits, number]) => subnet(prefix, bits, number),
        ("cidrhost", [prefix, number]) => host(prefix, number),
        ("cidrnetmask", [prefix]) => netmask(prefix),
        ("cidrsubnets", [prefix, bits @ ..]) => {
            let subnets = subnets(prefix, bits);
            let subnets = subnets.map(|all| {
                let all = all.into_iter().map(|one| Value::text(one, at));
                Value::list(all.collect(), at)
            });
            return Some(subnets.unwrap_or_else(|| wrong(name, at)));
        }
        _ => return None,
    };
    Some(found.map_or_else(|| wrong(name, at), |text| Value::text(text, at)))
}

fn wrong(name: &str, at: At) -> Value {
    Value::malformed(
        format!("`{name}` expects a range and numbers that fit it"),
        at,
    )
}

/// A range of addresses; those of version 4 take the low 32 bits.
#[derive(Clone, Copy)]
struct Range {
    first: u128,
    length: u32,
    width: u32,
}

impl Range {
    fn of(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let length: u32 = length.parse().ok()?;
        let (bits, width) = match address.parse().ok()? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let range = Self {
            first: bits,
            length,
            width,
        };
        (length <= width).then(|| range.starting(bits))
    }

    /// How many bits of an address are free in it.
    fn free(self) -> u32 {
        self.width - self.length
    }

    /// The range of the same length that an address is in.
    fn starting(self, address: u128) -> Self {
        let host = 1_u128
            .checked_shl(self.free())
            .map_or(u128::MAX, |size| size - 1);
        Self {
            first: address & !host,
            ..self
        }
    }

    fn last(self) -> u128 {
        let host = 1_u128
            .checked_shl(self.free())
            .map_or(u128::MAX, |size| size - 1);
        self.first | host
    }

    fn longer(self, bits: u32) -> Option<Self> {
        let length = self.length.checked_add(bits)?;
        (length <= self.width).then_some(Self { length, ..self })
    }

    fn address(self, bits: u128) -> Option<String> {
        if self.width == 32 {
            let bits = u32::try_from(bits).ok()?;
            return Some(Ipv4Addr::from(bits).to_string());
        }
        Some(Ipv6Addr::from(bits).to_string())
    }

    fn text(self) -> Option<String> {
        Some(format!("{}/{}", self.address(self.first)?, self.length))
    }
}

fn subnet(prefix: &str, bits: &str, number: &str) -> Option<String> {
    let bits: u32 = bits.parse().ok()?;
    let number: u128 = number.parse().ok()?;
    let range = Range::of(prefix)?;
    let longer = range.longer(bits)?;
    if number.checked_shr(bits).is_some_and(|rest| rest > 0) {
        return None;
    }
    let offset = number.checked_shl(longer.free()).unwrap_or(0);
    let first = range.first | offset;
    Range { first, ..longer }.text()
}

fn subnets(prefix: &str, bits: &[&str]) -> Option<Vec<String>> {
    let range = Range::of(prefix)?;
    let mut all = Vec::with_capacity(bits.len());
    let mut last: Option<u128> = None;
    for bits in bits {
        let longer = range.longer(bits.parse().ok()?)?;
        let next = match last {
            None => longer,
            Some(last) => longer.starting(longer.starting(last).last().checked_add(1)?),
        };
        if next.first > range.last() {
            return None;
        }
        last = Some(next.last());
        all.push(next.text()?);
    }
    Some(all)
}

fn host(prefix: &str, number: &str) -> Option<String> {
    let number: i128 = number.parse().ok()?;
    let range = Range::of(prefix)?;
    let steps = number.unsigned_abs();
    let address = if number < 0 {
        range.last().checked_sub(steps - 1)?
    } else {
        range.first.checked_add(steps)?
    };
    let inside = range.starting(address).first == range.first;
    inside.then(|| range.address(address)).flatten()
}

fn netmask(prefix: &str) -> Option<String> {
    let range = Range::of(prefix).filter(|range| range.width == 32)?;
    let mask = u32::MAX.checked_shl(range.free()).unwrap_or(0);
    Some(Ipv4Addr::from(mask).to_string())
}
