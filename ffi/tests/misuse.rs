//! What a C program can get wrong is answered, and nothing else happens.

mod hold;

use std::ffi::CStr;
use std::ptr::{null, null_mut};

use hold::{Hold, bytes, failure, made};
use voxguard_ffi::*;

/// Calls functions with these arguments and gives what each answered, by name.
macro_rules! answers {
    ($($function:ident($($argument:expr),*);)*) => {
        [$((stringify!($function), unsafe { $function($($argument),*) })),*]
    };
}

#[test]
fn null_is_an_answer_everywhere() {
    let (n, m) = (null(), null_mut());
    let e = null_mut();
    let statuses = answers! {
        vg_key_generate(null_mut(), e);
        vg_key_from_bytes(null(), 32, &mut null_mut(), e);
        vg_key_from_hex(null(), 64, &mut null_mut(), e);
        vg_key_to_hex(n, &mut vg_bytes_t { data: null_mut(), len: 0 }, e);
        vg_key_id(n, [0; 17].as_mut_ptr());
        vg_marker_new(null(), null(), null_mut(), e);
        vg_marker_latency(null(), &mut 0);
        vg_marker_pending(null(), &mut 0);
        vg_marker_process_f32(null_mut(), null(), 0, null_mut(), 0, &mut 0);
        vg_marker_process_i16(null_mut(), null(), 0, null_mut(), 0, null_mut());
        vg_marker_flush_f32(null_mut(), null_mut(), 0, &mut 0);
        vg_marker_flush_i16(null_mut(), null_mut(), 0, null_mut());
        vg_marker_reset(m);
        vg_embed_f32(null(), null(), null(), 0, null_mut(), e);
        vg_embed_i16(null(), null(), null(), 0, null_mut(), e);
        vg_detector_new(null(), 1, null(), &mut null_mut(), e);
        vg_detector_detect_f32(null(), null(), 0, 8_000, 1, &mut null_mut(), e);
        vg_detector_detect_i16(null(), null(), 0, 8_000, 1, null_mut(), e);
        vg_detector_detect_progress_f32(null(), null(), 0, 8_000, 1, null(), &mut null_mut(), e);
        vg_detector_detect_progress_i16(null(), null(), 0, 8_000, 1, null(), null_mut(), e);
        vg_listener_new(null(), 8_000, 1, &mut null_mut(), e);
        vg_listener_push_f32(null_mut(), null(), 0, &mut null_mut(), e);
        vg_listener_push_i16(null_mut(), null(), 0, null_mut(), e);
        vg_listener_finish(null_mut(), &mut null_mut(), e);
        vg_detection_soft_bits(null(), null_mut(), null_mut(), null_mut());
        vg_detection_info(null(), null_mut());
        vg_detection_span(null(), 0, null_mut());
        vg_detection_curve(null(), null_mut(), null_mut(), null_mut());
        vg_detection_json(null(), null_mut(), e);
        vg_policy_new(null(), 0, &mut null_mut(), e);
        vg_policy_hash(null(), [0; 32].as_mut_ptr());
        vg_policy_check(null(), c"a".as_ptr(), 1, VG_MARKUP_AUTO, &mut null_mut(), e);
        vg_verdict_action(null(), &mut 0);
        vg_verdict_text(null(), null_mut());
        vg_verdict_reason(null(), null_mut());
        vg_verdict_markup(null(), null_mut());
        vg_verdict_hit_count(null(), null_mut());
        vg_verdict_hit(null(), 0, null_mut());
        vg_verdict_json(null(), null_mut(), e);
        vg_ledger_open(null(), 0, null(), &mut null_mut(), e);
        vg_ledger_len(null(), &mut 0, e);
        vg_ledger_get(null(), 1, null_mut(), e);
        vg_ledger_find_mark(null(), 1, null_mut(), e);
        vg_ledger_find_subject(null(), null(), 0, null_mut(), e);
        vg_ledger_checkpoint(null(), null_mut(), e);
        vg_ledger_verify(null(), null(), 0, &mut false, null_mut(), e);
        vg_ledger_verifying_key(null(), null_mut(), e);
        vg_ledger_on_checkpoint(null(), 1, null(), e);
        vg_ledger_rotate(null(), null(), null_mut(), e);
        vg_ledger_ask(null(), null(), 0, null_mut(), e);
        vg_proof_check(null(), 0, null_mut(), e);
        vg_guard_new(null(), &mut null_mut(), e);
        vg_guard_begin(null(), null(), &mut null_mut(), e);
        vg_utterance_allowed(null(), &mut false);
        vg_utterance_verdict(null(), null_mut());
        vg_utterance_text(null(), null_mut());
        vg_utterance_mark_id(null(), &mut 0);
        vg_utterance_latency(null(), &mut 0);
        vg_utterance_pending(null(), &mut 0);
        vg_utterance_mark_f32(null_mut(), null(), 0, null_mut(), 0, &mut 0);
        vg_utterance_mark_i16(null_mut(), null(), 0, null_mut(), 0, &mut 0);
        vg_utterance_finish_f32(null_mut(), null_mut(), 0, &mut 0, null_mut(), e);
        vg_utterance_finish_i16(null_mut(), null_mut(), 0, &mut 0, null_mut(), e);
        vg_utterance_abort(null_mut(), null_mut(), e);
        vg_utterance_record(null(), null_mut(), e);
        vg_error_status(null());
        vg_debug_panic(null_mut());
    };
    for (function, status) in statuses {
        assert_eq!(status, VG_ERR_NULL, "{function}");
    }
    let freed = answers! {
        vg_error_free(null_mut());
        vg_bytes_free(null_mut());
        vg_key_free(null_mut());
        vg_marker_free(null_mut());
        vg_detector_free(null_mut());
        vg_detection_free(null_mut());
        vg_policy_free(null_mut());
        vg_verdict_free(null_mut());
        vg_ledger_free(null_mut());
        vg_guard_free(null_mut());
        vg_utterance_free(null_mut());
    };
    assert_eq!(unsafe { CStr::from_ptr(vg_error_message(null())) }, c"");

    // Access and hardening.
    let access = answers! {
        vg_limiter_new(null(), null_mut(), e);
        vg_limiter_check(null(), null(), 0, 0, 0.0, null_mut());
        vg_limiter_forget(null(), null(), 0);
        vg_tokens_new(0, null(), 0, null(), 0, null_mut(), e);
        vg_tokens_add_key(null(), 0, null(), 0, false, null(), 0, e);
        vg_tokens_sign_with(null(), null(), 0, e);
        vg_tokens_remove_key(null(), null(), 0, null_mut(), e);
        vg_tokens_issue(null(), null(), 0, null_mut(), e);
        vg_tokens_verify(null(), null(), 0, 0, null_mut(), null_mut(), e);
        vg_tokens_revoke_all(null(), 0);
        vg_api_keys_open(null(), 0, null(), null_mut(), e);
        vg_api_keys_issue(null(), null(), 0, null_mut(), e);
        vg_api_keys_verify(null(), null(), 0, 0, null_mut(), null_mut(), e);
        vg_api_keys_rotate(null(), null(), 0, 0, 0, null_mut(), e);
        vg_api_keys_revoke(null(), null(), 0, 0, null_mut(), e);
        vg_api_keys_revoke_all(null(), 0, 0, null_mut(), e);
        vg_api_keys_list(null(), null(), 0, null_mut(), e);
        vg_roles_new(null(), 0, null_mut(), e);
        vg_roles_check(null(), null(), 0, null(), 0, null(), 0, null_mut(), null_mut(), e);
        vg_commands_new(null(), 0, null_mut(), e);
        vg_commands_check(null(), null(), 0, null(), 0, null_mut(), null_mut(), e);
        vg_seal_key_generate(null_mut(), e);
        vg_seal_key_from_bytes(null(), 0, null_mut(), e);
        vg_seal_key_from_source(null(), 0, false, null_mut(), e);
        vg_seal_key_to_bytes(null(), null_mut(), e);
        vg_seal_key_id(null(), null_mut());
        vg_seal_key_wrap(null(), null(), 0, 0, null_mut(), e);
        vg_seal_key_unwrap(null(), 0, null(), 0, 0, null_mut(), null_mut(), e);
        vg_sealer_new(null(), 0, null_mut(), e);
        vg_sealer_seal(null(), null(), 0, null(), 0, null_mut(), e);
        vg_sealer_open(null(), null(), 0, null(), 0, null_mut(), e);
        vg_seal_stream_new(null(), null(), 0, 0, null_mut(), null_mut(), e);
        vg_seal_stream_push(null_mut(), null(), 0, null_mut(), e);
        vg_seal_stream_finish(null_mut(), null_mut(), e);
        vg_sealer_open_stream(null(), null(), 0, null(), 0, null_mut(), e);
        vg_sealer_open_chunk(null(), null(), 0, null(), 0, 0, false, null(), 0, null_mut(), e);
        vg_fernet_open(null(), 0, null(), 0, null_mut(), e);
        vg_monitor_new(null(), 0, null_mut(), e);
        vg_monitor_record(null(), null(), 0, null(), 0, 0.0, null_mut(), e);
        vg_monitor_metrics(null(), 0, null_mut(), e);
        vg_monitor_panic(null(), null(), 0, e);
        vg_monitor_lift(null(), null_mut());
        vg_monitor_panicking(null(), null_mut());
        vg_access_new(null(), 0, null_mut(), e);
        vg_access_reload(null(), null(), 0, e);
        vg_access_check_request(null(), null(), 0, null_mut(), e);
        vg_access_check_message(null(), false, null(), 0, null_mut(), e);
        vg_access_check_role(null(), null(), 0, null(), 0, null(), 0, null_mut(), null_mut(), e);
        vg_access_check_command(null(), null(), 0, null(), 0, null(), 0, 0.0, null_mut(), null_mut(), e);
        vg_access_on_alert(null(), null(), e);
        vg_access_check(null(), null(), 0, null_mut(), null_mut(), e);
        vg_cedar_new(null(), 0, null_mut(), e);
        vg_cedar_check(null(), null(), 0, null_mut(), null_mut(), e);
        vg_access_revoke_all(null(), 0);
        vg_access_tokens_new(null(), 0, null(), 0, null(), 0, null_mut(), e);
        vg_access_verify_token(null(), null(), null(), 0, null(), 0, 0, null_mut(), null_mut(), e);
        vg_access_check_rate(null(), null(), 0, null(), 0, 0.0, null_mut());
        vg_access_check_audio(null(), null(), 0, false, null_mut(), e);
        vg_access_check_samples(null(), null(), 0, 0, 0, null_mut(), e);
        vg_access_record(null(), null(), 0, null(), 0, 0.0, null_mut(), e);
        vg_access_alerts(null(), null_mut(), e);
        vg_access_panic(null(), null(), 0, e);
        vg_access_lift(null(), null_mut());
        vg_access_metrics(null(), 0, null_mut(), e);
        vg_config_explain(null(), 0, null_mut(), e);
        vg_config_schema(null_mut(), e);
        vg_utterance_answer(null(), null_mut(), e);
    };
    for (name, status) in access {
        assert_eq!(status, VG_ERR_NULL, "{name}");
    }
    let freed_too = answers! {
        vg_limiter_free(null_mut());
        vg_tokens_free(null_mut());
        vg_api_keys_free(null_mut());
        vg_roles_free(null_mut());
        vg_commands_free(null_mut());
        vg_seal_key_free(null_mut());
        vg_seal_stream_free(null_mut());
        vg_sealer_free(null_mut());
        vg_monitor_free(null_mut());
        vg_access_free(null_mut());
        vg_cedar_free(null_mut());
    };

    // Rules, packs and streams of text.
    let rules = answers! {
        vg_rules_lint(null(), 0, null_mut(), e);
        vg_rules_starter(null(), 0, null_mut(), e);
        vg_rules_from_words(null(), 0, null(), 0, null(), 0, 0, null(), 0, null_mut(), e);
        vg_rules_sign(null(), 0, null(), null_mut(), e);
        vg_rules_public_key(null(), null_mut());
        vg_policy_explain(null(), null(), 0, 0, null_mut(), e);
        vg_policy_check_consented(null(), null(), 0, 0, null(), 0, null_mut(), e);
        vg_policy_from_pack(null(), 0, null(), 0, null_mut(), e);
        vg_policy_new_classified(null(), 0, null(), null_mut(), e);
        vg_findings_add(null_mut(), null());
        vg_text_stream_new(null(), 0, null(), 0, null_mut(), e);
        vg_text_stream_push(null_mut(), null(), 0, null_mut(), null_mut(), null_mut(), e);
        vg_text_stream_finish(null_mut(), null_mut(), null_mut(), null_mut(), e);
    };
    for (name, status) in rules {
        assert_eq!(status, VG_ERR_NULL, "{name}");
    }
    let freed_last = answers! {
        vg_text_stream_free(null_mut());
        vg_listener_free(null_mut());
    };

    // What takes no pointer, and vg_error_message above.
    let others = [
        "vg_limiter_script",
        "vg_abi_version",
        "vg_error_message",
        "vg_status_message",
        "vg_status_name",
        "vg_version",
    ];
    let mut named: Vec<&str> =
        statuses.iter().map(|(name, _)| *name).chain(freed.map(|(name, ())| name)).collect();
    named.extend(access.map(|(name, _)| name));
    named.extend(rules.map(|(name, _)| name));
    named.extend(freed_last.map(|(name, ())| name));
    named.extend(freed_too.map(|(name, ())| name));
    named.extend(others);
    named.sort_unstable();
    let exported: Vec<&str> = include_str!("../../include/symbols.txt").lines().collect();
    assert_eq!(named, exported, "every exported function was tried");
}

#[test]
fn a_handle_of_another_kind_is_none_and_so_is_a_freed_one() {
    let hold = Hold::new();
    let marker = hold.marker();
    assert_eq!(unsafe { vg_marker_reset(hold.key.cast()) }, VG_ERR_HANDLE);
    assert_eq!(unsafe { vg_key_id(marker.cast(), [0; 17].as_mut_ptr()) }, VG_ERR_HANDLE);
    assert_eq!(unsafe { vg_error_status(marker.cast()) }, VG_ERR_HANDLE);
    unsafe { vg_key_free(marker.cast()) };
    assert_eq!(unsafe { vg_marker_reset(marker) }, VG_OK, "freed as something else, it lives");
    unsafe { vg_marker_free(marker) };
    for _ in 0..2 {
        assert_eq!(unsafe { vg_marker_reset(marker) }, VG_ERR_HANDLE);
        unsafe { vg_marker_free(marker) };
    }
    // Not where a handle can be.
    let odd = hold.key.cast::<u8>().wrapping_add(1).cast();
    assert_eq!(unsafe { vg_marker_reset(odd) }, VG_ERR_HANDLE);
    // Its place is not given away at once.
    for _ in 0..1_000 {
        unsafe { vg_key_free(made(|out, err| vg_key_generate(out, err))) };
        assert_eq!(unsafe { vg_marker_reset(marker) }, VG_ERR_HANDLE);
    }
}

#[test]
fn a_struct_says_its_size_and_what_is_not_known_of_it_must_be_zero() {
    let hold = Hold::new();
    let mut out = null_mut();
    let options = hold.options();
    for size in [0, 8, size_of::<vg_marker_options_t>() - 1, 1 << 20, usize::MAX] {
        let wrong = vg_marker_options_t { struct_size: size, ..options };
        let (status, message) = failure(|err| unsafe { vg_marker_new(hold.key, &wrong, &mut out, err) });
        assert_eq!(status, VG_ERR_STRUCT_SIZE);
        assert!(message.contains(&size.to_string()), "{message}");
    }
    // A later header's struct: larger, with fields that this library does not know.
    #[repr(C)]
    struct Later {
        options: vg_marker_options_t,
        later: u64,
    }
    let struct_size = size_of::<Later>();
    let mut later = Later { options: vg_marker_options_t { struct_size, ..options }, later: 0 };
    let marker = made(|out, err| unsafe { vg_marker_new(hold.key, (&raw const later).cast(), out, err) });
    unsafe { vg_marker_free(marker) };
    later.later = 5;
    let status = unsafe { vg_marker_new(hold.key, (&raw const later).cast(), &mut out, null_mut()) };
    assert_eq!(status, VG_ERR_STRUCT_SIZE, "what is asked for and not known is not ignored");
    assert!(out.is_null(), "an output is written on success only");
}

#[test]
fn a_struct_of_the_first_header_goes_and_what_it_lacks_is_the_usual() {
    let hold = Hold::new();
    let size = std::mem::offset_of!(vg_marker_options_t, scheme);
    // Behind such a struct lies other memory of the program.
    let first = vg_marker_options_t { struct_size: size, scheme: 77, strength: f32::NAN, ..hold.options() };
    let marker = made(|out, err| unsafe { vg_marker_new(hold.key, &first, out, err) });
    unsafe { vg_marker_free(marker) };
    let keys = [hold.key.cast_const()];
    let detector = made(|out, err| unsafe { vg_detector_new(keys.as_ptr(), 1, null(), out, err) });
    let silence = [0.0f32; 100];
    let detection = made(|out, err| unsafe {
        vg_detector_detect_f32(detector, silence.as_ptr(), silence.len(), 24_000, 1, out, err)
    });
    let mut info: vg_detection_info_t = unsafe { std::mem::zeroed() };
    info.struct_size = std::mem::offset_of!(vg_detection_info_t, speed);
    info.speed = 77.0;
    assert_eq!(unsafe { vg_detection_info(detection, &mut info) }, VG_OK);
    assert_eq!(info.speed, 77.0, "nothing is written past the end");
    assert_eq!(info.struct_size, std::mem::offset_of!(vg_detection_info_t, speed));
    unsafe { vg_detection_free(detection) };
    unsafe { vg_detector_free(detector) };
}

#[test]
fn buffers_are_the_same_or_apart() {
    let hold = Hold::new();
    let marker = hold.marker();
    let mut samples = vec![0.25f32; 4_000];
    let data = samples.as_mut_ptr();
    let mut written = 77;
    let process = |input: *const f32, output: *mut f32, capacity: usize, written: &mut usize| unsafe {
        vg_marker_process_f32(marker, input, 1_000, output, capacity, written)
    };
    for shift in [1, 500, 999] {
        assert_eq!(process(data, data.wrapping_add(shift), 1_000, &mut written), VG_ERR_ARGUMENT);
        assert_eq!(process(data.wrapping_add(shift), data, 1_000, &mut written), VG_ERR_ARGUMENT);
    }
    let odd = data.cast::<u8>().wrapping_add(1).cast::<f32>();
    assert_eq!(process(odd, data.wrapping_add(2_000), 1_000, &mut written), VG_ERR_ARGUMENT);
    assert_eq!(process(null(), data, 1_000, &mut written), VG_ERR_NULL);
    assert_eq!(process(data, data.wrapping_add(1_000), 10, &mut written), VG_ERR_OUTPUT_SIZE);
    assert_eq!(written, 77, "an output is written on success only");
    let frames = usize::MAX / 2;
    let huge = unsafe { vg_marker_process_f32(marker, data, frames, data, frames, &mut written) };
    assert_eq!(huge, VG_ERR_ARGUMENT);
    assert_eq!(process(data, data.wrapping_add(1_000), usize::MAX, &mut written), VG_OK);
    assert!(written < 1_000);
    assert_eq!(process(data, data, 1_000, &mut written), VG_OK);
    assert_eq!(written, 1_000);
    unsafe { vg_marker_free(marker) };
}

#[test]
fn text_that_is_not_utf8_is_refused_with_the_place() {
    let hold = Hold::new();
    let text = b"good \xff";
    let mut policy = null_mut();
    let (status, message) =
        failure(|err| unsafe { vg_policy_new(text.as_ptr().cast(), text.len(), &mut policy, err) });
    assert_eq!(status, VG_ERR_UTF8);
    assert!(message.contains("byte 5"), "{message}");
    let rules = br#"{"version": 1, "rules": []}"#;
    let policy = made(|out, err| unsafe { vg_policy_new(rules.as_ptr().cast(), rules.len(), out, err) });
    let mut verdict = null_mut();
    let mut check = |markup| unsafe {
        vg_policy_check(policy, text.as_ptr().cast(), text.len(), markup, &mut verdict, null_mut())
    };
    assert_eq!(check(VG_MARKUP_AUTO), VG_ERR_UTF8);
    assert_eq!(check(99), VG_ERR_ARGUMENT);
    unsafe { vg_policy_free(policy) };
    drop(hold);
}

#[test]
fn an_index_past_the_last_is_refused() {
    let hold = Hold::new();
    let detector = made(|out, err| unsafe { vg_detector_new(&hold.key.cast_const(), 1, null(), out, err) });
    let detection = made(|out, err| unsafe {
        vg_detector_detect_f32(detector, [0.0; 8_000].as_ptr(), 8_000, 8_000, 1, out, err)
    });
    unsafe { vg_detector_free(detector) };
    let mut span = vg_span_t { struct_size: size_of::<vg_span_t>(), start: 0.0, end: 0.0, score: 0.0 };
    assert_eq!(unsafe { vg_detection_span(detection, 0, &mut span) }, VG_ERR_ARGUMENT);
    let json = bytes(|out, err| unsafe { vg_detection_json(detection, out, err) });
    assert!(json.starts_with(b"{") && json.ends_with(b"}"));
    unsafe { vg_detection_free(detection) };
}

#[test]
fn bytes_may_be_freed_twice() {
    let hold = Hold::new();
    let mut hex = vg_bytes_t { data: null_mut(), len: 0 };
    assert_eq!(unsafe { vg_key_to_hex(hold.key, &mut hex, null_mut()) }, VG_OK);
    assert_eq!((hex.len, unsafe { *hex.data.add(hex.len) }), (64, 0), "a NUL follows");
    for _ in 0..2 {
        unsafe { vg_bytes_free(&mut hex) };
        assert!(hex.data.is_null() && hex.len == 0);
    }
}
