//! `time.end = "auto"`: until the slowest mode has been learned.

use crate::analytic::time_to_reach;
use crate::reduction::Reduction;
use crate::task::ModeBasis;

/// A mode counts as learned at this share of s/λ.
const LEARNED: f64 = 0.99;

/// The run goes on for so much longer, to show that nothing follows.
const MARGIN: f64 = 1.2;

/// The end of the run; `None` if no mode is ever learned from this start.
pub fn auto_end(basis: &ModeBasis, reduction: &Reduction, tau: f64) -> Option<f64> {
    let times = (0..basis.len()).filter_map(|mode| {
        let target = LEARNED * basis.final_strength(mode)?;
        time_to_reach(basis.s[mode], basis.input_eigenvalues[mode], tau, &reduction.strengths[mode], target)
    });
    let slowest = times.filter(|t| t.is_finite()).fold(0.0, f64::max);
    (slowest > 0.0).then_some(MARGIN * slowest)
}
