//! Many modes integrated together: each as if it were alone, whatever the others do.

use gradflow::analytic::deep::Deep;
use gradflow::analytic::infinite::InfiniteDepth;
use gradflow::integrate::{Method, Settings};
use gradflow::modes::{Course, Law, Mode, integrate_modes};
use rayon::prelude::*;

const TIMES: [f64; 7] = [0.0, 0.3, 1.0, 2.0, 2.5, 8.0, 40.0];

fn settings(method: Method, rtol: f64) -> Settings {
    Settings { method, rtol, atol: 1e-290, max_steps: 100_000 }
}

/// Modes of every size of s, λ and start, more than share a thread; those of s = 0 among them.
fn modes(rtol: f64) -> Vec<Mode> {
    let mode = |i: u32| {
        let s = f64::from(i % 37) / 8.0;
        let lambda = 0.3 + f64::from(i % 11) / 5.0;
        let u0 = 10f64.powf(-f64::from(i % 13) / 2.0) * if i.is_multiple_of(5) { 8.0 } else { 0.5 };
        let half = (s > 0.0).then_some(s / lambda / 2.0);
        Mode { s, lambda, u0, atol: 1e-3 * rtol * u0, half }
    };
    (0..700).map(mode).collect()
}

fn strength(weights: usize, mode: &Mode, t: f64) -> f64 {
    let Mode { s, lambda: input_eigenvalue, u0, .. } = *mode;
    Deep { s, input_eigenvalue, tau: 1.0, weights: weights as u32 }.strength(u0, t)
}

/// The largest error of all strengths, times and modes, relative but for strengths far below the start.
fn worst(courses: &[Course], modes: &[Mode], exact: impl Fn(&Mode, f64) -> f64) -> f64 {
    let errors = courses.iter().zip(modes).flat_map(|(course, mode)| {
        assert!(course.outcome.is_complete());
        assert_eq!(course.strengths.len(), TIMES.len());
        let error = |t: f64, u: f64| (u - exact(mode, t)).abs() / (exact(mode, t).abs() + 1e-3 * mode.u0);
        TIMES.iter().zip(&course.strengths).map(|(t, u)| error(*t, *u)).collect::<Vec<f64>>()
    });
    errors.fold(0.0, worse)
}

/// The larger one, or the one that is no number.
fn worse(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}

#[test]
fn every_mode_is_as_exact_as_its_tolerance() {
    for rtol in [1e-6, 1e-9, 1e-12] {
        let modes = modes(rtol);
        for weights in 1..=5 {
            let courses = integrate_modes(Law::balanced(weights), &modes, &TIMES, &settings(Method::Dop853, rtol));
            let error = worst(&courses, &modes, |mode, t| strength(weights, mode, t));
            assert!(error < 200.0 * rtol, "{weights} weights at {rtol:e}: {error:e}");
        }
        let courses = integrate_modes(Law::infinite_depth(4), &modes, &TIMES, &settings(Method::Dop853, rtol));
        let limit = |mode: &Mode, t: f64| {
            let Mode { s, lambda: input_eigenvalue, u0, .. } = *mode;
            InfiniteDepth { s, input_eigenvalue, tau: 1.0, layers: 4 }.strength(u0, t)
        };
        let error = worst(&courses, &modes, limit);
        assert!(error < 200.0 * rtol, "infinite depth at {rtol:e}: {error:e}");
    }
}

/// The laws of p = 1, 4/3 and 3/2, and of infinite depth, p = 2.
#[derive(Clone, Copy, Debug)]
enum Depth {
    Weights(u32),
    Infinite,
}

impl Depth {
    fn law(self) -> Law {
        match self {
            Depth::Weights(weights) => Law::balanced(weights as usize),
            Depth::Infinite => Law::infinite_depth(4),
        }
    }

    fn strength(self, mode: &Mode, t: f64) -> f64 {
        let Mode { s, lambda: input_eigenvalue, u0, .. } = *mode;
        match self {
            Depth::Weights(weights) => strength(weights as usize, mode, t),
            Depth::Infinite => InfiniteDepth { s, input_eigenvalue, tau: 1.0, layers: 4 }.strength(u0, t),
        }
    }

    /// What becomes of a relative error in u, at most, on the way from u0 to u: errors δu grow as the rate f does, and
    /// f/u = N u^{p−1}(s − λu) has no minimum within.
    fn amplification(self, mode: &Mode, u: f64) -> f64 {
        let p = match self {
            Depth::Weights(weights) => 2.0 - 2.0 / f64::from(weights),
            Depth::Infinite => 2.0,
        };
        let pace = |u: f64| u.powf(p - 1.0) * (mode.s - mode.lambda * u);
        (pace(u) / pace(mode.u0)).max(1.0)
    }

    /// The largest error of each of many modes in units of the tolerance, had each step an error of that; in rising order.
    fn errors(self, count: u32, u0: f64, (rtol, atol): (f64, f64), times: &[f64]) -> Vec<f64> {
        let s = |i: u32| 0.5 + 4.5 * f64::from(i) / f64::from(count);
        let mode = |i: u32| Mode { s: s(i), lambda: 1.0, u0, atol, half: None };
        let modes: Vec<Mode> = (0..count).map(mode).collect();
        let courses = integrate_modes(self.law(), &modes, times, &settings(Method::Dop853, rtol));
        let error = |(course, mode): (&Course, &Mode)| {
            assert!(course.outcome.is_complete());
            assert_eq!(course.strengths.len(), times.len());
            let errors = times.iter().zip(&course.strengths).map(|(t, u)| {
                let exact = self.strength(mode, *t);
                (u / exact - 1.0).abs() / ((rtol + atol / u0) * self.amplification(mode, exact))
            });
            errors.fold(0.0, worse)
        };
        let mut errors: Vec<f64> = courses.par_iter().zip(&modes).map(error).collect();
        errors.sort_by(f64::total_cmp);
        errors
    }
}

const TOLERANCES: [f64; 7] = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9];

/// Growing from the fastest mode's steps to the slowest one's.
fn stops() -> Vec<f64> {
    (1..=16).map(|i| 0.03 * f64::powi(1.6, i)).collect()
}

/// Of many modes some have an estimate of the error that passes through 0 just where a step is judged.
#[test]
fn no_mode_of_very_many_is_accepted_by_chance() {
    let stops = stops();
    let starts_and_times = [1e-3, 1e-2, 1e-1].into_iter().flat_map(|u0| {
        let ends = [&stops[5..6], &stops[8..9], &stops[10..11], &stops[11..12]];
        [&stops[..]].into_iter().chain(ends).map(move |times| (u0, times))
    });
    for (u0, times) in starts_and_times {
        for rtol in TOLERANCES {
            // Of the whole way there are but a few steps at 1e-3.
            let deep = if rtol > 5e-4 { 40.0 } else { 10.0 };
            let cases = [
                (Depth::Weights(2), 10_000, 2.0),
                (Depth::Weights(3), 1_000, deep),
                (Depth::Weights(4), 1_000, deep),
                (Depth::Infinite, 10_000, deep),
            ];
            for (depth, count, most) in cases {
                // One tolerance or the other.
                for tolerances in [(rtol, 1e-3 * rtol * u0), (1e-13, rtol * u0)] {
                    let worst = depth.errors(count, u0, tolerances, times).pop();
                    assert!(worst < Some(most), "{depth:?} at {tolerances:?} from {u0} to {times:?}: {worst:?}");
                }
            }
        }
    }
}

#[test]
fn half_times_are_those_of_the_closed_forms() {
    let rtol = 1e-12;
    let modes = modes(rtol);
    for weights in 1..=5 {
        let courses = integrate_modes(Law::balanced(weights), &modes, &TIMES, &settings(Method::Dop853, rtol));
        for (mode, course) in modes.iter().zip(&courses) {
            let Mode { s, lambda: input_eigenvalue, u0, half, .. } = *mode;
            let deep = Deep { s, input_eigenvalue, tau: 1.0, weights: weights as u32 };
            let expected = half.and_then(|half| if u0 >= half { Some(0.0) } else { deep.time_to_reach(u0, half) });
            let expected = expected.filter(|t| *t <= TIMES[6]);
            match (expected, course.half_time) {
                (Some(expected), Some(found)) => {
                    assert!((expected - found).abs() <= 1e-10 * (1.0 + expected), "{mode:?}: {found} for {expected}");
                }
                (expected, found) => assert_eq!(expected, found, "{mode:?}"),
            }
        }
    }
}

#[test]
fn the_driver_of_any_system_finds_the_same() {
    let modes = modes(1e-11);
    let law = Law::balanced(3);
    let [together, alone] =
        [Method::Dop853, Method::Dopri5].map(|method| integrate_modes(law, &modes, &TIMES, &settings(method, 1e-11)));
    for (a, b) in together.iter().zip(&alone) {
        for (u, v) in a.strengths.iter().zip(&b.strengths) {
            assert!((u / v - 1.0).abs() < 2e-9, "{u:e} {v:e}");
        }
    }
}

#[test]
fn a_mode_does_not_feel_the_others_nor_the_number_of_threads() {
    let modes = modes(1e-8);
    let integrate = |modes: &[Mode]| integrate_modes(Law::balanced(2), modes, &TIMES, &settings(Method::Dop853, 1e-8));
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| integrate(&modes))
    };
    let all = on(1);
    assert_eq!(all, on(3));
    for index in [0, 1, 17, 255, 256, 699] {
        assert_eq!(integrate(&modes[index..=index])[0], all[index]);
    }
}

#[test]
fn what_goes_wrong_is_named_for_the_mode_alone() {
    let good = Mode { s: 1.0, lambda: 1.0, u0: 0.1, atol: 1e-12, half: None };
    // Without a limit, u = u0/(1 − u0 T): infinite at T = 10.
    let endless = Mode { lambda: 0.0, ..good };
    let courses = integrate_modes(Law::infinite_depth(1), &[good, endless], &TIMES, &settings(Method::Dop853, 1e-9));
    assert!(courses[0].outcome.is_complete());
    assert!(!courses[1].outcome.is_complete());
    assert_eq!(courses[1].strengths.len(), 6);
    let hasty = Settings { max_steps: 3, ..settings(Method::Dop853, 1e-9) };
    let course = &integrate_modes(Law::balanced(2), &[good], &TIMES, &hasty)[0];
    assert!(format!("{}", course.outcome).starts_with("more than 3 steps"), "{}", course.outcome);
    // Nothing to learn, no inputs to learn it by.
    let idle = Mode { s: 0.0, lambda: 0.0, ..good };
    let courses = integrate_modes(Law::balanced(1), &[idle], &TIMES, &settings(Method::Dop853, 1e-9));
    assert_eq!(courses[0].strengths, [0.1; 7]);
    // At rest, and nothing to do.
    let resting = Mode { u0: 0.0, ..good };
    assert_eq!(
        integrate_modes(Law::infinite_depth(3), &[resting], &TIMES, &settings(Method::Dop853, 1e-9))[0].strengths,
        [0.0; 7]
    );
    assert_eq!(integrate_modes(Law::balanced(2), &[good], &[0.0], &settings(Method::Dop853, 1e-9))[0].strengths, [0.1]);
    assert!(integrate_modes(Law::balanced(2), &[], &TIMES, &settings(Method::Dop853, 1e-9)).is_empty());
}
