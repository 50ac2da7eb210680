//! The origin of a page that may ask the service.

use std::str::FromStr;

use axum::http::HeaderValue;

/// The origin of a page, such as `https://desk.example.org`: a scheme and a host, with a port
/// if it is not the usual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(HeaderValue);

/// A text is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an origin is expected, such as https://desk.example.org, without a path")]
pub struct NoOrigin;

impl Origin {
    /// The origin as browsers send it.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl FromStr for Origin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let https = text.strip_prefix("https://");
        let host = https.or_else(|| text.strip_prefix("http://"));
        let host = host.ok_or(NoOrigin)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
        // Browsers send hosts in small letters.
        let small = !host.bytes().any(|byte| byte.is_ascii_uppercase());
        if host.is_empty() || !small || !host.bytes().all(plain) {
            return Err(NoOrigin);
        }
        HeaderValue::from_str(text).map(Self).map_err(|_| NoOrigin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_scheme_and_a_host_are_an_origin() {
        for right in [
            "https://a.example",
            "http://localhost:3000",
            "http://[::1]:80",
        ] {
            assert!(right.parse::<Origin>().is_ok(), "{right}");
        }
        for wrong in [
            "",
            "*",
            "null",
            "a.example",
            "https://",
            "https://a.example/",
            "https://*",
            "https://A.example",
            "https://a.example, https://b.example",
            "ftp://a.example",
            "https://ä.example",
        ] {
            assert_eq!(wrong.parse::<Origin>(), Err(NoOrigin), "{wrong}");
        }
    }
}
