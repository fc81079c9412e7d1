//! The roles a peer plays and the Advanced Profile features it announces for each.
//! A feature counts only when it is announced as `true`.

use super::{Dict, Show, Value, text};

/// A role of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are the specification's")]
pub enum Role {
    Publisher,
    Subscriber,
    Caller,
    Callee,
    Broker,
    Dealer,
}

impl Role {
    /// The roles of a client.
    pub const CLIENT: [Self; 4] = [Self::Publisher, Self::Subscriber, Self::Caller, Self::Callee];
    /// The roles of a router.
    pub const ROUTER: [Self; 2] = [Self::Broker, Self::Dealer];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Subscriber => "subscriber",
            Self::Caller => "caller",
            Self::Callee => "callee",
            Self::Broker => "broker",
            Self::Dealer => "dealer",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Show for Role {
    fn show(&self, to: &mut String) {
        to.push_str(self.as_str());
    }
}

/// The roles dict of HELLO and WELCOME: `{role: {features: {feature: bool}}}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roles(Dict);

impl Roles {
    /// An announcement of these roles, each with these features.
    #[must_use]
    pub fn announce(roles: &[(Role, &[&str])]) -> Self {
        let mut dict = Dict::new();
        for (role, features) in roles {
            let features = features.iter().fold(Dict::new(), |d, f| d.with(*f, true));
            let value =
                if features.is_empty() { Dict::new() } else { Dict::new().with("features", features) };
            dict.insert(role.as_str(), value);
        }
        Self(dict)
    }

    /// Reads the `roles` value of a details dict. Unknown roles are left in and ignored.
    ///
    /// # Errors
    /// A sentence that names the element: `roles` has none of the roles of `among`, a role is no dict,
    /// `features` is no dict, or a feature is not a bool.
    pub fn read(value: Option<&Value>, among: &[Role]) -> Result<Self, String> {
        let dict = value.and_then(Value::as_dict).ok_or("roles must be a dict")?;
        for (role, attributes) in dict.iter() {
            let Some(attributes) = attributes.as_dict() else {
                return Err(text!["roles.", role, " must be a dict, not ", attributes.kind()]);
            };
            let Some(features) = attributes.get("features").filter(|f| !f.is_null()) else { continue };
            let Some(features) = features.as_dict() else {
                return Err(text!["roles.", role, ".features must be a dict, not ", features.kind()]);
            };
            for (feature, on) in features.iter() {
                if on.as_bool().is_none() && !on.is_null() {
                    return Err(text![
                        "roles.",
                        role,
                        ".features.",
                        feature,
                        " must be a bool, not ",
                        on.kind(),
                    ]);
                }
            }
        }
        let roles = Self(dict.clone());
        if among.iter().any(|role| roles.has(*role)) {
            Ok(roles)
        } else {
            let mut text = "roles names none of".to_owned();
            for (i, role) in among.iter().enumerate() {
                text.push_str(if i == 0 { " " } else { ", " });
                text.push_str(role.as_str());
            }
            Err(text)
        }
    }

    /// Whether the role was announced.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.0.get(role.as_str()).is_some()
    }

    /// Whether the feature was announced for the role.
    #[must_use]
    pub fn supports(&self, role: Role, feature: &str) -> bool {
        let features = self.0.get(role.as_str()).and_then(Value::as_dict).and_then(|r| r.get("features"));
        features.and_then(Value::as_dict).and_then(|f| f.get(feature)).and_then(Value::as_bool) == Some(true)
    }

    /// The dict as it goes to the wire.
    #[must_use]
    pub const fn as_dict(&self) -> &Dict {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_that_is_false_or_missing_does_not_count() {
        let features = Dict::new().with("call_canceling", false).with("call_timeout", true);
        let dict = Dict::new().with("dealer", Dict::new().with("features", features));
        let roles = Roles::read(Some(&dict.into()), &Role::ROUTER).unwrap();
        assert!(roles.supports(Role::Dealer, "call_timeout"));
        assert!(!roles.supports(Role::Dealer, "call_canceling"));
        assert!(!roles.supports(Role::Broker, "call_timeout"));
    }

    #[test]
    fn wrong_announcements_are_refused_by_name() {
        let read = |dict: Dict| Roles::read(Some(&dict.into()), &Role::CLIENT).unwrap_err();
        assert_eq!(read(Dict::new()), "roles names none of publisher, subscriber, caller, callee");
        assert_eq!(read(Dict::new().with("caller", 1)), "roles.caller must be a dict, not integer");
        let odd = Dict::new().with("features", Dict::new().with("x", "yes"));
        assert_eq!(
            read(Dict::new().with("caller", odd)),
            "roles.caller.features.x must be a bool, not string"
        );
    }
}
