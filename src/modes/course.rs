//! Many modes of one law, each with its own steps.

use super::lanes::{Block, Crowd};
use super::law::{Law, OneVariable};
use crate::integrate::{Method, Observer, Settings, VectorField, integrate};
use crate::parallel;
use crate::trajectory::{Outcome, Work};
use nalgebra::DVector;

/// A mode of a law of one variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    /// Singular value s of Σ31, in the units of the statistics.
    pub s: f64,
    /// Variance λ of the inputs along the mode, in the units of the statistics (1 for white inputs).
    pub lambda: f64,
    /// Strength u at T = 0.
    pub u0: f64,
    /// Absolute tolerance, in units of u; > 0.
    pub atol: f64,
    /// A strength whose first upward crossing is looked for, > 0.
    pub half: Option<f64>,
}

/// What became of a mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Strengths at the times, fewer if the outcome is not complete.
    pub strengths: Vec<f64>,
    /// T at which [`Mode::half`] is first crossed; 0 if it is so from the start, `None` if it never is.
    pub half_time: Option<f64>,
    /// How it ended, with times T.
    pub outcome: Outcome,
    /// Steps and evaluations.
    pub work: Work,
}

impl Course {
    /// Before it begins.
    pub(super) fn blank() -> Course {
        Course { strengths: Vec::new(), half_time: None, outcome: Outcome::Complete, work: Work::default() }
    }
}

/// Modes that share a thread; so many whatever the number of threads.
const BLOCK: usize = 256;

/// Integrates τ du/dt = N|u|^p(s − λu) for every mode from u0 at T = t/τ = 0 to the last of the non-decreasing `times` T,
/// over the cores. Each mode is under its own error control: its own steps, accepted if error/(atol + rtol·|u|) is
/// below 1. `settings.atol` does not count, as each mode has its own, and [`Method::Auto`] is [`Method::Dop853`]: a mode that
/// has come within a tenth of its tolerance of s/λ is there, and takes no more steps, so that stability never limits one.
///
/// With [`Method::Dop853`] the error is the larger one of the pair's and of a bound from its second estimate, steps grow by at most a
/// third from attempt to attempt, and one within which a stop does not hold is revoked. Modes that run out of steps, or are not
/// finite, are followed by [`integrate`] alone, which says what they end in.
pub fn integrate_modes(law: Law, modes: &[Mode], times: &[f64], settings: &Settings) -> Vec<Course> {
    let mut courses: Vec<Course> = Vec::new();
    courses.resize_with(modes.len(), Course::blank);
    let blocks = modes.chunks(BLOCK).zip(courses.chunks_mut(BLOCK)).collect();
    parallel::runs(blocks, |(modes, courses)| integrate_block(law, modes, courses, times, settings));
    courses
}

fn integrate_block(law: Law, modes: &[Mode], courses: &mut [Course], times: &[f64], settings: &Settings) {
    let alone = |mode: &Mode| {
        let Mode { s, lambda, u0, atol, half } = *mode;
        follow(&OneVariable { law, s, lambda }, vec![u0], half, times, &Settings { atol, ..*settings })
    };
    if !matches!(settings.method, Method::Dop853 | Method::Auto) {
        return courses.iter_mut().zip(modes).for_each(|(course, mode)| *course = alone(mode));
    }
    let block = Block { law, times, rtol: settings.rtol, max_steps: settings.max_steps };
    let left = pulp::Arch::new().dispatch(Crowd { block: &block, modes, courses: &mut *courses });
    for index in left {
        courses[index] = alone(&modes[index]);
    }
}

/// Integrates the strengths a of one mode, whose product is u.
pub(super) fn follow(
    field: &impl VectorField,
    start: Vec<f64>,
    half: Option<f64>,
    times: &[f64],
    settings: &Settings,
) -> Course {
    let mut watch = Watch { half, strengths: Vec::with_capacity(times.len()), half_time: None };
    let (outcome, work) = integrate(field, DVector::from_vec(start), times, settings, &mut watch);
    Course { strengths: watch.strengths, half_time: watch.half_time, outcome, work }
}

/// u at the times, and when it is at half of s/λ.
struct Watch {
    half: Option<f64>,
    strengths: Vec<f64>,
    half_time: Option<f64>,
}

impl Observer for Watch {
    fn visit(&mut self, _index: usize, a: &[f64]) -> bool {
        let u: f64 = a.iter().product();
        if u.is_finite() {
            self.strengths.push(u);
        }
        u.is_finite()
    }

    fn levels(&self, a: &[f64]) -> Vec<f64> {
        vec![self.half.map_or(-1.0, |half| a.iter().product::<f64>() / half - 1.0)]
    }

    fn crossed(&mut self, _level: usize, t: f64) {
        self.half_time = Some(t);
    }
}
