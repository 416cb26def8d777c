//! A PostgreSQL server for tests: its own cluster and port, under `target/`, gone when the tests are over.

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A running server.
pub struct Server {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
    /// Who runs it: PostgreSQL refuses root.
    user: Option<(u32, u32)>,
    process: Child,
}

impl Server {
    /// The server that all tests of a program share; `None` where PostgreSQL is not installed, unless
    /// `VOXGUARD_NEED_POSTGRES` says that it must be.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(std::env::var_os("VOXGUARD_NEED_POSTGRES").is_none(), "PostgreSQL is not installed");
            eprintln!("PostgreSQL is not installed: not tested here");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let data = target.join(format!("postgres-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&data).unwrap();
        let user = postgres_user();
        if let Some((uid, gid)) = user {
            chown(&data, Some(uid), Some(gid)).unwrap();
        }
        let mut init = command(&programs.join("initdb"), user, &data);
        init.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "-D"]).arg(&data);
        let output = init.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let process = run(&programs, user, &data, port);
        let server = Self { programs, data, port, user, process };
        server.wait();
        Some(server)
    }

    /// Makes a database and gives its URL.
    pub fn create(&self, name: &str) -> String {
        self.execute("postgres", &format!("CREATE DATABASE {name}"));
        self.url(name)
    }

    /// Does this in the database of this URL, behind a ledger's back.
    #[allow(dead_code)]
    pub fn tamper(&self, url: &str, sql: &str) {
        self.execute(url.rsplit('/').next().unwrap(), sql);
    }

    /// Every file of the database of this URL and of the server's own log, as bytes.
    #[allow(dead_code)]
    pub fn files(&self, url: &str) -> Vec<u8> {
        self.execute("postgres", "CHECKPOINT");
        let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
        let sql = "SELECT oid FROM pg_database WHERE datname = current_database()";
        let number: u32 = client.query_one(sql, &[]).unwrap().get(0);
        let folders = [self.data.join(format!("base/{number}")), self.data.join("pg_wal")];
        let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap().flatten());
        // One that is a folder, or went meanwhile, is none.
        files.flat_map(|file| std::fs::read(file.path()).unwrap_or_default()).collect()
    }

    fn url(&self, name: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{name}", self.port)
    }

    fn execute(&self, database: &str, sql: &str) {
        let mut client = postgres::Client::connect(&self.url(database), postgres::NoTls).unwrap();
        client.batch_execute(sql).unwrap();
    }

    /// Ends every connection to the database of this URL.
    pub fn cut_connections(&self, url: &str) {
        let database = url.rsplit('/').next().unwrap();
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ";
        self.execute("postgres", &format!("{sql}'{database}'"));
    }

    /// Kills it as a crash would (SIGQUIT: no clean end), and starts it again.
    #[allow(dead_code)]
    pub fn kill_and_restart(&mut self) {
        let mut stop = command(&self.programs.join("pg_ctl"), self.user, &self.data);
        stop.args(["stop", "-m", "immediate", "-w", "-D"]).arg(&self.data);
        assert!(stop.stdout(Stdio::null()).status().unwrap().success());
        self.process.wait().unwrap();
        self.process = run(&self.programs, self.user, &self.data, self.port);
        self.wait();
    }

    fn wait(&self) {
        let begun = Instant::now();
        while postgres::Client::connect(&self.url("postgres"), postgres::NoTls).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the server does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

fn run(programs: &Path, user: Option<(u32, u32)>, data: &Path, port: u16) -> Child {
    let mut server = command(&programs.join("postgres"), user, data);
    server.arg("-D").arg(data).args(["-p", &port.to_string()]);
    for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60"] {
        server.args(["-c", setting]);
    }
    // A test program that ends without dropping its shared server must not leave one behind.
    let parent = std::process::id();
    let child = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    watch(parent, child.id(), data);
    child
}

/// A small process that waits until the test program is gone, and then ends the server. Nobody waits for it:
/// it outlives us.
#[allow(clippy::zombie_processes)]
fn watch(parent: u32, server: u32, data: &Path) {
    let script = format!(
        "while kill -0 {parent} 2>/dev/null; do sleep 1; kill -0 {server} 2>/dev/null || exit; done; \
         kill -QUIT {server}; sleep 1; rm -rf \"$0\""
    );
    let mut watcher = Command::new("sh");
    watcher.args(["-c", &script]).arg(data).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    watcher.process_group(0).spawn().unwrap();
}

fn command(program: &Path, user: Option<(u32, u32)>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env("LC_ALL", "C");
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

/// Where PostgreSQL's programs are.
fn programs() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("VOXGUARD_POSTGRES_PROGRAMS") {
        return Some(folder.into());
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    found.retain(|folder| folder.join("initdb").is_file());
    found.sort();
    found.pop()
}

/// User and group of `postgres`, where we are root.
fn postgres_user() -> Option<(u32, u32)> {
    let ours = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").ok()?);
    if ours != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.starts_with("postgres:"))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
