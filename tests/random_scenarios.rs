//! Random scenarios of all tasks, starts and arms: nothing panics, and what the theory says of all of them
//! holds.

#[path = "common/text.rs"]
mod text;

use gradflow::experiment::Experiment;
use gradflow::report::{Report, execute};
use gradflow::trajectory::{Arm, Trajectory};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseResult};
use text::try_build;

fn list(values: &[f64]) -> String {
    format!("{values:?}")
}

/// A task of small sizes.
fn task() -> impl Strategy<Value = String> {
    // Repeated values make degenerate and null modes.
    let singular = || prop::sample::select(vec![0.0, 0.3, 0.7, 1.0, 1.0, 1.6, 2.2]);
    let spectrum = (1usize..6, 1usize..6, prop::collection::vec(singular(), 5), 0..4).prop_map(|(n1, n3, s, inputs)| {
        let rank = n1.min(n3).min(1 + s.len() / 2);
        let input_spectrum = match inputs {
            0 => "{ power = 0.7 }".to_owned(),
            1 => list(&[1.5, 1.5, 0.4, 1.0, 0.2][..n1]),
            _ => "\"white\"".to_owned(),
        };
        format!("spectrum = {{ inputs = {n1}, outputs = {n3}, singular_values = {}, input_spectrum = {input_spectrum} }}", list(&s[..rank]))
    });
    let matrices =
        (1usize..5, 1usize..5, prop::collection::vec(-4i32..5, 32), any::<bool>()).prop_map(|(n1, n3, m, white)| {
            // Σ11 = BBᵀ and Σ31 = MBBᵀ in multiples of 1/16: rank-deficient now and then, and consistent always.
            let rank = 1 + m[31].unsigned_abs() as usize;
            let b = |i: usize, k: usize| f64::from(m[(4 * i + k) % 29]) / 4.0;
            let s11 = |i: usize, j: usize| {
                if white { f64::from(u8::from(i == j)) } else { (0..rank).map(|k| b(i, k) * b(j, k)).sum() }
            };
            let s31 =
                |i: usize, j: usize| (0..n1).map(|k| f64::from(m[(5 * i + k + 3) % 31]) / 4.0 * s11(k, j)).sum::<f64>();
            let rows = |count: usize, of: &dyn Fn(usize, usize) -> f64| -> Vec<Vec<f64>> {
                (0..count).map(|i| (0..n1).map(|j| of(i, j)).collect()).collect()
            };
            format!("matrices = {{ sigma11 = {:?}, sigma31 = {:?} }}", rows(n1, &s11), rows(n3, &s31))
        });
    let statistics = || prop::sample::select(vec!["mean", "sum"]);
    let gaussian = (1usize..5, 1usize..5, 6usize..12, 0.0..0.5, statistics()).prop_map(|(n1, n3, p, noise, statistics)| {
        format!("gaussian = {{ inputs = {n1}, outputs = {n3}, samples = {p}, singular_values = [1.2], noise = {noise:?}, statistics = \"{statistics}\" }}")
    });
    let hierarchy =
        (1u32..3, 2usize..4, prop::option::of(0.0..0.5), statistics()).prop_map(|(m, b, flip, statistics)| {
            let features =
                flip.map_or_else(String::new, |f| format!(", features = \"diffusion\", flip = {f:?}, outputs = 5"));
            format!("hierarchy = {{ levels = {m}, branching = {b}, statistics = \"{statistics}\"{features} }}")
        });
    prop_oneof![4 => spectrum, 3 => matrices, 2 => gaussian, 1 => hierarchy]
}

/// Hidden widths and a start that goes with them.
fn network() -> impl Strategy<Value = String> {
    let start = prop_oneof![
        (-0.3..0.9).prop_map(|u| format!("aligned.strength = {u:?}")),
        (-0.9..0.9).prop_map(|a| format!("aligned.strengths = STRENGTHS{a:?}")),
        (0.0..0.6).prop_map(|x| format!("gaussian.scale = {x:?}")),
        (0.0..1.0).prop_map(|x| format!("glorot.gain = {x:?}")),
        (0.0..0.9).prop_map(|x| format!("orthogonal.gain = {x:?}")),
        (0.0..0.5, prop::sample::select(vec![0.0, 0.0, -0.3, 0.2]))
            .prop_map(|(x, l)| format!("balanced = {{ scale = {x:?}, imbalance = {l:?} }}")),
    ];
    (prop::collection::vec(1usize..6, 0..4), start).prop_map(|(hidden, start)| {
        let start = match start.split_once("STRENGTHS") {
            Some((key, a)) => {
                let a: f64 = a.parse().expect("printed above");
                key.to_owned() + &list(&(0..=hidden.len()).map(|l| 0.3 + a / (l + 1) as f64).collect::<Vec<_>>())
            }
            None => start,
        };
        format!("{{ hidden = {hidden:?}, init.{start} }}")
    })
}

fn scenario() -> impl Strategy<Value = (String, usize)> {
    let batch = prop::sample::select(vec!["\"full\"", "1", "2"]);
    let order = prop::sample::select(vec!["shuffled", "sequential"]);
    let times = (prop::bool::ANY, 2usize..12, 0.5..3.0);
    (0u64..1000, task(), network(), times, batch, order, 0.3..3.0).prop_map(|(seed, task, network, times, batch, order, tau)| {
        let (listed, rows, end) = times;
        let time = if listed {
            format!("times = {}", list(&(1..=rows).map(|i| end * i as f64 / rows as f64).collect::<Vec<_>>()))
        } else {
            format!("end = {end:?}, samples = {rows}")
        };
        let text = format!(
            "seed = {seed}\ntask.{task}\nnetwork = {network}\ntime = {{ tau = {tau:?}, {time} }}\nflow.rtol = 1e-10\nmodes = {{}}\n\
             sgd = {{ learning_rate = 5e-3, batch = {batch}, order = \"{order}\", runs = 2 }}\n"
        );
        (text, rows)
    })
}

/// The largest difference of modes and of losses, relative to the flow's largest.
fn distance(first: &Trajectory, flow: &Trajectory) -> f64 {
    let of = |numbers: &dyn Fn(&Trajectory) -> Vec<f64>| {
        let (a, b) = (numbers(first), numbers(flow));
        let scale = b.iter().fold(1e-2_f64, |most, x| most.max(x.abs()));
        a.iter().zip(&b).fold(0.0_f64, |most, (x, y)| most.max((x - y).abs())) / scale
    };
    let modes = of(&|t| t.samples.iter().flat_map(|s| s.mean.modes.clone()).collect());
    modes.max(of(&|t| t.samples.iter().map(|s| s.mean.loss).collect()))
}

/// Whether a mode starts on the wrong side of 0 and so long ago that the saddle there, which it may approach
/// along its stable direction, has turned rounding errors into numbers.
fn beyond_a_saddle(experiment: &Experiment) -> bool {
    let end = experiment.scaled_times().last().copied().unwrap_or(0.0);
    (0..experiment.basis.len())
        .any(|mode| experiment.reduction.initial(mode) < 0.0 && experiment.basis.s[mode] * end > 12.0)
}

fn check(experiment: &Experiment, report: &Report, rows: usize) -> TestCaseResult {
    let find = |arm| report.trajectories.iter().find(|t| t.arm == arm);
    let least = experiment.task.statistics.least_loss;
    for trajectory in &report.trajectories {
        prop_assert!(trajectory.outcome.is_complete(), "{}: {}", trajectory.arm, trajectory.outcome);
        let times: Vec<f64> = trajectory.samples.iter().map(|s| s.t).collect();
        prop_assert_eq!(&times, &experiment.clock.times);
        prop_assert_eq!(times.len(), rows);
        for sample in &trajectory.samples {
            prop_assert!(sample.mean.is_finite());
            prop_assert!(sample.spread.as_ref().is_none_or(|s| s.is_finite()));
            let rounding = 1e-14 * experiment.task.statistics.trace_sigma33;
            prop_assert!(sample.mean.loss >= least - rounding, "{} below {least}", sample.mean.loss);
            prop_assert_eq!(sample.mean.modes.len(), experiment.basis.len());
        }
    }
    let flow = find(Arm::Flow).expect("the flow runs always");
    let noise = 1e-12 * flow.samples[0].mean.loss.max(experiment.task.statistics.trace_sigma33);
    prop_assert!(flow.samples.windows(2).all(|w| w[1].mean.loss <= w[0].mean.loss + noise), "the loss rises");
    let modes = find(Arm::Modes).expect("the modes run always");
    let comparable = !beyond_a_saddle(experiment);
    if modes.approximation.is_none() && comparable {
        let error = distance(modes, flow);
        prop_assert!(error < 1e-6, "modes against flow: {error:e}");
    }
    if let Some(analytic) = find(Arm::Analytic) {
        prop_assert!(analytic.approximation.is_none(), "auto is exact or nothing");
        let error = distance(analytic, flow);
        prop_assert!(error < 1e-8 || !comparable, "analytic against flow: {error:e}");
    }
    Ok(())
}

/// How many of the scenarios something is true of.
#[derive(Default)]
struct Count(std::sync::atomic::AtomicU32);

impl Count {
    fn add(&self, yes: bool) {
        self.0.fetch_add(u32::from(yes), std::sync::atomic::Ordering::Relaxed);
    }

    fn get(&self) -> u32 {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

#[test]
fn what_holds_of_every_scenario_holds_of_random_ones() {
    let config = ProptestConfig {
        cases: 150,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_131_209),
        ..ProptestConfig::default()
    };
    let (ran, closed, exact) = (Count::default(), Count::default(), Count::default());
    let outcome = proptest::test_runner::TestRunner::new(config).run(&scenario(), |(text, rows)| {
        let built = match try_build(&(text.clone() + "analytic = {}\n")) {
            Ok(built) => built,
            Err(refused) if refused.message.starts_with("no closed form is exact here") => match try_build(&text) {
                Ok(built) => built,
                Err(other) => return Err(TestCaseError::fail(format!("{other}\n{text}"))),
            },
            // The only other thing that may be wrong: an imbalance that these widths cannot have.
            Err(refused) if refused.message.contains("imbalance") => return Ok(()),
            Err(other) => return Err(TestCaseError::fail(format!("{other}\n{text}"))),
        };
        let report = execute(&built, &|_| ());
        ran.add(true);
        closed.add(built.experiment.analytic.is_some());
        exact.add(report.trajectories.iter().any(|t| t.arm == Arm::Modes && t.approximation.is_none()));
        check(&built.experiment, &report, rows).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let counts = (ran.get(), exact.get(), closed.get());
    assert!(counts.0 > 100 && counts.1 > 25 && counts.2 > 10, "(run, exact modes, closed form) = {counts:?}");
}
