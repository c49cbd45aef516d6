//! Networks that are not linear: gradients against differences, the linear one under the same code, limits of small
//! weights and of small inputs, symmetries, and what is observed of them.

mod common;

use common::{arm, built, run, text};
use gradflow::experiment::Order;
use gradflow::network::{Activation, Backprop, Gradient, Widths};
use gradflow::random::{Purpose, gaussian, stream};
use gradflow::sgd::{Assessor, CHUNK, SampleDescent, Trainee};
use gradflow::task::{Averaging, Samples, Statistics, Task};
use gradflow::trajectory::{Arm, Outcome, Trajectory};
use nalgebra::DMatrix;

const ALL: [Activation; 3] = [Activation::Linear, Activation::Tanh, Activation::Relu];

/// Random samples, parameters and widths of some depth; `seed` tells problems apart.
fn problem(depth: usize, biases: bool, samples: usize, seed: u64) -> (Widths, Vec<f64>, Samples) {
    let mut rng = stream(seed, Purpose::Start);
    let hidden: Vec<usize> = (1..depth).map(|l| 3 + l % 3).collect();
    let widths = Widths::new(4, &hidden, 3);
    let count = Backprop::new(&widths, Activation::Linear, biases, 1).len();
    let parameters = (gaussian(&mut rng, count, 1) * 0.7).as_slice().to_vec();
    (widths, parameters, Samples { x: gaussian(&mut rng, 4, samples), y: gaussian(&mut rng, 3, samples) })
}

/// Σ ½‖y − f(x)‖², by plain loops over samples and units.
fn loss(widths: &Widths, activation: Activation, biases: bool, parameters: &[f64], samples: &Samples) -> f64 {
    let weights = widths.unflatten(&parameters[..widths.weights()]);
    let mut total = 0.0;
    for (x, y) in samples.x.column_iter().zip(samples.y.column_iter()) {
        let mut h: Vec<f64> = x.iter().copied().collect();
        let mut at = widths.weights();
        for (l, w) in weights.iter().enumerate() {
            let next = (0..w.nrows()).map(|i| {
                let z: f64 = (0..w.ncols()).map(|j| w[(i, j)] * h[j]).sum::<f64>()
                    + if biases { parameters[at + i] } else { 0.0 };
                match activation {
                    _ if l + 1 == weights.len() => z,
                    Activation::Linear => z,
                    Activation::Tanh => z.tanh(),
                    Activation::Relu => z.max(0.0),
                }
            });
            let next: Vec<f64> = next.collect();
            at += w.nrows();
            h = next;
        }
        total += 0.5 * h.iter().zip(y.iter()).map(|(f, y)| (y - f).powi(2)).sum::<f64>();
    }
    total
}

#[test]
fn gradients_of_every_activation_and_depth_agree_with_central_differences() {
    const STEP: f64 = 1e-5;
    for activation in ALL {
        for depth in [1, 2, 3, 5] {
            for biases in [false, true] {
                let (widths, parameters, samples) = problem(depth, biases, 6, 10 * depth as u64);
                let mut backprop = Backprop::new(&widths, activation, biases, 6);
                backprop.forward(&parameters, samples.x.as_slice(), 6);
                let own = backprop.backward(&parameters, samples.y.as_slice(), 6);
                let mut descent = vec![0.0; parameters.len()];
                backprop.accumulate(1.0, samples.x.as_slice(), 6, &mut descent);
                let at = |parameters: &[f64]| loss(&widths, activation, biases, parameters, &samples);
                assert!((own - at(&parameters)).abs() < 1e-12 * own, "{activation:?} {depth}");
                let largest = descent.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
                for (index, slope) in descent.iter().enumerate() {
                    let moved = |by: f64| {
                        let mut parameters = parameters.clone();
                        parameters[index] += by;
                        at(&parameters)
                    };
                    let difference = (moved(-STEP) - moved(STEP)) / (2.0 * STEP);
                    let error = (slope - difference).abs() / largest;
                    assert!(error < 1e-7, "{activation:?}, depth {depth}, biases {biases}, {index}: {error:e}");
                }
            }
        }
    }
}

/// 300 samples, so that a batch goes through the network in several pieces.
fn many(seed: u64) -> (Widths, Vec<f64>, Samples, Statistics) {
    let (widths, parameters, samples) = problem(3, false, 300, seed);
    let statistics = Statistics::of_samples(&samples, Averaging::Mean).expect("statistics");
    (widths, parameters, samples, statistics)
}

fn task(samples: &Samples, statistics: &Statistics) -> Task {
    let (statistics, samples) = (statistics.clone(), Some(samples.clone()));
    Task { statistics, samples, held_out: None, classes: None, averaging: Averaging::Mean }
}

#[test]
fn a_linear_network_on_samples_descends_as_it_does_by_the_statistics() {
    let (widths, start, samples, statistics) = many(3);
    let trainee = Trainee { widths: &widths, activation: Activation::Linear, biases: false };
    let mut descent =
        SampleDescent::new(trainee, &samples, Averaging::Mean, (300, Order::Sequential), stream(1, Purpose::Order(0)));
    let mut on_samples = start.clone();
    let framed = |weights: &[f64]| {
        let mut weights = widths.unflatten(weights);
        weights[0] = statistics.frame.enter(&weights[0]);
        widths.flatten(&weights)
    };
    let gradient = Gradient::new(&widths, &statistics.sigma31_frame, statistics.eigenvalues.as_slice());
    let mut by_statistics = framed(&start);
    let mut step = vec![0.0; start.len()];
    for _ in 0..20 {
        descent.step(&mut on_samples, 0.05);
        gradient.descend(&by_statistics, &mut step);
        by_statistics.iter_mut().zip(&step).for_each(|(w, g)| *w += 0.05 * g);
    }
    let apart = framed(&on_samples).iter().zip(&by_statistics).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart < 1e-13, "{apart:e}");
    let moved = on_samples.iter().zip(&start).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(moved > 0.1);
}

#[test]
fn what_is_observed_of_a_linear_network_is_its_own_map_and_loss() {
    let (widths, parameters, samples, statistics) = many(4);
    let task = task(&samples, &statistics);
    let assessor = Assessor::new(&samples, &task);
    let mut backprop = Backprop::new(&widths, Activation::Linear, false, CHUNK);
    let seen = assessor.assess(&mut backprop, &parameters);
    let map = gradflow::linalg::map_of(&widths.unflatten(&parameters));
    assert!((statistics.frame.leave(&seen.map) - &map).amax() < 1e-12);
    let direct = loss(&widths, Activation::Linear, false, &parameters, &samples) / 300.0;
    assert!((seen.loss - direct).abs() < 1e-13 * direct);
}

/// A task of samples under one activation.
fn scenario(activation: &str, scale: f64, rest: &str) -> String {
    format!(
        "task.gaussian = {{ inputs = 5, outputs = 3, samples = 40, singular_values = [2.0, 1.0] }}\n\
         network = {{ hidden = [6, 4], activation = \"{activation}\", init.gaussian.scale = {scale:?} }}\n\
         time = {{ end = 6.0, samples = 25 }}\n{rest}"
    )
}

fn sgd(text: &str) -> Trajectory {
    let (_, report) = run(text);
    let sgd = arm(&report, Arm::Sgd).clone();
    assert_eq!(sgd.outcome, Outcome::Complete);
    sgd
}

fn losses(trajectory: &Trajectory) -> Vec<f64> {
    trajectory.samples.iter().map(|s| s.mean.loss).collect()
}

fn furthest(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn tanh_is_linear_while_weights_are_small() {
    // tanh z = z − z³/3: where z is of the order of 1e-4 the two networks agree to 1e-8 of the outputs, so that what
    // they differ in falls as the square of the start's scale.
    let difference = |scale: f64| {
        let short = |activation: &str| {
            let text = scenario(activation, scale, "sgd.learning_rate = 0.02").replace("end = 6.0", "end = 0.2");
            sgd(&text).samples.last().expect("row").mean.modes[0]
        };
        (short("tanh") / short("linear") - 1.0).abs()
    };
    let (large, small) = (difference(0.02), difference(0.01));
    let order = (large / small).log2();
    assert!((order - 2.0).abs() < 0.3, "{large:e} {small:e}: order {order}");
}

#[test]
fn relu_networks_are_homogeneous_and_conserve_the_norm_differences_of_their_layers() {
    // Along the flow ‖W_{l+1}‖² − ‖W_l‖² is conserved for any network of homogeneous units (Du, Hu & Lee 2018); by
    // descent to first order in the rate, so that the drift halves with it. Of tanh it is not conserved at all.
    let drift = |activation: &str, rate: f64| {
        let rest = format!("sgd.learning_rate = {rate:?}\noutput.weights = true");
        let trajectory = sgd(&scenario(activation, 0.6, &rest));
        let norms = |row: usize| -> Vec<f64> {
            let state = trajectory.samples[row].state.as_ref().expect("state");
            let weights = state.weights.as_ref().expect("weights");
            weights.windows(2).map(|w| w[1].norm_squared() - w[0].norm_squared()).collect()
        };
        furthest(&norms(0), &norms(24))
    };
    let (coarse, fine) = (drift("relu", 0.01), drift("relu", 0.005));
    assert!((1.8..2.2).contains(&(coarse / fine)), "{coarse:e} {fine:e}");
    let tanh = drift("tanh", 0.005) / drift("tanh", 0.01);
    assert!((0.9..1.1).contains(&tanh), "{tanh}");
}

#[test]
fn reordering_hidden_units_or_flipping_signs_of_tanh_units_changes_nothing() {
    let (widths, parameters, samples, statistics) = many(5);
    let task = task(&samples, &statistics);
    let assessor = Assessor::new(&samples, &task);
    let seen = |weights: &[DMatrix<f64>]| {
        let mut backprop = Backprop::new(&widths, Activation::Tanh, false, CHUNK);
        assessor.assess(&mut backprop, &widths.flatten(weights))
    };
    let weights = widths.unflatten(&parameters);
    let before = seen(&weights);
    let mut moved = weights.clone();
    moved[0].swap_rows(0, 2);
    moved[1].swap_columns(0, 2);
    moved[0].row_mut(1).neg_mut();
    moved[1].column_mut(1).neg_mut();
    let after = seen(&moved);
    assert!((before.loss - after.loss).abs() < 1e-13);
    assert!((before.map - after.map).amax() < 1e-13);
}

#[test]
fn biases_learn_the_mean_that_a_network_without_cannot() {
    // Targets of mean 3 on centred inputs: without biases the loss keeps ½·3².
    let directory = tempfile::tempdir().expect("directory");
    let mut rng = stream(8, Purpose::Task);
    let x = gaussian(&mut rng, 30, 2);
    let csv = |rows: Vec<String>| rows.join("\n");
    let inputs =
        csv(x.row_iter().map(|r| format!("{},{}", r[0] - x.column(0).mean(), r[1] - x.column(1).mean())).collect());
    let targets = csv((0..30).map(|_| "3.25".to_owned()).collect());
    std::fs::write(directory.path().join("x.csv"), inputs).expect("file");
    std::fs::write(directory.path().join("y.csv"), targets).expect("file");
    let path = |name: &str| directory.path().join(name).display().to_string();
    let text = |biases: bool| {
        format!(
            "task.dataset = {{ inputs = '{}', targets = '{}', centre = false }}\n\
             network = {{ hidden = [3], activation = \"tanh\", biases = {biases}, init.gaussian.scale = 0.1 }}\n\
             time = {{ end = 40.0, samples = 5 }}\nsgd.learning_rate = 0.1",
            path("x.csv"),
            path("y.csv")
        )
    };
    let last = |biases: bool| losses(&sgd(&text(biases)))[4];
    assert!(last(true) < 1e-3, "{}", last(true));
    // Units that are odd functions of centred inputs can use their skew only.
    assert!(last(false) > 3.0, "{}", last(false));
}

#[test]
fn the_arms_beside_a_tanh_network_are_those_of_its_linear_counterpart_and_say_so() {
    let rest = "flow.rtol = 1e-6\nanalytic.form = \"deep\"\nsgd.learning_rate = 0.01";
    let (built, tanh) = run(&scenario("tanh", 0.3, rest));
    let (_, linear) = run(&scenario("linear", 0.3, rest));
    assert!(built.not_linear().is_some_and(|why| why.contains("tanh")));
    assert_eq!(losses(arm(&tanh, Arm::Flow)), losses(arm(&linear, Arm::Flow)));
    for (label, of) in
        [("flow (approximation)", Arm::Flow), ("analytic (approximation)", Arm::Analytic), ("sgd", Arm::Sgd)]
    {
        assert_eq!(arm(&tanh, of).label(), label);
    }
    assert_eq!(arm(&linear, Arm::Flow).label(), "flow");
    assert!(furthest(&losses(arm(&tanh, Arm::Sgd)), &losses(arm(&linear, Arm::Sgd))) > 1e-3);
}

#[test]
fn no_closed_form_is_exact_for_a_tanh_network() {
    let text = "task.spectrum = { inputs = 3, outputs = 3, singular_values = [2.0] }\n\
                network = { hidden = [3], activation = \"tanh\", init.aligned.strength = 0.01 }\n\
                time.end = 3.0\nanalytic.form = \"auto\"";
    let message = text::try_build(text).expect_err("refused").to_string();
    assert!(message.contains("not linear") && message.contains("tanh"), "{message}");
    assert!(built(&text.replace("\"auto\"", "\"sigmoid\"")).experiment.analytic.is_some_and(|form| !form.exact));
}

#[test]
fn minibatches_of_a_tanh_network_scatter_about_its_full_batch() {
    let mean = sgd(&scenario("tanh", 0.3, "sgd = { learning_rate = 0.01, batch = 8, runs = 12 }"));
    let full = sgd(&scenario("tanh", 0.3, "sgd.learning_rate = 0.01"));
    for (a, b) in mean.samples.iter().zip(&full.samples) {
        let error = a.spread.as_ref().expect("spread").modes[0] / (12.0_f64).sqrt();
        let apart = (a.mean.modes[0] - b.mean.modes[0]).abs();
        assert!(apart <= 5.0 * error + 2e-3, "t = {}: {apart:e} with {error:e}", a.t);
    }
    assert!(mean.samples[20].spread.as_ref().expect("spread").modes[0] > 1e-4);
}

#[test]
fn of_samples_drawn_for_it_a_network_learns_the_statistics_whatever_the_batch() {
    // Residuals with Tr Σ33 beyond what inputs explain must not be learned by heart: more samples than directions.
    let text = |batch: &str| {
        format!(
            "task.matrices = {{ sigma11 = \"white\", sigma31 = [[1.0, 0.0]], trace_sigma33 = 3.0 }}\n\
             network = {{ hidden = [20], activation = \"tanh\", init.gaussian.scale = 0.1 }}\n\
             time = {{ end = 80.0, samples = 5 }}\nsgd = {{ learning_rate = 0.05, batch = {batch}, runs = 1 }}"
        )
    };
    let end = |batch: &str| *losses(&sgd(&text(batch))).last().expect("row");
    let (full, small) = (end("\"full\""), end("8"));
    // L_min is 1.
    assert!((full - small).abs() < 0.02 && full > 0.7, "{full} {small}");
}

#[test]
fn a_network_without_hidden_units_is_linear_whatever_they_would_be() {
    let text = "task.spectrum = { inputs = 3, outputs = 2, singular_values = [2.0] }\n\
                network = { hidden = [], activation = \"tanh\", init.gaussian.scale = 0.1 }\n\
                time.end = 3.0\nanalytic.form = \"auto\"";
    assert!(built(text).experiment.is_linear());
}

#[test]
fn the_sharpness_of_another_network_is_refused() {
    let check = "\n[[check]]\narm = \"sgd\"\nquantity = \"final_sharpness\"\nexpect = 1.0";
    let text = scenario("tanh", 0.3, "sgd.learning_rate = 0.01") + check;
    let message = text::try_build(&text).expect_err("it has none").to_string();
    assert!(message.contains("the sgd arm trains another"), "{message}");
}
