//! The analytic arm against the flow: every form that is called exact is, in the network as a whole.

mod common;

use common::{arm, built, run};
use gradflow::report::Report;
use gradflow::trajectory::Arm;

/// The largest differences of modes and loss between flow and closed form.
fn flow_against_analytic(report: &Report) -> (f64, f64) {
    let pair = report.differences.iter().find(|d| (d.first, d.second) == (Arm::Flow, Arm::Analytic));
    let pair = pair.expect("both arms run");
    (pair.largest_modes().unwrap_or(f64::NAN), pair.largest_loss().unwrap_or(f64::NAN))
}

fn assert_exact(name: &str, text: &str) {
    let (experiment, report) = run(&format!("{text}\nflow.rtol = 1e-12\nanalytic = {{}}"));
    assert!(arm(&report, Arm::Analytic).method.starts_with(name), "{}", arm(&report, Arm::Analytic).method);
    assert_eq!(arm(&report, Arm::Analytic).approximation, None);
    let (modes, loss) = flow_against_analytic(&report);
    assert!(modes < 1e-9 && loss < 1e-9, "{name}: modes {modes:e}, loss {loss:e}\n{text}");
    assert!(experiment.reduction.strengths.iter().all(|a| a.len() == experiment.widths.depth()));
}

#[test]
fn one_weight_matrix_is_exact_for_any_inputs_and_any_start() {
    assert_exact(
        "single-layer",
        "task.matrices = { sigma11 = [[2, 1, 0], [1, 3, 0], [0, 0, 0]], sigma31 = [[1, 0.5, 0], [0.2, 1, 0]] }\n\
         network = { hidden = [], init.gaussian.scale = 0.5 }\ntime = { tau = 0.7, end = 3.0, samples = 9 }",
    );
}

#[test]
fn aligned_weights_of_any_strengths_are_exact_for_two_layers_and_commuting_inputs() {
    for strengths in
        ["[0.1, 0.3]", "[[0.5, -0.2, 0.1], [0.1, 0.3]]", "[0.3, 0.0]", "[[0.1, 0.1, 0.3, 0], [0.2, 0.1, 0, 0.3]]"]
    {
        for spectrum in ["\"white\"", "[2, 0.5, 1, 1, 0, 0.1]"] {
            assert_exact(
                "unequal",
                &format!(
                    "task.spectrum = {{ inputs = 6, outputs = 4, singular_values = [2, 1], input_spectrum = {spectrum} }}\n\
                     network = {{ hidden = [5], init.aligned.strengths = {strengths} }}\n\
                     time = {{ end = 4.0, samples = 9 }}"
                ),
            );
        }
    }
}

#[test]
fn equal_singular_values_and_equal_products_leave_the_choice_to_the_first_layer() {
    // Three modes of one s and one u0 but different (a, b), in a rotated basis: the map is a multiple of I.
    let r =
        [[2.0 / 3.0, -1.0 / 3.0, 2.0 / 3.0], [2.0 / 3.0, 2.0 / 3.0, -1.0 / 3.0], [-1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0]];
    let scaled = |a: [f64; 3], transposed: bool| {
        let rows = (0..3)
            .map(|i| (0..3).map(|j| if transposed { r[i][j] * a[j] } else { a[i] * r[j][i] }).collect::<Vec<f64>>());
        format!("{:?}", rows.collect::<Vec<_>>())
    };
    // W1 = diag(a)Rᵀ, W2 = R diag(b): W = 0.03 I.
    let (w1, w2) = (scaled([0.1, 0.2, 0.3], false), scaled([0.3, 0.15, 0.1], true));
    assert_exact(
        "unequal",
        &format!(
            "task.matrices = {{ sigma11 = \"white\", sigma31 = [[2, 0, 0], [0, 2, 0], [0, 0, 2]] }}\n\
             network = {{ hidden = [3], init.matrices.weights = [{w1}, {w2}] }}\ntime = {{ end = 3.0, samples = 7 }}"
        ),
    );
}

#[test]
fn balanced_aligned_weights_are_exact_at_any_depth() {
    for hidden in ["[4, 5]", "[5, 4, 6]", "[4, 4, 4, 4, 4]"] {
        assert_exact(
            "deep",
            &format!(
                "task.spectrum = {{ inputs = 5, outputs = 4, singular_values = [2, 1.2, 0.5] }}\n\
                 network = {{ hidden = {hidden}, init.aligned.strength = 0.05 }}\ntime = {{ end = 6.0, samples = 9 }}"
            ),
        );
    }
}

#[test]
fn a_form_that_is_not_exact_runs_by_name_and_says_so() {
    for form in ["single-layer", "sigmoid", "unequal", "deep", "infinite-depth", "effective-start"] {
        let (_, report) = run(&format!(
            "task.spectrum = {{ inputs = 4, outputs = 3, singular_values = [2, 1] }}\n\
             network = {{ hidden = [3], init.gaussian.scale = 0.1 }}\ntime = {{ end = 3.0, samples = 5 }}\n\
             analytic.form = \"{form}\""
        ));
        let analytic = arm(&report, Arm::Analytic);
        assert!(analytic.approximation.is_some() && analytic.method.starts_with(form), "{form}");
        assert_eq!((analytic.samples.len(), analytic.outcome.is_complete()), (5, true), "{form}");
    }
}

#[test]
fn the_energy_of_scaled_white_inputs_is_the_loss_too() {
    let text = "task.hierarchy = { levels = 2, branching = 2 }\nnetwork = { hidden = [5], init.gaussian.scale = 0.3 }\n\
                time = { tau = 2.0, end = 9.0, samples = 6 }\nflow.rtol = 1e-11";
    let built = built(text);
    let statistics = &built.experiment.task.statistics;
    let c = statistics.whiteness().1;
    assert!((c - 0.25).abs() < 1e-15, "four items: Σ11 = I/4");
    // τE = L − ½(Tr Σ33 − ‖Σ31‖²/c).
    let floor = 0.5 * (statistics.trace_sigma33 - statistics.sigma31.norm_squared() / c);
    let (_, report) = run(text);
    for sample in &arm(&report, Arm::Flow).samples {
        let energy = sample.mean.energy.expect("white inputs have an energy");
        assert!((2.0 * (energy.modes + energy.coupling) - (sample.mean.loss - floor)).abs() < 1e-13);
    }
}

/// Inputs that do not commute with the modes, and targets of which the modes can reach only a part; more outputs than inputs, and fewer.
#[test]
fn the_loss_of_strengths_is_that_of_their_map() {
    for sigma in [
        "sigma11 = [[1, 0.4], [0.4, 0.7]], sigma31 = [[1, 0.2], [-0.3, 0.5], [0.1, 0.8]]",
        "sigma11 = [[2, 1, 0], [1, 3, 0], [0, 0, 0]], sigma31 = [[1, 0.5, 0], [0.2, 1, 0]]",
        "sigma11 = \"white\", sigma31 = [[2, 0], [0, 1]]",
    ] {
        let scenario = format!(
            "task.matrices = {{ {sigma} }}\nnetwork = {{ hidden = [3], init.gaussian.scale = 0.5 }}\ntime.end = 1\nflow = {{}}"
        );
        let probe = &built(&scenario).experiment.probe;
        for strengths in [[0.0, 0.0], [1.0, -0.5], [3.0, 1e-3], [2.0, 1.0]] {
            let (alone, map) = (probe.observe_strengths(&strengths), probe.observe(&probe.map_of(&strengths)));
            assert!((alone.loss - map.loss).abs() <= 4e-15 * map.loss, "{}: {} for {}", sigma, alone.loss, map.loss);
            assert_eq!(alone.modes, strengths);
        }
    }
}
