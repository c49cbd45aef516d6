//! Two weight matrices in any orientation against exact solutions that were computed elsewhere:
//! tests/reference/riccati.py evaluates the textbook formula, and integrates the weight equations, with as many
//! digits as they need and writes tests/reference/riccati.json.

mod common;
#[path = "common/matrices.rs"]
mod matrices;

use common::{arm, built, run};
use gradflow::experiment::Experiment;
use gradflow::linalg::svd;
use gradflow::random::{Purpose, orthonormal, stream};
use gradflow::report::Report;
use gradflow::trajectory::{Arm, Sample};
use matrices::{Problem, weights};
use nalgebra::DMatrix;
use serde::Deserialize;

type Rows = Vec<Vec<f64>>;

#[derive(Deserialize)]
struct Case {
    name: String,
    /// c of Σ11 = cI.
    eigenvalue: f64,
    /// ℓ
    imbalance: f64,
    sigma31: Rows,
    /// W1 and W2.
    weights: Vec<Rows>,
    /// Two moderate ones, a late one and a very late one.
    times: Vec<f64>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    map: Rows,
    w1tw1: Rows,
    w2w2t: Rows,
    /// With L_min = 0.
    loss: f64,
    /// Where s is not 0 and no other equals it.
    modes: Vec<Option<f64>>,
}

/// W, W1ᵀW1 and W2W2ᵀ.
#[derive(Clone)]
struct Blocks([DMatrix<f64>; 3]);

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("reference/riccati.json")).expect("the reference is as riccati.py writes it")
}

fn matrix(rows: &Rows) -> DMatrix<f64> {
    DMatrix::from_row_iterator(rows.len(), rows[0].len(), rows.iter().flatten().copied())
}

impl Case {
    /// Σ33 is above its least trace by one: ½ is added to the loss.
    fn problem(&self) -> Problem {
        let sigma31 = matrix(&self.sigma31);
        let inputs = sigma31.ncols();
        Problem {
            sigma11: DMatrix::identity(inputs, inputs) * self.eigenvalue,
            trace_sigma33: sigma31.norm_squared() / self.eigenvalue + 1.0,
            sigma31,
            weights: self.weights.iter().map(matrix).collect(),
        }
    }

    fn obstructed(&self) -> bool {
        self.name.starts_with("obstruction")
    }

    fn expected(&self, row: usize) -> Blocks {
        let Row { map, w1tw1, w2w2t, .. } = &self.rows[row];
        Blocks([matrix(map), matrix(w1tw1), matrix(w2w2t)])
    }

    /// The largest entry at any time, by which errors are judged.
    fn scale(&self) -> f64 {
        let rows = (0..self.rows.len()).map(|row| self.expected(row));
        let largest = rows.flat_map(|blocks| blocks.0.map(|m| m.amax())).fold(0.0, f64::max);
        if largest > 0.0 { largest } else { 1.0 }
    }
}

impl Blocks {
    fn of_weights(w: &[DMatrix<f64>]) -> Blocks {
        Blocks([&w[1] * &w[0], w[0].transpose() * &w[0], &w[1] * w[1].transpose()])
    }

    fn of_state(sample: &Sample) -> Blocks {
        let state = sample.state.as_ref().expect("the state was kept");
        match &state.grams {
            Some((inputs, outputs)) => Blocks([state.map.clone(), inputs.clone(), outputs.clone()]),
            None => Blocks::of_weights(weights(sample)),
        }
    }

    fn distance(&self, other: &Blocks) -> f64 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a - b).amax()).fold(0.0, worse)
    }
}

/// The larger; a NaN is the largest of all.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::INFINITY } else { a.max(b) }
}

/// The closed form at these times, the one under test, which must be exact here.
fn solved(problem: &Problem, times: &[f64]) -> (Experiment, Report) {
    let text = format!("time.times = {times:?}\nanalytic.form = \"riccati\"");
    let (experiment, report) = run(&problem.scenario(&text));
    let analytic = arm(&report, Arm::Analytic);
    assert!(analytic.method.starts_with("riccati") && analytic.approximation.is_none(), "{}", analytic.method);
    (experiment, report)
}

/// W, W1ᵀW1 and W2W2ᵀ by the closed form.
fn solution(problem: &Problem, times: &[f64]) -> Vec<Blocks> {
    let (_, report) = solved(problem, times);
    arm(&report, Arm::Analytic).samples.iter().map(Blocks::of_state).collect()
}

/// The largest error of all that is observed, at t = 0 and at each time after it.
fn errors(case: &Case, experiment: &Experiment, samples: &[Sample]) -> Vec<f64> {
    assert_eq!(samples[0].t, 0.0);
    let start: Vec<DMatrix<f64>> = case.weights.iter().map(matrix).collect();
    let mut errors = vec![Blocks::of_state(&samples[0]).distance(&Blocks::of_weights(&start)) / case.scale()];
    let (u, v) = (&experiment.basis.u, &experiment.basis.v);
    for (index, sample) in samples[1..].iter().enumerate() {
        assert_eq!(sample.t, case.times[index]);
        let mut worst = 0.0;
        let (row, expected) = (&case.rows[index], case.expected(index));
        worst = worse(worst, Blocks::of_state(sample).distance(&expected));
        // What the modes are where the singular values do not say it is the experiment's choice.
        let mut rest = expected.0[0].clone();
        for (alpha, found) in sample.mean.modes.iter().enumerate() {
            let strength = u.column(alpha).dot(&(&expected.0[0] * v.column(alpha)));
            rest -= u.column(alpha) * v.column(alpha).transpose() * strength;
            worst = worse(worst, (found - strength).abs());
        }
        for (found, expected) in sample.mean.modes.iter().zip(&row.modes) {
            worst = worse(worst, expected.map_or(0.0, |expected| (found - expected).abs()));
        }
        worst = worse(worst, (sample.mean.coupling.expect("the map is known") - rest.norm()).abs());
        let trace = experiment.task.statistics.trace_sigma33;
        worst = worse(worst, (sample.mean.loss - 0.5 - row.loss).abs() / trace * case.scale());
        errors.push(worst / case.scale());
    }
    errors
}

/// A few rounding errors, and those of exponents of up to a million, 1e-16 of which is an error of 1e-10.
#[track_caller]
fn assert_exact(case: &Case, errors: &[f64]) {
    let holds = |(index, error): (usize, &f64)| *error < if index < 4 { 1e-13 } else { 1e-10 };
    assert!(errors.iter().enumerate().all(holds), "{}: {errors:?}", case.name);
}

fn with_start(times: &[f64]) -> Vec<f64> {
    [&[0.0], times].concat()
}

#[test]
fn everything_agrees_with_the_formula_evaluated_with_a_hundred_digits_at_all_times() {
    for case in cases().iter().filter(|case| !case.obstructed()) {
        let (experiment, report) = solved(&case.problem(), &with_start(&case.times));
        assert_exact(case, &errors(case, &experiment, &arm(&report, Arm::Analytic).samples));
    }
}

#[test]
fn the_flow_agrees_with_the_formula_at_moderate_times() {
    for case in &cases() {
        let rest = format!("time.times = {:?}\nflow.rtol = 1e-12", with_start(&case.times[..2]));
        let (experiment, report) = run(&case.problem().scenario(&rest));
        let errors = errors(case, &experiment, &arm(&report, Arm::Flow).samples);
        assert!(errors.iter().all(|error| *error < 1e-10), "{}: {errors:?}", case.name);
    }
}

#[test]
fn the_references_cover_what_they_are_named_for() {
    let mut orders = Vec::new();
    for case in cases() {
        let (sigma31, start) = (matrix(&case.sigma31), case.problem().weights);
        let (inputs, hidden, outputs) = (sigma31.ncols(), start[0].nrows(), sigma31.nrows());
        let s = svd(&sigma31).s;
        let full = s.len() == inputs.min(outputs);
        let determinants = || (&start[1] * &start[0]).determinant() * sigma31.determinant();
        let holds = match case.name.split_once(',').unwrap_or((&case.name, "")) {
            ("square", _) => inputs == outputs && determinants() > 0.0,
            ("obstruction", _) => inputs == outputs && hidden >= inputs && full && determinants() < 0.0,
            ("unequal widths", _) => {
                orders.push((inputs.cmp(&hidden), hidden.cmp(&outputs), inputs.cmp(&outputs)));
                full
            }
            ("bottleneck", _) => hidden < s.len(),
            ("wide hidden layer", _) => hidden > inputs.max(outputs),
            ("rank-deficient", _) => !full,
            ("equal singular values", _) => (s[0] - s[1]).abs() < 1e-15 && !full,
            ("zero", _) => start.iter().all(|w| w.amax() == 0.0),
            ("zero map", _) => start[0].amax() == 0.0 && start[1].amax() > 0.0,
            ("idle units", _) => start[0].row(hidden - 1).amax() == 0.0 && start[1].column(hidden - 1).amax() == 0.0,
            (name, more) => {
                let imbalance: f64 = name.strip_prefix("imbalance ").expect("a known case").parse().expect("a number");
                let gap = start[1].transpose() * &start[1] - &start[0] * start[0].transpose();
                let rest = (gap - DMatrix::identity(hidden, hidden) * imbalance).amax();
                assert_eq!(imbalance, case.imbalance);
                rest < 1e-14 * (1.0 + imbalance.abs()) && (more.is_empty() || !full)
            }
        };
        assert!(holds, "{}", case.name);
    }
    orders.sort();
    orders.dedup();
    assert_eq!(orders.len(), 6, "three unequal widths have six orders");
}

#[test]
fn a_rotation_of_the_hidden_layer_changes_nothing() {
    let mut rng = stream(1, Purpose::Start);
    for case in cases().iter().filter(|case| !case.obstructed()) {
        let problem = case.problem();
        let hidden = problem.weights[0].nrows();
        let r = orthonormal(&mut rng, hidden, hidden);
        let turned = vec![&r * &problem.weights[0], &problem.weights[1] * r.transpose()];
        let turned = Problem { weights: turned, ..problem.clone() };
        // With idle units, the zeros of the start are now zeros but for rounding, which a saddle amplifies.
        let times = if case.name == "idle units" { &case.times[..2] } else { &case.times[..] };
        for (first, second) in solution(&problem, times).iter().zip(solution(&turned, times)) {
            let error = first.distance(&second) / case.scale();
            assert!(error < 1e-13, "{}: {error:e}", case.name);
        }
    }
}

#[test]
fn a_rotation_of_the_task_rotates_the_solution() {
    let mut rng = stream(2, Purpose::Start);
    for case in cases().iter().filter(|case| !case.obstructed() && case.name != "idle units") {
        let problem = case.problem();
        let (outputs, inputs) = problem.sigma31.shape();
        let (outer, inner) = (orthonormal(&mut rng, outputs, outputs), orthonormal(&mut rng, inputs, inputs));
        let turned = Problem {
            sigma31: &outer * &problem.sigma31 * inner.transpose(),
            weights: vec![&problem.weights[0] * inner.transpose(), &outer * &problem.weights[1]],
            ..problem.clone()
        };
        for (first, second) in solution(&problem, &case.times).iter().zip(solution(&turned, &case.times)) {
            let Blocks([map, w1tw1, w2w2t]) = first;
            let expected = Blocks([
                &outer * map * inner.transpose(),
                &inner * w1tw1 * inner.transpose(),
                &outer * w2w2t * outer.transpose(),
            ]);
            let error = second.distance(&expected) / case.scale();
            assert!(error < 1e-10, "{}: {error:e}", case.name);
        }
    }
}

/// Weights that have these blocks, of as many hidden units.
fn factor(blocks: &Blocks, hidden: usize) -> Vec<DMatrix<f64>> {
    let Blocks([map, w1tw1, w2w2t]) = blocks;
    let (outputs, inputs) = map.shape();
    let mut gram = DMatrix::zeros(inputs + outputs, inputs + outputs);
    gram.view_mut((0, 0), (inputs, inputs)).copy_from(w1tw1);
    gram.view_mut((inputs, 0), (outputs, inputs)).copy_from(map);
    gram.view_mut((0, inputs), (inputs, outputs)).copy_from(&map.transpose());
    gram.view_mut((inputs, inputs), (outputs, outputs)).copy_from(w2w2t);
    let noise = 1e-14 * gram.amax();
    let eigen = gram.symmetric_eigen();
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|i, j| eigen.eigenvalues[*j].total_cmp(&eigen.eigenvalues[*i]));
    let mut q = DMatrix::zeros(inputs + outputs, hidden);
    for (mut column, &i) in q.column_iter_mut().zip(&order) {
        if eigen.eigenvalues[i] > noise {
            column.copy_from(&(eigen.eigenvectors.column(i) * eigen.eigenvalues[i].sqrt()));
        }
    }
    vec![q.rows(0, inputs).transpose(), q.rows(inputs, outputs).into_owned()]
}

#[test]
fn two_legs_make_one_way_whatever_the_factor_between_them() {
    for case in &cases() {
        let problem = case.problem();
        let hidden = problem.weights[0].nrows();
        let (first, whole) = (case.times[0], case.times[1]);
        let weights = factor(&solution(&problem, &[first])[0], hidden);
        let second = Problem { weights, ..problem };
        let error = solution(&second, &[whole - first])[0].distance(&case.expected(1)) / case.scale();
        assert!(error < 1e-12, "{}: {error:e}", case.name);
    }
}

/// L in the saddle without the weakest mode, L_min + ½s².
fn saddle_loss(case: &Case) -> f64 {
    let least = svd(&matrix(&case.sigma31)).s.pop().expect("a mode");
    0.5 + 0.5 * least * least
}

#[test]
fn an_obstructed_start_stays_at_the_saddle_for_ever() {
    for case in cases().iter().filter(|case| case.obstructed()) {
        let (experiment, report) = solved(&case.problem(), &with_start(&case.times));
        let samples = &arm(&report, Arm::Analytic).samples;
        assert_exact(case, &errors(case, &experiment, samples));
        let last = samples[samples.len() - 1].mean.loss;
        assert!((last - saddle_loss(case)).abs() < 1e-13, "{}: {last}", case.name);
        let weakest = report.forecast.modes.last().expect("there are modes");
        assert_eq!(weakest.predicted_half_time, None, "{}: it is never learned", case.name);
    }
}

/// Aligned, balanced modes of which one decays to the saddle at 0, a = −b, and another one starts there.
#[test]
fn a_mode_that_decays_or_rests_does_so_for_ever() {
    let text = "seed = 3\ntask.spectrum = { inputs = 4, outputs = 4, singular_values = [3.0, 2.0, 1.2, 0.6] }\n\
                network = { hidden = [5], init.aligned.strengths = [[0.1, -0.2, 0.1], [0.1, 0.2, 0.1]] }\n\
                time.times = [0, 1, 3, 10, 20, 30, 50, 100, 1e5]\nanalytic.form = \"FORM\"";
    let (_, riccati) = run(&text.replace("FORM", "riccati"));
    let (_, pairs) = run(&text.replace("FORM", "unequal"));
    for (a, b) in arm(&riccati, Arm::Analytic).samples.iter().zip(&arm(&pairs, Arm::Analytic).samples) {
        let error = a.mean.modes.iter().zip(&b.mean.modes).map(|(a, b)| (a - b).abs()).fold(0.0, worse);
        assert!(error < 1e-13, "t = {}: {:?}, not {:?}", a.t, a.mean.modes, b.mean.modes);
    }
}

#[test]
fn an_obstruction_is_warned_of_and_the_flow_that_leaves_the_saddle_too() {
    for case in cases() {
        let text = case.problem().scenario("time = { end = 1500.0, samples = 151 }\nflow = {}");
        let built = built(&text);
        let warned = |warnings: &[String], what: &str| warnings.iter().any(|warning| warning.contains(what));
        assert_eq!(warned(&built.warnings, "the determinant of the starting map"), case.obstructed(), "{}", case.name);
        if !case.obstructed() {
            continue;
        }
        let loss = built.experiment.task.statistics.least_loss
            + built.experiment.obstruction.as_ref().expect("measured").excess;
        assert!((loss - saddle_loss(&case)).abs() < 1e-14, "{}: {loss}", case.name);
        let report = gradflow::report::execute(&built, &|_| ());
        // First it is as good as at rest there.
        let losses: Vec<f64> = arm(&report, Arm::Flow).samples.iter().map(|sample| sample.mean.loss).collect();
        assert!(losses.iter().any(|found| (found - loss).abs() < 1e-8), "{}", case.name);
        let halfway = 0.5 + 0.5 * (loss - 0.5);
        let left = arm(&report, Arm::Flow).samples.iter().find(|sample| sample.mean.loss < halfway);
        let left = left.expect("rounding makes it leave within the run").t;
        let expected = format!("flow has left the saddle without the weakest mode by t = {left}, ");
        assert!(warned(&report.warnings, &expected), "{}: {:?}", case.name, report.warnings);
    }
}

#[test]
fn a_start_with_the_right_determinant_gives_no_warning() {
    for case in cases().iter().filter(|case| case.name.contains("square")) {
        let rest = "time = { end = 400.0, samples = 101 }\nflow = {}\nanalytic = {}";
        let problem = case.problem();
        assert_eq!(built(&problem.scenario(rest)).warnings, [""; 0], "{}", case.name);
        let (_, report) = run(&problem.scenario(rest));
        assert_eq!(report.warnings, [""; 0], "{}", case.name);
        assert!(report.trajectories.iter().all(|t| t.samples[100].mean.loss < 0.5 + 1e-12), "{}", case.name);
    }
}

#[test]
fn half_times_of_balanced_starts_are_predicted() {
    let mut compared = 0;
    for (seed, (widths, imbalance, eigenvalue)) in [
        ([5, 4, 3], 0.0, 1.0),
        ([3, 6, 5], 0.0, 0.5),
        ([4, 3, 4], 0.6, 1.0),
        ([5, 4, 3], -0.4, 2.0),
        ([4, 2, 4], 0.0, 1.0),
        ([3, 4, 6], 0.01, 1.5),
    ]
    .into_iter()
    .enumerate()
    {
        let [inputs, hidden, outputs] = widths;
        let text = format!(
            "seed = {seed}\n\
             task.spectrum = {{ inputs = {inputs}, outputs = {outputs}, singular_values = [2.5, 1.4, 0.8], \
             input_spectrum = {:?} }}\nnetwork.hidden = [{hidden}]\n\
             network.init.balanced = {{ scale = 0.05, imbalance = {imbalance:?} }}\n\
             time = {{ tau = 1.5, end = 20.0, samples = 201 }}\nflow.rtol = 1e-11",
            vec![eigenvalue; inputs],
        );
        let (experiment, report) = run(&text);
        assert!(experiment.reduction.approximation.is_some(), "it is not aligned, so no mode is a sigmoid\n{text}");
        assert_eq!(report.forecast.estimate, None, "and yet the prediction is exact\n{text}");
        for (alpha, mode) in report.forecast.modes.iter().enumerate() {
            let measured = report.half_time(Arm::Flow, alpha);
            let within = mode.predicted_half_time.filter(|t| *t <= 20.0);
            compared += usize::from(within.is_some());
            match (measured, within) {
                (Some(measured), Some(predicted)) => {
                    assert!((measured - predicted).abs() < 1e-6, "mode {alpha}: {measured}, not {predicted}\n{text}");
                }
                (measured, predicted) => assert_eq!(measured, predicted, "mode {alpha}\n{text}"),
            }
        }
    }
    assert!(compared >= 15, "{compared}");
}

#[test]
fn of_many_outputs_only_those_are_solved_for_that_can_be_reached() {
    let (experiment, report) =
        run("seed = 4\ntask.spectrum = { inputs = 3, outputs = 40, singular_values = [2.0, 1.0] }\n\
         network = { hidden = [2], init.balanced = { scale = 0.3, imbalance = -0.4 } }\n\
         time = { end = 8.0, samples = 9 }\nflow.rtol = 1e-12\nanalytic.form = \"riccati\"\noutput.weights = true\n\
         check = [{ compare = [\"flow\", \"analytic\"], quantity = \"map\", max_error = 1e-10 },\n\
         { arm = \"analytic\", quantity = \"largest_coupling\", expect = 0, max_error = 10.0 }]");
    assert!(report.verdicts.iter().all(|verdict| verdict.pass), "{:?}", report.verdicts);
    assert_eq!(report.trajectories.len(), 2);
    let [flow, analytic] = [0, 1].map(|arm| report.trajectories[arm].samples.last().and_then(|s| s.state.as_ref()));
    let (flow, analytic) = (flow.expect("it is kept"), analytic.expect("it is kept"));
    let (w2, grams) =
        (&flow.weights.as_ref().expect("the flow has weights")[1], analytic.grams.as_ref().expect("kept"));
    assert!((w2 * w2.transpose() - &grams.1).norm() < 1e-9, "W2W2ᵀ is that of the flow");
    assert_eq!(experiment.widths.outputs(), 40);
}

#[test]
fn one_weight_matrix_and_modes_that_are_learned_from_the_start_have_exact_half_times_too() {
    let mixing = "task.matrices = { sigma11 = [[2, 0.9], [0.9, 1]], sigma31 = [[1, 0.2], [0.1, 0.5]] }\n\
                  network = { hidden = [], init.gaussian.scale = 0.01 }";
    let ahead = "task.spectrum = { inputs = 3, outputs = 2, singular_values = [1, 0.5] }\n\
                 network = { hidden = [2], init.aligned.strengths = [[0.8, 2], [0.9, 1]] }";
    for (text, at_once) in [(mixing, false), (ahead, true)] {
        let (_, report) = run(&format!("{text}\ntime = {{ end = 20, samples = 5 }}\nflow.rtol = 1e-12"));
        assert_eq!(report.forecast.estimate, None);
        for (mode, forecast) in report.forecast.modes.iter().enumerate() {
            let (predicted, measured) = (forecast.predicted_half_time, report.half_time(Arm::Flow, mode));
            let (predicted, measured) = (predicted.expect("it is known"), measured.expect("it is learned"));
            assert!((predicted - measured).abs() < 1e-8, "mode {mode}: {predicted}, measured {measured}\n{text}");
            assert_eq!(predicted == 0.0, at_once);
        }
    }
}

#[test]
fn a_start_on_its_way_to_a_saddle_stays_on_it_however_many_the_outputs() {
    let mut rng = stream(8, Purpose::Task);
    for outputs in 3..=9 {
        let q = orthonormal(&mut rng, outputs, 2);
        // Mode 2 alone is started, in W2's column and one entry of W1; mode 1 is nowhere but in rounding.
        let sigma31 = DMatrix::from_fn(outputs, 2, |i, j| [3.0, 1.0][j] * q[(i, j)]);
        let (w1, w2) = (DMatrix::from_row_slice(1, 2, &[0.0, 0.1]), q.column(1) * 0.1);
        let matrix =
            |m: &DMatrix<f64>| m.row_iter().map(|row| row.iter().copied().collect()).collect::<Vec<Vec<f64>>>();
        let (_, report) = run(&format!(
            "task.matrices = {{ sigma11 = \"white\", sigma31 = {:?} }}\nnetwork = {{ hidden = [1], init.matrices.weights = [{:?}, {:?}] }}\n\
             time = {{ end = 40.0, samples = 5 }}\nanalytic.form = \"riccati\"",
            matrix(&sigma31),
            matrix(&w1),
            matrix(&DMatrix::from_columns(&[w2])),
        ));
        let last = report.trajectories[0].samples.last().expect("there are five");
        assert!(last.mean.modes[0].abs() < 1e-9 && (last.mean.loss - 4.5).abs() < 1e-9, "{outputs}: {:?}", last.mean);
    }
}
