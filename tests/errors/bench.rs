//! A scenario to spoil, and what holds of every refusal.

use assert_cmd::Command;
use std::path::Path;
use tempfile::TempDir;

/// A scenario in which all arms run.
pub const SCENARIO: &str = "\
[task.spectrum]
inputs = 4
outputs = 3
singular_values = [3.0, 2.0]

[network]
hidden = [4]
init.aligned = { strength = 1e-2 }

[time]
end = 4.0
samples = 20

[flow]

[modes]

[analytic]

[sgd]
learning_rate = 1e-2
";

/// The scenario with `old` replaced.
#[track_caller]
pub fn with(old: &str, new: &str) -> String {
    assert_eq!(SCENARIO.matches(old).count(), 1, "{old:?} occurs once");
    SCENARIO.replace(old, new)
}

/// The scenario with more behind it.
pub fn and(more: &str) -> String {
    format!("{SCENARIO}\n{more}\n")
}

/// A folder with a scenario and its data in it, in which gradflow is run.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    /// With this scenario.
    pub fn new(scenario: impl AsRef<[u8]>) -> Bench {
        let bench = Bench { folder: tempfile::tempdir().unwrap() };
        bench.file("scenario.toml", scenario)
    }

    /// With another file.
    pub fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Bench {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// gradflow in this folder.
    pub fn gradflow(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("gradflow").unwrap();
        // What memory is needed depends on how many runs go on at once.
        command.env_remove("GRADFLOW_MEMORY_GIB").env("RAYON_NUM_THREADS", "2");
        command.current_dir(self.path()).args(args);
        command
    }

    /// Everything in the folder.
    fn entries(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// What a command that must be refused says: exit status 2, nothing printed, nothing written.
    #[track_caller]
    pub fn refusal_of(&self, mut command: Command) -> String {
        let before = self.entries();
        let output = command.output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(output.stdout.is_empty(), "printed: {}", String::from_utf8_lossy(&output.stdout));
        assert!(!message.contains("panicked"), "{message}");
        assert_eq!(self.entries(), before, "something was written");
        message.trim_end().to_owned()
    }

    /// What `gradflow run` with these options says of a wrong scenario, which it must point at.
    #[track_caller]
    pub fn refusal(&self, options: &[&str]) -> String {
        let args = [&["run", "scenario.toml", "--out", "out"], options].concat();
        let message = self.refusal_of(self.gradflow(&args));
        self.assert_points_at_a_place(&message, options);
        message
    }

    /// That a message takes the form FILE:LINE:COLUMN: …, then the line itself, marked at that column.
    #[track_caller]
    fn assert_points_at_a_place(&self, message: &str, options: &[&str]) {
        let mut lines = message.lines();
        let head = lines.next().unwrap_or_default();
        let mut parts = head.splitn(4, ':');
        let mut part = || parts.next().unwrap_or_default();
        let (file, line, column, what) = (part(), part().parse::<usize>(), part().parse::<usize>(), part());
        let (Ok(line), Ok(column)) = (line, column) else { panic!("no FILE:LINE:COLUMN: in {message}") };
        assert!(!what.trim().is_empty(), "{message}");
        let shown = lines.next().unwrap_or_default().strip_prefix(&format!("  {line} | "));
        let shown: Vec<char> = shown.unwrap_or_else(|| panic!("the line is not shown: {message}")).chars().collect();
        let mark = lines.next().unwrap_or_default();
        let margin = format!("  {} | ", " ".repeat(line.to_string().len()));
        let mark = mark.strip_prefix(&margin).unwrap_or_else(|| panic!("no mark: {message}"));
        let at = mark.chars().take_while(|c| *c != '^').count();
        assert!(mark.contains('^'), "no mark: {message}");
        assert!(lines.all(|rest| rest.starts_with("  allowed: ")), "more than one message: {message}");
        let pointed_at = |text: &str| text.lines().nth(line - 1).and_then(|line| line.chars().nth(column - 1));
        let marked = shown.get(at).copied();
        if file == "--set" {
            let given = options.iter().filter(|option| pointed_at(option) == marked);
            assert!(given.count() > 0, "the mark is not at the column: {message}");
        } else {
            let text = std::fs::read(self.path().join(file)).unwrap_or_else(|_| panic!("which file? {message}"));
            let text = String::from_utf8_lossy(&text).trim_start_matches('\u{feff}').to_owned();
            let meant = pointed_at(&text);
            assert!(meant == marked || meant.is_none_or(char::is_control), "the mark is not at the column: {message}");
        }
    }
}

/// What `gradflow run` says of a wrong scenario.
#[track_caller]
pub fn refusal(scenario: &str) -> String {
    Bench::new(scenario).refusal(&[])
}
