//! Functions whose comment says "Real time: yes" allocate nothing.

mod hold;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null;

use hold::{Hold, made};
use voxguard_ffi::*;

struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, data: *mut u8, layout: Layout) {
        CALLS.set(CALLS.get() + 1);
        unsafe { System.dealloc(data, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocates_nothing(call: impl FnOnce()) {
    let before = CALLS.get();
    call();
    assert_eq!(CALLS.get() - before, 0, "calls of the allocator");
}

#[test]
fn the_allocator_is_counted() {
    let before = CALLS.get();
    drop(std::hint::black_box(vec![1]));
    assert_eq!(CALLS.get() - before, 2);
}

#[test]
fn marking_a_stream_allocates_nothing_even_when_it_fails() {
    let hold = Hold::new();
    let marker = hold.marker();
    let (mut floats, mut integers) = (vec![0.25f32; 4_000], vec![1_000i16; 4_000]);
    let (input, output) = floats.split_at_mut(2_000);
    let (input, output) = (input.as_mut_ptr(), output.as_mut_ptr());
    let data = integers.as_mut_ptr();
    let mut n = 0;
    allocates_nothing(|| unsafe {
        assert_eq!(vg_marker_process_f32(marker, input, 2_000, output, 2_000, &mut n), VG_OK);
        assert_eq!(vg_marker_process_f32(marker, input, 2_000, input, 2_000, &mut n), VG_OK);
        assert_eq!(vg_marker_latency(marker, &mut n), VG_OK);
        assert_eq!(vg_marker_pending(marker, &mut n), VG_OK);
        assert_eq!(vg_marker_flush_f32(marker, output, 2_000, &mut n), VG_OK);
        assert_eq!(vg_marker_process_i16(marker, data, 2_000, data.add(2_000), 2_000, &mut n), VG_OK);
        assert_eq!(vg_marker_process_i16(marker, data, 2_000, data, 2_000, &mut n), VG_OK);
        assert_eq!(vg_marker_flush_i16(marker, data, 2_000, &mut n), VG_OK);
        assert_eq!(vg_marker_reset(marker), VG_OK);
        // And when something is wrong.
        *input = f32::NAN;
        assert_eq!(vg_marker_process_f32(marker, input, 2_000, output, 2_000, &mut n), VG_ERR_NON_FINITE);
        assert_eq!(vg_marker_process_f32(marker, output, 2_000, output, 0, &mut n), VG_ERR_OUTPUT_SIZE);
        assert_eq!(vg_marker_process_f32(marker, null(), 1, output, 0, &mut n), VG_ERR_NULL);
        assert_eq!(vg_marker_reset(hold.key.cast()), VG_ERR_HANDLE);
    });
    unsafe { vg_marker_free(marker) };
}

#[test]
fn marking_an_utterance_allocates_nothing_even_when_it_fails() {
    let hold = Hold::new();
    let guard = hold.guard(null(), null());
    let utterance = hold.utterance(guard);
    let mut samples = vec![0.25f32; 4_000];
    let (input, output) = samples.split_at_mut(2_000);
    let (input, output) = (input.as_mut_ptr(), output.as_mut_ptr());
    let (mut n, mut allowed, mut mark) = (0, false, 0);
    let mut text = vg_str_t { data: null(), len: 0 };
    allocates_nothing(|| unsafe {
        assert_eq!(vg_utterance_mark_f32(utterance, input, 2_000, output, 2_000, &mut n), VG_OK);
        assert_eq!(vg_utterance_mark_f32(utterance, input, 2_000, input, 2_000, &mut n), VG_OK);
        assert_eq!(vg_utterance_allowed(utterance, &mut allowed), VG_OK);
        assert_eq!(vg_utterance_text(utterance, &mut text), VG_OK);
        assert_eq!(vg_utterance_mark_id(utterance, &mut mark), VG_OK);
        assert_eq!(vg_utterance_latency(utterance, &mut n), VG_OK);
        assert_eq!(vg_utterance_pending(utterance, &mut n), VG_OK);
        *input = f32::INFINITY;
        assert_eq!(vg_utterance_mark_f32(utterance, input, 9, input, 9, &mut n), VG_ERR_NON_FINITE);
        assert_eq!(
            vg_utterance_mark_i16(utterance, [0; 9].as_ptr(), 9, [0; 9].as_mut_ptr(), 9, &mut n),
            VG_ERR_STATE
        );
    });
    unsafe {
        vg_utterance_free(utterance);
        vg_guard_free(guard);
    }
}

#[test]
fn looking_at_a_verdict_and_a_detection_allocates_nothing() {
    let hold = Hold::new();
    let rules = r#"{"version": 1, "rules": [
        {"id": "r1", "category": "fraud", "severity": "error", "match": "term", "terms": ["password"]}]}"#;
    let policy = made(|out, err| unsafe { vg_policy_new(rules.as_ptr().cast(), rules.len(), out, err) });
    let text = "my password";
    let verdict = made(|out, err| unsafe {
        vg_policy_check(policy, text.as_ptr().cast(), text.len(), VG_MARKUP_AUTO, out, err)
    });
    let detector = made(|out, err| unsafe { vg_detector_new(&hold.key.cast_const(), 1, null(), out, err) });
    let detection = made(|out, err| unsafe {
        vg_detector_detect_i16(detector, [9; 8_000].as_ptr(), 8_000, 8_000, 1, out, err)
    });
    // Zero is what these structs are before they are filled.
    let mut hit: vg_hit_t = unsafe { std::mem::zeroed() };
    let mut info: vg_detection_info_t = unsafe { std::mem::zeroed() };
    (hit.struct_size, info.struct_size) = (size_of::<vg_hit_t>(), size_of::<vg_detection_info_t>());
    let (mut n, mut code, mut time, mut score) = (0, 0, null(), null());
    let mut lent = vg_str_t { data: null(), len: 0 };
    allocates_nothing(|| unsafe {
        assert_eq!(vg_policy_hash(policy, [0; 32].as_mut_ptr()), VG_OK);
        assert_eq!(vg_verdict_action(verdict, &mut code), VG_OK);
        assert_eq!(vg_verdict_text(verdict, &mut lent), VG_OK);
        assert_eq!(vg_verdict_reason(verdict, &mut lent), VG_OK);
        assert_eq!(vg_verdict_markup(verdict, &mut code), VG_OK);
        assert_eq!(vg_verdict_hit_count(verdict, &mut n), VG_OK);
        assert_eq!(vg_verdict_hit(verdict, 0, &mut hit), VG_OK);
        assert_eq!(vg_verdict_hit(verdict, 1, &mut hit), VG_ERR_ARGUMENT);
        assert_eq!(vg_detection_info(detection, &mut info), VG_OK);
        assert_eq!(vg_detection_curve(detection, &mut time, &mut score, &mut n), VG_OK);
    });
    assert_eq!((hit.start, hit.end, info.seconds), (3, 11, 1.0));
    unsafe {
        vg_detection_free(detection);
        vg_detector_free(detector);
        vg_verdict_free(verdict);
        vg_policy_free(policy);
    }
}
