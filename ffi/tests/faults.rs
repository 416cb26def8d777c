//! A ledger that fails, a sink that meddles, a panic: nothing is lost, and nothing comes out that is not recorded.

mod hold;

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use hold::{Hold, bytes, failure, made};
use voxguard_ffi::*;

fn open(url: &str, key: *const vg_key_t) -> *mut vg_ledger_t {
    made(|out, err| unsafe { vg_ledger_open(url.as_ptr().cast(), url.len(), key, out, err) })
}

fn len(ledger: *const vg_ledger_t) -> u64 {
    let mut len = 0;
    assert_eq!(unsafe { vg_ledger_len(ledger, &mut len, null_mut()) }, VG_OK);
    len
}

// The file of an open ledger cannot be moved on Windows.
#[cfg(unix)]
#[test]
fn while_the_ledger_fails_no_speech_ends_and_afterwards_it_is_recorded_once() {
    let folder = tempfile::tempdir().unwrap();
    let (path, away) = (folder.path().join("ledger.db"), folder.path().join("away.db"));
    let hold = Hold::new();
    let ledger = open(&format!("sqlite:///{}", path.display()), hold.key);
    let guard = hold.guard(ledger, null());
    let utterance = hold.utterance(guard);
    let mut samples = vec![0.25f32; 2_000];
    let data = samples.as_mut_ptr();
    let (mut written, mut pending) = (0, 0);
    assert_eq!(unsafe { vg_utterance_mark_f32(utterance, data, 2_000, data, 2_000, &mut written) }, VG_OK);
    assert_eq!(unsafe { vg_utterance_pending(utterance, &mut pending) }, VG_OK);

    std::fs::rename(&path, &away).unwrap();
    let mut tail = vec![9.0f32; pending];
    let (mut ended, mut json) = (77, vg_bytes_t { data: null_mut(), len: 5 });
    for _ in 0..2 {
        let (status, message) = failure(|err| unsafe {
            vg_utterance_finish_f32(utterance, tail.as_mut_ptr(), pending, &mut ended, &mut json, err)
        });
        assert_eq!(status, VG_ERR_STORE_IO, "{message}");
        assert!(tail.iter().all(|sample| *sample == 9.0), "what is not recorded does not come out");
        assert_eq!((ended, json.len), (77, 5), "an output is written on success only");
        let status = unsafe { vg_utterance_mark_f32(utterance, data, 1, data, 1, &mut written) };
        assert_eq!(status, VG_ERR_STATE, "it has ended all the same");
    }
    std::fs::rename(&away, &path).unwrap();
    let record = bytes(|json, err| unsafe {
        vg_utterance_finish_f32(utterance, tail.as_mut_ptr(), pending, &mut ended, json, err)
    });
    assert_eq!((ended, len(ledger)), (pending, 1));
    assert_eq!(record, bytes(|json, err| unsafe { vg_utterance_record(utterance, json, err) }));
    assert_eq!(record, bytes(|json, err| unsafe { vg_ledger_get(ledger, 1, json, err) }));
    unsafe {
        vg_utterance_free(utterance);
        vg_guard_free(guard);
        vg_ledger_free(ledger);
    }
}

/// What a sink of the tests may touch.
struct Stage {
    guard: AtomicPtr<vg_guard_t>,
    utterance: AtomicPtr<vg_utterance_t>,
    told: AtomicUsize,
    dropped: AtomicUsize,
}

unsafe extern "C" fn meddle(user_data: *mut c_void, json: *const c_char, len: usize) -> i32 {
    let stage = unsafe { &*user_data.cast::<Stage>() };
    stage.told.fetch_add(1, Ordering::Relaxed);
    assert!(!json.is_null() && len > 2);
    let utterance = stage.utterance.load(Ordering::Relaxed);
    let (mut frames, mut sample) = (0, 0.0f32);
    unsafe {
        assert_eq!(vg_utterance_pending(utterance, &mut frames), VG_ERR_BUSY);
        let data = &raw mut sample;
        assert_eq!(vg_utterance_mark_f32(utterance, data, 1, data, 1, &mut frames), VG_ERR_BUSY);
        assert_eq!(vg_utterance_abort(utterance, null_mut(), null_mut()), VG_ERR_BUSY);
        // Freed in the middle of their own call: it ends normally.
        vg_utterance_free(utterance);
        vg_guard_free(stage.guard.load(Ordering::Relaxed));
    }
    0
}

unsafe extern "C" fn count_drop(user_data: *mut c_void) {
    let stage = unsafe { &*user_data.cast::<Stage>() };
    stage.dropped.fetch_add(1, Ordering::Relaxed);
}

#[test]
fn a_sink_that_frees_what_calls_it_breaks_nothing() {
    let hold = Hold::new();
    let stage = Stage {
        guard: AtomicPtr::default(),
        utterance: AtomicPtr::default(),
        told: AtomicUsize::new(0),
        dropped: AtomicUsize::new(0),
    };
    let sink = vg_record_sink_t {
        struct_size: size_of::<vg_record_sink_t>(),
        user_data: (&raw const stage).cast_mut().cast(),
        write: Some(meddle),
        drop: Some(count_drop),
    };
    let guard = hold.guard(null(), &sink);
    let utterance = hold.utterance(guard);
    stage.guard.store(guard, Ordering::Relaxed);
    stage.utterance.store(utterance, Ordering::Relaxed);
    let mut frames = 0;
    let status =
        unsafe { vg_utterance_finish_f32(utterance, null_mut(), 0, &mut frames, null_mut(), null_mut()) };
    assert_eq!((status, frames), (VG_OK, 0));
    assert_eq!(stage.told.load(Ordering::Relaxed), 1);
    assert_eq!(stage.dropped.load(Ordering::Relaxed), 1, "with the utterance, the last of it was freed");
    assert_eq!(unsafe { vg_utterance_pending(utterance, &mut frames) }, VG_ERR_HANDLE);
    assert_eq!(unsafe { vg_guard_begin(guard, &hold.request(), &mut null_mut(), null_mut()) }, VG_ERR_HANDLE);
}

#[test]
fn a_panic_reaches_c_as_a_status_and_breaks_one_handle() {
    let hold = Hold::new();
    let (broken, other) = (hold.marker(), hold.marker());
    assert_eq!(unsafe { vg_debug_panic(broken) }, VG_ERR_INTERNAL);
    let mut frames = 0;
    assert_eq!(unsafe { vg_marker_latency(broken, &mut frames) }, VG_ERR_POISONED);
    assert_eq!(unsafe { vg_debug_panic(broken) }, VG_ERR_POISONED);
    assert_eq!(unsafe { vg_marker_latency(other, &mut frames) }, VG_OK);
    unsafe {
        vg_marker_free(broken);
        assert_eq!(vg_marker_latency(broken, &mut frames), VG_ERR_HANDLE);
        vg_marker_free(other);
    }
}
