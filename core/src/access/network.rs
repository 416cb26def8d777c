//! Addresses: which networks may ask, and whose word counts about where a request came from.
//!
//! `X-Forwarded-For` is written by whoever sends it. It is read from its right end, and only as far as each
//! entry was added by a proxy that is trusted; the first address that is not one is the client.

use std::net::IpAddr;

use super::answer::{Answer, Reason};

/// Entries of `X-Forwarded-For` that are looked at.
const MAX_HOPS: usize = 32;

/// A network in CIDR form, such as `10.0.0.0/8`, `2001:db8::/32`; an address alone is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// A network of this form. Bits behind the prefix must be 0, since they are mostly a mistake.
    pub fn parse(text: &str) -> Result<Self, NetworkError> {
        let refused = || NetworkError { bytes: text.len() };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address = canonical(address.parse().map_err(|_| refused())?);
        let width = width(address);
        let bits = match bits {
            None => width,
            Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => {
                bits.parse().ok().filter(|bits| *bits <= width).ok_or_else(refused)?
            }
            Some(_) => return Err(refused()),
        };
        let network = Self { address, bits };
        if number(address) & !network.mask() != 0 {
            return Err(refused());
        }
        Ok(network)
    }

    /// Whether an address lies in it. An IPv4 address in IPv6 form is an IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = canonical(address);
        address.is_ipv4() == self.address.is_ipv4() && number(address) & self.mask() == number(self.address)
    }

    fn mask(&self) -> u128 {
        let all = u128::MAX >> (128 - u32::from(width(self.address)));
        let behind = u32::from(width(self.address) - self.bits);
        all & u128::MAX.checked_shl(behind).unwrap_or(0)
    }
}

fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => u128::from(four.to_bits()),
        IpAddr::V6(six) => six.to_bits(),
    }
}

/// Which networks may ask.
#[derive(Debug, Clone, Default)]
pub struct Networks {
    /// Networks that may ask; empty: all that are not refused.
    pub allowed: Vec<Network>,
    /// Networks that may not, whatever else is said.
    pub refused: Vec<Network>,
    /// Proxies whose word about the client's address counts.
    pub proxies: Vec<Network>,
}

impl Networks {
    /// The address of the client: that of the connection, or what trusted proxies say of it.
    pub fn client(&self, peer: IpAddr, forwarded_for: Option<&str>) -> IpAddr {
        let trusted = |address: IpAddr| self.proxies.iter().any(|network| network.contains(address));
        let mut client = canonical(peer);
        let hops = forwarded_for.unwrap_or_default().rsplit(',').take(MAX_HOPS);
        for hop in hops {
            if !trusted(client) {
                break;
            }
            // What a trusted proxy would not have written ends the chain: the proxy itself is all that is known.
            let Ok(address) = hop.trim().parse() else { break };
            client = canonical(address);
        }
        client
    }

    /// Judges the address that a request comes from.
    pub fn check(&self, peer: IpAddr, forwarded_for: Option<&str>) -> Answer {
        let client = self.client(peer, forwarded_for);
        let within = |networks: &[Network]| networks.iter().any(|network| network.contains(client));
        if within(&self.refused) || (!self.allowed.is_empty() && !within(&self.allowed)) {
            return Answer::refuse(Reason::Network, "the address is not one of those accepted");
        }
        Answer::allow()
    }
}

/// A network in the configuration that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "network of {bytes} bytes is not accepted: an address or address/bits is, with no bit set behind the prefix"
)]
pub struct NetworkError {
    /// Its length.
    pub bytes: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let holds = |network: &str, text: &str| Network::parse(network).unwrap().contains(address(text));
        assert!(holds("10.0.0.0/8", "10.255.255.255") && !holds("10.0.0.0/8", "11.0.0.0"));
        assert!(holds("0.0.0.0/0", "255.1.2.3") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("192.168.1.7", "192.168.1.7") && !holds("192.168.1.7", "192.168.1.6"));
        assert!(holds("2001:db8::/32", "2001:db8:ffff::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.2.3"), "IPv4 in IPv6 form");
        for wrong in ["", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/+8", "10.0.0", "10.0.0.0/", "::/129", "a/8"]
        {
            assert!(Network::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_trusted_proxies_say_where_a_request_came_from() {
        let networks =
            Networks { proxies: vec![Network::parse("10.0.0.0/8").unwrap()], ..Networks::default() };
        let client = |peer: &str, header: Option<&str>| networks.client(address(peer), header).to_string();
        assert_eq!(client("203.0.113.9", Some("198.51.100.1")), "203.0.113.9", "no proxy of ours");
        assert_eq!(client("10.0.0.1", Some("198.51.100.1")), "198.51.100.1");
        // What stands further left was written by the client.
        assert_eq!(client("10.0.0.1", Some("1.2.3.4, 198.51.100.1")), "198.51.100.1");
        assert_eq!(client("10.0.0.1", Some("1.2.3.4, 198.51.100.1, 10.0.0.2")), "198.51.100.1");
        assert_eq!(client("10.0.0.1", Some("unknown")), "10.0.0.1");
        assert_eq!(client("10.0.0.1", None), "10.0.0.1");
    }

    #[test]
    fn a_refused_network_is_refused_even_inside_an_accepted_one() {
        let networks = Networks {
            allowed: vec![Network::parse("10.0.0.0/8").unwrap()],
            refused: vec![Network::parse("10.9.0.0/16").unwrap()],
            proxies: Vec::new(),
        };
        assert!(networks.check(address("10.1.0.1"), None).allowed);
        assert_eq!(networks.check(address("10.9.0.1"), None).http_status, 403);
        assert!(!networks.check(address("192.0.2.1"), None).allowed);
    }
}
