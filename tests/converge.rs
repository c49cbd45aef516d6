//! Ladders of tolerances and of learning rates: the orders that are observed.

#[path = "common/text.rs"]
mod text;

use gradflow::converge::{Ladder, converge};
use gradflow::trajectory::Arm;

/// Two layers in any orientation, three layers with coloured inputs that couple the modes, and an aligned chain.
const SCENARIOS: [&str; 3] = [
    "task.spectrum = { inputs = 6, outputs = 4, singular_values = [2, 1.2] }\n\
     network = { hidden = [5], init.balanced.scale = 0.3 }\ntime.end = 4",
    "task.matrices = { sigma11 = [[1, 0.4], [0.4, 0.7]], sigma31 = [[1, 0.2], [-0.3, 0.5], [0.1, 0.8]] }\n\
     network = { hidden = [3, 2], init.gaussian.scale = 0.5 }\ntime.end = 5",
    "task.spectrum = { inputs = 6, outputs = 4, singular_values = [2, 1.2], input_spectrum = { power = 0.5 } }\n\
     network = { hidden = [5, 4, 6], init.aligned.strength = 0.01 }\ntime.end = 12",
];

fn ladders(scenario: &str, arms: &str) -> Vec<Ladder> {
    let built = text::try_build(&format!("{scenario}\n{arms}")).unwrap_or_else(|error| panic!("{error}"));
    converge(&built.experiment, || ())
}

#[test]
fn errors_of_integrations_follow_their_tolerance() {
    for scenario in SCENARIOS {
        let ladders = ladders(scenario, "flow = {}\nmodes = {}");
        assert_eq!(ladders.iter().map(|l| l.arm).collect::<Vec<_>>(), [Arm::Flow, Arm::Flow, Arm::Modes, Arm::Modes]);
        for ladder in ladders {
            assert!(ladder.passes(), "{}: {:?}", ladder.label(), ladder.order);
            assert_eq!(ladder.rungs.len(), 9);
            let (coarse, fine) = (ladder.rungs[0], ladder.rungs[8]);
            assert!(fine.error < 1e-9 && fine.error < 1e-6 * coarse.error, "{}: {coarse:?}, {fine:?}", ladder.label());
            // Each cost more than the one before.
            assert!(ladder.rungs.windows(2).all(|pair| pair[1].steps >= pair[0].steps), "{}", ladder.label());
        }
    }
}

#[test]
fn the_method_of_higher_order_takes_fewer_evaluations_at_tight_tolerances() {
    for scenario in SCENARIOS {
        let ladders = ladders(scenario, "flow = {}");
        let cost = |ladder: &Ladder| ladder.rungs[8].evaluations;
        assert!(cost(&ladders[0]) < cost(&ladders[1]), "{} and {}", ladders[0].label(), ladders[1].label());
    }
}

#[test]
fn descent_is_of_first_order_from_the_flow_and_of_second_from_the_modified_flow() {
    for scenario in SCENARIOS {
        let ladders = ladders(scenario, "sgd.learning_rate = 0.01");
        let [plain, modified] = ladders.as_slice() else { panic!("two ladders") };
        for (ladder, order, within) in [(plain, 1.0, 0.05), (modified, 2.0, 0.1)] {
            let fit = ladder.order.expect("five rungs");
            assert!((fit.slope - order).abs() < within && ladder.passes(), "{}: {fit:?}", ladder.label());
            assert!(fit.uncertainty < 0.05, "{}: {fit:?}", ladder.label());
        }
        assert!(modified.rungs.iter().zip(&plain.rungs).all(|(a, b)| a.error < 0.2 * b.error));
    }
}

#[test]
fn rates_at_which_descent_diverges_have_no_order() {
    let ladders = ladders(SCENARIOS[0], "sgd.learning_rate = 20");
    assert!(ladders.iter().all(|ladder| !ladder.passes() && ladder.rungs.len() < 2));
}
