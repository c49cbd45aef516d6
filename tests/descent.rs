//! Discrete descent: its iterates against plain loops, its distance from the flow, its noise, its runs.

mod common;
#[path = "common/draw.rs"]
mod draw;
#[path = "common/matrices.rs"]
mod matrices;

use common::{arm, built, run};
use draw::problem;
use gradflow::integrate::{Method, Settings, VectorField, integrate};
use gradflow::report::execute;
use gradflow::trajectory::{Arm, Outcome, Trajectory};
use matrices::weights;
use nalgebra::{DMatrix, DVector};

/// A noisy teacher with ten samples and a network of depth three.
fn teacher(statistics: &str, tau: f64, times: &str, sgd: &str) -> String {
    format!(
        "task.gaussian = {{ inputs = 4, outputs = 3, samples = 10, singular_values = [1.5, 0.8], noise = 0.3, statistics = \"{statistics}\" }}\n\
         network = {{ hidden = [5, 2], init.gaussian.scale = 0.5 }}\n\
         time = {{ tau = {tau:?}, {times} }}\nsgd = {{ {sgd} }}\noutput.weights = true"
    )
}

fn descent(text: &str) -> Trajectory {
    arm(&run(text).1, Arm::Sgd).clone()
}

/// W_l ← W_l + Σ rate·(W_D…W_{l+1})ᵀ(y − Wx)(W_{l−1}…W_1x)ᵀ over some samples, written out.
fn update(weights: &mut [DMatrix<f64>], samples: &[(DVector<f64>, DVector<f64>)], rate: f64) {
    let old = weights.to_vec();
    for (x, y) in samples {
        let mut layers = vec![x.clone()];
        for w in &old {
            layers.push(w * &layers[layers.len() - 1]);
        }
        let mut error = y - &layers[old.len()];
        for l in (0..old.len()).rev() {
            weights[l] += &error * layers[l].transpose() * rate;
            error = old[l].transpose() * error;
        }
    }
}

/// The largest difference of weights.
fn apart(a: &[DMatrix<f64>], b: &[DMatrix<f64>]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).amax()).fold(0.0, f64::max)
}

#[test]
fn full_and_ordered_batches_make_the_steps_that_plain_loops_make() {
    let rate = 0.02;
    for (statistics, epochs) in [("mean", 7), ("sum", 7)] {
        for size in [1, 3, 4, 10] {
            let per_epoch = 10_usize.div_ceil(size);
            // Sums count time in epochs, averages in updates.
            let (unit, updates) = if statistics == "sum" { (1, per_epoch) } else { (per_epoch, 1) };
            let times: Vec<f64> = (0..=epochs * unit).map(|i| i as f64).collect();
            let batch = if size == 10 { "\"full\"".to_owned() } else { size.to_string() };
            let sgd = format!("learning_rate = {rate}, batch = {batch}, order = \"sequential\", runs = 1");
            let text = teacher(statistics, 1.0 / rate, &format!("times = {times:?}"), &sgd);
            let (experiment, report) = run(&text);
            let samples = experiment.task.samples.as_ref().expect("a teacher has samples");
            let pairs: Vec<_> =
                samples.x.column_iter().zip(samples.y.column_iter()).map(|(x, y)| (x.into(), y.into())).collect();
            let mut expected = experiment.start.clone();
            let mut batches = pairs.chunks(size).cycle();
            for row in &arm(&report, Arm::Sgd).samples {
                let error = apart(weights(row), &expected);
                assert!(error < 1e-10, "{statistics}, batches of {size}: off by {error:e} at t = {}", row.t);
                for batch in batches.by_ref().take(updates) {
                    let share = if statistics == "sum" { rate } else { rate / batch.len() as f64 };
                    update(&mut expected, batch, share);
                }
            }
            assert!(apart(&expected, &experiment.start) > 0.1, "the weights should have moved");
        }
    }
}

#[test]
fn samples_drawn_for_a_task_without_any_have_exactly_its_statistics() {
    let p = problem(3, &[4, 3, 2], &[2.0, 1.0, 0.3, 0.0], 0.5);
    let rest = |batch: &str| {
        format!("time.times = [0.0, 0.1, 1.0, 4.0]\nsgd = {{ learning_rate = 0.05, batch = {batch}, runs = 2 }}")
    };
    // As many samples as inputs and outputs: a batch of all of them sees the statistics.
    let (whole, full) = (descent(&p.scenario(&rest("6"))), descent(&p.scenario(&rest("\"full\""))));
    for (a, b) in whole.samples.iter().zip(&full.samples) {
        assert!(apart(weights(a), weights(b)) < 1e-12, "at t = {}", a.t);
    }
    // Any other batch sees its own share of them only.
    let part = descent(&p.scenario(&rest("3")));
    assert!(apart(weights(&part.samples[3]), weights(&full.samples[3])) > 1e-3);
}

/// Slope of ln error over ln rate.
fn order(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let (mx, my) = logs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let (xy, xx) = logs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + (x - mx) * (y - my), b + (x - mx).powi(2)));
    xy / xx
}

#[test]
fn descent_leaves_the_flow_in_proportion_to_the_rate() {
    let p = problem(6, &[5, 4, 3], &[1.5, 1.2, 0.8, 0.5, 0.2], 0.3);
    let points: Vec<(f64, f64)> = [8e-3, 4e-3, 2e-3, 1e-3, 5e-4]
        .into_iter()
        .map(|rate| {
            let rest = format!("time = {{ end = 6.4, samples = 17 }}\nflow.rtol = 1e-10\nsgd.learning_rate = {rate}");
            let (_, report) = run(&p.scenario(&rest));
            let (sgd, flow) = (arm(&report, Arm::Sgd), arm(&report, Arm::Flow));
            (
                rate,
                sgd.samples.iter().zip(&flow.samples).map(|(a, b)| apart(weights(a), weights(b))).fold(0.0, f64::max),
            )
        })
        .collect();
    let order = order(&points);
    assert!((order - 1.0).abs() < 0.05, "error ∝ rate^{order}: {points:?}");
}

/// The flow of L + (η/4)‖∇L‖² for L = ½(s − ab)².
struct Modified {
    s: f64,
    rate: f64,
}

impl VectorField for Modified {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        let (a, b) = (y[0], y[1]);
        let (e, m) = (self.s - a * b, a * a + b * b);
        // ‖∇L‖² = e²(a² + b²).
        dy[0] = e * b - self.rate / 4.0 * (2.0 * a * e * e - 2.0 * b * e * m);
        dy[1] = e * a - self.rate / 4.0 * (2.0 * b * e * e - 2.0 * a * e * m);
    }
}

#[test]
fn descent_follows_the_flow_of_the_modified_loss_to_second_order() {
    let (s, start, end) = (1.3, [0.4, 0.2], 1.6);
    let points: Vec<(f64, f64)> = [0.08, 0.04, 0.02, 0.01, 0.005]
        .into_iter()
        .map(|rate| {
            let sgd = descent(&format!(
                "task.matrices = {{ sigma11 = [[1.0]], sigma31 = [[{s}]] }}\n\
                 network = {{ hidden = [1], init.matrices.weights = [[[{}]], [[{}]]] }}\n\
                 time.times = [{end}]\nsgd.learning_rate = {rate}\noutput.weights = true",
                start[0], start[1]
            ));
            let settings = Settings { method: Method::Dop853, rtol: 1e-13, atol: 1e-15, max_steps: 10_000 };
            let mut expected = 0.0;
            let y = DVector::from_row_slice(&start);
            integrate(&Modified { s, rate }, y, &[end], &settings, &mut |_: usize, y: &[f64]| {
                expected = y[0];
                true
            });
            (rate, (weights(&sgd.samples[0])[0][(0, 0)] - expected).abs())
        })
        .collect();
    let order = order(&points);
    assert!((order - 2.0).abs() < 0.1, "error ∝ rate^{order}: {points:?}");
}

#[test]
fn the_noise_of_minibatches_at_the_minimum_has_the_predicted_variance() {
    let (rate, noise, batch) = (0.01, 0.5, 4);
    let rows = 12_000;
    let times: Vec<f64> = (0..rows).map(|i| rate * f64::from(2_000 + 60 * i)).collect();
    let text = format!(
        "task.gaussian = {{ inputs = 1, outputs = 1, samples = 40000, singular_values = [1.0], noise = {noise} }}\n\
         network = {{ hidden = [1], init.aligned.strength = 1.0 }}\ntime.times = {times:?}\n\
         sgd = {{ learning_rate = {rate}, batch = {batch}, runs = 1 }}"
    );
    let (experiment, report) = run(&text);
    let sgd = arm(&report, Arm::Sgd);
    let mean = sgd.mode(0).map(|(_, u)| u).sum::<f64>() / f64::from(rows);
    let variance = sgd.mode(0).map(|(_, u)| (u - mean).powi(2)).sum::<f64>() / f64::from(rows - 1);
    let (s, lambda) = (experiment.basis.s[0], experiment.basis.input_eigenvalues[0]);
    assert!((mean - s / lambda).abs() < 0.005, "mean {mean} at the minimum {}", s / lambda);
    // Var u = ηsσ²/(B(1 − ηs)) to leading order in η (derived); the residual noise of these samples is 2L_min.
    let sigma = 2.0 * experiment.task.statistics.least_loss;
    let expected = rate * s * sigma / (f64::from(batch) * (1.0 - rate * s));
    // 12000 rows, almost independent (u forgets in 50 updates): ±1.5 %; the next order in η: about 2 %.
    assert!((variance / expected - 1.0).abs() < 0.08, "variance {variance:e}, expected {expected:e}");
}

#[test]
fn several_runs_give_the_mean_and_the_standard_deviation_of_different_orders() {
    let of = |runs: u32| {
        let sgd = format!("learning_rate = 0.05, batch = 3, runs = {runs}");
        descent(&teacher("mean", 1.0, "times = [0.0, 0.5, 2.0, 5.0]", &sgd)).samples
    };
    let (one, two, three) = (of(1), of(2), of(3));
    for ((one, two), three) in one.iter().zip(&two).zip(&three) {
        assert_eq!(one.spread, None);
        assert_eq!(one.state, three.state, "the state is that of the first run");
        let (sd2, sd3) = (two.spread.as_ref().expect("two runs"), three.spread.as_ref().expect("three runs"));
        let check = |m1: f64, m2: f64, m3: f64, s2: f64, s3: f64| {
            let (x1, x2) = (m1, 2.0 * m2 - m1);
            let x3 = 3.0 * m3 - x1 - x2;
            let sum = (x1 - m3).powi(2) + (x2 - m3).powi(2) + (x3 - m3).powi(2);
            assert!((s2 - (x1 - x2).abs() / 2f64.sqrt()).abs() < 1e-12);
            assert!((s3 - (sum / 2.0).sqrt()).abs() < 1e-12);
            assert!(one.t == 0.0 || (x1 != x2 && x2 != x3), "runs differ in their orders");
        };
        check(one.mean.loss, two.mean.loss, three.mean.loss, sd2.loss, sd3.loss);
        for k in 0..one.mean.modes.len() {
            let (m1, m2, m3) = (&one.mean.modes, &two.mean.modes, &three.mean.modes);
            check(m1[k], m2[k], m3[k], sd2.modes[k], sd3.modes[k]);
        }
    }
}

#[test]
fn one_seed_gives_the_same_numbers_on_any_number_of_threads() {
    let text = teacher("mean", 1.0, "end = 5.0, samples = 9", "learning_rate = 0.01, batch = 2, runs = 6");
    let built = built(&text);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let mut trajectory = arm(&pool.install(|| execute(&built, &|_| ())), Arm::Sgd).clone();
        trajectory.work.wall_s = 0.0;
        trajectory
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(1));
    let other = descent(&format!("seed = 2\n{text}"));
    assert_ne!(one.samples, other.samples);
}

#[test]
fn descent_beyond_its_stable_rate_is_reported_as_diverged_and_keeps_finite_rows() {
    for batch in ["\"full\"", "2"] {
        for statistics in ["mean", "sum"] {
            let sgd = format!("learning_rate = 3.0, batch = {batch}, runs = 3");
            let diverged = descent(&teacher(statistics, 1.0, "end = 600.0, samples = 201", &sgd));
            let Outcome::Diverged { t } = diverged.outcome else { panic!("{:?}", diverged.outcome) };
            assert!(!diverged.samples.is_empty() && diverged.samples.len() < 201);
            assert!(diverged.samples.iter().all(|s| s.mean.is_finite()));
            let last = diverged.samples[diverged.samples.len() - 1].t;
            assert!(t >= last - 1.5, "last finite at {t}, but there is a row at {last}");
        }
    }
}
