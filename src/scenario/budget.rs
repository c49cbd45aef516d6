//! What a run will need in memory, known before anything is allocated.

use crate::experiment::Keep;
use crate::integrate::{self, Method};
use crate::text::number;

/// The most memory that a run may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// In GiB.
    pub gib: f64,
}

/// The environment variable that raises or lowers the budget.
pub const VARIABLE: &str = "GRADFLOW_MEMORY_GIB";

impl Default for Budget {
    fn default() -> Self {
        Budget { gib: 4.0 }
    }
}

const GIB: f64 = (1u64 << 30) as f64;

impl Budget {
    /// 4 GiB, or what the environment variable `GRADFLOW_MEMORY_GIB` says; an empty one says nothing.
    ///
    /// # Errors
    /// In words, if it says something else than a number above 0.
    pub fn from_environment() -> Result<Budget, String> {
        let given = std::env::var_os(VARIABLE).unwrap_or_default();
        if given.is_empty() {
            return Ok(Budget::default());
        }
        let given = given.to_string_lossy();
        match given.parse() {
            Ok(gib) if f64::is_finite(gib) && gib > 0.0 => Ok(Budget { gib }),
            _ => Err(format!("{VARIABLE} = {given:?} is no number of GiB above 0")),
        }
    }

    /// The most numbers that a data file may hold.
    pub fn values(self) -> usize {
        (self.gib * GIB / 8.0) as usize
    }

    /// # Errors
    /// In words, if the need is greater than the budget.
    pub fn admit(self, what: &str, need: f64) -> Result<(), String> {
        if need <= self.gib * GIB {
            return Ok(());
        }
        Err(format!(
            "{what} would need about {} of memory; the budget is {} GiB (set {VARIABLE} to change it)",
            in_gib(need),
            number(self.gib)
        ))
    }
}

/// Bytes of the statistics of N1 inputs and N3 outputs, their eigenvectors and modes, and of samples
/// with what making their targets takes.
pub fn of_task(inputs: usize, outputs: usize, samples: usize) -> f64 {
    let (n1, n3) = (inputs as f64, outputs as f64);
    8.0 * (6.0 * n1 * n1 + 8.0 * n1 * n3 + (n1 + 3.0 * n3) * samples as f64)
}

/// Bytes of drawing all directions of N3 outputs, of which the task takes some.
pub fn of_drawn_outputs(outputs: usize) -> f64 {
    8.0 * outputs as f64 * outputs as f64
}

/// Bytes of all directions of N1 inputs, and of Σ11 in their basis.
pub fn of_inputs(inputs: usize) -> f64 {
    8.0 * 8.0 * inputs as f64 * inputs as f64
}

/// Bytes in GiB, in digits that say something however few or many they are.
pub fn in_gib(bytes: f64) -> String {
    let gib = bytes / GIB;
    if (0.01..1e6).contains(&gib) { format!("{gib:.2} GiB") } else { format!("{gib:.1e} GiB") }
}

/// Bytes of minibatch descent: the samples `drawn` where the task has none, and for each of the runs that
/// go on at once a batch in all layers.
pub fn of_descent(widths: &[usize], drawn: usize, batch: usize, at_once: usize) -> f64 {
    let ends = widths.first().copied().unwrap_or(0) as f64 + widths.last().copied().unwrap_or(0) as f64;
    let layers: f64 = widths.iter().map(|w| *w as f64).sum();
    8.0 * (4.0 * ends * drawn as f64 + (3.0 * layers * batch as f64 + 2.0 * weights(widths)) * at_once as f64)
}

/// Weights of a network, in floating point so that nothing overflows.
pub fn weights(widths: &[usize]) -> f64 {
    widths.windows(2).map(|w| w[0] as f64 * w[1] as f64).sum()
}

/// Bytes of the state while it is integrated: the solver's stages, and the bases of hidden layers.
pub fn of_integration(widths: &[usize], method: Method) -> f64 {
    let n = weights(widths);
    let inner = widths.get(1..widths.len().saturating_sub(1)).unwrap_or_default();
    let hidden: f64 = inner.iter().map(|w| *w as f64 * *w as f64).sum();
    8.0 * (of_state(n, method) + 4.0 * hidden)
}

/// Numbers that the solver keeps of a state of so many weights: its stages, and room for what is made of them at a sample.
pub fn of_state(weights: f64, method: Method) -> f64 {
    integrate::numbers_per_variable(method) as f64 * weights + weights * (4e6 / weights.max(1.0)).clamp(16.0, 1024.0)
}

/// Bytes of the samples that one arm keeps.
pub fn of_samples(widths: &[usize], times: usize, keep: Keep) -> f64 {
    let inputs = widths.first().copied().unwrap_or(0) as f64;
    let outputs = widths.last().copied().unwrap_or(0) as f64;
    let map = if keep.any() { inputs * outputs } else { 0.0 };
    let state = if keep.weights { weights(widths) } else { 0.0 };
    8.0 * times as f64 * (2.0 * inputs.min(outputs) + 20.0 + map + state)
}
