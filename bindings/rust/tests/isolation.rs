//! What goes wrong in one place stays there: a panic, a sink that fails, two threads at one handle.

mod sound;

use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use voxguard::sys::*;
use voxguard::{Guard, Key, Ledger, Marker, Request, Status, debug_panic, embed};

const REQUEST: Request<'static> = Request {
    subject: None,
    voice: "heart",
    text: "Hello.",
    markup: voxguard::Markup::Plain,
    rate: 8_000,
    channels: 1,
    role: None,
    language: None,
    model: None,
    parameters: None,
    keep_text: false,
};

#[test]
fn a_panic_in_one_marker_leaves_the_others_alone() {
    let key = Key::generate().unwrap();
    let speech = sound::noise(1, 8_000, 1);
    let (mut broken, mut other) =
        (Marker::new(&key, 1, 8_000, 1).unwrap(), Marker::new(&key, 2, 8_000, 1).unwrap());
    let mut marked = Vec::new();
    other.process(&speech[..4_000], &mut marked).unwrap();
    assert_eq!(debug_panic(&mut broken).unwrap_err().status, Status::INTERNAL);
    for _ in 0..2 {
        assert_eq!(broken.process(&speech, &mut Vec::new()).unwrap_err().status, Status::POISONED);
        assert_eq!(broken.pending().unwrap_err().status, Status::POISONED);
        assert_eq!(broken.reset().unwrap_err().status, Status::POISONED);
    }
    drop(broken);
    other.process(&speech[4_000..], &mut marked).unwrap();
    other.flush(&mut marked).unwrap();
    assert_eq!(marked, embed(&speech, 8_000, 1, &key, 2).unwrap());
}

#[test]
fn a_sink_that_fails_fails_the_call_and_the_record_is_kept_once() {
    let key = Key::generate().unwrap();
    let ledger = Ledger::open("sqlite::memory:", &key).unwrap();
    let works = Arc::new(AtomicBool::new(false));
    let told = Arc::new(AtomicUsize::new(0));
    let (sink_works, sink_told) = (Arc::clone(&works), Arc::clone(&told));
    let guard = Guard::builder(&key)
        .ledger(&ledger)
        .on_record(move |_| {
            sink_told.fetch_add(1, Ordering::Relaxed);
            sink_works.load(Ordering::Relaxed).then_some(()).ok_or("no paper left")
        })
        .build()
        .unwrap();
    let mut utterance = guard.begin(REQUEST).unwrap();
    let mut marked = Vec::new();
    utterance.mark(&sound::noise(1, 8_000, 1), &mut marked).unwrap();
    let before = marked.len();
    for _ in 0..2 {
        let error = utterance.finish(&mut marked).unwrap_err();
        assert_eq!(error.status, Status::CALLBACK);
        assert!(error.message.contains("no paper left"), "{error}");
        assert_eq!(marked.len(), before, "what is not accounted for does not come out");
        assert_eq!(ledger.len().unwrap(), 1);
    }
    assert_eq!(utterance.abort().unwrap_err().status, Status::STATE, "it is recorded as complete already");
    works.store(true, Ordering::Relaxed);
    let record = utterance.finish(&mut marked).unwrap();
    assert_eq!(ledger.find_mark(utterance.mark_id().unwrap()).unwrap(), [record]);
    assert_eq!((marked.len(), told.load(Ordering::Relaxed)), (8_000, 3));
}

#[test]
fn a_sink_that_panics_is_a_sink_that_fails() {
    let key = Key::generate().unwrap();
    let guard = Guard::builder(&key)
        .on_record(|_| -> Result<(), String> { panic!("the sink's own fault") })
        .build()
        .unwrap();
    let mut utterance = guard.begin(REQUEST).unwrap();
    let mut marked: Vec<f32> = Vec::new();
    for _ in 0..2 {
        let error = utterance.finish(&mut marked).unwrap_err();
        assert_eq!(error.status, Status::CALLBACK);
        assert!(error.message.contains("panicked"), "{error}");
    }
}

#[test]
fn a_sink_may_read_the_ledger_and_may_not_speak() {
    let key = Key::generate().unwrap();
    let ledger = Ledger::open("sqlite::memory:", &key).unwrap();
    let seen = Arc::new(Mutex::new(None));
    let again: Arc<Mutex<Option<Guard>>> = Arc::default();
    let (sink_ledger, sink_seen, sink_again) = (ledger.clone(), Arc::clone(&seen), Arc::clone(&again));
    let guard = Guard::builder(&key)
        .ledger(&ledger)
        .on_record(move |record| {
            let found = sink_ledger.find_mark(record.mark.unwrap()).unwrap();
            let guard = sink_again.lock().unwrap();
            let begun = guard.as_ref().unwrap().begin(REQUEST).map(drop);
            *sink_seen.lock().unwrap() = Some((found.len(), begun.unwrap_err().status));
            Ok::<(), String>(())
        })
        .build()
        .unwrap();
    *again.lock().unwrap() = Some(guard.clone());
    guard.begin(REQUEST).unwrap().finish::<f32>(&mut Vec::new()).unwrap();
    assert_eq!(*seen.lock().unwrap(), Some((1, Status::BUSY)));
    again.lock().unwrap().take();
}

#[test]
fn a_sink_is_dropped_once_when_the_last_that_needs_it_is() {
    struct Count(Arc<AtomicUsize>);
    impl Drop for Count {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let drops = Arc::new(AtomicUsize::new(0));
    let sink = |drops: &Arc<AtomicUsize>| {
        let count = Count(Arc::clone(drops));
        move |_: &_| {
            let _held = &count;
            Ok::<(), String>(())
        }
    };
    let key = Key::generate().unwrap();
    let guard = Guard::builder(&key).on_record(sink(&drops)).build().unwrap();
    let utterance = guard.begin(REQUEST).unwrap();
    drop(guard);
    assert_eq!(drops.load(Ordering::Relaxed), 0);
    drop(utterance);
    assert_eq!(drops.load(Ordering::Relaxed), 1);
    // And when the guard was never made.
    let other = Ledger::open("sqlite::memory:", &Key::generate().unwrap()).unwrap();
    Guard::builder(&key).ledger(&other).on_record(sink(&drops)).build().unwrap_err();
    assert_eq!(drops.load(Ordering::Relaxed), 2);
}

/// A handle that is used from two threads, as only C can.
struct Shared<T>(*mut T);
unsafe impl<T> Sync for Shared<T> {}

#[test]
fn one_marker_from_two_threads_answers_busy() {
    let mut key = ptr::null_mut();
    let mut marker = ptr::null_mut();
    let options = vg_marker_options_t {
        struct_size: size_of::<vg_marker_options_t>(),
        rate: 8_000,
        channels: 1,
        mark: 1,
        scheme: VG_SCHEME_ID32,
        strength: 0.0,
    };
    unsafe {
        assert_eq!(vg_key_generate(&mut key, ptr::null_mut()), VG_OK);
        assert_eq!(vg_marker_new(key, &options, &mut marker, ptr::null_mut()), VG_OK);
    }
    let marker = Shared(marker);
    let busy = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let shared = &marker;
            let mut speech = sound::noise(10, 8_000, 1);
            let mut written = 0;
            // Until the other thread has met a call in progress.
            while !busy.load(Ordering::Relaxed) {
                let (data, frames) = (speech.as_mut_ptr(), speech.len());
                let status =
                    unsafe { vg_marker_process_f32(shared.0, data, frames, data, frames, &mut written) };
                assert!(status == VG_OK || status == VG_ERR_BUSY, "{status:?}");
            }
        });
        let mut met = VG_OK;
        while met != VG_ERR_BUSY {
            met = unsafe { vg_marker_reset(marker.0) };
            assert!(met == VG_OK || met == VG_ERR_BUSY, "{met:?}");
        }
        busy.store(true, Ordering::Relaxed);
    });
    unsafe {
        assert_eq!(vg_marker_reset(marker.0), VG_OK, "nothing is left of the clash");
        vg_marker_free(marker.0);
        vg_key_free(key);
    }
}
