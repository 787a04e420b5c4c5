//! Which hosts are this machine.

use std::net::IpAddr;

/// True if a host, perhaps with a port, is this machine by its name.
#[must_use]
pub fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_told_from_others() {
        for ours in ["localhost", "localhost:80", "127.0.0.1:5000", "127.3.2.1", "[::1]:5000", "[::1]"] {
            assert!(is_loopback(ours), "{ours}");
        }
        for other in
            ["localhost.example", "example.org:127", "192.0.2.1:80", "[2001:db8::1]:80", "127.0.0.1.example", ""]
        {
            assert!(!is_loopback(other), "{other}");
        }
    }
}
