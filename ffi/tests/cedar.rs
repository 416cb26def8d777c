//! Policies in Cedar through the C interface: of a library that has them, and of one that was built without.

use std::ffi::CStr;
#[cfg(feature = "cedar")]
use std::ptr::null;
use std::ptr::null_mut;

use voxguard_ffi::*;

const GUESTS: &str = r#"@id(\"guests\") permit(principal in Role::\"guest\", action == Action::\"synthesize\", resource) when { context.seconds <= 60 };"#;

fn parts(text: &str) -> (*const std::ffi::c_char, usize) {
    (text.as_ptr().cast(), text.len())
}

fn cedar(rules: &str) -> (vg_status_t, *mut vg_cedar_t, String) {
    let ((data, len), mut cedar, mut error) = (parts(rules), null_mut(), null_mut());
    let status = unsafe { vg_cedar_new(data, len, &mut cedar, &mut error) };
    let message = unsafe { CStr::from_ptr(vg_error_message(error)) }.to_str().unwrap().to_owned();
    unsafe { vg_error_free(error) };
    (status, cedar, message)
}

fn access(config: &str) -> (vg_status_t, *mut vg_access_t) {
    let ((data, len), mut access) = (parts(config), null_mut());
    (unsafe { vg_access_new(data, len, &mut access, null_mut()) }, access)
}

#[cfg(not(feature = "cedar"))]
#[test]
fn a_library_without_cedar_says_so_and_goes_on_with_roles() {
    let (status, handle, message) = cedar(r#"{"policies": ""}"#);
    assert_eq!((status, handle), (VG_ERR_FEATURE, null_mut()));
    assert!(message.contains("feature `cedar`") && message.contains("roles"), "{message}");
    let (status, handle) = access(r#"{"version": 1, "cedar": {"policies": ""}}"#);
    assert_eq!((status, handle), (VG_ERR_FEATURE, null_mut()));
    assert!(GUESTS.contains("guest"));
}

#[cfg(feature = "cedar")]
#[test]
fn policies_decide_and_say_which_decided() {
    let (status, handle, message) = cedar(&format!(r#"{{"policies": "{GUESTS}"}}"#));
    assert_eq!((status, message.as_str()), (VG_OK, ""));
    let check = |question: &str| {
        let ((data, len), mut allowed, mut said) =
            (parts(question), false, vg_bytes_t { data: null_mut(), len: 0 });
        let status = unsafe { vg_cedar_check(handle, data, len, &mut allowed, &mut said, null_mut()) };
        let text = unsafe { std::slice::from_raw_parts(said.data, said.len) }.to_vec();
        unsafe { vg_bytes_free(&mut said) };
        (status, allowed, String::from_utf8(text).unwrap())
    };
    let question = r#"{"role": "guest", "permission": "synthesize", "resource": "voice/heart", "context": {"seconds": 12}}"#;
    let (status, allowed, said) = check(question);
    assert_eq!((status, allowed), (VG_OK, true));
    assert!(said.contains(r#""policies":["guests"]"#), "{said}");
    let (_, allowed, said) = check(&question.replace("12", "120"));
    assert!(!allowed && said.contains("no policy permits it"), "{said}");
    unsafe { vg_cedar_free(handle) };
    for (wrong, part) in [(r#"{"policies": "permit("}"#, "cedar: policies: "), (r#"{"rules": ""}"#, "rules")]
    {
        let (status, handle, message) = cedar(wrong);
        assert_eq!((status, handle), (VG_ERR_CONFIG, null_mut()));
        assert!(message.contains(part), "{message}");
    }
}

#[cfg(feature = "cedar")]
#[test]
fn a_configuration_has_policies_in_place_of_roles() {
    let (status, handle) = access(&format!(r#"{{"version": 1, "cedar": {{"policies": "{GUESTS}"}}}}"#));
    assert_eq!(status, VG_OK);
    let may = |seconds: u32| {
        let question = format!(
            r#"{{"role": "guest", "permission": "synthesize", "resource": "voice/heart", "context": {{"seconds": {seconds}}}}}"#
        );
        let ((data, len), mut allowed) = (parts(&question), false);
        let status = unsafe { vg_access_check(handle, data, len, &mut allowed, null_mut(), null_mut()) };
        assert_eq!(status, VG_OK);
        allowed
    };
    assert!(may(60) && !may(61));
    let (data, len) = parts(r#"{"version": 1, "cedar": {"policies": "permit("}}"#);
    assert_eq!(unsafe { vg_access_reload(handle, data, len, null_mut()) }, VG_ERR_CONFIG);
    assert!(may(60));
    unsafe { vg_access_free(handle) };
    let (data, len) = parts(r#"{"role": "guest", "permission": "synthesize", "resource": "voice/heart"}"#);
    assert_eq!(unsafe { vg_cedar_check(null(), data, len, &mut false, null_mut(), null_mut()) }, VG_ERR_NULL);
}
