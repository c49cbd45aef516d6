//! Studies of learning against depth: learning times against iterates, integrals and single networks, the laws
//! of the modes and their limit, the search for the best rate, and what does not matter to any of them.

mod common;

use common::{arm, built, run};
use gradflow::random::{Purpose, orthonormal, stream};
use gradflow::scenario::Built;
use gradflow::study::{Ended, Limit, Point, SeriesResult, Setting, StudyResult, Theory, networks};
use gradflow::trajectory::Arm;
use nalgebra::DMatrix;

/// A scenario of studies alone, for modes that start at `u0`.
fn scenario(task: &str, u0: f64, studies: &str) -> String {
    format!(
        "task.spectrum = {{ {task} }}\nnetwork = {{ hidden = [2], init.aligned.strength = {u0} }}\n\
         time = {{ tau = {TAU}, end = 1.0 }}\n{studies}"
    )
}

const TAU: f64 = 2.5;
const CHAIN: &str = "inputs = 1, outputs = 1, singular_values = [1.0]";
const TWO_MODES: &str = "inputs = 3, outputs = 2, singular_values = [1.0, 0.6]";

/// The first study's result.
#[track_caller]
fn study(scenario: &str) -> StudyResult {
    run(scenario).1.studies.into_iter().next().expect("the scenario has a study")
}

#[track_caller]
fn series<'a>(study: &'a StudyResult, name: &str) -> &'a SeriesResult {
    study.series.iter().find(|series| series.name == name).unwrap_or_else(|| panic!("no series {name}"))
}

fn updates(series: &SeriesResult) -> Vec<Option<f64>> {
    series.points.iter().map(|point| point.updates).collect()
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (found / expected - 1.0).abs();
    assert!(error <= tolerance, "{what}: {found} is not {expected} (relative error {error:.1e})");
}

/// ∫ f by Simpson's rule.
fn simpson(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
    const HALF: u32 = 1000;
    let h = (to - from) / f64::from(2 * HALF);
    let at = |k: u32| f(from + f64::from(k) * h);
    let sum: f64 = (0..HALF).map(|k| at(2 * k) + 4.0 * at(2 * k + 1) + at(2 * k + 2)).sum();
    sum * h / 3.0
}

/// ∫ f(u) du/(s − λu) from `u0` up to a share of s/λ, in z = ln(x/(1 − x)) of x = λu/s: du/(s − λu) = x dz/λ.
fn learning_integral((s, lambda): (f64, f64), u0: f64, share: f64, f: impl Fn(f64) -> f64) -> f64 {
    let logit = |x: f64| (x / (1.0 - x)).ln();
    simpson(logit(u0 * lambda / s), logit(share), |z| {
        let x = 1.0 / (1.0 + (-z).exp());
        f(x * s / lambda) * x / lambda
    })
}

/// T until a mode is learned in D weights, from dT = du/(D u^{2−2/D}(s − λu)).
fn learning_time(layers: usize, mode: (f64, f64), u0: f64, share: f64) -> f64 {
    let depth = (layers - 1) as f64;
    learning_integral(mode, u0, share, |u| u.powf(2.0 / depth - 2.0)) / depth
}

#[test]
fn descent_at_one_over_the_sharpness_takes_these_many_updates() {
    let expected = [(3, 5), (4, 7), (5, 8), (6, 9), (16, 12), (51, 14), (1001, 14)];
    let check = |(layers, updates): (usize, u32)| {
        format!(
            "[[check]]\nstudy = \"chain\"\nquantity = \"learning_time\"\nlayers = {layers}\nexpect = {updates}\n\
             max_error = 0\n"
        )
    };
    let layers = expected.map(|(layers, _)| layers);
    let checks: String = expected.map(check).concat();
    let text = format!("[study.chain]\nlayers = {layers:?}\nwidth = 1\nlearned.share = 0.95\n{checks}");
    let (_, report) = run(&scenario(CHAIN, 0.1, &text));
    let counted = updates(&report.studies[0].series[0]);
    assert_eq!(counted, expected.map(|(_, updates)| Some(f64::from(updates))));
    for verdict in &report.verdicts {
        assert_eq!((verdict.error, verdict.pass), (Some(0.0), true), "{}", verdict.check.describe());
    }
    assert_eq!(report.verdicts.len(), expected.len());
    assert!(report.is_complete());
}

#[test]
fn a_check_of_another_count_fails_by_the_difference() {
    let text = "[study.chain]\nlayers = [3, 51]\nwidth = 1\n\
                [[check]]\nstudy = \"chain\"\nquantity = \"learning_time\"\nlayers = 51\nexpect = 16\nmax_error = 0.1\n\
                [[check]]\nstudy = \"chain\"\nquantity = \"time_ratio\"\nexpect = 2.8\nmax_error = 1e-12\n";
    let (_, report) = run(&scenario(CHAIN, 0.1, text));
    let errors: Vec<_> = report.verdicts.iter().map(|verdict| (verdict.error, verdict.pass)).collect();
    assert_eq!(errors[0], (Some(2.0 / 16.0), false));
    assert!(errors[1].1, "14 updates over 5: {errors:?}");
}

/// Tasks with fewer outputs and with fewer inputs, white and not, with s and λ of their two modes.
const TASKS: [(&str, [(f64, f64); 2]); 4] = [
    (TWO_MODES, [(1.0, 1.0), (0.6, 1.0)]),
    ("inputs = 2, outputs = 3, singular_values = [1.0, 0.6]", [(1.0, 1.0), (0.6, 1.0)]),
    (
        "inputs = 3, outputs = 2, singular_values = [1.0, 0.6], input_spectrum = [1.5, 0.8, 0.3]",
        [(1.0, 1.5), (0.6, 0.8)],
    ),
    ("inputs = 2, outputs = 3, singular_values = [1.0, 0.6], input_spectrum = [1.5, 0.8]", [(1.0, 1.5), (0.6, 0.8)]),
];

/// A study by the flow of networks with two to ten layers.
fn flows(task: &str, learned: &str) -> StudyResult {
    let text = format!("[study.flow]\nlayers = [2, 3, 5, 10]\nwidth = 3\narm = \"flow\"\nlearned = {{ {learned} }}");
    study(&scenario(task, 0.05, &text))
}

/// Every network of a series that must have learned as the law of its depth says, with the time T that it took.
#[track_caller]
fn as_predicted(series: &SeriesResult) -> Vec<(usize, f64)> {
    assert_eq!(series.approximation, None);
    let learned = |point: &Point| {
        let (updates, time) = (point.updates.expect("it is learned"), point.time.expect("it is learned"));
        let law = point.predicted.expect("an aligned start has a law");
        close(updates, law.updates.expect("it is learned"), 1e-6, &format!("{} layers", point.layers));
        assert_eq!((point.ended.clone(), point.spread, point.rate), (Ended::Learned, None, Some(law.best_rate)));
        close(time, TAU * updates * law.best_rate, 1e-12, "the time that so many updates take");
        (point.layers, time / TAU)
    };
    series.points.iter().map(learned).collect()
}

#[test]
fn the_flow_learns_a_mode_in_the_time_of_its_law() {
    for (task, modes) in TASKS {
        for (mode, share) in [(1, 0.95), (2, 0.8)] {
            for (layers, time) in as_predicted(&flows(task, &format!("mode = {mode}, share = {share}")).series[0]) {
                let expected = learning_time(layers, modes[mode - 1], 0.05, share);
                close(time, expected, 1e-7, &format!("{task}: mode {mode} in {layers} layers"));
            }
        }
    }
}

/// u of a mode after T, by the classical Runge-Kutta method.
fn strength(layers: usize, (s, lambda): (f64, f64), u0: f64, time: f64) -> f64 {
    const STEPS: u32 = 2000;
    let (depth, h) = ((layers - 1) as f64, time / f64::from(STEPS));
    let rate = |u: f64| depth * u.powf(2.0 - 2.0 / depth) * (s - lambda * u);
    (0..STEPS).fold(u0, |u, _| {
        let k1 = rate(u);
        let k2 = rate(u + 0.5 * h * k1);
        let k3 = rate(u + 0.5 * h * k2);
        let k4 = rate(u + h * k3);
        u + h * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0
    })
}

#[test]
fn the_flow_learns_to_a_loss_in_the_time_of_the_laws() {
    for (task, modes) in TASKS {
        let zero: f64 = modes.iter().map(|(s, lambda)| 0.5 * s * s / lambda).sum();
        for (goal, wanted) in [("excess = 0.1", 0.1 * zero), ("loss = 0.02", 0.02)] {
            for (layers, time) in as_predicted(&flows(task, goal).series[0]) {
                let missing = |&(s, lambda): &(f64, f64)| s / lambda - strength(layers, (s, lambda), 0.05, time);
                let loss: f64 = modes.iter().map(|mode| 0.5 * mode.1 * missing(mode).powi(2)).sum();
                close(loss, wanted, 1e-6, &format!("{task}: {goal} in {layers} layers"));
            }
        }
    }
}

#[test]
fn the_flow_of_a_scenario_has_learned_when_that_of_its_study_has() {
    let (task, studies) = (TWO_MODES, "[study.same]\nlayers = [3]\narm = \"flow\"\nlearned.share = 0.7\n");
    let time = study(&scenario(task, 0.05, studies)).series[0].points[0].time.expect("it is learned");
    let around = [time * (1.0 - 1e-7), time * (1.0 + 1e-7)];
    let times = format!("times = {around:?}");
    let (_, report) = run(&scenario(task, 0.05, "flow = {}").replace("end = 1.0", &times));
    let [before, after] = arm(&report, Arm::Flow).mode(0).map(|(_, u)| u).collect::<Vec<_>>()[..] else {
        panic!("two rows")
    };
    assert!(before < 0.7 && after > 0.7, "{before} before, {after} after");
}

/// What the laws say of the first study of a scenario, without training: updates at each depth, and their limit.
#[track_caller]
fn predictions(text: &str) -> (Vec<f64>, Limit) {
    let Built { experiment, studies, .. } = built(text);
    let setting = Setting { task: &experiment.task, tau: experiment.clock.tau, seed: experiment.seed };
    let (study, theory) = (&studies[0], Theory::new(setting, &studies[0]));
    let predicted = |&layers: &usize| theory.predict(&study.series[0], layers).and_then(|law| law.updates);
    let updates = study.layers.iter().map(predicted).collect::<Option<_>>().expect("all are predicted");
    (updates, theory.limit(&study.series[0]).expect("there is a limit"))
}

/// The relative distances of the predictions at 100, 1000 and 10000 layers from their limit.
#[track_caller]
fn distances(task: &str, learned: &str) -> (Vec<f64>, f64) {
    let text = format!("[study.limit]\nlayers = [100, 1000, 10000]\nlearned = {{ {learned} }}");
    let (updates, limit) = predictions(&scenario(task, 0.1, &text));
    (updates.iter().map(|updates| 1.0 - updates / limit.updates).collect(), limit.updates)
}

#[test]
fn predictions_approach_their_limit_as_one_over_the_depth() {
    let coloured = "inputs = 3, outputs = 2, singular_values = [1.0, 0.6], input_spectrum = [1.5, 0.4, 0.9]";
    let strong = "inputs = 2, outputs = 4, singular_values = [2.0, 1.7], input_spectrum = [2.5, 0.7]";
    for task in [CHAIN, TWO_MODES, coloured, strong] {
        let second: &[&str] = if task == CHAIN { &[] } else { &["mode = 2, share = 0.9"] };
        for goal in ["mode = 1", "excess = 0.02", "loss = 0.01"].iter().chain(second) {
            let (distances, _) = distances(task, goal);
            assert!(distances[0].abs() < 0.2, "{task}, {goal}: {distances:?}");
            for (near, far, tolerance) in [(0, 1, 0.05), (1, 2, 0.005)] {
                let slope = (distances[far] / distances[near]).log10();
                assert!((slope + 1.0).abs() < tolerance, "{task}, {goal}: N_l^{slope} from {distances:?}");
            }
        }
    }
}

#[test]
fn the_limit_is_the_integral_of_the_infinite_law_times_the_sharpness_of_a_layer() {
    let modes = [(1.0, 1.5), (0.6, 0.4)];
    let task = "inputs = 3, outputs = 2, singular_values = [1.0, 0.6], input_spectrum = [1.5, 0.4, 0.9]";
    let end = |(s, lambda): (f64, f64)| s / lambda;
    // λ_β ∫₀¹ u_α^{2(1−x)} u_β^{2x} dx over all pairs, the largest.
    let pair = |output: f64, (s, lambda): (f64, f64)| {
        lambda * simpson(0.0, 1.0, |x| output.powf(2.0 - 2.0 * x) * (s / lambda).powf(2.0 * x))
    };
    let pairs = modes.iter().flat_map(|output| modes.iter().map(move |input| pair(end(*output), *input)));
    let sharpness = pairs.fold(0.0, f64::max);
    for (index, share) in [(0, 0.95), (1, 0.9)] {
        let (_, limit) = distances(task, &format!("mode = {}, share = {share}", index + 1));
        let expected = sharpness * learning_integral(modes[index], 0.1, share, |u| 1.0 / (u * u));
        close(limit, expected, 1e-9, &format!("mode {}", index + 1));
    }
    // s = λ = 1: ln((1 − u0)/u0 · u/(1 − u)) + 1/u0 − 1/u.
    let expected = (0.9f64 / 0.1 * 0.95 / 0.05).ln() + 10.0 - 1.0 / 0.95;
    close(distances(CHAIN, "mode = 1").1, expected, 1e-12, "one mode in closed form");
}

#[test]
fn the_curve_of_the_limit_goes_from_the_start_to_the_goal() {
    let text = "[study.limit]\nlayers = [3, 10]\nlearned.share = 0.9\npanels = [\"curves\"]\n";
    let (_, limit) = predictions(&scenario(TWO_MODES, 0.1, text));
    let (first, last) = (limit.curve[0], limit.curve[limit.curve.len() - 1]);
    assert_eq!((first.updates, last.updates), (0.0, limit.updates));
    close(first.strength, 0.1, 1e-12, "u0");
    close(last.strength, 0.9, 1e-9, "the goal");
    assert!(limit.curve.windows(2).all(|w| w[0].strength < w[1].strength && w[0].loss > w[1].loss));
}

#[test]
fn there_is_no_limit_where_the_start_or_the_rate_depends_on_the_depth() {
    let text = "[study.a]\nlayers = [3]\nseries.layer.init.aligned.per_layer = 0.5\nseries.fixed.learning_rate = 0.1\n\
                series.drawn.init.orthogonal.gain = 0.5\n";
    let study = study(&scenario(TWO_MODES, 0.1, text));
    assert!(study.series.iter().all(|series| series.limit.is_none()));
    assert!(series(&study, "layer").points[0].predicted.is_some());
    assert!(series(&study, "drawn").points[0].predicted.is_none());
}

/// The rates that a range stands for.
fn rates(large: f64, small: f64, count: u32) -> Vec<f64> {
    (0..count).map(|i| large * (small / large).powf(f64::from(i) / f64::from(count - 1))).collect()
}

#[test]
fn the_best_of_several_rates_is_the_fastest_of_them() {
    let rates = rates(1.2, 0.02, 12);
    let each: String = rates.iter().enumerate().map(|(i, r)| format!("series.r{i}.learning_rate = {r:?}\n")).collect();
    for goal in ["mode = 1", "excess = 0.05"] {
        let text = format!(
            "[study.rates]\nlayers = [2, 3, 5, 8, 12]\nlearned = {{ {goal} }}\nmax_updates = 500\n\
             series.best.learning_rate = {{ from = 0.02, to = 1.2, count = 12 }}\n{each}"
        );
        let study = study(&scenario(TWO_MODES, 0.02, &text));
        for (at, best) in series(&study, "best").points.iter().enumerate() {
            let single = |i: usize| series(&study, &format!("r{i}")).points[at].updates;
            // The first of the fastest: the larger rate.
            let learned = (0..rates.len()).filter_map(|i| Some((i, single(i)?)));
            let (index, fastest) = learned.min_by(|a, b| a.1.total_cmp(&b.1)).expect("some rate learns");
            assert_eq!(best.updates, Some(fastest), "{goal}, {} layers", best.layers);
            close(best.rate.expect("learned"), rates[index], 1e-12, &format!("{goal}, {} layers", best.layers));
        }
    }
}

/// The first update at which a chain of equal weights has its mode within 1 % of s = 1, whatever comes after.
fn first_passage(layers: i32, u0: f64, rate: f64, most: u32) -> Option<u32> {
    let depth = layers - 1;
    let mut a = u0.powf(1.0 / f64::from(depth));
    (0..=most).find(|_| {
        let u = a.powi(depth);
        a += rate * a.powi(depth - 1) * (1.0 - u);
        (0.99..=1.01).contains(&u)
    })
}

/// Beyond 2/9, the largest stable rate of 10 layers, descent wanders over the minimum and back.
#[test]
fn a_rate_that_only_passes_the_goal_has_not_learned_it() {
    assert!(first_passage(10, 1e-3, 0.479, 4000).is_some(), "it comes by");
    let text = "[study.ten]\nlayers = [10]\nwidth = 4\nlearned.share = 0.99\nmax_updates = 4000\n\
                series.beyond.learning_rate = 0.479\nseries.within.learning_rate = 0.2\n\
                series.best.learning_rate = { from = 0.479, to = 0.2, count = 2 }\n";
    let study = study(&scenario(TWO_MODES, 1e-3, text));
    let point = |name: &str| &series(&study, name).points[0];
    assert_eq!(point("beyond").ended, Ended::NotLearned);
    assert_eq!((point("beyond").updates, point("beyond").best_rate()), (None, None));
    assert_eq!(point("within").updates, first_passage(10, 1e-3, 0.2, 4000).map(f64::from));
    assert_eq!((point("best").updates, point("best").rate), (point("within").updates, Some(0.2)));
}

#[test]
fn one_strength_per_layer_is_its_power_for_the_modes() {
    for (layers, a) in [(2, 0.3), (3, 0.5), (4, 0.6), (8, 0.7)] {
        let u0 = f64::powi(a, layers - 1);
        for (arm, tolerance) in [("sgd", 0.0), ("flow", 1e-8)] {
            let text = format!(
                "[study.a]\nlayers = [{layers}]\narm = \"{arm}\"\nseries.layer.init.aligned.per_layer = {a}\n\
                 series.mode.init.aligned.strength = {u0:?}\n"
            );
            let study = study(&scenario(TWO_MODES, 0.1, &text));
            let [layer, mode] = ["layer", "mode"].map(|name| &series(&study, name).points[0]);
            close(layer.updates.expect("learned"), mode.updates.expect("learned"), tolerance, "updates");
            let law = |point: &Point| point.predicted.and_then(|law| law.updates).expect("a law");
            close(law(layer), law(mode), 1e-12, "law");
        }
    }
}

#[test]
fn a_series_starts_as_the_network_does_unless_it_says_otherwise() {
    let text = "[study.a]\nlayers = [3, 6]\nseries.own.init.aligned.strength = 0.03\nseries.network = {}\n\
                series.same.init.aligned.strength = 0.1\n";
    let study = study(&scenario(TWO_MODES, 0.1, text));
    let of = |name: &str| updates(series(&study, name));
    assert_eq!(of("network"), of("same"));
    assert_ne!(of("network"), of("own"));
}

#[test]
fn a_study_without_series_is_that_of_the_network_at_one_over_the_sharpness() {
    let of = |series: &str| study(&scenario(TWO_MODES, 0.1, &format!("[study.a]\nlayers = [3, 6]\n{series}")));
    let (without, with) = (of(""), of("series.network.learning_rate = \"sharpness\""));
    assert_eq!(without, with);
}

/// The result of so many runs from random starts, at the best of 60 rates.
fn drawn(runs: u32) -> Point {
    let text = format!(
        "[study.drawn]\nlayers = [4]\nwidth = 5\nruns = {runs}\nlearned.excess = 0.01\n\
         series.gaussian.init.glorot.gain = 1.0\nseries.gaussian.learning_rate = {{ from = 1.0, to = 0.01, count = 60 }}"
    );
    study(&scenario(TWO_MODES, 0.1, &text)).series.remove(0).points.remove(0)
}

#[test]
fn several_runs_of_a_random_start_give_their_mean_and_standard_deviation() {
    let points = [1, 2, 3].map(drawn);
    let sums = [0, 1, 2].map(|i| (i + 1) as f64 * points[i].updates.expect("learned"));
    let each = [sums[0], sums[1] - sums[0], sums[2] - sums[1]];
    assert!(each.iter().all(|updates| (updates - updates.round()).abs() < 1e-9), "whole updates: {each:?}");
    assert!(each[0] != each[1] || each[1] != each[2], "the runs differ: {each:?}");
    assert_eq!(points[0].spread, None);
    close(points[1].spread.expect("two runs"), (each[1] - each[0]).abs() / 2f64.sqrt(), 1e-9, "two runs");
    let mean = sums[2] / 3.0;
    let squares: f64 = each.iter().map(|updates| (updates - mean).powi(2)).sum();
    close(points[2].spread.expect("three runs"), (squares / 2.0).sqrt(), 1e-9, "three runs");
    // Rates have a geometric mean.
    let logarithms = [0, 1, 2].map(|i| (i + 1) as f64 * points[i].rate.expect("learned").ln());
    for rate in [logarithms[0], logarithms[1] - logarithms[0], logarithms[2] - logarithms[1]].map(f64::exp) {
        let known = rates(1.0, 0.01, 60).into_iter().any(|known| (rate / known - 1.0).abs() < 1e-9);
        assert!(known, "{rate} is none of those tried");
    }
}

#[test]
fn aligned_starts_make_one_run() {
    let text = "[study.a]\nlayers = [3, 5]\nruns = 4\nmax_updates = 50\nseries.aligned = {}\n\
                series.layer.init.aligned.per_layer = 0.5\nseries.drawn.init.orthogonal.gain = 0.5\n";
    let text = scenario(TWO_MODES, 0.1, text);
    assert_eq!(networks(&built(&text).studies[0]), 2 + 2 + 2 * 4);
    let study = study(&text);
    assert!(series(&study, "aligned").points.iter().all(|point| point.updates.is_some() && point.spread.is_none()));
}

#[test]
fn another_seed_draws_other_starts_and_leaves_aligned_ones_as_they_are() {
    let text = "[study.a]\nlayers = [4]\nlearned.excess = 0.01\narm = \"flow\"\nseries.aligned = {}\n\
                series.drawn.init.orthogonal.gain = 1.0\n";
    // A task that the seed leaves alone.
    let task = "task.matrices = { sigma11 = \"white\", sigma31 = [[1.0, 0.0, 0.0], [0.0, 0.6, 0.0]] }";
    let scenario = scenario(TWO_MODES, 0.1, text);
    let (_, rest) = scenario.split_once('\n').expect("a line of the task");
    let of = |seed: u32| study(&format!("seed = {seed}\n{task}\n{rest}"));
    let (one, two) = (of(1), of(2));
    let updates = |study: &StudyResult, name: &str| series(study, name).points[0].updates.expect("learned");
    close(updates(&one, "aligned"), updates(&two, "aligned"), 1e-8, "aligned");
    assert_ne!(updates(&one, "drawn"), updates(&two, "drawn"));
}

type Rows = Vec<Vec<f64>>;

fn rows(m: &DMatrix<f64>) -> Rows {
    m.row_iter().map(|row| row.iter().copied().collect()).collect()
}

/// Learning times of a task given by its matrices.
fn times_of(sigma11: &DMatrix<f64>, sigma31: &DMatrix<f64>, learned: &str, arm: &str) -> SeriesResult {
    let symmetric = (sigma11 + sigma11.transpose()) * 0.5;
    let (sigma11, sigma31) = (rows(&symmetric), rows(sigma31));
    let text = format!(
        "task.matrices = {{ sigma11 = {sigma11:?}, sigma31 = {sigma31:?} }}\n\
         network = {{ hidden = [4], init.aligned.strength = 0.03 }}\ntime.end = 1.0\n\
         [study.turned]\nlayers = [2, 3, 6]\narm = \"{arm}\"\nlearned = {{ {learned} }}\n"
    );
    study(&text).series.remove(0)
}

#[test]
fn turning_the_task_changes_no_learning_time_of_aligned_starts() {
    let diagonal = |values: &[f64]| DMatrix::from_diagonal(&nalgebra::DVector::from_column_slice(values));
    let sigma31 = DMatrix::from_row_slice(2, 3, &[1.2, 0.0, 0.0, 0.0, 0.7, 0.0]);
    let mut rng = stream(5, Purpose::Task);
    let (inner, outer, tilt) = (orthonormal(&mut rng, 3, 3), orthonormal(&mut rng, 2, 2), orthonormal(&mut rng, 3, 3));
    let coloured = diagonal(&[1.4, 0.8, 0.5]);
    let mixing = &tilt * &coloured * tilt.transpose();
    for (sigma11, commutes) in [(diagonal(&[1.0; 3]), true), (coloured, true), (mixing, false)] {
        let turned = &inner * &sigma11 * inner.transpose();
        for (learned, arm, tolerance) in
            [("mode = 1, share = 0.9", "sgd", 0.0), ("excess = 0.1", "sgd", 0.0), ("excess = 0.1", "flow", 1e-7)]
        {
            let plain = times_of(&sigma11, &sigma31, learned, arm);
            let other = times_of(&turned, &(&outer * &sigma31 * inner.transpose()), learned, arm);
            assert_eq!(plain.approximation.is_none(), commutes);
            for (plain, other) in plain.points.iter().zip(&other.points) {
                let what = format!("{learned} by {arm} in {} layers", plain.layers);
                close(other.updates.expect("learned"), plain.updates.expect("learned"), tolerance, &what);
                close(other.rate.expect("learned"), plain.rate.expect("learned"), 1e-9, &what);
            }
        }
    }
}

/// The limit takes only modes that have room: the second one, which is sharper, has none in hidden layers of one.
#[test]
fn the_limit_knows_the_width() {
    let task = "inputs = 2, outputs = 2, singular_values = [1.0, 0.9], input_spectrum = [1.0, 0.1]";
    let text = scenario(task, 0.1, "[study.limit]\nlayers = [10000]\nwidth = 1\n");
    let (updates, limit) = predictions(&text);
    close(updates[0], limit.updates, 1e-2, "10000 layers");
}

#[test]
fn a_fine_grid_of_rates_is_searched_beyond_a_few_that_are_no_faster() {
    let rates = rates(0.2222, 0.2, 40);
    let each: String = rates.iter().enumerate().map(|(i, r)| format!("series.r{i}.learning_rate = {r:?}\n")).collect();
    let text = format!(
        "[study.rates]\nlayers = [10]\nlearned.share = 0.99\nmax_updates = 4000\n\
         series.best.learning_rate = {{ from = 0.2222, to = 0.2, count = 40 }}\n{each}"
    );
    let study = study(&scenario(TWO_MODES, 1e-3, &text));
    let fastest = (0..40).filter_map(|i| series(&study, &format!("r{i}")).points[0].updates).reduce(f64::min);
    assert_eq!(series(&study, "best").points[0].updates, fastest);
}

#[test]
fn a_mode_that_starts_beyond_its_end_has_to_come_down() {
    let text = "[study.d]\nlayers = [3, 5]\n[study.f]\nlayers = [3, 5]\narm = \"flow\"\n";
    let (_, report) = run(&scenario(TWO_MODES, 2.0, text));
    for study in &report.studies {
        for point in &study.series[0].points {
            assert!(point.updates > Some(1.0), "{}: {:?} by training", study.name, point.updates);
            let law = point.predicted.and_then(|law| law.updates);
            assert!(law > Some(1.0), "{}: {law:?} by law", study.name);
        }
    }
}

#[test]
fn of_rates_that_all_start_at_the_goal_the_largest_is_kept() {
    let text = "[study.a]\nlayers = [3]\nseries.best.learning_rate = { from = 0.5, to = 0.01, count = 4 }\n";
    let point = &study(&scenario(TWO_MODES, 0.99, text)).series[0].points[0];
    assert_eq!((point.updates, point.rate), (Some(0.0), Some(0.5)));
}

/// Where the inputs do not commute with the modes, a mode ends at uᵀW*v, not at s/λ: descent and flow agree on it.
#[test]
fn a_mode_is_waited_for_where_it_ends() {
    let text = |arm: &str| {
        format!(
            "task.matrices = {{ sigma11 = [[1, 0.9], [0.9, 1]], sigma31 = [[1, 0], [0, 0.3]] }}\n\
             network = {{ hidden = [2], init.aligned.strength = 0.1 }}\ntime.end = 1\n\
             [study.a]\nlayers = [2, 3, 5]\narm = \"{arm}\"\nlearned = {{ mode = 1, share = 0.9 }}\n\
             series.a.learning_rate = 0.01"
        )
    };
    let times = |arm: &str| -> Vec<f64> {
        let report = common::run(&text(arm)).1;
        report.studies[0].series[0].points.iter().map(|point| point.updates.expect("it learns")).collect()
    };
    let flows = times("flow");
    for (descent, flow) in times("sgd").into_iter().zip(&flows) {
        assert!((descent - flow).abs() < 0.02 * flow, "{descent} updates, and {flow} of the flow");
    }
    // One matrix, by the eigenvectors (1, ±1)/√2 of Σ11 to 1.9 and 0.1, of which the first has long decayed: from W0 = I/10
    // to W*11 = 1/0.19, what is left is ½(d1 − d2)e^{−T/10} with d = (1/10 − 1/0.19, 0.9/0.19).
    let end: f64 = 1.0 / 0.19;
    let left = 0.5 * ((end - 0.1) + 0.9 * end);
    let expected = 10.0 * (left / (0.1 * end)).ln() / 0.01;
    assert!((flows[0] - expected).abs() < 1e-6 * expected, "{} is not {expected}", flows[0]);
}

/// The goal is a share of what the inputs explain, however much else the targets have: nothing cancels.
#[test]
fn an_excess_is_that_of_what_can_be_learned() {
    let updates = |trace: f64| {
        let report = common::run(&format!(
            "task.matrices = {{ sigma11 = \"white\", sigma31 = [[1, 0], [0, 0.3]], trace_sigma33 = {trace:?} }}\n\
             network = {{ hidden = [2], init.aligned.strength = 0.1 }}\ntime.end = 1\n\
             [study.a]\nlayers = [2, 3]\narm = \"flow\"\nlearned = {{ excess = 0.01 }}"
        ))
        .1;
        let points = &report.studies[0].series[0].points;
        points.iter().flat_map(|p| [p.updates, p.predicted.and_then(|law| law.updates)]).collect::<Vec<_>>()
    };
    let (plain, swamped) = (updates(1.09), updates(1e15));
    for (a, b) in plain.into_iter().zip(swamped) {
        assert!(a.zip(b).is_some_and(|(a, b)| (a - b).abs() < 1e-9 * a));
    }
}
