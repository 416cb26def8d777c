//! Errors.

/// Why policies cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CedarError {
    /// Longer than accepted.
    #[error("{what} of {bytes} bytes: accepted are up to 1048576")]
    Length {
        /// Policies, schema or entities.
        what: &'static str,
        /// The refused length.
        bytes: usize,
    },
    /// Nested too deep.
    #[error("{what}: brackets are nested more than 32 deep")]
    Depth {
        /// Policies or schema.
        what: &'static str,
    },
    /// One of them is too long.
    #[error(
        "{what}: one has more than 8192 bytes up to its semicolon; accepted are several that are shorter"
    )]
    Statement {
        /// Policies or schema.
        what: &'static str,
    },
    /// Not policies of Cedar.
    #[error("policies: {message}")]
    Policies {
        /// Where and what.
        message: String,
    },
    /// A template, which nobody would link.
    #[error("policies: {id} is a template: accepted are policies without slots")]
    Template {
        /// Its name.
        id: String,
    },
    /// Two policies of one name.
    #[error("policies: two have the id {id:?}: accepted is one")]
    Twice {
        /// The name.
        id: String,
    },
    /// Not a schema of Cedar.
    #[error("schema: {message}")]
    Schema {
        /// Where and what.
        message: String,
    },
    /// Policies that the schema does not allow.
    #[error("policies do not fit the schema: {message}")]
    Invalid {
        /// All of what was found.
        message: String,
    },
    /// Not entities of Cedar, or not such as the schema has.
    #[error("entities: {message}")]
    Entities {
        /// Where and what.
        message: String,
    },
    /// More entities than a decision has time for.
    #[error("{entities} entities: accepted are up to 1000")]
    Count {
        /// How many.
        entities: usize,
    },
}
