//! Random scenarios: whatever form "auto" calls exact agrees with the flow, each form that can be exact is
//! called so, and what misses a premise by little is not.

#[path = "common/matrices.rs"]
mod matrices;
#[path = "common/text.rs"]
mod text;

use gradflow::experiment::Experiment;
use gradflow::random::{Purpose, gaussian, stream};
use gradflow::report::execute;
use gradflow::scenario::Built;
use gradflow::trajectory::{Arm, Sample, Trajectory};
use matrices::{Problem, weights};
use nalgebra::DMatrix;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;
use text::try_build;

/// Arms and times; saddles amplify the flow's error by e^{sT}, so sT is 6 at most.
const RUN: &str = "time = { tau = 0.5, end = 1.5, samples = 7 }\nflow.rtol = 1e-12\nanalytic = {}\n";

/// By how much a near miss misses its premise, relative.
const MISS: f64 = 1e-6;

/// What a scenario has of the premises.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// One weight matrix: exact for any task and start.
    Single,
    /// Two in any orientation, balanced but for a multiple of I, and white inputs.
    Proportional,
    /// Two, aligned, and commuting inputs.
    Aligned,
    /// Three or four, aligned, of equal strengths, and commuting inputs.
    Deep,
    /// Random weights.
    Random,
    /// Aligned, but for Σ11, which mixes the modes a little.
    NearlyCommuting,
    /// Balanced, but for W1.
    NearlyBalanced,
    /// Balanced and white, but for Σ11.
    NearlyWhite,
    /// Aligned, but for one layer.
    NearlyAligned,
    /// Aligned and deep, but for the strength of one layer.
    NearlyEqual,
}

const KINDS: [Kind; 10] = [
    Kind::Single,
    Kind::Proportional,
    Kind::Aligned,
    Kind::Deep,
    Kind::Random,
    Kind::NearlyCommuting,
    Kind::NearlyBalanced,
    Kind::NearlyWhite,
    Kind::NearlyAligned,
    Kind::NearlyEqual,
];

impl Kind {
    fn is_near_miss(self) -> bool {
        !matches!(self, Kind::Single | Kind::Proportional | Kind::Aligned | Kind::Deep | Kind::Random)
    }

    fn depth(self, drawn: usize) -> usize {
        match self {
            Kind::Single => 1,
            Kind::Proportional | Kind::Aligned | Kind::NearlyBalanced | Kind::NearlyWhite => 2,
            Kind::Deep | Kind::NearlyEqual => drawn.max(3),
            Kind::Random | Kind::NearlyCommuting | Kind::NearlyAligned => drawn,
        }
    }
}

#[derive(Debug, Clone)]
struct Draw {
    kind: Kind,
    seed: u64,
    /// Of inputs, outputs and hidden layers.
    widths: (usize, usize, Vec<usize>),
    /// By place in `SPECTRA`.
    spectrum: usize,
    /// By place in `EIGENVALUES`.
    eigenvalues: usize,
    imbalance: f64,
    /// Of the layers in each mode.
    strengths: Vec<f64>,
}

/// Singular values, some equal and some 0.
const SPECTRA: [[f64; 4]; 5] =
    [[2.0, 1.3, 0.8, 0.4], [1.5, 1.5, 0.6, 0.6], [1.2, 1.2, 1.2, 0.0], [2.0, 0.7, 0.0, 0.0], [1.8, 0.9, 0.9, 0.0]];

/// Eigenvalues of Σ11, some equal.
const EIGENVALUES: [[f64; 5]; 4] =
    [[2.0, 1.2, 0.7, 0.5, 0.3], [1.5, 1.5, 0.5, 0.5, 0.5], [0.4, 1.0, 0.4, 1.7, 0.2], [1.0, 1.0, 0.6, 1.0, 1.0]];

fn draw() -> impl Strategy<Value = Draw> {
    let widths = (2usize..6, 2usize..6, prop::collection::vec(2usize..6, 3));
    let layers = (2usize..5, 0u64..1_000_000);
    let numbers = (0..SPECTRA.len(), 0..EIGENVALUES.len(), prop::sample::select(vec![0.0, 0.0, 0.6, -0.4]));
    let strengths = prop::collection::vec(0.2..0.8, 4);
    (prop::sample::select(KINDS.to_vec()), widths, layers, numbers, strengths).prop_map(
        |(kind, (inputs, outputs, mut hidden), (depth, seed), (spectrum, eigenvalues, imbalance), strengths)| {
            hidden.truncate(kind.depth(depth) - 1);
            Draw { kind, seed, widths: (inputs, outputs, hidden), spectrum, eigenvalues, imbalance, strengths }
        },
    )
}

impl Draw {
    /// The scenario, before anything is missed.
    fn base(&self) -> String {
        let Draw { kind, seed, widths: (inputs, outputs, hidden), strengths, .. } = self;
        let modes = *inputs.min(outputs).min(&4);
        // What is missed must matter: then all singular values differ, and all variances do.
        let near = kind.is_near_miss();
        let singular_values = &SPECTRA[if near { 0 } else { self.spectrum }][..modes];
        let white = matches!(kind, Kind::Proportional | Kind::NearlyBalanced | Kind::NearlyWhite);
        let eigenvalues = match (white, near) {
            (true, _) => vec![EIGENVALUES[self.eigenvalues][0]; *inputs],
            (_, true) => EIGENVALUES[0][..*inputs].to_vec(),
            _ => EIGENVALUES[self.eigenvalues][..*inputs].to_vec(),
        };
        let bottleneck = hidden.iter().copied().chain([*inputs, *outputs]).min().unwrap_or(1);
        let depth = hidden.len() + 1;
        let start = match kind {
            Kind::Single | Kind::Random => "gaussian.scale = 0.4".to_owned(),
            Kind::Proportional | Kind::NearlyBalanced | Kind::NearlyWhite => {
                let possible = if self.imbalance > 0.0 { *outputs >= hidden[0] } else { *inputs >= hidden[0] };
                let imbalance = if possible { self.imbalance } else { 0.0 };
                format!("balanced = {{ scale = 0.4, imbalance = {imbalance:?} }}")
            }
            Kind::Aligned | Kind::NearlyCommuting | Kind::NearlyAligned if depth == 2 => {
                // Other strengths in every mode and layer.
                let layer =
                    |l: usize| (0..bottleneck).map(|i| strengths[(i + l) % 4] / (1 + i) as f64).collect::<Vec<f64>>();
                format!("aligned.strengths = {:?}", [layer(0), layer(1)])
            }
            _ => format!("aligned.strength = {:?}", strengths[0].powi(2)),
        };
        format!(
            "seed = {seed}\n\
             task.spectrum = {{ inputs = {inputs}, outputs = {outputs}, singular_values = {singular_values:?}, \
             input_spectrum = {eigenvalues:?} }}\nnetwork = {{ hidden = {hidden:?}, init.{start} }}\n"
        )
    }

    /// The scenario, a premise of which is missed by `by` if it is of such a kind.
    fn scenario(&self, by: f64) -> String {
        let base = self.base();
        if !self.kind.is_near_miss() {
            return base + "output.weights = true\n" + RUN;
        }
        let Experiment { task, start, .. } = try_build(&(base + "time.end = 1")).expect("it is right").experiment;
        let mut rng = stream(self.seed, Purpose::Start);
        let mut noise = |like: &DMatrix<f64>| {
            let noise = gaussian(&mut rng, like.nrows(), like.ncols());
            &noise * (by * like.norm() / noise.norm())
        };
        let mut problem = Problem {
            sigma11: task.statistics.sigma11.clone(),
            sigma31: task.statistics.sigma31.clone(),
            trace_sigma33: task.statistics.trace_sigma33 + 1.0,
            weights: start,
        };
        match self.kind {
            Kind::NearlyCommuting | Kind::NearlyWhite => {
                let noise = noise(&problem.sigma11);
                problem.sigma11 += &noise + noise.transpose();
            }
            Kind::NearlyEqual => problem.weights[1] *= 1.0 + by,
            Kind::NearlyAligned => {
                let last = problem.weights.len() - 1;
                let noise = noise(&problem.weights[last]);
                problem.weights[last] += noise;
            }
            _ => {
                let noise = noise(&problem.weights[0]);
                problem.weights[0] += noise;
            }
        }
        problem.scenario(RUN)
    }
}

/// The map, of an arm that has weights from those.
fn map(sample: &Sample) -> Vec<f64> {
    let state = sample.state.as_ref().expect("it was kept");
    let map = match &state.weights {
        Some(_) => weights(sample).iter().cloned().reduce(|before, w| w * before).expect("there are weights"),
        None => state.map.clone(),
    };
    map.as_slice().to_vec()
}

/// The largest differences between two arms, relative to the second's largest number.
fn distance(first: &Trajectory, second: &Trajectory, numbers: impl Fn(&Sample) -> Vec<f64>) -> f64 {
    let (mut worst, mut scale) = (0.0_f64, 1e-2_f64);
    for (a, b) in first.samples.iter().zip(&second.samples) {
        let (a, b) = (numbers(a), numbers(b));
        assert_eq!(a.len(), b.len());
        scale = b.iter().fold(scale, |most, x| most.max(x.abs()));
        worst = a.iter().zip(&b).map(|(x, y)| (x - y).abs()).fold(worst, |a, b| if b <= a { a } else { b });
    }
    worst / scale
}

/// The form that is called exact, with its largest difference from the flow.
fn judge(built: &Built) -> (&'static str, f64) {
    let report = execute(built, &|_| ());
    let find = |arm| report.trajectories.iter().find(|t| t.arm == arm).expect("both arms run");
    let (flow, analytic) = (find(Arm::Flow), find(Arm::Analytic));
    assert!(flow.outcome.is_complete() && analytic.outcome.is_complete() && analytic.samples.len() == 7);
    let form = built.experiment.analytic.as_ref().expect("it runs");
    assert!(form.exact && analytic.approximation.is_none(), "auto is exact or nothing");
    let modes = distance(analytic, flow, |s| s.mean.modes.clone());
    let loss = distance(analytic, flow, |s| vec![s.mean.loss]);
    let map = distance(analytic, flow, map);
    (form.name.name(), modes.max(loss).max(map))
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_240_914),
        ..ProptestConfig::default()
    })
}

#[test]
fn what_auto_calls_exact_agrees_with_the_flow_and_what_misses_a_premise_is_not_called_so() {
    let counts: RefCell<BTreeMap<String, usize>> = RefCell::default();
    let count = |what: String| *counts.borrow_mut().entry(what).or_default() += 1;
    let outcome = runner(300).run(&draw(), |drawn| {
        let text = drawn.scenario(MISS);
        match try_build(&text) {
            Ok(built) => {
                prop_assert!(!drawn.kind.is_near_miss(), "{drawn:?} is called exact\n{text}");
                let (form, error) = judge(&built);
                prop_assert!(error < 1e-8, "{form}, {drawn:?}: {error:e}\n{text}");
                count(form.to_owned());
                let (s, rank) = (&built.experiment.basis.s, built.experiment.basis.rank);
                let lambda = &built.experiment.basis.input_eigenvalues;
                let equal = |i: usize| s[i - 1] > 0.0 && (s[i - 1] - s[i]).abs() < 1e-9;
                if (1..s.len()).any(equal) {
                    count(format!("{form}, equal s"));
                }
                if (1..s.len()).any(|i| equal(i) && (lambda[i - 1] - lambda[i]).abs() < 1e-9) {
                    count(format!("{form}, equal s and λ"));
                }
                if rank < s.len() {
                    count(format!("{form}, null space"));
                }
            }
            Err(refused) => {
                prop_assert!(refused.message.starts_with("no closed form is exact here"), "{refused}\n{text}");
                let fulfilled = matches!(drawn.kind, Kind::Single | Kind::Proportional | Kind::Aligned | Kind::Deep);
                prop_assert!(!fulfilled, "{drawn:?} is refused: {refused}\n{text}");
                count(format!("{:?}", drawn.kind));
            }
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let counts = counts.into_inner();
    println!("{counts:#?}");
    let forms = ["single-layer", "riccati", "unequal", "deep"];
    let refused = KINDS[4..].iter().map(|kind| format!("{kind:?}"));
    for what in forms.iter().map(|form| (*form).to_owned()).chain(refused) {
        assert!(counts.get(&what).is_some_and(|n| *n >= 12), "{what}: {counts:#?}");
    }
    for form in forms {
        for what in ["equal s", "null space"] {
            assert!(counts.get(&format!("{form}, {what}")).is_some_and(|n| *n >= 4), "{form}, {what}: {counts:#?}");
        }
    }
    for form in ["unequal", "deep"] {
        assert!(counts.get(&format!("{form}, equal s and λ")).is_some_and(|n| *n >= 2), "{form}: {counts:#?}");
    }
}

/// A premise that holds within its tolerance may be off by so much, and yet what is called exact agrees.
#[test]
fn premises_at_the_edge_of_their_tolerance_leave_the_form_exact_enough() {
    let judged = RefCell::new(0);
    let outcome = runner(100).run(&draw(), |drawn| {
        if let Ok(built) = try_build(&drawn.scenario(2e-10))
            && drawn.kind.is_near_miss()
        {
            let (form, error) = judge(&built);
            *judged.borrow_mut() += 1;
            println!("{:?} {form} {error:e}", drawn.kind);
            prop_assert!(error < 1e-8, "{form}, {drawn:?}: {error:e}");
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    assert!(judged.into_inner() > 20);
}
