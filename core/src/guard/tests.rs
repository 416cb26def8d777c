use sha2::{Digest, Sha256};

use super::*;
use crate::audio::Sample;

fn guard() -> Guard {
    let rules = r#"{"version": 1, "rules": [{"id": "r1", "category": "fraud", "severity": "error",
        "match": "term", "terms": ["password"]}]}"#;
    let policy = Arc::new(Policy::from_json(rules).unwrap());
    Guard::new(Key::from_bytes(&[7; 32]).unwrap(), Some(policy), access(r#"{"version": 1}"#))
}

fn access(json: &str) -> Access {
    Access::new(crate::config::Config::from_json(json).unwrap()).unwrap()
}

fn request(text: &str) -> Request<'_> {
    let format = Format::new(8_000, 1).unwrap();
    let subject = Some("user-1".parse().unwrap());
    let (role, language, now_ns) = (None, None, 0);
    let (model, parameters, consent) = (None, None, None);
    let (voice, markup) = ("heart", Markup::Auto);
    Request { subject, voice, text, markup, format, role, language, model, parameters, consent, now_ns }
}

fn tone(frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (n as f32 * 0.3).sin() * 0.5).collect()
}

fn generation(utterance: &Utterance) -> Generation {
    match utterance.body(Outcome::Complete) {
        Body::Generation(generation) => generation,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_went_in_comes_out_marked_and_is_accounted_for() {
    let mut utterance = guard().begin(request("Good morning."), MarkId::new(9)).unwrap();
    let input = tone(5_000);
    let mut output = vec![0.0f32; input.len()];
    let written = utterance.mark(&input, &mut output).unwrap();
    assert_eq!(written + utterance.pending(), input.len());
    utterance.close().unwrap();
    output.truncate(written);
    output.extend_from_slice(utterance.tail().unwrap());
    assert_eq!(output.len(), input.len());

    let generation = generation(&utterance);
    let digest = |samples: &[f32]| {
        let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        <[u8; 32]>::from(Sha256::digest(bytes))
    };
    assert_eq!((generation.frames_in, generation.frames_marked), (5_000, 5_000));
    assert_eq!((generation.audio_in, generation.audio_out), (digest(&input), digest(&output)));
    assert_eq!(generation.mark, Some(MarkId::new(9)));
    assert_ne!(generation.audio_in, generation.audio_out);
}

#[test]
fn in_place_gives_the_same_samples_and_the_same_account() {
    let guard = guard();
    let begin = || guard.begin(request("Good morning."), MarkId::new(9)).unwrap();
    let (mut apart, mut in_place) = (begin(), begin());
    let mut buffer: Vec<i16> = tone(3_000).iter().map(|&x| i16::from_f32(x)).collect();
    let mut output = vec![0i16; buffer.len()];
    let written = apart.mark(&buffer, &mut output).unwrap();
    assert_eq!(in_place.mark_in_place(&mut buffer).unwrap(), written);
    assert_eq!(buffer[..written], output[..written]);
    apart.close().unwrap();
    in_place.close().unwrap();
    assert_eq!(apart.tail::<i16>().unwrap(), in_place.tail::<i16>().unwrap());
    assert_eq!(apart.body(Outcome::Complete), in_place.body(Outcome::Complete));
}

#[test]
fn a_refused_text_cannot_be_spoken_and_its_record_names_the_rule() {
    let mut utterance = guard().begin(request("Tell me your pass\u{200b}word."), MarkId::new(9)).unwrap();
    assert!(!utterance.allowed());
    assert_eq!(utterance.verdict().text, "");
    assert_eq!(utterance.mark(&[0.0f32; 8], &mut [0.0; 8]), Err(GuardError::Refused));
    assert_eq!(utterance.close(), Err(GuardError::Refused));
    let Body::Refusal(refusal) = utterance.body(Outcome::Complete) else { panic!("not a refusal") };
    assert_eq!((refusal.rules, refusal.action), (vec!["r1".to_owned()], Action::Block));
}

#[test]
fn refused_samples_leave_the_account_as_it_was() {
    let mut utterance = guard().begin(request("Good morning."), MarkId::new(9)).unwrap();
    let before = utterance.body(Outcome::Complete);
    assert!(utterance.mark(&[0.0, f32::NAN], &mut [0.0; 2]).is_err());
    assert!(utterance.mark_in_place(&mut [0.0, f32::INFINITY]).is_err());
    assert_eq!(utterance.body(Outcome::Complete), before);
}

#[test]
fn an_utterance_keeps_to_one_sample_format_and_ends_once() {
    let mut utterance = guard().begin(request("Good morning."), MarkId::new(9)).unwrap();
    assert_eq!(utterance.tail::<f32>(), Err(GuardError::Open));
    utterance.mark(&tone(100), &mut [0.0; 100]).unwrap();
    let mixed = utterance.mark(&[0i16; 4], &mut [0; 4]);
    assert_eq!(mixed, Err(GuardError::MixedSampleFormats));
    utterance.close().unwrap();
    utterance.close().unwrap();
    assert_eq!(utterance.pending(), utterance.tail::<f32>().unwrap().len());
    assert_eq!(utterance.tail::<i16>(), Err(GuardError::MixedSampleFormats));
    assert_eq!(utterance.mark(&[0.0f32], &mut [0.0; 1]), Err(GuardError::Closed));
}

#[test]
fn a_voice_without_a_name_is_refused() {
    let guard = guard();
    for voice in [String::new(), "v".repeat(257), "a\nb".to_owned()] {
        let request = Request { voice: &voice, ..request("Good morning.") };
        let error = guard.begin(request, MarkId::new(9)).err();
        assert_eq!(error, Some(GuardError::Voice { bytes: voice.len() }));
    }
}

#[test]
fn audio_is_cut_off_to_the_sample_and_the_utterance_can_still_end() {
    let mut guard = guard();
    guard.access = access(r#"{"version": 1, "audio": {"max_seconds": 0.5}}"#);
    let mut utterance = guard.begin(request("Good morning."), MarkId::new(9)).unwrap();
    let mut output = vec![0.0f32; 5_000];
    let mut written = utterance.mark(&tone(3_999), &mut output).unwrap();
    assert_eq!(utterance.frames_left(), 1);
    let over = OverBudget { frames: 4_001, most: 4_000 };
    assert_eq!(utterance.mark(&tone(2), &mut output), Err(GuardError::TooLong(over)));
    assert_eq!(utterance.mark_in_place(&mut tone(2)), Err(GuardError::TooLong(over)));
    written += utterance.mark(&tone(1), &mut output).unwrap();
    utterance.close().unwrap();
    assert_eq!(written + utterance.tail::<f32>().unwrap().len(), 4_000);
    assert_eq!(generation(&utterance).frames_marked, 4_000);
}

#[test]
fn whoever_asks_too_often_is_turned_away_with_an_answer() {
    let guard = guard();
    for _ in 0..10 {
        assert!(guard.begin(request("Good morning."), MarkId::new(9)).unwrap().allowed());
    }
    let utterance = guard.begin(request("Good morning."), MarkId::new(9)).unwrap();
    assert!(!utterance.allowed());
    let answer = utterance.answer().unwrap();
    assert_eq!((answer.http_status, answer.retry_after), (429, Some(1.0)));
    assert_eq!(utterance.verdict().hits[0].rule, "access.rate_limit");
    assert_eq!(utterance.verdict().reason(), "blocked: rate_limit");
}

#[test]
fn what_is_under_way_is_counted_until_it_ends_however_it_ends() {
    let guard = guard();
    let under_way = || guard.access().snapshot_json()["in_flight"]["utterances"].clone();
    let mut finished = guard.begin(request("Good morning."), MarkId::new(1)).unwrap();
    let dropped = guard.begin(request("Good morning."), MarkId::new(2)).unwrap();
    let blocked = guard.begin(request("My password."), MarkId::new(3)).unwrap();
    assert!(!blocked.allowed() && blocked.answer().is_none());
    assert_eq!(under_way(), 2);
    finished.settle(Outcome::Complete, 1);
    drop(dropped);
    drop(finished);
    assert_eq!(under_way(), 0);
    let events = guard.access().snapshot().events;
    let counted = [Event::Utterance, Event::Finished, Event::Aborted, Event::PolicyBlock];
    assert_eq!(counted.map(|event| events[&event]), [2, 1, 1, 1]);
}

#[test]
fn a_voice_of_a_person_speaks_only_while_its_consent_is_given() {
    let access = access(r#"{"version": 1, "consent": {"voices": {"anna": "anna-k"}}}"#);
    assert_eq!(access.consent_needed("anna"), Some(("anna-k".parse().unwrap(), "synthesize".to_owned())));
    assert_eq!(access.consent_needed("heart"), None);
    let guard = Guard::new(Key::from_bytes(&[7; 32]).unwrap(), None, access);
    let consent = |given, reason| Some(Consent { given, reason, version: Some(1), seq: Some(1) });
    for (answer, rule) in [
        (None, Some("consent.missing")),
        (consent(false, consent::Reason::Withdrawn), Some("consent.withdrawn")),
        (consent(true, consent::Reason::Given), None),
    ] {
        let asked = Request { voice: "anna", consent: answer, ..request("Good morning.") };
        let utterance = guard.begin(asked, MarkId::new(1)).unwrap();
        assert_eq!(utterance.allowed(), rule.is_none());
        if let Some(rule) = rule {
            let Body::Refusal(refusal) = utterance.body(Outcome::Complete) else { panic!("no refusal") };
            assert_eq!(refusal.rules, [rule]);
            assert!(utterance.verdict().text.is_empty());
        }
    }
    // A voice that is nobody's asks nobody.
    assert!(guard.begin(request("Good morning."), MarkId::new(2)).unwrap().allowed());
}

#[test]
fn the_record_names_the_model_and_what_it_spoke_with() {
    let asked = Request { model: Some("hibari-tts"), parameters: Some([9; 32]), ..request("Hello.") };
    let utterance = guard().begin(asked, MarkId::new(1)).unwrap();
    let generation = generation(&utterance);
    assert_eq!((generation.model.as_deref(), generation.parameters), (Some("hibari-tts"), Some([9; 32])));
    let nameless = Request { model: Some("a\nb"), ..request("Hello.") };
    assert_eq!(guard().begin(nameless, MarkId::new(1)).err(), Some(GuardError::Model { bytes: 3 }));
}
