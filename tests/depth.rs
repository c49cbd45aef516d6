//! Depth: learning times from three layers to a thousand against integrals and iterates written out here,
//! the approach to infinite depth, and the weights of networks too deep for anything else to be known.

mod common;
#[path = "common/draw.rs"]
mod draw;
#[path = "common/matrices.rs"]
mod matrices;

use common::{arm, run};
use draw::problem;
use gradflow::analytic::deep::Deep;
use gradflow::analytic::infinite::InfiniteDepth;
use gradflow::random::{Purpose, orthonormal, stream};
use gradflow::trajectory::{Arm, Outcome, Sample, Trajectory};
use matrices::{Problem, weights};
use nalgebra::{DMatrix, DVector};

/// D weight matrices between N_l layers of neurons.
fn depth(layers: u32) -> f64 {
    f64::from(layers - 1)
}

fn deep(layers: u32) -> Deep {
    Deep { s: 1.0, input_eigenvalue: 1.0, tau: 1.0, weights: layers - 1 }
}

fn limit(prefactor: u32) -> InfiniteDepth {
    InfiniteDepth { s: 1.0, input_eigenvalue: 1.0, tau: 1.0, layers: prefactor }
}

/// The largest stable rate is twice this, 1/(D s^{2−2/D}): "optimal" in Saxe et al. (2013).
fn optimal_rate(s: f64, layers: u32) -> f64 {
    1.0 / (depth(layers) * s.powf(2.0 - 2.0 / depth(layers)))
}

/// A network of `layers` layers with hidden layers of one `width`, aligned with the task.
fn aligned(task: &str, layers: u32, width: u32, strength: f64, rest: &str) -> String {
    let hidden = vec![width; layers as usize - 2];
    format!(
        "task.spectrum = {{ {task} }}\nnetwork = {{ hidden = {hidden:?}, init.aligned.strength = {strength} }}\n{rest}"
    )
}

/// Two modes in three inputs, s = 1 the stronger one.
const TWO_MODES: &str = "inputs = 3, outputs = 2, singular_values = [1.0, 0.5]";

/// ∫ f(u) dz from `u0` to `u1` in z = ln(u/(1 − u)), where s = 1 and du = u(1 − u)dz, by Simpson's rule.
fn integral(u0: f64, u1: f64, f: impl Fn(f64) -> f64) -> f64 {
    const HALF: u32 = 2000;
    let (first, last) = ((u0 / (1.0 - u0)).ln(), (u1 / (1.0 - u1)).ln());
    let h = (last - first) / f64::from(2 * HALF);
    let at = |k: u32| f(1.0 / (1.0 + (-(first + f64::from(k) * h)).exp()));
    let sum: f64 = (0..HALF).map(|k| at(2 * k) + 4.0 * at(2 * k + 1) + at(2 * k + 2)).sum();
    sum * h / 3.0
}

/// D·t between strengths, the steps at the optimal rate, from D du/dt' = D u^p(1 − u).
fn steps(layers: u32, u0: f64, u1: f64) -> f64 {
    integral(u0, u1, |u| u.powf(2.0 / depth(layers) - 1.0))
}

/// The same in the limit of infinite depth, ∫ du/(u²(1 − u)).
fn steps_in_the_limit(u0: f64, u1: f64) -> f64 {
    integral(u0, u1, |u| 1.0 / u)
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (found / expected - 1.0).abs();
    assert!(error <= tolerance, "{what}: {found} is not {expected} (relative error {error:.1e})");
}

/// Steps of descent at the optimal rate until the only mode is at 95 % of s.
fn descent_steps(s: f64, strength: f64, layers: u32, patience: u32) -> Option<usize> {
    let rate = optimal_rate(s, layers);
    let times: Vec<f64> = (0..=patience).map(|k| rate * f64::from(k)).collect();
    let task = format!("inputs = 1, outputs = 1, singular_values = [{s}]");
    let rest = format!("time.times = {times:?}\nsgd = {{ learning_rate = {rate}, batch = \"full\" }}");
    let (_, report) = run(&aligned(&task, layers, 1, strength, &rest));
    arm(&report, Arm::Sgd).mode(0).position(|(_, u)| u >= 0.95 * s)
}

/// The count stays below a bound that does not depend on depth, because the rate is 1/(D s^{2−2/D}).
#[test]
fn descent_at_the_optimal_rate_takes_a_number_of_steps_that_depth_bounds() {
    for (layers, expected) in [(3, 5), (4, 7), (5, 8), (6, 9), (16, 12), (51, 14), (1001, 14)] {
        assert_eq!(descent_steps(1.0, 0.1, layers, 20), Some(expected), "{layers} layers, s = 1");
    }
    for (layers, expected) in [(3, 9), (4, 20), (5, 35), (101, 237)] {
        assert_eq!(descent_steps(2.5, 0.01, layers, 260), Some(expected), "{layers} layers, s = 2.5");
    }
}

/// From 1e-3 to 0.99 of s, in steps at the optimal rate; to four digits.
const STEPS: [(u32, f64); 8] =
    [(3, 11.50), (5, 67.2), (8, 200.3), (10, 283.5), (14, 415.8), (28, 656.2), (54, 810.3), (100, 897.7)];

#[test]
fn the_time_to_learn_grows_with_depth_towards_a_limit() {
    for (layers, expected) in STEPS {
        let counted = steps(layers, 1e-3, 0.99);
        close(counted, expected, 7e-4, &format!("{layers} layers"));
        let time = deep(layers).time_to_reach(1e-3, 0.99).expect("it is learned");
        close(depth(layers) * time, counted, 1e-11, &format!("{layers} layers in closed form"));
    }
    let counted = steps_in_the_limit(1e-3, 0.99);
    close(counted, 1010.49, 5e-6, "the limit");
    close(7.0 * limit(7).time_to_reach(1e-3, 0.99).expect("it is learned"), counted, 1e-11, "the limit in closed form");
    // Which is beyond three layers by s/u0 − s/u whatever the rest.
    close(counted - steps(3, 1e-3, 0.99), 1.0 / 1e-3 - 1.0 / 0.99, 1e-11, "the limit beyond three layers");
}

#[test]
fn all_weights_of_deep_networks_learn_in_that_time() {
    // The gradient goes along the outputs or along the inputs, whichever are fewer.
    let tasks = [TWO_MODES, "inputs = 2, outputs = 3, singular_values = [1.0, 0.5]"];
    let depths = [STEPS[0], STEPS[1], STEPS[4], STEPS[7]].map(|(layers, _)| layers);
    for (task, layers) in tasks.into_iter().flat_map(|task| depths.map(|layers| (task, layers))) {
        let time = steps(layers, 1e-3, 0.99) / depth(layers);
        let around = [time * (1.0 - 1e-7), time * (1.0 + 1e-7)];
        let rest = format!("time.times = {around:?}\nflow.rtol = 1e-11\nmodes.rtol = 1e-11\nanalytic = {{}}");
        let (_, report) = run(&aligned(task, layers, 2, 1e-3, &rest));
        for name in [Arm::Flow, Arm::Modes, Arm::Analytic] {
            let [before, after] = arm(&report, name).mode(0).map(|(_, u)| u).collect::<Vec<_>>()[..] else {
                panic!("{name} at {layers} layers has two rows")
            };
            assert!(before < 0.99 && after > 0.99, "{name}, {layers} layers: {before} before, {after} after");
        }
    }
}

/// Slope and intercept of ln y over ln x.
fn power_law(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let (mx, my) = logs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let (xy, xx) = logs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + (x - mx) * (y - my), b + (x - mx).powi(2)));
    (xy / xx, my - xy / xx * mx)
}

/// t_limit/t_D − 1 from 0.1 to 0.9, with D or N_l as the prefactor of the limit.
fn lag(layers: u32, prefactor: u32) -> f64 {
    let time = |t: Option<f64>| t.expect("0.9 is reached");
    time(limit(prefactor).time_to_reach(0.1, 0.9)) / time(deep(layers).time_to_reach(0.1, 0.9)) - 1.0
}

/// t_limit/t_D = ⟨u^{2/D}⟩⁻¹ → 1 + (2/D)⟨−ln u⟩ with the weight 1/(u²(1 − u)); the prefactor N_l = D + 1 takes 1/D off.
#[test]
fn the_limit_is_approached_as_one_over_depth_by_the_mean_logarithm_of_the_strength() {
    let coefficient = 2.0 * integral(0.1, 0.9, |u| -u.ln() / u) / integral(0.1, 0.9, |u| 1.0 / u);
    let depths = [250, 500, 1000, 2000, 4000];
    for (correction, prefactor) in [(0.0, 0), (1.0, 1)] {
        let lags = depths.map(|d| (f64::from(d), lag(d + 1, d + prefactor)));
        let (slope, intercept) = power_law(&lags);
        assert!((slope + 1.0).abs() < 0.003, "lag ∝ D^{slope}: {lags:?}");
        close(intercept.exp(), coefficient - correction, 0.03, "the coefficient of the fit");
        // The next order falls as 1/D too, and halving 1/D takes it out.
        let [.., (d1, lag1), (d2, lag2)] = lags;
        close(2.0 * d2 * lag2 - d1 * lag1, coefficient - correction, 2e-6, "the coefficient");
    }
}

#[test]
fn few_layers_are_far_from_the_limit() {
    for (layers, expected, digit) in
        [(3, 1.0, 0.05), (10, 0.20, 0.005), (30, 0.060, 0.001), (100, 0.017, 0.0005), (1000, 0.0017, 0.00005)]
    {
        let lag = lag(layers, layers);
        assert!((lag - expected).abs() <= digit, "{layers} layers: {lag}");
        let counted = steps_in_the_limit(0.1, 0.9) / steps(layers, 0.1, 0.9) * depth(layers) / f64::from(layers) - 1.0;
        assert!((lag - counted).abs() < 1e-11, "{layers} layers: {lag} against {counted}");
    }
}

#[test]
fn the_weights_lead_the_integrated_limit_by_as_much() {
    for layers in [3, 10, 30, 100] {
        let rest = format!(
            "time = {{ end = {}, samples = 5 }}\nflow.rtol = 1e-11\nmodes = {{ depth = \"infinite\", rtol = 1e-11 }}",
            20.0 / depth(layers)
        );
        let (_, report) = run(&aligned(TWO_MODES, layers, 2, 0.1, &rest));
        let [finite, infinite] = [Arm::Flow, Arm::Modes].map(|arm| report.half_time(arm, 0).expect("half is learned"));
        close(finite, steps(layers, 0.1, 0.5) / depth(layers), 1e-9, &format!("{layers} layers"));
        let expected = steps_in_the_limit(0.1, 0.5) / f64::from(layers);
        close(infinite, expected, 1e-9, &format!("the limit for {layers} layers"));
    }
}

fn flow(p: &Problem, rest: &str) -> Trajectory {
    let (_, report) = run(&p.scenario(rest));
    let flow = arm(&report, Arm::Flow).clone();
    assert!(flow.outcome.is_complete());
    flow
}

fn map(weights: &[DMatrix<f64>]) -> DMatrix<f64> {
    weights.iter().cloned().reduce(|w, next| next * w).expect("there are weights")
}

/// Balanced weights W_l = R_l diag(σ^{1/D}) R_{l−1}ᵀ, all R_l random, in wider hidden layers.
fn balanced(seed: u64, strengths: &[f64], depth: usize) -> Vec<DMatrix<f64>> {
    let mut rng = stream(seed, Purpose::Start);
    let m = strengths.len();
    let root = |u: &f64| u.powf(1.0 / depth as f64);
    let sigma = DMatrix::from_diagonal(&DVector::from_iterator(m, strengths.iter().map(root)));
    let mut right = orthonormal(&mut rng, m, m);
    let mut layer = |l: usize| {
        let left = orthonormal(&mut rng, if l == depth { m } else { m + 1 }, m);
        let weight = &left * &sigma * right.transpose();
        right = left;
        weight
    };
    (1..=depth).map(&mut layer).collect()
}

/// dW/dT = Σ_l (WWᵀ)^{(D−l)/D} (Σ31 − WΣ11) (WᵀW)^{(l−1)/D} for square W of full rank: what balance leaves of
/// the weights (Arora, Cohen & Hazan 2018).
fn map_rate(p: &Problem, map: &DMatrix<f64>, depth: usize) -> DMatrix<f64> {
    let svd = map.clone().svd(true, true);
    let (u, vt) = (svd.u.expect("asked for"), svd.v_t.expect("asked for"));
    let mut rate = u.transpose() * (&p.sigma31 - map * &p.sigma11) * vt.transpose();
    let power = |sigma: f64, l: usize| sigma.powf(2.0 * l as f64 / depth as f64);
    for i in 0..rate.nrows() {
        for j in 0..rate.ncols() {
            let (left, right) = (svd.singular_values[i], svd.singular_values[j]);
            rate[(i, j)] *= (1..=depth).map(|l| power(left, depth - l) * power(right, l - 1)).sum::<f64>();
        }
    }
    u * rate * vt
}

/// The map at `end`, by so many steps of the classical Runge-Kutta method.
fn integrated_map(p: &Problem, mut map: DMatrix<f64>, depth: usize, end: f64, steps: u32) -> DMatrix<f64> {
    let h = end / f64::from(steps);
    for _ in 0..steps {
        let k1 = map_rate(p, &map, depth);
        let k2 = map_rate(p, &(&map + &k1 * (h / 2.0)), depth);
        let k3 = map_rate(p, &(&map + &k2 * (h / 2.0)), depth);
        let k4 = map_rate(p, &(&map + &k3 * h), depth);
        map += (k1 + k2 * 2.0 + k3 * 2.0 + k4) * (h / 6.0);
    }
    map
}

/// Neither aligned nor white: nothing but the flow knows the weights, and yet the map needs no weights.
#[test]
fn the_map_of_balanced_weights_follows_its_own_equation_at_any_depth() {
    for depth in [2, 3, 7, 30, 99] {
        let drawn = problem(12, &[3, 3], &[1.6, 1.0, 0.5], 1.0);
        let mut start = balanced(depth as u64, &[0.6, 0.4, 0.25], depth);
        // A map of the other orientation would run into the saddle where it is singular.
        if map(&start).determinant() * drawn.sigma31.determinant() < 0.0 {
            let last = start.len() - 1;
            start[last].neg_mut();
        }
        let p = Problem { weights: start, ..drawn };
        let end = 3.0 / depth as f64;
        let flow = flow(&p, &format!("time.times = [{end}]\nflow.rtol = 1e-12"));
        let (before, after) = (map(&p.weights), map(weights(&flow.samples[0])));
        let expected = integrated_map(&p, before.clone(), depth, end, 1000);
        assert!((&expected - &before).norm() > 0.5 * before.norm(), "the map should have moved");
        let error = (&after - &expected).norm() / expected.norm();
        assert!(error < 1e-9, "{depth} weights: the map is off by {error:e}");
    }
}

#[test]
fn rotating_a_deep_task_and_all_its_layers_rotates_the_trajectory() {
    for widths in [&[5, 4, 6, 3][..], &[3, 6, 2, 5, 4], &[4, 3, 5, 3, 4, 2]] {
        let p = problem(21, widths, &[2.0, 1.3, 0.8, 0.5, 0.2][..widths[0]], 0.5);
        let mut rng = stream(22, Purpose::Start);
        let turns: Vec<DMatrix<f64>> = widths.iter().map(|n| orthonormal(&mut rng, *n, *n)).collect();
        let turn = |w: &[DMatrix<f64>]| -> Vec<DMatrix<f64>> {
            w.iter().zip(turns.windows(2)).map(|(w, t)| &t[1] * w * t[0].transpose()).collect()
        };
        let (inner, outer) = (&turns[0], &turns[widths.len() - 1]);
        let sigma11 = inner * &p.sigma11 * inner.transpose();
        let rotated = Problem {
            sigma11: (&sigma11 + sigma11.transpose()) * 0.5,
            sigma31: outer * &p.sigma31 * inner.transpose(),
            weights: turn(&p.weights),
            ..p.clone()
        };
        let rest = "time = { end = 6.0, samples = 13 }\nflow.rtol = 1e-11";
        for (plain, other) in flow(&p, rest).samples.iter().zip(&flow(&rotated, rest).samples) {
            for (expected, found) in turn(weights(plain)).iter().zip(weights(other)) {
                let error = (expected - found).norm();
                assert!(error < 1e-9, "{widths:?}: off by {error:e} at t = {}", plain.t);
            }
            assert!((plain.mean.loss - other.mean.loss).abs() < 1e-9);
        }
    }
}

#[test]
fn with_white_inputs_the_transposed_task_reverses_the_layers() {
    for widths in [&[5, 4, 6, 3][..], &[3, 6, 2, 5, 4]] {
        let p = problem(23, widths, &vec![1.0; widths[0]], 0.5);
        let mirror = |w: &[DMatrix<f64>]| -> Vec<DMatrix<f64>> { w.iter().rev().map(DMatrix::transpose).collect() };
        let transposed = Problem {
            sigma11: DMatrix::identity(p.sigma31.nrows(), p.sigma31.nrows()),
            sigma31: p.sigma31.transpose(),
            weights: mirror(&p.weights),
            ..p.clone()
        };
        let rest = "time = { end = 6.0, samples = 13 }\nflow.rtol = 1e-11";
        for (plain, other) in flow(&p, rest).samples.iter().zip(&flow(&transposed, rest).samples) {
            for (expected, found) in mirror(weights(plain)).iter().zip(weights(other)) {
                let error = (expected - found).norm();
                assert!(error < 1e-9, "{widths:?}: off by {error:e} at t = {}", plain.t);
            }
        }
    }
}

/// Whether a row has finite numbers and no others, weights included.
fn is_finite(sample: &Sample) -> bool {
    let state = sample.state.as_ref().and_then(|state| state.weights.as_deref()).unwrap_or_default();
    sample.mean.is_finite() && state.iter().flat_map(|w| w.iter()).all(|w| w.is_finite())
}

#[test]
fn a_hundred_layers_of_a_hundred_units_learn_from_an_orthogonal_start() {
    let hidden = vec![100; 98];
    let (_, report) = run(&format!(
        "task.spectrum = {{ inputs = 100, outputs = 100, singular_values = [2.0, 1.6, 1.2, 0.8] }}\n\
         network = {{ hidden = {hidden:?}, init.orthogonal.gain = 1.0 }}\n\
         time = {{ end = 0.02, samples = 3 }}\nflow = {{ method = \"dopri5\", rtol = 1e-4 }}\noutput.weights = true"
    ));
    let flow = arm(&report, Arm::Flow);
    assert!(flow.outcome.is_complete() && flow.samples.iter().all(is_finite));
    let [first, .., last] = &flow.samples[..] else { panic!("three rows") };
    assert!(last.mean.loss < 0.5 * first.mean.loss, "{} to {}", first.mean.loss, last.mean.loss);
    let monitor = report.monitor.as_ref().expect("the flow was watched");
    assert_eq!(monitor.balance_drift.len(), 98);
    assert!(monitor.balance_drift.iter().all(|drift| *drift < 1e-5), "{:?}", monitor.balance_drift);
    assert!(monitor.loss_rise <= 0.0);
}

/// Compared by their times: the strengths of so many layers change too suddenly to be compared.
#[test]
fn a_thousand_layers_learn_their_modes_when_the_closed_form_says() {
    let rest = "time = { end = 0.2, samples = 5 }\nflow.rtol = 1e-10\nmodes.rtol = 1e-10\nanalytic = {}";
    let (_, report) = run(&aligned(TWO_MODES, 1000, 2, 0.01, rest));
    for name in [Arm::Flow, Arm::Modes] {
        assert!(arm(&report, name).outcome.is_complete());
        assert!(arm(&report, name).samples.iter().all(is_finite));
        let found = report.half_time(name, 0).expect("half is learned");
        close(found, steps(1000, 0.01, 0.5) / depth(1000), 1e-8, &format!("{name}"));
    }
    let drift = report.monitor.expect("the flow was watched").balance_drift;
    assert!(drift.iter().all(|drift| *drift < 1e-10));
}

/// What ends a run that cannot go on, and how.
fn ends(layers: u32, init: &str) -> Vec<Outcome> {
    let hidden = vec![2; layers as usize - 2];
    let (_, report) = run(&format!(
        "task.spectrum = {{ {TWO_MODES} }}\nnetwork = {{ hidden = {hidden:?}, init.{init} }}\n\
         time = {{ end = 0.1, samples = 5 }}\nflow.max_steps = 200\nmodes.max_steps = 200\n\
         sgd.learning_rate = 1e-4\noutput.weights = true"
    ));
    for trajectory in &report.trajectories {
        assert!(trajectory.samples.iter().all(is_finite), "{}, {layers} layers, {init}", trajectory.arm);
        assert!(trajectory.half_times.iter().flatten().all(|t| t.is_finite()));
    }
    report.trajectories.into_iter().map(|trajectory| trajectory.outcome).collect()
}

fn equal_strengths(layers: u32, strength: f64) -> String {
    format!("aligned.strengths = {:?}", vec![[strength; 2]; layers as usize - 1])
}

#[test]
fn products_that_vanish_stay_where_they_are() {
    for layers in [100, 1000] {
        for init in ["gaussian.scale = 0.01".to_owned(), equal_strengths(layers, 1e-3)] {
            assert_eq!(ends(layers, &init), vec![Outcome::Complete; 3], "{layers} layers, {init}");
        }
    }
}

#[test]
fn products_that_overflow_are_reported_as_diverged() {
    for (layers, init) in [
        (1000, "gaussian.scale = 100.0".to_owned()),
        (1000, "orthogonal.gain = 2.0".to_owned()),
        (1000, equal_strengths(1000, 10.0)),
        (100, "gaussian.scale = 100.0".to_owned()),
    ] {
        let outcomes = ends(layers, &init);
        let diverged = |outcome: &Outcome| matches!(outcome, Outcome::Diverged { t: 0.0 });
        assert!(outcomes.iter().all(diverged), "{layers} layers, {init}: {outcomes:?}");
    }
}

/// u0 < 0 with equal moduli is the stable manifold of the saddle at 0: the modes fall to it and stay, at loose
/// tolerances and long after rounding would have carried the weights away.
#[test]
fn balanced_modes_below_zero_fall_to_zero_and_never_cross_it() {
    for (hidden, tolerances) in
        [("[4]", ""), ("[4]", "rtol = 1e-3\natol = 1e-3"), ("[4, 4]", "rtol = 1e-3\natol = 1e-3")]
    {
        let (_, report) = run(&format!(
            "task.spectrum = {{ inputs = 3, outputs = 3, singular_values = [2, 1] }}\n\
             network = {{ hidden = {hidden}, init.aligned.strength = -0.5 }}\n\
             time = {{ end = 200, samples = 50 }}\nanalytic = {{}}\n[modes]\n{tolerances}"
        ));
        for sample in &arm(&report, Arm::Modes).samples {
            assert!(
                sample.mean.modes[..2].iter().all(|u| (-0.5001..=0.0).contains(u)),
                "{hidden}: {:?}",
                sample.mean.modes
            );
        }
        assert!(arm(&report, Arm::Analytic).samples.iter().all(|sample| sample.mean.modes[0] < 1e-12), "{hidden}");
    }
}

/// A tolerance is one of the strengths a_l, whether the modes are integrated as D of them or as their product.
#[test]
fn absolute_tolerances_are_in_the_units_of_the_strengths() {
    let error = |strengths: &str| {
        let (_, report) = run(&format!(
            "task.spectrum = {{ inputs = 2, outputs = 2, singular_values = [2] }}\n\
             network = {{ hidden = [2], init.aligned = {{ {strengths} }} }}\n\
             time = {{ end = 12, samples = 40 }}\nanalytic = {{}}\nmodes = {{ rtol = 1e-9, atol = 1e-9 }}"
        ));
        report.differences[0].largest_modes().unwrap_or(f64::NAN)
    };
    // Nearly balanced strengths take the other path to the same accuracy, within an order of magnitude.
    let (balanced, pair) = (error("strength = 1e-8"), error("strengths = [1e-4, 1.0001e-4]"));
    assert!(balanced < 10.0 * pair && pair < 100.0 * balanced, "{balanced:e} and {pair:e}");
}
