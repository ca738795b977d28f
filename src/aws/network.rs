//! Address ranges and ports, as rules of security groups write them.

use ipnet::IpNet;
use std::net::IpAddr;

/// Ranges that the internet has no way to and from: private and shared address space (RFC 1918, RFC 6598), unique local
/// addresses (RFC 4193), link-local addresses and loopback (RFC 3927, RFC 4291).
const PRIVATE: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
];

/// A range in CIDR notation; an address alone is a range of one.
pub fn range(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse::<IpNet>()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
        .map(|net| net.trunc())
}

/// A set of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(Vec<IpNet>);

impl Addresses {
    /// Every address that the internet has no way to.
    pub fn private() -> Self {
        Self::of(PRIVATE.iter().copied())
    }

    /// The addresses of these ranges; what is no range is left out.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self(IpNet::aggregate(
            &texts.into_iter().filter_map(range).collect(),
        ))
    }

    /// The addresses of both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let all: Vec<IpNet> = self.0.iter().chain(&other.0).copied().collect();
        Self(IpNet::aggregate(&all))
    }

    /// Whether every address of the range is in the set.
    pub fn hold(&self, range: &IpNet) -> bool {
        // INVARIANT: aggregated ranges are the largest blocks of the set, so a block inside the set is inside one of them.
        self.0.iter().any(|block| block.contains(range))
    }
}

/// A range of ports, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ports {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

impl Ports {
    /// Every port.
    pub const ALL: Self = Self {
        from: 0,
        to: u16::MAX,
    };

    /// `22` or `8000-8010`.
    pub fn of(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        (from <= to).then_some(Self { from, to })
    }

    /// Whether all of these lie in one of the ranges.
    pub fn lie_in(self, ranges: &[Self]) -> bool {
        ranges
            .iter()
            .any(|range| range.from <= self.from && self.to <= range.to)
    }
}

impl std::fmt::Display for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            &Self::ALL => f.write_str("every port"),
            Self { from, to } if from == to => write!(f, "port {from}"),
            Self { from, to } => write!(f, "ports {from}-{to}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Addresses, Ports, range};

    #[test]
    fn a_range_is_inside_when_several_ranges_cover_it() {
        let halves = Addresses::of(["203.0.113.0/25", "203.0.113.128/25"]);
        assert!(halves.hold(&range("203.0.113.0/24").unwrap()));
        assert!(!halves.hold(&range("203.0.112.0/23").unwrap()));
        assert!(!Addresses::default().hold(&range("203.0.113.7").unwrap()));
    }

    #[test]
    fn half_of_the_internet_is_not_private() {
        let private = Addresses::private();
        for public in [
            "0.0.0.0/0",
            "0.0.0.0/1",
            "128.0.0.0/1",
            "::/0",
            "10.0.0.0/7",
            "8.8.8.8",
        ] {
            assert!(!private.hold(&range(public).unwrap()), "{public}");
        }
        for inside in ["10.1.2.3/32", "172.31.0.0/16", "fd00::/8", "10.0.0.0/8"] {
            assert!(private.hold(&range(inside).unwrap()), "{inside}");
        }
        assert_eq!(range("vpc"), None);
    }

    #[test]
    fn ports_are_one_or_a_range() {
        assert_eq!(Ports::of("22"), Some(Ports { from: 22, to: 22 }));
        assert_eq!(
            Ports::of("8000 - 8010"),
            Some(Ports {
                from: 8000,
                to: 8010
            })
        );
        assert_eq!(Ports::of("10-1"), None);
        assert_eq!(Ports::of("ssh"), None);
        assert!(Ports { from: 22, to: 22 }.lie_in(&[Ports { from: 20, to: 25 }]));
        assert!(!Ports::ALL.lie_in(&[Ports { from: 1, to: 65535 }]));
    }
}
