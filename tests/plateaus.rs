//! From saddle to saddle: which critical points learning passes, how near it comes, and how long it stays.

mod common;

use common::{arm, run};
use gradflow::plateaus::plateaus;
use gradflow::trajectory::Arm;

const TASK: &str = "task.spectrum = { inputs = 5, outputs = 4, singular_values = [3, 2, 1], input_spectrum = [1, 0.5, 2, 1, 1] }\n\
                    network = { hidden = [4], init.aligned.strength = 1e-4 }\ntime = { end = 14, samples = 600 }";

#[test]
fn plateaus_last_from_one_half_time_to_the_next() {
    let (_, report) = run(&format!("{TASK}\nflow = {{}}\nanalytic = {{}}"));
    let found = plateaus(&report.forecast.modes, &report.trajectories);
    assert_eq!(
        found.iter().map(|p| p.learned.clone()).collect::<Vec<_>>(),
        [vec![], vec![0], vec![0, 1], vec![0, 1, 2]]
    );
    // ln(s/(λu0) − 1)/2s for each mode, and the difference to the one before.
    let half = |s: f64, lambda: f64| (s / (lambda * 1e-4) - 1.0).ln() / (2.0 * s);
    let halves = [0.0, half(3.0, 1.0), half(2.0, 0.5), half(1.0, 2.0)];
    for (plateau, pair) in found.iter().zip(halves.windows(2)) {
        assert!((plateau.predicted.unwrap() - (pair[1] - pair[0])).abs() < 1e-9);
        for (arm, length) in &plateau.measured {
            assert!((length.unwrap() - plateau.predicted.unwrap()).abs() < 1e-5, "{arm}");
        }
    }
    assert_eq!(found[3].predicted, None, "the last one is no saddle");
    assert_eq!(found[3].excess, 0.0);
}

#[test]
fn learning_comes_near_each_critical_point_in_its_turn() {
    let (experiment, report) = run(&format!("{TASK}\nflow = {{}}"));
    let flow = arm(&report, Arm::Flow);
    let mut last = -1.0;
    for plateau in plateaus(&report.forecast.modes, &[]) {
        let distances = flow.samples.iter().map(|s| (s.t, plateau.distance(&report.forecast.modes, &s.mean)));
        let (t, nearest) = distances.fold((0.0, f64::INFINITY), |best, d| if d.1 < best.1 { d } else { best });
        assert!(t > last && nearest < 0.5, "{:?}: {nearest} at t = {t}", plateau.learned);
        last = t;
        // There the loss is that of the critical point, up to the square of the distance.
        let sample = flow.samples.iter().find(|s| s.t == t).unwrap();
        let excess = sample.mean.loss - experiment.task.statistics.least_loss;
        assert!((excess - plateau.excess).abs() < 3.0 * nearest, "{excess} and {}", plateau.excess);
    }
}

#[test]
fn a_network_that_is_kept_from_a_mode_ends_at_the_saddle_without_it() {
    let (_, report) =
        run("seed = 5\ntask.spectrum = { inputs = 4, outputs = 4, singular_values = [3, 2, 1.2, 0.6] }\n\
                           network = { hidden = [4], init.balanced.scale = 0.1 }\n\
                           time = { end = 20, samples = 40 }\nanalytic = {}");
    let found = plateaus(&report.forecast.modes, &report.trajectories);
    let end = found.last().unwrap();
    // Not in the order of s: this start is nearer to some modes than to others.
    let mut learned = end.learned.clone();
    learned.sort_unstable();
    assert_eq!(learned, [0, 1, 2]);
    let last = &arm(&report, Arm::Analytic).samples[39].mean;
    assert!((last.loss - end.excess).abs() < 1e-6 && end.distance(&report.forecast.modes, last) < 1e-3);
}

#[test]
fn modes_that_start_next_to_nothing_take_their_time_and_no_more() {
    for (u0, method) in
        [(1e-268, "dop853"), (1e-272, "dopri5"), (1e-292, "dop853"), (1e-300, "auto"), (1e-305, "dopri5")]
    {
        let (_, report) = run(&format!(
            "task.spectrum = {{ inputs = 2, outputs = 2, singular_values = [3, 1] }}\n\
             network = {{ hidden = [2], init.aligned.strength = {u0:e} }}\n\
             time = {{ end = \"auto\", samples = 50 }}\nmodes.method = \"{method}\"\nanalytic = {{}}"
        ));
        for mode in 0..2 {
            let [found, exact] =
                [Arm::Modes, Arm::Analytic].map(|arm| report.half_time(arm, mode).expect("it is learned"));
            assert!((found / exact - 1.0).abs() < 1e-7, "from {u0:e} by {method}: {found}, not {exact}");
        }
    }
}

#[test]
fn modes_that_are_learned_at_once_have_no_plateau_between_them() {
    let (_, report) = run("task.spectrum = { inputs = 4, outputs = 4, singular_values = [3, 2, 2, 1] }\n\
         network = { hidden = [4], init.aligned.strength = 1e-4 }\ntime = { end = 14, samples = 20 }\nanalytic = {}");
    let found = plateaus(&report.forecast.modes, &report.trajectories);
    assert_eq!(
        found.iter().map(|p| p.learned.len()).collect::<Vec<_>>(),
        [0, 1, 3, 4],
        "the second and the third are learned together"
    );
    assert!(found.iter().all(|p| p.measured.iter().all(|(_, length)| length.is_none_or(|length| length > 0.1))));
}
