//! The question as Cedar's entities.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{Entities, Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use voxguard_core::access::authorizer::Question;

/// Longest part of a question, in bytes.
const MAX_PART_BYTES: usize = 1_024;
/// Resources that have a type of their own, by the first part of their path.
const KINDS: [(&str, &str); 4] =
    [("voice", "Voice"), ("model", "Model"), ("command", "Command"), ("ledger", "Ledger")];

/// Who asks for what, over what: with what was said of them.
pub(crate) struct Asked {
    pub(crate) principal: EntityUid,
    pub(crate) action: EntityUid,
    pub(crate) resource: EntityUid,
    pub(crate) entities: Vec<Entity>,
}

impl Asked {
    /// The entities of a question, laid over those of the same name in `base`.
    pub(crate) fn new(question: &Question, base: &Entities) -> Result<Self, String> {
        let parts = [("permission", &question.permission), ("resource", &question.resource)];
        let named = [("subject", &question.subject), ("role", &question.role)];
        let named = named.iter().filter_map(|(what, part)| Some((*what, part.as_ref()?)));
        let scopes = question.scopes.iter().map(|scope| ("scope", scope));
        for (what, part) in parts.into_iter().chain(named).chain(scopes) {
            if part.is_empty() || part.len() > MAX_PART_BYTES {
                return Err(format!("{what} has {} bytes: accepted are 1 to {MAX_PART_BYTES}", part.len()));
            }
        }
        let principal = match &question.subject {
            Some(subject) => uid("User", subject)?,
            None => uid("Anonymous", "")?,
        };
        let scopes = question.scopes.iter().cloned().map(RestrictedExpression::new_string);
        let mut attributes = vec![("scopes", RestrictedExpression::new_set(scopes))];
        let mut parents = Vec::new();
        if let Some(role) = &question.role {
            attributes.push(("role", RestrictedExpression::new_string(role.clone())));
            parents.push(uid("Role", role)?);
        }
        let mut entities = vec![laid_over(base, principal.clone(), attributes, parents)?];

        let (kind, name) = kind_of(&question.resource);
        let resource = uid(kind, name)?;
        let path = RestrictedExpression::new_string(question.resource.clone());
        let (mut entity, mut attributes) = (resource.clone(), vec![("path", path)]);
        // Each part but the last of the name is something that the resource is in.
        for (at, _) in name.rmatch_indices('/').filter(|_| kind != "Resource") {
            let above = uid(kind, name.get(..at).unwrap_or_default())?;
            entities.push(laid_over(base, entity, attributes, vec![above.clone()])?);
            (entity, attributes) = (above, Vec::new());
        }
        entities.push(laid_over(base, entity, attributes, Vec::new())?);
        let action = uid("Action", &question.permission)?;
        Ok(Self { principal, action, resource, entities })
    }
}

/// The type of a resource, and its name within that.
fn kind_of(resource: &str) -> (&'static str, &str) {
    let of_kind = KINDS.iter().find_map(|(first, kind)| {
        let name = resource.strip_prefix(first)?.strip_prefix('/')?;
        (!name.is_empty()).then_some((*kind, name))
    });
    of_kind.unwrap_or(("Resource", resource))
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    // The kinds are names of this file, the id may be anything: it is data, not syntax.
    let kind = EntityTypeName::from_str(kind).map_err(|error| error.to_string())?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

/// An entity with what `base` knows of it too.
fn laid_over(
    base: &Entities,
    uid: EntityUid,
    attributes: Vec<(&str, RestrictedExpression)>,
    parents: Vec<EntityUid>,
) -> Result<Entity, String> {
    let (mut all, mut above) = match base.get(&uid) {
        Some(known) => {
            let (_, attributes, parents) = known.clone().into_inner();
            (attributes, parents)
        }
        None => (HashMap::new(), HashSet::new()),
    };
    all.extend(attributes.into_iter().map(|(name, value)| (name.to_owned(), value)));
    above.extend(parents);
    Entity::new(uid, all, above).map_err(|error| error.to_string())
}
