//! California's latent disclosure (SB 942, the AI Transparency Act): what a file says about its making.
//!
//! The law asks for the provider's name, the name and version of the system, the time and date, and a
//! unique identifier, and that no personal provenance data be in it. The structure has these fields and
//! no others.

use serde::Serialize;

use super::{ReportError, checked, generation, uuid};
use crate::ledger::{Moment, StoredRecord};

/// A latent disclosure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LatentDisclosure {
    /// Name of the provider.
    pub provider: String,
    /// Name of the system that made the content.
    pub system: String,
    /// Version of that system.
    pub version: String,
    /// When the content was made: RFC 3339, UTC.
    pub time: String,
    /// Unique identifier of the content: the record's id.
    pub id: String,
}

/// The disclosure for what this record speaks of.
pub fn latent(
    stored: &StoredRecord,
    provider: &str,
    system: &str,
    version: &str,
) -> Result<LatentDisclosure, ReportError> {
    generation(stored)?;
    Ok(LatentDisclosure {
        provider: checked("provider", provider)?.to_owned(),
        system: checked("system", system)?.to_owned(),
        version: checked("version", version)?.to_owned(),
        time: Moment(stored.record.time_ms).to_string(),
        id: uuid(stored),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refused, spoken};
    use super::*;

    #[test]
    fn a_disclosure_has_the_five_fields_of_the_law_and_nothing_of_a_person() {
        let disclosure = latent(&spoken(), "Example Inc.", "Example TTS", "2.1").unwrap();
        let json = serde_json::to_value(&disclosure).unwrap();
        let mut names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["id", "provider", "system", "time", "version"]);
        let text = json.to_string();
        for personal in ["02".repeat(32), "03".repeat(32), "heart".to_owned()] {
            assert!(!text.contains(&personal), "{personal}");
        }
        assert!(latent(&refused(), "a", "b", "c").is_err());
        assert!(latent(&spoken(), "a", "", "c").is_err());
    }
}
