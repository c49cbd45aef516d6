//! Scenarios that take milliseconds, run in a folder of their own.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tempfile::TempDir;

/// A scenario in which all arms run and all checks hold.
pub const SCENARIO: &str = "\
title = \"Two modes\"
seed = 7

[task.spectrum]
inputs = 4
outputs = 3
singular_values = [3.0, 2.0]

[network]
hidden = [4]
init.aligned = { strength = 1e-2 }

[time]
end = 4.0
samples = 21

[flow]

[modes]

[analytic]

[sgd]
learning_rate = 1e-2

[[check]]
compare = [\"flow\", \"analytic\"]
quantity = \"modes\"
max_error = 1e-7

[[check]]
arm = \"flow\"
quantity = \"half_time\"
mode = 2
expect = 1.3233262
";

/// A folder with files in it, in which gradflow is run.
pub struct Bench {
    folder: Rc<TempDir>,
}

impl Bench {
    /// With [`SCENARIO`] as `two.toml`.
    pub fn new() -> Bench {
        Bench::with(SCENARIO)
    }

    /// With a scenario as `two.toml`.
    pub fn with(scenario: &str) -> Bench {
        Bench { folder: Rc::new(tempfile::tempdir().unwrap()) }.file("two.toml", scenario)
    }

    /// With another file.
    pub fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Bench {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// gradflow in this folder.
    pub fn gradflow(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("gradflow").unwrap();
        command.current_dir(self.folder.path()).env_remove("GRADFLOW_MEMORY_GIB").args(args);
        command
    }

    /// Runs gradflow and returns what it prints; it must end with this status.
    #[track_caller]
    pub fn ends(&self, status: i32, args: &[&str]) -> String {
        let output = self.gradflow(args).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {errors}");
        assert!(!errors.contains("panicked"), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs `two.toml` into `out` without figures.
    #[track_caller]
    pub fn run(&self, options: &[&str]) -> Results {
        self.ends(0, &[&["run", "two.toml", "--out", "out", "--no-plots", "--quiet"], options].concat());
        self.results("out")
    }

    /// The results in a folder.
    pub fn results(&self, folder: &str) -> Results {
        Results { path: self.path(folder), _folder: Rc::clone(&self.folder) }
    }

    /// Everything in a folder, hidden or not.
    pub fn names(&self, folder: &str) -> Vec<String> {
        names(&self.path(folder))
    }
}

/// The names in a folder, hidden ones too.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A results folder, which stays as long as it is looked at.
pub struct Results {
    /// Where it is.
    pub path: PathBuf,
    _folder: Rc<TempDir>,
}

impl Results {
    /// A file's bytes.
    #[track_caller]
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A file's text.
    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    /// The summary.
    #[track_caller]
    pub fn summary(&self) -> Value {
        serde_json::from_str(&self.text("summary.json")).unwrap()
    }

    /// The summary without the one thing that differs from run to run.
    #[track_caller]
    pub fn timeless(&self) -> String {
        self.text("summary.json").lines().filter(|line| !line.contains("\"wall_s\":")).collect::<Vec<_>>().join("\n")
    }

    /// The names of a curve's columns, and its rows.
    #[track_caller]
    pub fn curve(&self, arm: &str) -> (Vec<String>, Vec<Vec<f64>>) {
        let text = self.text(&format!("{arm}.csv"));
        let mut lines = text.lines().map(|line| line.split(','));
        let header = lines.next().unwrap().map(str::to_owned).collect();
        let number = |field: &str| if field.is_empty() { f64::NAN } else { field.parse().unwrap() };
        (header, lines.map(|line| line.map(number).collect()).collect())
    }

    /// One column of a curve.
    #[track_caller]
    pub fn column(&self, arm: &str, name: &str) -> Vec<f64> {
        let (header, rows) = self.curve(arm);
        let place = header.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"));
        rows.iter().map(|row| row[place]).collect()
    }

    /// That another folder has the same files with the same bytes, wall times aside.
    #[track_caller]
    pub fn assert_same(&self, other: &Results) {
        assert_eq!(names(&self.path), names(&other.path));
        for name in names(&self.path).iter().filter(|name| *name != "summary.json") {
            assert!(self.bytes(name) == other.bytes(name), "{name} differs");
        }
        assert_eq!(self.timeless(), other.timeless());
    }
}
