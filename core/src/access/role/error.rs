//! Errors of roles.

/// Why roles cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoleError {
    /// Not JSON of this form.
    #[error("roles: {message}")]
    Json {
        /// Where and what.
        message: String,
    },
    /// Another version.
    #[error("roles of version {version}: accepted is 1")]
    Version {
        /// The refused version.
        version: u32,
    },
    /// Too many roles.
    #[error("{roles} roles: accepted are up to 1000")]
    Count {
        /// How many.
        roles: usize,
    },
    /// A name that is not accepted.
    #[error("name of a {what}, {bytes} bytes: accepted are 1 to 64 of A-Z a-z 0-9 _ . -")]
    Name {
        /// Of what.
        what: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// Inherits from a role that is not there.
    #[error("role {role:?} is inherited and does not exist")]
    Unknown {
        /// Which.
        role: String,
    },
    /// Inherits from itself.
    #[error("role {role} inherits from itself")]
    Circle {
        /// Which.
        role: String,
    },
    /// Too many grants or too deep.
    #[error("role {role} has more than 1000 grants or inherits through more than 16 roles")]
    TooMuch {
        /// Which.
        role: String,
    },
    /// A resource pattern that is none.
    #[error(
        "role {role} has a resource of {bytes} bytes that is not accepted: a path such as voice/heart, one that \
         ends in /*, or *"
    )]
    Pattern {
        /// Of which role.
        role: String,
        /// Its length.
        bytes: usize,
    },
}
