//! Peak memory of a whole run, of a process of its own each.

use crate::{Curve, Panel};
use gradflow::report::execute;
use gradflow::scenario::{self, Budget, Source};
use std::path::Path;
use std::process::Command;

/// Asks this program to run one flow and to say how much memory it took.
pub const CHILD: &str = "--memory-of";

pub fn panels() -> Vec<Panel> {
    let grown = |axis: &'static str, title: &'static str, sizes: &[usize], run: fn(usize) -> (usize, usize)| {
        let peak = |&size: &usize| {
            let (weights, samples) = run(size);
            megabytes(weights, samples).map(|megabytes| (size as f64, megabytes))
        };
        let points: Vec<(f64, f64)> = sizes.iter().filter_map(peak).collect();
        Panel {
            title,
            across: axis,
            up: "peak MB",
            base: 10.0,
            room: 2.0,
            curves: vec![Curve { label: "measured".to_owned(), points }],
        }
    };
    vec![
        grown("weights", "memory, 1,000 samples", &[10_000, 30_000, 100_000, 300_000, 1_000_000], |n| (n, 1000)),
        grown("samples", "memory, 100,000 weights", &[10, 100, 1000, 10_000], |n| (100_000, n)),
    ]
}

/// What a process that runs such a flow takes at most; `None` where the system does not say.
fn megabytes(weights: usize, samples: usize) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let done = Command::new(program).args([CHILD, &weights.to_string(), &samples.to_string()]).output().ok()?;
    String::from_utf8(done.stdout).ok()?.trim().parse().ok()
}

/// Runs the flow of a network of about so many weights, with as many hidden units as inputs, 10 outputs, and modes at so many times.
pub fn child(weights: &str, samples: &str) {
    let weights: u32 = weights.parse().expect("a number of weights");
    // N1 = N2 = n: n² + 10n weights.
    let n = ((f64::from(weights) + 25.0).sqrt() - 5.0).round();
    let text = format!(
        "task.spectrum = {{ inputs = {n}, outputs = 10, singular_values = [3.0, 2.0, 1.0], input_spectrum.power = 1.0 }}\n\
         network = {{ hidden = [{n}], init.gaussian.scale = 1e-3 }}\n\
         time = {{ end = 10.0, samples = {samples} }}\nflow.rtol = 1e-4\n"
    );
    let source = Source::new(Path::new("flow.toml"), text, &[]);
    let (raw, document) = scenario::parse(&source).expect("a scenario");
    let built =
        scenario::build(&source, &document, raw, Budget::from_environment().expect("a budget")).expect("a flow");
    let report = execute(&built, &|_| ());
    assert!(report.is_complete());
    if let Some(peak) = gradflow::cli::peak_memory() {
        println!("{}", peak / 1e6);
    }
}
