use serde_json::json;
use voxguard_core::access::Access;
use voxguard_core::access::answer::Reason;
use voxguard_core::access::gate::Ask;
use voxguard_core::config::{Config, ConfigError};

use super::*;

fn rules(policies: &str) -> CedarRules {
    CedarRules { policies: policies.into(), ..CedarRules::default() }
}

fn policies(text: &str) -> Policies {
    Policies::new(&rules(text)).unwrap()
}

fn question(subject: &str, role: &str, permission: &str, resource: &str) -> Question {
    let part = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Question {
        subject: part(subject),
        role: part(role),
        permission: permission.into(),
        resource: resource.into(),
        ..Question::default()
    }
}

#[test]
fn what_no_policy_permits_is_denied() {
    let none = policies("");
    let decision = none.check(&question("anna", "admin", "synthesize", "voice/heart"));
    assert_eq!((decision.allowed, decision.reason.as_str()), (false, "no policy permits it"));
    assert!(decision.policies.is_empty() && decision.errors.is_empty());
}

#[test]
fn a_policy_that_forbids_outweighs_all_that_permit_and_each_is_named() {
    let policies = policies(
        r#"@id("anybody") permit(principal, action == Action::"synthesize", resource);
           @id("retired") forbid(principal, action, resource in Voice::"retired");
           permit(principal in Role::"user", action, resource);"#,
    );
    let heart = policies.check(&question("anna", "user", "synthesize", "voice/heart"));
    assert!(heart.allowed);
    assert_eq!(heart.reason, "permitted by policy anybody, policy2");
    assert_eq!(heart.policies, ["anybody", "policy2"]);
    let old = policies.check(&question("anna", "user", "synthesize", "voice/retired/old"));
    assert_eq!((old.allowed, old.reason.as_str()), (false, "forbidden by policy retired"));
    assert!(policies.check(&question("", "", "synthesize", "voice/retiring")).allowed);
    assert!(!policies.check(&question("", "", "detect", "voice/heart")).allowed);
}

#[test]
fn subject_role_scopes_resource_and_context_can_all_be_asked_about() {
    let by =
        |condition: &str| policies(&format!("permit(principal, action, resource) when {{ {condition} }};"));
    let mut asked = question("anna", "user", "synthesize", "voice/public/heart");
    asked.scopes = vec!["synthesize".into(), "detect".into()];
    let context = json!({"network": "10.0.0.9", "purpose": "lecture", "seconds": 12});
    asked.context = context.as_object().unwrap().clone();
    for holds in [
        r#"principal == User::"anna""#,
        r#"principal in Role::"user" && principal.role == "user""#,
        r#"principal.scopes.contains("detect")"#,
        r#"resource == Voice::"public/heart" && resource in Voice::"public""#,
        r#"resource.path like "voice/public/*""#,
        r#"ip(context.network).isInRange(ip("10.0.0.0/8"))"#,
        r#"context.purpose == "lecture" && context.seconds < 60"#,
    ] {
        assert!(by(holds).check(&asked).allowed, "{holds}");
    }
    for fails in [
        r#"principal == User::"Anna""#,
        r#"principal in Role::"admin""#,
        r#"principal.scopes.contains("erase")"#,
        r#"resource == Voice::"heart""#,
        r#"ip(context.network).isInRange(ip("192.168.0.0/16"))"#,
        r#"context.seconds < 12"#,
    ] {
        assert!(!by(fails).check(&asked).allowed, "{fails}");
    }
    let unnamed = question("", "", "synthesize", "engine/7");
    assert!(by(r#"principal == Anonymous::"" && resource == Resource::"engine/7""#).check(&unnamed).allowed);
    for (path, kind) in [("model/v2", "Model"), ("command/stop", "Command"), ("ledger/main", "Ledger")] {
        let id = path.split_once('/').unwrap().1;
        assert!(by(&format!("resource == {kind}::\"{id}\"")).check(&question("", "", "use", path)).allowed);
    }
}

#[test]
fn a_name_that_looks_like_policy_text_is_a_name() {
    let policies = policies(r#"permit(principal == User::"anna", action, resource == Voice::"heart");"#);
    for subject in [r#"anna" || true || ""#, "User::\"anna\"", "anna\n", "anna\0", "ANNA", "an\u{200b}na"] {
        assert!(!policies.check(&question(subject, "", "synthesize", "voice/heart")).allowed, "{subject:?}");
    }
    for resource in ["voice/heart/", "voice//heart", "voice/../heart", "Voice::\"heart\"", "voice/heart\n"] {
        assert!(!policies.check(&question("anna", "", "synthesize", resource)).allowed, "{resource:?}");
    }
    let long = "a".repeat(1_025);
    let decision = policies.check(&question(&long, "", "synthesize", "voice/heart"));
    assert!(!decision.allowed && decision.reason.contains("1025 bytes"), "{}", decision.reason);
}

#[test]
fn entities_say_who_belongs_to_what_and_whose_voice_it_is() {
    let policies = Policies::new(&CedarRules {
        entities: json!([
            {"uid": {"type": "Role", "id": "editor"}, "attrs": {}, "parents": [{"type": "Role", "id": "user"}]},
            {"uid": {"type": "User", "id": "anna"}, "attrs": {"department": "news"}, "parents": []},
            {"uid": {"type": "Voice", "id": "anna"}, "attrs": {"owner": {"__entity": {"type": "User", "id": "anna"}}},
             "parents": []}])
        .as_array()
        .cloned(),
        ..rules(
            r#"@id("owner") permit(principal, action == Action::"clone_voice", resource)
                   when { resource has owner && resource.owner == principal };
               @id("news") permit(principal in Role::"user", action == Action::"synthesize", resource)
                   when { principal has department && principal.department == "news" };"#,
        )
    })
    .unwrap();
    assert_eq!(policies.check(&question("anna", "editor", "synthesize", "voice/x")).policies, ["news"]);
    assert!(!policies.check(&question("anna", "guest", "synthesize", "voice/x")).allowed);
    assert!(!policies.check(&question("bert", "editor", "synthesize", "voice/x")).allowed);
    assert_eq!(policies.check(&question("anna", "", "clone_voice", "voice/anna")).policies, ["owner"]);
    assert!(!policies.check(&question("bert", "", "clone_voice", "voice/anna")).allowed);
    // What was asked before is forgotten.
    assert!(!policies.check(&question("anna", "", "synthesize", "voice/x")).allowed);
}

#[test]
fn a_policy_that_cannot_be_evaluated_is_left_out_and_named() {
    let policies = policies(
        r#"@id("short") permit(principal, action, resource) when { context.seconds < 60 };
           @id("all") permit(principal == User::"root", action, resource);"#,
    );
    let decision = policies.check(&question("anna", "", "synthesize", "voice/heart"));
    assert!(!decision.allowed && decision.policies.is_empty());
    assert_eq!(decision.reason, "no policy permits it, and 1 could not be evaluated");
    assert!(decision.errors[0].starts_with("policy short: ") && decision.errors[0].contains("seconds"));
    let root = policies.check(&question("root", "", "synthesize", "voice/heart"));
    assert!(root.allowed && root.errors.len() == 1);
}

const SCHEMA: &str = r#"
    entity Role in [Role];
    entity User in [Role] { scopes: Set<String>, role?: String };
    entity Voice in [Voice] { path: String };
    action synthesize appliesTo {
        principal: [User], resource: [Voice], context: { seconds: Long, characters?: Long, network?: ipaddr } };
"#;

#[test]
fn with_a_schema_policies_and_questions_are_held_to_it() {
    let with = |policies: &str| Policies::new(&CedarRules { schema: Some(SCHEMA.into()), ..rules(policies) });
    let policies = with(
        r#"permit(principal in Role::"user", action == Action::"synthesize", resource)
               when { context.seconds < 60 && principal.scopes.contains("synthesize") }
               unless { context has network && context.network.isLoopback() };"#,
    )
    .unwrap();
    let mut asked = question("anna", "user", "synthesize", "voice/heart");
    asked.scopes = vec!["synthesize".into()];
    let decision = policies.check(&asked);
    assert!(!decision.allowed && decision.reason.contains("seconds"), "{}", decision.reason);
    asked.context.insert("seconds".into(), 12.into());
    assert!(policies.check(&asked).allowed);
    asked.context.insert("network".into(), "127.0.0.1".into());
    assert!(!policies.check(&asked).allowed);
    asked.context.insert("network".into(), "10.0.0.9".into());
    assert!(policies.check(&asked).allowed);
    asked.context.insert("moon".into(), "full".into());
    assert!(!policies.check(&asked).allowed);
    // What the schema has no place for is denied, and it is said why.
    for (permission, resource) in [("fly", "voice/heart"), ("synthesize", "engine/7")] {
        let denied = policies.check(&question("anna", "user", permission, resource));
        assert!(!denied.allowed && !denied.errors.is_empty(), "{denied:?}");
    }
    for (wrong, named) in [
        (r#"permit(principal, action, resource) when { context.minutes < 1 };"#, "minutes"),
        (r#"permit(principal, action == Action::"sing", resource);"#, "sing"),
        (r#"permit(principal, action, resource) when { principal.scopes == 3 };"#, "type"),
    ] {
        let error = with(wrong).unwrap_err();
        assert!(matches!(&error, CedarError::Invalid { message } if message.contains(named)), "{error}");
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_the_place() {
    let error = |rules: CedarRules| Policies::new(&rules).unwrap_err().to_string();
    for (text, part) in [
        ("permit(principal, action);", "policies: "),
        ("permit(principal, action, resource) when { ", "policies: "),
        ("allow(principal, action, resource);", "policies: "),
        ("permit(principal == ?principal, action, resource);", "template"),
        (
            "@id(\"a\") permit(principal, action, resource); @id(\"a\") forbid(principal, action, resource);",
            "\"a\"",
        ),
    ] {
        let said = error(rules(text));
        assert!(said.contains(part), "{said}");
    }
    assert!(error(CedarRules { schema: Some("entity".into()), ..rules("") }).starts_with("schema: "));
    let long = " ".repeat(MAX_BYTES + 1);
    assert_eq!(error(rules(&long)), "policies of 1048577 bytes: accepted are up to 1048576");
    let with = |entities: serde_json::Value| {
        error(CedarRules { entities: entities.as_array().cloned(), ..rules("") })
    };
    assert!(with(json!([{"uid": "anna"}])).starts_with("entities: "));
    let tagged = json!([{"uid": {"type": "User", "id": "a"}, "attrs": {}, "parents": [], "tags": {"a": 1}}]);
    assert!(with(tagged).contains("no tags"));
    let many: Vec<Value> =
        (0..1_001).map(|n| json!({"uid": {"type": "User", "id": n.to_string()}})).collect();
    assert_eq!(with(many.into()), "1001 entities: accepted are up to 1000");
    // A circle of roles: who is in what would have no end.
    let circle = json!([
        {"uid": {"type": "Role", "id": "a"}, "attrs": {}, "parents": [{"type": "Role", "id": "b"}]},
        {"uid": {"type": "Role", "id": "b"}, "attrs": {}, "parents": [{"type": "Role", "id": "a"}]}]);
    assert!(with(circle).starts_with("entities: "));
}

#[test]
fn any_text_is_policies_or_a_sentence_and_deep_ones_are_no_danger() {
    let when = |condition: String| format!("permit(principal, action, resource) when {{ {condition} }};");
    let deep = |n: usize| when(format!("{}true{}", "(".repeat(n), ")".repeat(n)));
    let chain = |part: &str| when(format!("true {}", part.repeat(8_000 / part.len())));
    // As deep and as long as is accepted.
    for text in [deep(30), chain("&& true"), chain("|| !true"), chain("== (true)"), when("!".repeat(8_000))] {
        if let Ok(policies) = Policies::new(&rules(&text)) {
            policies.check(&question("anna", "", "synthesize", "voice/heart"));
        }
    }
    for text in ["\0", "é@id", "permit", "\"", "//", "permit(principal, action, resource)"] {
        assert!(text == "//" || Policies::new(&rules(text)).is_err(), "{text:?}");
    }
    for (text, part) in [
        (deep(200_000), "32 deep"),
        ("[".repeat(33), "32 deep"),
        ("\"(\"".repeat(3_000), "8192 bytes"),
        (when("!".repeat(8_200)), "8192 bytes"),
    ] {
        let error = Policies::new(&rules(&text)).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    // Brackets in strings and comments are none.
    let quoted = format!(
        r#"permit(principal == User::"{}\"", action, resource); // {}"#,
        "(".repeat(100),
        "[".repeat(100)
    );
    assert!(!policies(&quoted).check(&question("anna", "", "synthesize", "voice/heart")).allowed);
    let many = "permit(principal, action, resource) when { [[[[1]]]].contains([[[1]]]) };".repeat(2_000);
    assert!(policies(&many).check(&question("anna", "", "synthesize", "voice/heart")).allowed);
}

#[test]
fn a_guards_gate_asks_the_policies_of_its_configuration() {
    let config = |policies: &str| {
        let document = json!({"version": 1, "cedar": {"policies": policies}});
        Config::from_json(&document.to_string()).unwrap()
    };
    let access = Access::with(
        config(
            r#"@id("short") permit(principal in Role::"guest", action == Action::"synthesize", resource == Voice::"heart")
                   when { context.characters <= 20 && context.seconds <= 5 && context.language like "en*" };"#,
        ),
        Some(compile),
    )
    .unwrap();
    let ask = Ask {
        subject: Some("anna"),
        role: Some("guest"),
        voice: "heart",
        text: "Good morning.",
        language: Some("en"),
        now_ns: 0,
    };
    assert!(access.begin(&ask).is_ok());
    for refused in [
        Ask { role: None, ..ask },
        Ask { voice: "other", ..ask },
        Ask { voice: "heart\" || true", ..ask },
        Ask { text: "Good morning to all of you.", ..ask },
        Ask { language: Some("de"), ..ask },
        Ask { language: None, ..ask },
    ] {
        let answer = access.begin(&refused).err().unwrap();
        assert_eq!((answer.reason, answer.http_status), (Some(Reason::Forbidden), 403), "{refused:?}");
    }
    assert_eq!(access.check_role("guest", "detect", "voice/heart").reason, "no policy permits it");
    let broken = access.reload(config("permit(")).unwrap_err();
    assert!(
        matches!(&broken, ConfigError::Cedar { message } if message.starts_with("policies: ")),
        "{broken}"
    );
    assert!(access.begin(&ask).is_ok());
    access.reload(config("permit(principal, action == Action::\"detect\", resource);")).unwrap();
    assert!(access.begin(&ask).is_err() && access.check_role("guest", "detect", "voice/heart").allowed);
}
