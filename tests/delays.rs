//! Delays of random starts: their limits, symmetries and laws, against other code and against closed forms.

mod common;

use common::{arm, built, run};
use gradflow::delays::{Delays, DelaysResult, ModeDelay, run as run_delays};
use gradflow::experiment::Experiment;
use gradflow::network::{Start, starting_weights};
use gradflow::random::{Purpose, orthonormal, stream};
use gradflow::reduction::effective_start;
use gradflow::trajectory::Arm;
use nalgebra::DMatrix;

const MODES: [f64; 3] = [3.0, 2.0, 1.2];
const TAU: f64 = 2.5;

/// Three modes of unequal strength, with a start and a table of delays.
fn scenario(init: &str, delays: &str) -> String {
    format!(
        "task.spectrum = {{ inputs = 4, outputs = 3, singular_values = {MODES:?} }}\n\
         network = {{ hidden = [5], init.{init} }}\ntime = {{ tau = {TAU}, end = 1.0 }}\n[delays.starts]\n{delays}"
    )
}

/// The first delays' result.
#[track_caller]
fn delays(scenario: &str) -> DelaysResult {
    run(scenario).1.delays.into_iter().next().expect("the scenario has delays")
}

/// The mean delay of every mode of a series.
#[track_caller]
fn means(result: &DelaysResult, series: usize) -> Vec<f64> {
    result.series[series].modes.iter().map(|mode| mode.delay.expect("the mode is half learned")).collect()
}

/// t of every mode of the first series, which has one run.
#[track_caller]
fn half_times(result: &DelaysResult) -> Vec<f64> {
    let time = |mode: &ModeDelay| mode.expected.half_time * (1.0 + mode.delay.expect("the mode is half learned"));
    result.series[0].modes.iter().map(time).collect()
}

#[track_caller]
fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * expected.abs(), "{found} is not {expected}");
    }
}

/// How much later descent at a small rate η half learns a balanced pair than the flow da/dT = f(a) = a(s − a²) does,
/// relative: it follows f − ηff'/2 to first order, so that T grows by ∫ηf'/(2f) da = ½η ln f between the ends.
fn lag(s: f64, u0: f64, rate: f64) -> f64 {
    let f = |u: f64| u.sqrt() * (s - u);
    0.5 * rate * (f(0.5 * s) / f(u0)).ln() / ((s / u0 - 1.0).ln() / (2.0 * s))
}

#[test]
fn an_aligned_start_of_the_predicted_strength_is_late_by_the_step_only() {
    let at = |rate: f64| {
        let result = delays(&scenario("aligned.strength = 1e-5", &format!("strength = 1e-5\nlearning_rate = {rate}")));
        assert_eq!(result.series[0].runs, 1, "aligned starts of a linear network differ in nothing");
        means(&result, 0)
    };
    let (coarse, fine) = (at(2e-3), at(1e-3));
    for ((coarse, fine), s) in coarse.iter().zip(&fine).zip(MODES) {
        assert!((fine / lag(s, 1e-5, 1e-3) - 1.0).abs() < 2e-3, "{fine} at s = {s}");
        assert!((coarse / fine - 2.0).abs() < 0.01, "{coarse} and {fine}");
    }
}

/// (s, λ, D) and T until half of s/λ, from dT = du/(D u^{2−2/D}(s − λu)) by Simpson's rule in ln u.
fn quadrature(s: f64, lambda: f64, depth: u32, u0: f64) -> f64 {
    const HALF: u32 = 2000;
    let d = f64::from(depth);
    let (from, to) = (u0.ln(), (0.5 * s / lambda).ln());
    let h = (to - from) / f64::from(2 * HALF);
    let at = |k: u32| {
        let u = (from + f64::from(k) * h).exp();
        u.powf(2.0 / d - 1.0) / (d * (s - lambda * u))
    };
    let sum: f64 = (0..HALF).map(|k| at(2 * k) + 4.0 * at(2 * k + 1) + at(2 * k + 2)).sum();
    sum * h / 3.0
}

#[test]
fn predictions_are_of_a_balanced_start_at_the_depth_of_the_network() {
    for (hidden, depth) in [("[]", 1), ("[5]", 2), ("[5, 4]", 3), ("[5, 4, 6, 5]", 5)] {
        let text = format!(
            "task.spectrum = {{ inputs = 4, outputs = 3, singular_values = {MODES:?}, input_spectrum = [2.0, 1.5, 0.7, 0.1] }}\n\
             network = {{ hidden = {hidden}, init.gaussian.scale = 0.1 }}\ntime = {{ tau = {TAU}, end = 1.0 }}\n\
             [delays.starts]\nstrength = 1e-3\nlearning_rate = 0.1"
        );
        let built = built(&text);
        let predicted: Vec<f64> = built.delays[0].modes.iter().map(|expected| expected.half_time).collect();
        let law = |(s, lambda): (f64, f64)| TAU * quadrature(s, lambda, depth, 1e-3);
        close(&predicted, &MODES.into_iter().zip([2.0, 1.5, 0.7]).map(law).collect::<Vec<_>>(), 1e-9);
    }
}

#[test]
fn half_times_are_those_of_the_descent_arm_that_looks_at_every_update() {
    let updates = 400;
    let times: Vec<f64> = (0..=updates).map(|k| TAU * 2e-2 * f64::from(k)).collect();
    let text = format!(
        "task.spectrum = {{ inputs = 4, outputs = 3, singular_values = {MODES:?}, input_spectrum = [2.0, 1.5, 0.7, 0.1] }}\n\
         network = {{ hidden = [5], init.aligned.strength = 1e-3 }}\ntime = {{ tau = {TAU}, times = {times:?} }}\n\
         sgd.learning_rate = 2e-2\n[delays.starts]\nstrength = 1e-4"
    );
    let (_, report) = run(&text);
    let watched: Vec<f64> = arm(&report, Arm::Sgd).half_times.iter().map(|t| t.expect("half learned")).collect();
    close(&half_times(&report.delays[0]), &watched, 1e-12);
}

#[test]
fn a_small_gaussian_start_is_half_learned_as_its_effective_start_says() {
    const SCALE: f64 = 1e-4;
    let text = scenario(
        &format!("gaussian.scale = {SCALE}"),
        "runs = 1\nstrength = 1e-8\nlearning_rate = 2e-4\nmax_updates = 100_000",
    );
    let built = built(&text);
    let Experiment { task, widths, basis, seed, .. } = &built.experiment;
    let mut rng = stream(*seed, Purpose::Delays { start: 0, run: 0 });
    let start =
        starting_weights(&Start::Gaussian { scale: SCALE }, widths, &task.statistics, &mut rng).expect("a start");
    let law = |(s, u0): (f64, f64)| TAU / (2.0 * s) * (s / u0 - 1.0).ln();
    let expected: Vec<f64> = MODES.into_iter().zip(effective_start(&start, basis)).map(law).collect();
    close(&half_times(&delays(&text)), &expected, 1e-3);
}

/// ψ(n/2) and ψ'(n/2).
fn digamma_and_trigamma(n: u32) -> (f64, f64) {
    const EULER: f64 = 0.577_215_664_901_532_9;
    let odd = f64::from(n % 2);
    // From ψ(1) or ψ(1/2) on in steps of 1: ψ(x + 1) = ψ(x) + 1/x.
    let first = (-EULER - odd * 2.0 * 2f64.ln(), std::f64::consts::PI.powi(2) / if n % 2 == 1 { 2.0 } else { 6.0 });
    let steps = (0..(n - 1) / 2).map(|k| f64::from(k) + 1.0 - 0.5 * odd);
    steps.fold(first, |(psi, psi1), x| (psi + 1.0 / x, psi1 - 1.0 / (x * x)))
}

#[test]
fn gaussian_starts_are_late_by_a_chi_squared_that_each_mode_takes_a_degree_from() {
    // z_α has N2 entries of variance σ², and the modes before it leave N2 − α + 1 of its directions: the effective
    // start is ½σ²χ², later than N2σ² by ln N2 − ψ((N2 − α + 1)/2) in the mean of the logarithm, with ψ' for variance.
    let (hidden, scale, runs, values) = (8u32, 1e-7, 400u32, [6.0, 3.0, 1.5, 0.75]);
    let u0 = f64::from(hidden) * scale * scale;
    let text = format!(
        "task.spectrum = {{ inputs = 4, outputs = 5, singular_values = {values:?} }}\n\
         network = {{ hidden = [{hidden}], init.gaussian.scale = {scale} }}\ntime.end = 1.0\n\
         [delays.starts]\nruns = {runs}\nstrength = {u0}\nlearning_rate = 2e-3"
    );
    let result = delays(&text);
    for (alpha, (mode, s)) in (0..).zip(result.series[0].modes.iter().zip(values)) {
        let (psi, psi1) = digamma_and_trigamma(hidden - alpha);
        let logarithm = (s / u0).ln();
        let late = (f64::from(hidden).ln() - psi) / logarithm + lag(s, u0, 2e-3);
        let spread = psi1.sqrt() / logarithm;
        let (delay, sd) = (mode.delay.expect("a mean"), mode.spread.expect("a spread"));
        let standard_error = spread / f64::from(runs).sqrt();
        assert!((delay - late).abs() < 4.0 * standard_error, "mode {}: {delay}, not {late}", alpha + 1);
        // Of a nearly normal variable the deviation has the error σ/√(2n).
        assert!((sd / spread - 1.0).abs() < 4.0 / f64::from(2 * runs).sqrt(), "mode {}: {sd}, not {spread}", alpha + 1);
    }
}

/// Mean delays of a linear and of a tanh network from the same start, all strengths and u0 scaled.
fn linear_and_tanh(scale: f64) -> (Vec<f64>, Vec<f64>) {
    let values = MODES.map(|s| scale * s);
    let text = format!(
        "task.spectrum = {{ inputs = 4, outputs = 3, singular_values = {values:?} }}\n\
         network = {{ hidden = [5], init.aligned.strength = {u0} }}\ntime = {{ tau = {TAU}, end = 1.0 }}\n\
         [delays.starts]\nruns = 4\nstrength = {u0}\nlearning_rate = {rate}\n\
         [delays.starts.series]\nlinear = {{}}\ntanh = {{ activation = \"tanh\" }}",
        u0 = 1e-3 * scale,
        rate = 1e-2 / scale,
    );
    let result = delays(&text);
    assert_eq!((result.series[0].runs, result.series[1].runs), (1, 4), "tanh units see how hidden layers are turned");
    (means(&result, 0), means(&result, 1))
}

#[test]
fn tanh_networks_of_weak_modes_are_late_by_as_much_as_they_are_strong() {
    let apart = |scale: f64| {
        let (linear, tanh) = linear_and_tanh(scale);
        linear.iter().zip(&tanh).map(|(a, b)| b - a).collect::<Vec<f64>>()
    };
    // tanh z = z − z³/3, where z² is about as large as u.
    for (strong, weak) in apart(1e-3).iter().zip(apart(1e-4)) {
        assert!(*strong > 0.0 && *strong < 2e-3, "{strong}");
        assert!((strong / weak - 10.0).abs() < 0.1, "{strong} and {weak}");
    }
}

#[test]
fn a_rotation_of_the_task_changes_nothing() {
    let diagonal = DMatrix::from_diagonal(&nalgebra::dvector![3.0, 2.0, 1.2]);
    let mut rng = stream(5, Purpose::Task);
    let turned = orthonormal(&mut rng, 3, 3) * &diagonal * orthonormal(&mut rng, 3, 3);
    let text = |m: &DMatrix<f64>| {
        let rows: Vec<Vec<f64>> = m.row_iter().map(|row| row.iter().copied().collect()).collect();
        format!(
            "task.matrices = {{ sigma11 = \"white\", sigma31 = {rows:?} }}\n\
             network = {{ hidden = [4], init.aligned.strength = 1e-4 }}\ntime.end = 1.0\n\
             [delays.starts]\nstrength = 1e-5\nlearning_rate = 1e-2"
        )
    };
    let (plain, turned) = (delays(&text(&diagonal)), delays(&text(&turned)));
    close(&means(&plain, 0), &means(&turned, 0), 1e-9);
}

#[test]
fn sums_count_epochs_where_tau_is_one_over_the_rate() {
    let text = "task.hierarchy = { levels = 3, branching = 2, statistics = \"sum\" }\n\
                network = { hidden = [8], init.aligned.strength = 1e-4 }\ntime = { tau = 1000.0, end = 1.0 }\n\
                [delays.starts]\nstrength = 1e-4\nlearning_rate = 1e-3\nmodes = [1, 2, 3, 5]";
    let result = delays(text);
    let values = [15f64.sqrt(), 7f64.sqrt(), 3f64.sqrt(), 1.0];
    let law = |s: f64| 1000.0 / (2.0 * s) * (s / 1e-4 - 1.0).ln();
    let predicted: Vec<f64> = result.series[0].modes.iter().map(|mode| mode.expected.half_time).collect();
    close(&predicted, &values.map(law), 1e-12);
    for (delay, s) in means(&result, 0).iter().zip(values) {
        assert!((delay / lag(s, 1e-4, 1e-3) - 1.0).abs() < 2e-3, "{delay} at s = {s}");
    }
}

const RANDOM: &str = "runs = 5\nstrength = 1e-6\nlearning_rate = 2e-2\n[delays.starts.series]\nlinear = {}\n\
                      again = { label = \"the same\" }\ntanh = { activation = \"tanh\" }\n\
                      other = { init.gaussian.scale = 2e-3 }";

#[test]
fn any_number_of_threads_gives_the_same_numbers() {
    let built = built(&scenario("gaussian.scale = 1e-3", RANDOM));
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| run_delays(&built.experiment, &built.delays[0], &|_| ()))
    };
    let one = on(1);
    assert_eq!(one, on(3));
    let several = one.series.iter().flat_map(|series| &series.modes).all(|mode| mode.spread > Some(1e-4));
    assert!(several && one.series.iter().all(|series| series.runs == 5), "{one:?}");
}

#[test]
fn series_of_one_start_see_the_same_draws_and_more_runs_begin_with_the_same() {
    let result = delays(&scenario("gaussian.scale = 1e-3", RANDOM));
    assert_eq!(result.series[0].modes, result.series[1].modes);
    assert_ne!(means(&result, 0), means(&result, 3));
    // Two runs from mean and deviation: m ± d/√2. The first must be the one that a single run is.
    let with = |runs: u32| {
        let keys = format!("runs = {runs}\nstrength = 1e-6\nlearning_rate = 2e-2");
        delays(&scenario("gaussian.scale = 1e-3", &keys)).series[0].modes.clone()
    };
    for (one, two) in with(1).iter().zip(with(2)) {
        let (mean, spread) = (two.delay.expect("a mean"), two.spread.expect("a spread"));
        let off = (one.delay.expect("a delay") - mean).abs();
        assert!((off - spread / 2f64.sqrt()).abs() < 1e-12, "{off} and {spread}");
        assert_eq!(one.spread, None);
    }
}

#[test]
fn a_mode_that_is_never_half_learned_is_named_and_fails_its_check() {
    let check = "[[check]]\ndelays = \"starts\"\nquantity = \"mean_delay\"\nmode = 3\nexpect = 0\nmax_error = 10";
    let table = "strength = 1e-4\nlearning_rate = 1e-2\n[delays.starts.series.short]\ninit.aligned.strengths = [[1e-2, 1e-2], [1e-2, 1e-2]]\n";
    let (_, report) = run(&scenario("aligned.strength = 1e-4", &format!("{table}{check}")));
    let modes: Vec<(u32, bool)> =
        report.delays[0].series[0].modes.iter().map(|mode| (mode.learned, mode.delay.is_some())).collect();
    assert_eq!(modes, [(1, true), (1, true), (0, false)]);
    assert!(report.warnings.iter().any(|w| w.contains("delays starts, short") && w.ends_with("3 (0 of 1 runs)")));
    assert_eq!((report.verdicts[0].error, report.verdicts[0].pass), (None, false));
    assert!(report.is_complete(), "a mode that is late is no broken run");
}

#[test]
fn a_mean_without_the_late_runs_passes_no_check() {
    // As many updates as let some of the starts through and others not.
    let check = "[[check]]\ndelays = \"starts\"\nquantity = \"mean_delay\"\nmode = 3\nexpect = 0\nmax_error = 10";
    let table = format!("runs = 20\nstrength = 1e-6\nlearning_rate = 2e-2\nmax_updates = 320\n{check}");
    let (_, report) = run(&scenario("gaussian.scale = 1e-3", &table));
    let mode = &report.delays[0].series[0].modes[2];
    assert!((1..20).contains(&mode.learned) && mode.delay.is_some(), "{mode:?}");
    assert_eq!((report.verdicts[0].error, report.verdicts[0].pass), (None, false));
}

#[test]
fn a_rate_beyond_the_stable_one_is_a_broken_run() {
    let (_, report) = run(&scenario("gaussian.scale = 1e-2", "runs = 2\nstrength = 1e-6\nlearning_rate = 5.0"));
    assert!(!report.is_complete());
    assert!(report.status().contains("delays starts, network in run 1: diverged"), "{}", report.status());
    assert!(report.delays[0].series[0].modes.iter().all(|mode| mode.learned == 0 && mode.delay.is_none()));
}

#[test]
fn defaults_are_those_that_the_scenario_says() {
    let text = format!("{}\n[sgd]\nlearning_rate = 3e-2", scenario("gaussian.scale = 1e-3", "strength = 1e-6"));
    let Delays { modes, learning_rate, max_updates, series, .. } = built(&text).delays[0].clone();
    assert_eq!((series[0].runs, learning_rate, series.len(), series[0].name.as_str()), (100, 3e-2, 1, "network"));
    assert_eq!(modes.iter().map(|expected| expected.mode).collect::<Vec<_>>(), [0, 1, 2]);
    let slowest = TAU / (2.0 * 1.2) * (1.2f64 / 1e-6 - 1.0).ln();
    assert_eq!(max_updates, (3.0 * slowest / (TAU * 3e-2)).ceil() as u64);
}
