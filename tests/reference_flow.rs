//! The flow against trajectories that were computed elsewhere: tests/reference/flow.py integrates the same
//! networks by Taylor series with 30 digits and writes tests/reference/flow.json.

mod common;
#[path = "common/matrices.rs"]
mod matrices;

use common::{arm, run};
use gradflow::trajectory::{Arm, Trajectory};
use matrices::{Problem, weights};
use nalgebra::{DMatrix, DVector};
use serde::Deserialize;

const METHODS: [&str; 2] = ["dop853", "dopri5"];

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
    w1: Rows,
    w2: Rows,
    times: Vec<f64>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    w1: Rows,
    w2: Rows,
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

fn check(network: &Network, flow: &Trajectory) -> (f64, f64, f64, f64) {
    assert!(flow.outcome.is_complete());
    assert_eq!(flow.samples.len(), network.rows.len());
    let expected: Vec<[DMatrix<f64>; 2]> = network.rows.iter().map(|row| [matrix(&row.w1), matrix(&row.w2)]).collect();
    let layer = |l: usize| {
        let found = flow.samples.iter().map(move |sample| weights(sample)[l].as_slice());
        error(found.zip(expected.iter().map(move |w| w[l].as_slice())))
    };
    let modes = error(flow.samples.iter().zip(&network.rows).map(|(a, b)| (&a.mean.modes[..], &b.modes[..])));
    let losses = flow.samples.iter().zip(&network.rows).map(|(a, b)| (a.mean.loss - b.loss).abs());
    (layer(0), layer(1), modes, losses.fold(0.0, f64::max) / network.trace)
}

#[test]
fn weights_modes_and_loss_follow_the_flow_computed_with_thirty_digits() {
    let networks = reference().networks;
    assert_eq!(networks.len(), 6);
    for network in &networks {
        let problem = Problem {
            sigma11: matrix(&network.sigma11),
            sigma31: matrix(&network.sigma31),
            trace_sigma33: network.trace,
            weights: vec![matrix(&network.w1), matrix(&network.w2)],
        };
        for method in METHODS {
            let (_, report) = run(&problem.scenario(&rest(&network.times, method)));
            let (first, second, modes, loss) = check(network, arm(&report, Arm::Flow));
            let found = format!("W1 {first:.1e}, W2 {second:.1e}, modes {modes:.1e}, loss {loss:.1e}");
            assert!(first.max(second).max(modes) < 1e-9 && loss < 1e-10, "{}, {method}: {found}", network.name);
        }
    }
}

#[test]
fn the_references_cover_what_they_are_named_for() {
    for network in reference().networks {
        let (s11, s31) = (matrix(&network.sigma11), matrix(&network.sigma31));
        let singular_values = gradflow::linalg::svd(&s31).s;
        let holds = match network.name.as_str() {
            "correlated" => (&s11 * s31.transpose() * &s31 - s31.transpose() * &s31 * &s11).norm() > 0.1,
            "rank-deficient" => gradflow::linalg::svd(&s11).s.len() < s11.nrows(),
            "degenerate" => singular_values[0] - singular_values[2] < 1e-14,
            "unbalanced" => matrix(&network.w1).norm() > 100.0 * matrix(&network.w2).norm(),
            "more outputs than inputs" => s31.nrows() > s31.ncols(),
            "bottleneck" => network.w1.len() < singular_values.len(),
            name => panic!("the case {name} is not known here"),
        };
        assert!(holds, "{}", network.name);
        // Learning is seen: the loss falls, and most of it within the run.
        let (first, last) = (&network.rows[0], &network.rows[network.rows.len() - 1]);
        assert!(last.loss < 0.8 * first.loss, "{}", network.name);
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
        let (experiment, report) = run(&problem.scenario(&rest(&times, method)));
        for (alpha, (s, lambda)) in s.iter().zip(&eigenvalues).enumerate() {
            assert!((experiment.basis.s[alpha] - s).abs() < 1e-14);
            assert!((experiment.basis.input_eigenvalues[alpha] - lambda).abs() < 1e-13);
        }
        for name in [Arm::Flow, Arm::Modes] {
            let trajectory = arm(&report, name);
            assert_eq!(trajectory.approximation, None);
            for (alpha, expected) in modes.iter().enumerate() {
                // The basis gives null modes a positive strength at t = 0.
                let sign = if s[alpha] == 0.0 { expected[0].signum() } else { 1.0 };
                for ((_, found), expected) in trajectory.mode(alpha).zip(expected) {
                    let error = (found - sign * expected).abs() / 5.0;
                    assert!(error < 1e-9, "{name} by {method}: mode {alpha} is off by {error:e}");
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
