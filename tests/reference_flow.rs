//! The flow against trajectories that were computed elsewhere: tests/reference/flow.py integrates the same
//! networks by Taylor series with 30 digits and writes tests/reference/flow.json.

mod common;
#[path = "common/matrices.rs"]
mod matrices;

use common::{arm, run};
use gradflow::trajectory::{Arm, Sample, Trajectory};
use matrices::{Problem, weights};
use nalgebra::{DMatrix, DVector};
use serde::Deserialize;

const METHODS: [&str; 5] = ["dop853", "dopri5", "stab8", "rock4", "auto"];
/// Weight matrices of each network.
const DEPTHS: [usize; 12] = [2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4];

type Rows = Vec<Vec<f64>>;

#[derive(Deserialize)]
struct Reference {
    networks: Vec<Network>,
    aligned: Aligned,
}

#[derive(Deserialize)]
struct Network {
    name: String,
    sigma11: Rows,
    sigma31: Rows,
    trace: f64,
    /// At t = 0, W1 first.
    weights: Vec<Rows>,
    times: Vec<f64>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    weights: Vec<Rows>,
    modes: Vec<f64>,
    loss: f64,
}

/// Pairs (a, b), one for each mode, and bases to hang them into.
#[derive(Deserialize)]
struct Aligned {
    s: Vec<f64>,
    /// Of all inputs.
    eigenvalues: Vec<f64>,
    v: Rows,
    r: Rows,
    u_basis: Rows,
    starts: Vec<(f64, f64)>,
    times: Vec<f64>,
    /// ab, a and b of each mode at the times.
    modes: Rows,
    a: Rows,
    b: Rows,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/flow.json")).expect("the reference is as flow.py writes it")
}

fn matrix(rows: &Rows) -> DMatrix<f64> {
    DMatrix::from_row_iterator(rows.len(), rows[0].len(), rows.iter().flatten().copied())
}

fn rest(times: &[f64], method: &str) -> String {
    format!("time.times = {times:?}\nflow = {{ method = \"{method}\", rtol = 1e-12 }}\nmodes = {{}}")
}

/// The largest difference, relative to the largest of what is expected.
fn error<'a>(pairs: impl IntoIterator<Item = (&'a [f64], &'a [f64])>) -> f64 {
    let (mut worst, mut scale) = (0.0_f64, 0.0_f64);
    for (found, expected) in pairs {
        assert_eq!(found.len(), expected.len());
        scale = expected.iter().fold(scale, |most, x| most.max(x.abs()));
        worst = found.iter().zip(expected).fold(worst, |most, (x, y)| most.max((x - y).abs()));
    }
    worst / scale
}

/// How far a trajectory is from the reference.
struct Errors {
    /// Of each weight matrix, W1 first.
    weights: Vec<f64>,
    modes: f64,
    loss: f64,
}

fn errors<'a>(network: &'a Network, flow: &'a Trajectory) -> Errors {
    assert!(flow.outcome.is_complete());
    assert_eq!(flow.samples.len(), network.rows.len());
    let layer = |l: usize| {
        let expected: Vec<DMatrix<f64>> = network.rows.iter().map(|row| matrix(&row.weights[l])).collect();
        let found = flow.samples.iter().map(|sample| weights(sample)[l].as_slice());
        error(found.zip(expected.iter().map(DMatrix::as_slice)))
    };
    // The reference leaves out what is not to be learned.
    let modes =
        |(found, expected): (&'a Sample, &'a Row)| (&found.mean.modes[..expected.modes.len()], &expected.modes[..]);
    let losses = flow.samples.iter().zip(&network.rows).map(|(a, b)| (a.mean.loss - b.loss).abs());
    Errors {
        weights: (0..network.weights.len()).map(layer).collect(),
        modes: error(flow.samples.iter().zip(&network.rows).map(modes)),
        loss: losses.fold(0.0, f64::max) / network.trace,
    }
}

#[test]
fn weights_modes_and_loss_follow_the_flow_computed_with_thirty_digits() {
    let networks = reference().networks;
    assert_eq!(networks.iter().map(|network| network.weights.len()).collect::<Vec<_>>(), DEPTHS);
    for network in &networks {
        let problem = Problem {
            sigma11: matrix(&network.sigma11),
            sigma31: matrix(&network.sigma31),
            trace_sigma33: network.trace,
            weights: network.weights.iter().map(matrix).collect(),
        };
        for method in METHODS {
            let (_, report) = run(&problem.scenario(&rest(&network.times, method)));
            let Errors { weights, modes, loss } = errors(network, arm(&report, Arm::Flow));
            let drift = report.monitor.expect("the flow was watched").balance_drift;
            assert_eq!(drift.len(), weights.len() - 1);
            let found = format!("weights {weights:?}, modes {modes:.1e}, loss {loss:.1e}, drift {drift:?}");
            let holds = weights.iter().chain([&modes]).all(|error| *error < 1e-9) && loss < 1e-10;
            assert!(holds && drift.iter().all(|drift| *drift < 1e-10), "{}, {method}: {found}", network.name);
        }
    }
}

fn rank(m: &DMatrix<f64>) -> usize {
    gradflow::linalg::svd(m).s.len()
}

/// The least width between inputs and outputs.
fn narrowest(network: &Network) -> usize {
    network.weights[1..].iter().map(|w| w[0].len()).min().expect("there are two weights at least")
}

#[test]
fn the_references_cover_what_they_are_named_for() {
    for network in reference().networks {
        let (s11, s31) = (matrix(&network.sigma11), matrix(&network.sigma31));
        let singular_values = gradflow::linalg::svd(&s31).s;
        let (depth, kind) = network.name.split_once(" weights, ").unwrap_or(("", &network.name));
        assert!(matches!((depth, network.weights.len()), ("", 2 | 3) | ("three", 3) | ("four", 4)), "{}", network.name);
        let holds = match kind {
            "correlated" => (&s11 * s31.transpose() * &s31 - s31.transpose() * &s31 * &s11).norm() > 0.1,
            "rank-deficient" => rank(&s11) < s11.nrows(),
            "degenerate" => singular_values[0] - singular_values[2] < 1e-14,
            "unbalanced" => matrix(&network.weights[0]).norm() > 100.0 * matrix(&network.weights[1]).norm(),
            "more outputs than inputs" => s31.nrows() > s31.ncols(),
            "bottleneck" => narrowest(&network) < singular_values.len(),
            "three weights" => network.weights.len() == 3,
            name => panic!("the case {name} is not known here"),
        };
        assert!(holds, "{}", network.name);
        // Learning is seen: the loss falls, and most of it within the run.
        let (first, last) = (&network.rows[0], &network.rows[network.rows.len() - 1]);
        assert!(last.loss < 0.8 * first.loss, "{}", network.name);
    }
}

#[test]
fn deep_references_leave_their_plateau_within_the_run() {
    let deep = reference().networks.into_iter().filter(|network| network.weights.len() > 2);
    for network in deep {
        let svd = gradflow::linalg::svd(&matrix(&network.sigma31));
        let optimum = matrix(&network.sigma31) * matrix(&network.sigma11).pseudo_inverse(1e-9).expect("a tolerance");
        let learned = svd.u.column(0).dot(&(optimum * svd.v.column(0)));
        let strengths: Vec<f64> = network.rows.iter().map(|row| row.modes[0] / learned).collect();
        // At t = 0, 0.31 and 1.0: it is not over before the first sample that follows the start.
        assert!(strengths[0] < 0.05 && strengths[1] < 0.9, "{}: {strengths:?}", network.name);
        assert!(strengths[strengths.len() - 1] > 0.97, "{}: {strengths:?}", network.name);
    }
}

#[test]
fn degenerate_and_null_modes_of_coloured_inputs_follow_their_own_pair_equations() {
    let Aligned { s, eigenvalues, v, r, u_basis, starts, times, modes, a, b } = reference().aligned;
    let (v, r, u) = (matrix(&v), matrix(&r), matrix(&u_basis));
    let k = s.len();
    let diagonal = |values: &[f64]| DMatrix::from_diagonal(&DVector::from_column_slice(values));
    let vk = v.columns(0, k);
    let sigma11 = &v * diagonal(&eigenvalues) * v.transpose();
    let (a0, b0): (Vec<f64>, Vec<f64>) = starts.into_iter().unzip();
    let problem = Problem {
        sigma11: (&sigma11 + sigma11.transpose()) * 0.5,
        sigma31: &u * diagonal(&s) * vk.transpose(),
        trace_sigma33: 40.0,
        weights: vec![&r * diagonal(&a0) * vk.transpose(), &u * diagonal(&b0) * r.transpose()],
    };
    for method in METHODS {
        let (experiment, report) = run(&problem.scenario(&format!("{}\nanalytic = {{}}", rest(&times, method))));
        for (alpha, (s, lambda)) in s.iter().zip(&eigenvalues).enumerate() {
            assert!((experiment.basis.s[alpha] - s).abs() < 1e-14);
            assert!((experiment.basis.input_eigenvalues[alpha] - lambda).abs() < 1e-13);
        }
        for (name, tolerance) in [(Arm::Flow, 1e-9), (Arm::Modes, 1e-9), (Arm::Analytic, 1e-12)] {
            let trajectory = arm(&report, name);
            assert_eq!(trajectory.approximation, None);
            for (alpha, expected) in modes.iter().enumerate() {
                // The basis gives null modes a positive strength at t = 0.
                let sign = if s[alpha] == 0.0 { expected[0].signum() } else { 1.0 };
                for ((_, found), expected) in trajectory.mode(alpha).zip(expected) {
                    let error = (found - sign * expected).abs() / 5.0;
                    assert!(error < tolerance, "{name} by {method}: mode {alpha} is off by {error:e}");
                }
            }
        }
        for (row, sample) in arm(&report, Arm::Flow).samples.iter().enumerate() {
            let w = weights(sample);
            let at = |strengths: &Rows| diagonal(&strengths.iter().map(|x| x[row]).collect::<Vec<_>>());
            assert!((&w[0] - &r * at(&a) * vk.transpose()).amax() < 1e-9 * w[0].amax());
            assert!((&w[1] - &u * at(&b) * r.transpose()).amax() < 1e-9 * w[1].amax());
        }
    }
}
