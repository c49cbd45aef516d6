//! Many modes integrated together: each as if it were alone, whatever the others do.

use gradflow::analytic::deep::Deep;
use gradflow::analytic::infinite::InfiniteDepth;
use gradflow::integrate::{Method, Settings};
use gradflow::modes::{Course, Law, Mode, integrate_modes};

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
    errors.fold(0.0, f64::max)
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

/// Of ten thousand modes some have an estimate of the error that passes through 0 just where a step is judged.
#[test]
fn no_mode_of_very_many_is_accepted_by_chance() {
    let rtol = 1e-9;
    let mode = |i: i32| Mode { s: 0.5 + 4.5e-4 * f64::from(i), lambda: 1.0, u0: 1e-3, atol: 1e-15, half: None };
    let modes: Vec<Mode> = (0..10_000).map(mode).collect();
    let courses = integrate_modes(Law::balanced(2), &modes, &TIMES, &settings(Method::Dop853, rtol));
    let error = worst(&courses, &modes, |mode, t| strength(2, mode, t));
    assert!(error < 10.0 * rtol, "{error:e}");
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
