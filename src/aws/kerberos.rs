//! How Kerberos servers are written.

/// The default port of an admin server. Source: EMR Management Guide, *Create a security configuration*.
pub const ADMIN_PORT: &str = "749";
/// The default port of a KDC. Source: as above.
pub const KDC_PORT: &str = "88";

/// Whether both name one server: host names in any case, the port left out where it is the default.
pub fn is_same_server(one: &str, other: &str, port: &str) -> bool {
    spelt_out(one, port) == spelt_out(other, port)
}

/// The server with its port, in lower case.
pub fn spelt_out(server: &str, port: &str) -> String {
    let server = server.to_ascii_lowercase();
    match server.rsplit_once(':') {
        Some((_, written))
            if !written.is_empty() && written.chars().all(|char| char.is_ascii_digit()) =>
        {
            server
        }
        _ => format!("{server}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{ADMIN_PORT, KDC_PORT, is_same_server};

    #[test]
    fn the_default_port_may_be_left_out() {
        assert!(is_same_server(
            "ad.example.com",
            "AD.example.com:749",
            ADMIN_PORT
        ));
        assert!(is_same_server(
            "ad.example.com:88",
            "ad.example.com",
            KDC_PORT
        ));
        assert!(!is_same_server(
            "ad.example.com:750",
            "ad.example.com",
            ADMIN_PORT
        ));
        assert!(!is_same_server(
            "ad.example.com",
            "kdc.example.com",
            KDC_PORT
        ));
    }
}
