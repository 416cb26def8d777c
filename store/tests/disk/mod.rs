//! A disk under SQLite that can be unplugged: it remembers every write and sync of the files in one folder, and says
//! afterwards what could have been left of them if the power had gone at any moment.
//!
//! It is an SQLite VFS around the system's own. What was synced stays; of what was written since, nothing, all, or any
//! part may have reached the disk, in any order, torn at any sector.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use rusqlite::ffi;

/// Smallest piece that a disk writes as a whole.
const SECTOR: usize = 512;

/// Something that happened, in the order of one clock.
#[derive(Debug, Clone)]
pub enum Step {
    Write {
        file: PathBuf,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: PathBuf,
        size: usize,
    },
    Sync(PathBuf),
    Delete(PathBuf),
    /// Told by the test: this much was acknowledged.
    Acknowledged(u32),
}

struct Recorder {
    folder: PathBuf,
    steps: Vec<Step>,
}

static RECORDER: Mutex<Option<Recorder>> = Mutex::new(None);
static SYSTEM: OnceLock<System> = OnceLock::new();

/// The system's VFS and ours: made once, never changed.
struct System {
    below: *mut ffi::sqlite3_vfs,
    methods: ffi::sqlite3_io_methods,
}

// SAFETY: SQLite keeps its VFS for the life of the process and uses it from any thread.
unsafe impl Send for System {}
unsafe impl Sync for System {}

/// Puts the disk under every SQLite file that this process opens from now on, and remembers what happens to
/// those in the folder.
pub fn record(folder: &Path) {
    SYSTEM.get_or_init(install);
    *RECORDER.lock().unwrap() = Some(Recorder { folder: folder.to_owned(), steps: Vec::new() });
}

/// Notes that something was acknowledged.
pub fn acknowledge(number: u32) {
    note(|_| Some(Step::Acknowledged(number)));
}

/// Stops remembering, and gives what happened.
pub fn recorded() -> Vec<Step> {
    RECORDER.lock().unwrap().take().map(|recorder| recorder.steps).unwrap_or_default()
}

fn note(step: impl FnOnce(&Recorder) -> Option<Step>) {
    if let Ok(mut recorder) = RECORDER.lock()
        && let Some(recorder) = recorder.as_mut()
        && let Some(step) = step(recorder)
    {
        recorder.steps.push(step);
    }
}

/// What happens to what was not synced when the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// It is gone.
    All,
    /// It was there in time.
    None,
    /// Any sector of it is there or is not, as drawn from this seed.
    Any(u64),
    /// The disk never synced at all: it lied, and all that it held is gone.
    Lied,
}

/// The files as steps build them up.
#[derive(Default)]
pub struct Disk {
    files: BTreeMap<PathBuf, State>,
}

#[derive(Default)]
struct State {
    durable: Vec<u8>,
    /// Since the last sync.
    since: Vec<Step>,
}

impl Disk {
    /// One step further.
    pub fn take(&mut self, step: &Step) {
        match step {
            Step::Write { file, .. } | Step::Truncate { file, .. } => {
                self.files.entry(file.clone()).or_default().since.push(step.clone());
            }
            Step::Sync(file) => {
                let state = self.files.entry(file.clone()).or_default();
                let since = std::mem::take(&mut state.since);
                since.iter().for_each(|step| apply(&mut state.durable, step, |_| true));
            }
            Step::Delete(file) => drop(self.files.remove(file)),
            Step::Acknowledged(_) => {}
        }
    }

    /// Writes into `folder` what is left when the power goes now.
    pub fn unplug(&self, folder: &Path, loss: Loss) {
        let mut draw = match loss {
            Loss::Any(seed) => Draw(seed),
            _ => Draw(0),
        };
        for (file, state) in &self.files {
            let mut bytes = match loss {
                Loss::Lied => Vec::new(),
                _ => state.durable.clone(),
            };
            for step in &state.since {
                match loss {
                    Loss::All | Loss::Lied => {}
                    Loss::None => apply(&mut bytes, step, |_| true),
                    Loss::Any(_) => apply(&mut bytes, step, |_| draw.next() & 1 == 0),
                }
            }
            std::fs::write(folder.join(file.file_name().unwrap()), bytes).unwrap();
        }
    }
}

/// Does to the bytes what the step says, in the sectors that are kept.
fn apply(bytes: &mut Vec<u8>, step: &Step, mut keep: impl FnMut(usize) -> bool) {
    match step {
        Step::Write { at, bytes: written, .. } => {
            let mut from = 0;
            while from < written.len() {
                // Sectors lie where the file's do, not where the write begins.
                let to = ((at + from) / SECTOR * SECTOR + SECTOR - at).min(written.len());
                if keep((at + from) / SECTOR) {
                    if bytes.len() < at + to {
                        bytes.resize(at + to, 0);
                    }
                    bytes[at + from..at + to].copy_from_slice(&written[from..to]);
                }
                from = to;
            }
        }
        Step::Truncate { size, .. } if keep(0) => bytes.truncate(*size),
        _ => {}
    }
}

/// Fair bits from a seed (SplitMix64).
pub struct Draw(pub u64);

impl Draw {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}

/// A file of ours: SQLite's part first, the system's file behind it in the same allocation.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    /// Null for a file that is not remembered.
    path: *mut PathBuf,
}

unsafe fn below(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    unsafe { file.cast::<File>().add(1).cast() }
}

unsafe fn path_of<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a PathBuf> {
    unsafe { (*file.cast::<File>()).path.as_ref() }
}

/// Calls the same method of the system's file.
macro_rules! pass {
    ($name:ident, $method:ident $(, $argument:ident: $type:ty)*) => {
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $type)*) -> c_int {
            unsafe {
                let file = below(file);
                match (*(*file).pMethods).$method {
                    Some(method) => method(file $(, $argument)*),
                    None => ffi::SQLITE_IOERR,
                }
            }
        }
    };
}

pass!(pass_close, xClose);
pass!(read, xRead, to: *mut c_void, size: c_int, at: ffi::sqlite3_int64);
pass!(pass_write, xWrite, from: *const c_void, size: c_int, at: ffi::sqlite3_int64);
pass!(pass_truncate, xTruncate, size: ffi::sqlite3_int64);
pass!(pass_sync, xSync, flags: c_int);
pass!(file_size, xFileSize, size: *mut ffi::sqlite3_int64);
pass!(lock, xLock, level: c_int);
pass!(unlock, xUnlock, level: c_int);
pass!(check_reserved_lock, xCheckReservedLock, held: *mut c_int);
pass!(file_control, xFileControl, operation: c_int, argument: *mut c_void);
pass!(sector_size, xSectorSize);
pass!(device_characteristics, xDeviceCharacteristics);
pass!(shm_map, xShmMap, page: c_int, size: c_int, extend: c_int, to: *mut *mut c_void);
pass!(shm_lock, xShmLock, offset: c_int, count: c_int, flags: c_int);
pass!(shm_unmap, xShmUnmap, delete: c_int);

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    unsafe {
        let file = below(file);
        if let Some(barrier) = (*(*file).pMethods).xShmBarrier {
            barrier(file);
        }
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe {
        let closed = pass_close(file);
        let path = std::mem::replace(&mut (*file.cast::<File>()).path, std::ptr::null_mut());
        if !path.is_null() {
            drop(Box::from_raw(path));
        }
        closed
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    size: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    unsafe {
        let written = pass_write(file, from, size, at);
        if let (ffi::SQLITE_OK, Some(path)) = (written, path_of(file)) {
            let bytes = std::slice::from_raw_parts(from.cast::<u8>(), size as usize).to_vec();
            note(|_| Some(Step::Write { file: path.clone(), at: at as usize, bytes }));
        }
        written
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    unsafe {
        let done = pass_truncate(file, size);
        if let (ffi::SQLITE_OK, Some(path)) = (done, path_of(file)) {
            note(|_| Some(Step::Truncate { file: path.clone(), size: size as usize }));
        }
        done
    }
}

/// The system's sync is left out: this disk is a memory of what was asked for.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    unsafe {
        match path_of(file) {
            Some(path) => {
                note(|_| Some(Step::Sync(path.clone())));
                ffi::SQLITE_OK
            }
            None => pass_sync(file, flags),
        }
    }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    unsafe {
        let Some(system) = SYSTEM.get() else { return ffi::SQLITE_CANTOPEN };
        let Some(open) = (*system.below).xOpen else { return ffi::SQLITE_CANTOPEN };
        (*file).pMethods = std::ptr::null();
        (*file.cast::<File>()).path = std::ptr::null_mut();
        let opened = open(system.below, name, below(file), flags, out_flags);
        // Where the system's file has methods it must be closed, even if it could not be opened.
        if !(*below(file)).pMethods.is_null() {
            (*file).pMethods = &raw const system.methods;
        }
        if opened == ffi::SQLITE_OK && !name.is_null() {
            let path = PathBuf::from(CStr::from_ptr(name).to_string_lossy().into_owned());
            note(|recorder| {
                if path.starts_with(&recorder.folder) {
                    (*file.cast::<File>()).path = Box::into_raw(Box::new(path));
                }
                None
            });
        }
        opened
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    unsafe {
        let Some(system) = SYSTEM.get() else { return ffi::SQLITE_IOERR };
        let Some(delete) = (*system.below).xDelete else { return ffi::SQLITE_IOERR };
        let deleted = delete(system.below, name, sync);
        if deleted == ffi::SQLITE_OK {
            let path = PathBuf::from(CStr::from_ptr(name).to_string_lossy().into_owned());
            note(|recorder| path.starts_with(&recorder.folder).then_some(Step::Delete(path)));
        }
        deleted
    }
}

/// Registers our VFS as the one that SQLite uses.
fn install() -> System {
    unsafe {
        let below = ffi::sqlite3_vfs_find(std::ptr::null());
        assert!(!below.is_null());
        let methods = ffi::sqlite3_io_methods {
            iVersion: 2,
            xClose: Some(close),
            xRead: Some(read),
            xWrite: Some(write),
            xTruncate: Some(truncate),
            xSync: Some(sync),
            xFileSize: Some(file_size),
            xLock: Some(lock),
            xUnlock: Some(unlock),
            xCheckReservedLock: Some(check_reserved_lock),
            xFileControl: Some(file_control),
            xSectorSize: Some(sector_size),
            xDeviceCharacteristics: Some(device_characteristics),
            xShmMap: Some(shm_map),
            xShmLock: Some(shm_lock),
            xShmBarrier: Some(shm_barrier),
            xShmUnmap: Some(shm_unmap),
            xFetch: None,
            xUnfetch: None,
        };
        // All that is not about files is the system's own.
        let mut vfs = *below;
        vfs.zName = c"unpluggable".as_ptr();
        vfs.szOsFile = size_of::<File>() as c_int + (*below).szOsFile;
        vfs.pNext = std::ptr::null_mut();
        vfs.xOpen = Some(open);
        vfs.xDelete = Some(delete);
        let vfs = Box::into_raw(Box::new(vfs));
        assert_eq!(ffi::sqlite3_vfs_register(vfs, 1), ffi::SQLITE_OK);
        System { below, methods }
    }
}
