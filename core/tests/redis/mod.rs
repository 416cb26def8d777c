//! A Redis or Valkey server for tests: on a port and in a folder of its own, gone when the test is over.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server.
pub struct Server {
    client: PathBuf,
    port: u16,
    process: Child,
    folder: PathBuf,
}

impl Server {
    /// Starts one; `None` where neither is installed, unless `VOXGUARD_NEED_REDIS` says that one must be.
    pub fn start() -> Option<Self> {
        let found = ["valkey", "redis"].iter().find_map(|name| {
            let (server, client) = (program(&format!("{name}-server"))?, program(&format!("{name}-cli"))?);
            Some((server, client))
        });
        let Some((server, client)) = found else {
            assert!(
                std::env::var_os("VOXGUARD_NEED_REDIS").is_none(),
                "neither Valkey nor Redis is installed"
            );
            eprintln!("neither Valkey nor Redis is installed: shared limits are not tested here");
            return None;
        };
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port").port();
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("redis-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the server");
        let mut command = Command::new(server);
        command.args([
            "--bind",
            "127.0.0.1",
            "--port",
            &port.to_string(),
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        command.arg("--dir").arg(&folder).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("the server starts");
        let server = Self { client, port, process, folder };
        let begun = Instant::now();
        while server.ask(&["PING".to_owned()]) != ["PONG"] {
            assert!(begun.elapsed() < Duration::from_secs(30), "the server does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    /// Sends commands, a line each, over one connection; the lines of the answers.
    pub fn ask(&self, commands: &[String]) -> Vec<String> {
        let mut client = Command::new(&self.client);
        client.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running = client.spawn().expect("the client starts");
        let mut input = running.stdin.take().expect("its input");
        let text = commands.join("\n") + "\n";
        // Written by another thread: its output is read meanwhile.
        let writer = std::thread::spawn(move || drop(input.write_all(text.as_bytes())));
        let output = running.wait_with_output().expect("its output");
        writer.join().expect("written");
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
    }

    /// Loads a script; the digest that EVALSHA takes.
    pub fn load(&self, script: &str) -> String {
        let mut client = Command::new(&self.client);
        client.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "SCRIPT", "LOAD", script]);
        let output = client.output().expect("the client starts");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
