//! A PostgreSQL server of a test's own, which stops from one instant to the next, as with its machine.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A server of the test's own, which it may stop as it likes.
pub struct Server {
    folder: TempDir,
    tools: PathBuf,
    port: u16,
}

impl Server {
    pub fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
            assert!(owned.success());
        }
        let mut server = Self { folder, tools: tools(), port: 0 };
        let data = server.data();
        let made = server.tool(
            "initdb",
            &["-D", &data, "-U", "dunghen", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        );
        assert!(made, "initdb failed");
        // Somebody may be faster at a port.
        let started = (0..5).any(|_| {
            server.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            server.start()
        });
        assert!(started, "the server does not start");
        server
    }

    /// What it has handed to the operating system outlives it, so nothing need reach the disk;
    /// what it keeps to itself, it keeps for as long as it may.
    pub fn start(&self) -> bool {
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories= -c fsync=off -c wal_writer_delay=10s",
            self.port
        );
        let log = self.folder.path().join("log").display().to_string();
        self.tool("pg_ctl", &["-D", &self.data(), "-l", &log, "-o", &options, "-w", "-t", "60", "start"])
    }

    pub fn stop_immediately(&self) {
        self.tool("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "-t", "60", "stop"]);
    }

    pub fn url(&self) -> String {
        format!("postgres://dunghen@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> bool {
        let tool = self.tools.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(tool);
            command
        } else {
            Command::new(tool)
        };
        let quiet = command.args(arguments).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().unwrap().success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if Path::new(&self.data()).join("postmaster.pid").exists() {
            self.stop_immediately();
        }
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Debian keeps the server's tools out of the path, a folder for each version; others have them in it.
fn tools() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    found.sort();
    found.pop().unwrap_or_default()
}
