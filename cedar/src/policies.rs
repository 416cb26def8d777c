//! Policies, read and ready to decide.

use std::str::FromStr;
use std::sync::Arc;

use cedar_policy::{
    AuthorizationError, Authorizer as Engine, Context, Decision as Ruling, Entities, PolicyId, PolicySet,
    Request, Schema, ValidationMode, Validator,
};
use serde_json::Value;
use voxguard_core::access::authorizer::{Authorizer, CedarRules, Question};
use voxguard_core::access::role::Decision;

use crate::entity::Asked;
use crate::{CedarError, depth};

/// Longest policies, schema or entities, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// Most entities: each decision walks over all of them.
const MAX_ENTITIES: usize = 1_000;

/// Policies, read and ready to decide.
#[derive(Debug)]
pub struct Policies {
    set: PolicySet,
    schema: Option<Schema>,
    entities: Entities,
    engine: Engine,
}

/// Makes an authorizer of policies: what [`voxguard_core::access::Access::with`] takes.
pub fn compile(rules: &CedarRules) -> Result<Arc<dyn Authorizer>, String> {
    match Policies::new(rules) {
        Ok(policies) => Ok(Arc::new(policies)),
        Err(error) => Err(error.to_string()),
    }
}

impl Policies {
    /// Reads policies, and checks them where there is a schema.
    pub fn new(rules: &CedarRules) -> Result<Self, CedarError> {
        let fits = |what, bytes| match bytes <= MAX_BYTES {
            true => Ok(()),
            false => Err(CedarError::Length { what, bytes }),
        };
        fits("policies", rules.policies.len())?;
        fits("schema", rules.schema.as_ref().map_or(0, String::len))?;
        depth::check("policies", &rules.policies)?;
        depth::check("schema", rules.schema.as_deref().unwrap_or_default())?;
        let set = named(&rules.policies)?;
        let schema = match &rules.schema {
            None => None,
            Some(text) => {
                let read = Schema::from_cedarschema_str(text);
                Some(read.map_err(|error| CedarError::Schema { message: error.to_string() })?.0)
            }
        };
        if let Some(schema) = &schema {
            let found = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
            if !found.validation_passed() {
                let errors = found.validation_errors().map(ToString::to_string);
                return Err(CedarError::Invalid { message: errors.collect::<Vec<_>>().join("; ") });
            }
        }
        let given = rules.entities.clone().unwrap_or_default();
        if given.len() > MAX_ENTITIES {
            return Err(CedarError::Count { entities: given.len() });
        }
        if given.iter().any(|entity| entity.get("tags").is_some()) {
            let message = "accepted are attributes, and no tags".to_owned();
            return Err(CedarError::Entities { message });
        }
        let entities = Entities::from_json_value(Value::Array(given), schema.as_ref());
        let entities = entities.map_err(|error| CedarError::Entities { message: in_full(&error) })?;
        Ok(Self { set, schema, entities, engine: Engine::new() })
    }

    fn ask(&self, question: &Question) -> Result<Decision, String> {
        let asked = Asked::new(question, &self.entities)?;
        let schema = self.schema.as_ref().map(|schema| (schema, &asked.action));
        let context = Context::from_json_value(Value::Object(question.context.clone()), schema);
        let context = context.map_err(|error| format!("context: {}", in_full(&error)))?;
        let Asked { principal, action, resource, entities } = asked;
        let request = Request::new(principal, action, resource, context, self.schema.as_ref());
        let request = request.map_err(|error| in_full(&error))?;
        let entities = self.entities.clone().upsert_entities(entities, None);
        let entities = entities.map_err(|error| in_full(&error))?;
        let response = self.engine.is_authorized(&request, &self.set, &entities);

        let mut policies: Vec<String> = response.diagnostics().reason().map(ToString::to_string).collect();
        policies.sort();
        let mut errors: Vec<String> = response
            .diagnostics()
            .errors()
            .map(|error| {
                let AuthorizationError::PolicyEvaluationError(error) = error;
                format!("policy {}: {}", error.policy_id(), error.inner())
            })
            .collect();
        errors.sort();
        let allowed = response.decision() == Ruling::Allow;
        let reason = match (allowed, policies.is_empty()) {
            (true, _) => format!("permitted by policy {}", policies.join(", ")),
            (false, false) => format!("forbidden by policy {}", policies.join(", ")),
            (false, true) if errors.is_empty() => "no policy permits it".to_owned(),
            (false, true) => format!("no policy permits it, and {} could not be evaluated", errors.len()),
        };
        Ok(Decision { allowed, reason, role: None, pattern: None, policies, errors })
    }
}

impl Authorizer for Policies {
    fn check(&self, question: &Question) -> Decision {
        let decided = self.ask(question);
        decided.unwrap_or_else(|error| Decision {
            errors: vec![error.clone()],
            ..Decision::denied(format!("what was asked is no question to these policies: {error}"))
        })
    }
}

/// Policies under the names of their `@id` annotations, where they have one.
fn named(text: &str) -> Result<PolicySet, CedarError> {
    let read = PolicySet::from_str(text);
    let read = read.map_err(|error| CedarError::Policies { message: in_full(&error) })?;
    if let Some(template) = read.templates().next() {
        return Err(CedarError::Template { id: template.id().to_string() });
    }
    let mut set = PolicySet::new();
    for policy in read.policies() {
        let id = policy.annotation("id").filter(|id| !id.is_empty());
        let policy = id.map_or_else(|| policy.clone(), |id| policy.new_id(PolicyId::new(id)));
        let id = policy.id().to_string();
        set.add(policy).map_err(|_| CedarError::Twice { id })?;
    }
    Ok(set)
}

/// An error with what it was caused by.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut sentence = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !sentence.contains(&more) {
            sentence = format!("{sentence}: {more}");
        }
        cause = error.source();
    }
    sentence
}

#[cfg(test)]
mod tests;
