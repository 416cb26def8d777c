//! Disks, files and neighbours that fail: each has an error of its own, and nothing acknowledged is lost.

mod records;

use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::process::Command;
use std::time::{Duration, Instant};

use records::{filled, generation, key, open, plain, tamper, url};
use rusqlite::Connection;
use tempfile::{TempDir, tempdir};
use voxguard_store::{Ledger, StoreError};

fn place() -> (TempDir, PathBuf) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    (folder, path)
}

/// The error of opening this path, which must name it.
fn refused(path: &Path) -> StoreError {
    let error = Ledger::open(&url(path), &key(1)).unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()), "{text}");
    error
}

#[test]
fn a_missing_folder_is_named() {
    let (folder, _) = place();
    let error = refused(&folder.path().join("not/there/ledger.db"));
    let StoreError::MissingFolder { folder: missing, .. } = error else { panic!("{error:?}") };
    assert!(Path::new(&missing).ends_with("not/there"));
}

#[test]
fn a_folder_is_no_ledger() {
    let (folder, _) = place();
    assert!(matches!(refused(folder.path()), StoreError::Folder { .. }));
}

#[test]
fn files_that_are_no_sqlite_are_told_and_left_alone() {
    let (_folder, path) = place();
    let texts: [&[u8]; 6] =
        [b"x", b"hello, world", &[0; 511], &[0; 512], &[0x5a; 5000], b"SQLite format 3 or so I say....."];
    for content in texts {
        std::fs::write(&path, content).unwrap();
        let error = refused(&path);
        assert!(matches!(error, StoreError::NotLedger { .. }), "{} bytes: {error:?}", content.len());
        assert_eq!(std::fs::read(&path).unwrap(), content);
    }
}

#[test]
fn an_empty_file_becomes_a_ledger() {
    let (_folder, path) = place();
    std::fs::write(&path, b"").unwrap();
    assert_eq!(open(&path).append(&generation(1)).unwrap(), 1);
}

#[test]
fn another_applications_database_is_told_and_left_alone() {
    for sql in ["CREATE TABLE t (x)", "PRAGMA application_id = 42", "PRAGMA user_version = 3"] {
        let (_folder, path) = place();
        tamper(&path, sql);
        let before = std::fs::read(&path).unwrap();
        let error = refused(&path);
        assert!(matches!(error, StoreError::NotLedger { .. }), "{sql}: {error:?}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_newer_schema_asks_for_a_newer_voxguard() {
    let (_folder, path) = place();
    filled(&path, 1);
    tamper(&path, "PRAGMA user_version = 4");
    assert!(matches!(refused(&path), StoreError::NewerSchema { found: 4, known: 3, .. }));
}

#[test]
fn another_keys_ledger_names_both_keys() {
    let (_folder, path) = place();
    drop(Ledger::open(&url(&path), &key(2)).unwrap());
    let text = refused(&path).to_string();
    assert!(text.contains(&key(1).id().to_string()) && text.contains(&key(2).id().to_string()), "{text}");
    assert!(matches!(refused(&path), StoreError::WrongKey { .. }));
}

#[test]
fn a_read_only_file_is_told_before_anything_is_tried() {
    let (_folder, path) = place();
    filled(&path, 1);
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    assert_eq!(refused(&path), StoreError::ReadOnly { path: path.display().to_string() });
}

#[test]
fn a_ledger_locked_by_another_is_told_after_the_wait() {
    let (_folder, path) = place();
    filled(&path, 2);
    let locked = |error: StoreError| matches!(error, StoreError::Locked { waited_ms: 500, .. });

    // Open elsewhere for itself alone: not even the first page can be read.
    let alone = Connection::open(&path).unwrap();
    alone.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let started = Instant::now();
    assert!(locked(refused(&path)));
    assert!(started.elapsed() >= Duration::from_millis(500));
    alone.execute_batch("COMMIT").unwrap();
    drop(alone);

    // Another writer in the middle of its transaction: reading goes on, appending waits.
    let ledger = open(&path);
    let writer = Connection::open(&path).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(locked(ledger.append(&generation(3)).unwrap_err()));
    assert_eq!(ledger.len().unwrap(), 2);
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!(ledger.append(&generation(3)).unwrap(), 3);
    assert!(ledger.verify(None).unwrap().intact);
}

/// Appends until the disk is full; then makes room, and sees that all that was acknowledged is there
/// and that the ledger goes on.
fn fills_up(ledger: &Ledger, make_room: impl FnOnce()) {
    let mut acknowledged = 0;
    let error = loop {
        match ledger.append(&generation(acknowledged + 1)) {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
        assert!(acknowledged < 100_000, "the disk does not fill up");
    };
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert!(acknowledged > 0);
    // It stays full, for several at once too, and each is told.
    std::thread::scope(|scope| {
        let appends: Vec<_> = (0..8).map(|_| scope.spawn(|| ledger.append(&generation(0)))).collect();
        for append in appends {
            assert!(matches!(append.join().unwrap(), Err(StoreError::Full { .. })));
        }
    });
    assert_eq!(ledger.len().unwrap(), u64::from(acknowledged));
    assert_eq!(plain(ledger.get(1).unwrap().unwrap().record), generation(1));

    make_room();
    assert_eq!(ledger.append(&generation(7)).unwrap(), u64::from(acknowledged) + 1);
    let verification = ledger.verify(None).unwrap();
    assert!(verification.intact, "{verification}");
    assert_eq!(verification.entries, u64::from(acknowledged) + 1);
}

#[test]
fn a_ledger_that_may_not_grow_is_full_and_goes_on_when_it_may() {
    let (_folder, path) = place();
    let ledger = open(&path);
    ledger.limit_pages(40).unwrap();
    fills_up(&ledger, || ledger.limit_pages(u32::MAX / 2).unwrap());
}

/// A small disk of its own, where the system lets us have one.
#[cfg(target_os = "linux")]
struct SmallDisk {
    folder: TempDir,
}

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn new(options: &str) -> Option<Self> {
        let folder = tempdir().unwrap();
        let disk = Self { folder };
        disk.mount(options).then_some(disk)
    }

    fn mount(&self, options: &str) -> bool {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "voxguard-test"]).arg(self.folder.path());
        mount.output().is_ok_and(|output| output.status.success())
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).output();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing_and_the_ledger_goes_on_when_there_is_space() {
    let Some(disk) = SmallDisk::new("size=512k") else {
        eprintln!("no right to mount a small disk: the page limit above stands for it");
        return;
    };
    let ballast = disk.folder.path().join("ballast");
    std::fs::write(&ballast, vec![0; 100_000]).unwrap();
    let ledger = open(&disk.folder.path().join("ledger.db"));
    fills_up(&ledger, || std::fs::remove_file(&ballast).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_without_space_for_a_new_ledger_is_told() {
    let Some(disk) = SmallDisk::new("size=512k") else {
        eprintln!("no right to mount a small disk: not forced here");
        return;
    };
    let ballast = disk.folder.path().join("ballast");
    let fill = |size: usize| std::fs::write(&ballast, vec![0; size]);
    for size in (8..=512).rev().map(|kib| kib * 1024) {
        if fill(size).is_ok() {
            break;
        }
    }
    let path = disk.folder.path().join("ledger.db");
    let error = refused(&path);
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    std::fs::remove_file(&ballast).unwrap();
    assert_eq!(open(&path).append(&generation(1)).unwrap(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_system_mounted_read_only_is_told() {
    let Some(disk) = SmallDisk::new("size=1m") else {
        eprintln!("no right to mount a small disk: not forced here");
        return;
    };
    let path = disk.folder.path().join("ledger.db");
    filled(&path, 1);
    assert!(disk.mount("remount,ro,size=1m"));
    assert!(matches!(refused(&path), StoreError::ReadOnly { .. }), "{:?}", refused(&path));
    let new = refused(&disk.folder.path().join("new.db"));
    assert!(matches!(new, StoreError::ReadOnly { .. }), "{new:?}");
}

#[test]
fn a_damaged_page_is_told_by_every_operation_that_meets_it() {
    let (_folder, path) = place();
    filled(&path, 200);
    let mut bytes = std::fs::read(&path).unwrap();
    // A page in the middle of the entries, overwritten as by a dying disk.
    let voice = bytes.windows(5).rposition(|window| window == b"heart").unwrap();
    let page = voice / 4096 * 4096;
    bytes[page..page + 4096].fill(0xff);
    std::fs::write(&path, &bytes).unwrap();

    let ledger = open(&path);
    let verification = ledger.verify(None).unwrap();
    assert!(!verification.intact && verification.entries < 200, "{verification}");
    let damaged = |error: StoreError| matches!(error, StoreError::Corrupt { .. });
    let mut met = false;
    for seq in 1..=200 {
        match ledger.get(seq) {
            Ok(Some(stored)) => assert_eq!(plain(stored.record), generation(seq as u32)),
            Ok(None) => panic!("entry {seq} has silently vanished"),
            Err(error) => met |= damaged(error),
        }
    }
    assert!(met);
}

#[cfg(unix)]
#[test]
fn a_file_moved_away_or_replaced_under_an_open_ledger_is_told_not_written() {
    let (folder, path) = place();
    let elsewhere = folder.path().join("elsewhere.db");
    let ledger = open(&path);
    ledger.append(&generation(1)).unwrap();
    let replaced = |error: StoreError| matches!(error, StoreError::Replaced { .. });

    std::fs::rename(&path, &elsewhere).unwrap();
    assert!(replaced(ledger.append(&generation(2)).unwrap_err()));
    std::fs::write(&path, b"").unwrap();
    assert!(replaced(ledger.append(&generation(2)).unwrap_err()));
    assert!(replaced(ledger.len().unwrap_err()));
    std::fs::rename(&elsewhere, &path).unwrap();
    assert_eq!(ledger.append(&generation(2)).unwrap(), 2);
}
