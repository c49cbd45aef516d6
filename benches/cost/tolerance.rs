//! The time of a run against its relative tolerance.

use crate::problems::{Problem, problem};
use crate::{Curve, Panel};
use gradflow::integrate::{Backend, Method};
use gradflow::network::Start;
use gradflow::parallel;
use std::time::Instant;

const TOLERANCES: [f64; 9] = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11];

pub fn panel() -> Panel {
    let mut shallow = problem(&[64, 32, 16], None, &Start::Gaussian { scale: 1e-3 }, 60.0);
    let mut deep = problem(&[32; 11], None, &Start::Orthogonal { gain: 0.9 }, 100.0);
    let mut curves = Vec::new();
    for (name, problem, methods) in [
        ("64-32-16", &mut shallow, [Method::Dopri5, Method::Dop853, Method::Auto]),
        ("ten 32×32", &mut deep, [Method::Dopri5, Method::Dop853, Method::Auto]),
    ] {
        for method in methods {
            let points = TOLERANCES.iter().map(|&rtol| (rtol, seconds(problem, method, rtol))).collect();
            curves.push(Curve { label: format!("{name}, {}", method.name()), points });
        }
    }
    Panel { title: "a run to a tolerance", across: "rtol", up: "seconds", base: 100.0, room: 20.0, curves }
}

/// The least time of three runs.
fn seconds(problem: &mut Problem, method: Method, rtol: f64) -> f64 {
    problem.settings.atol *= rtol / problem.settings.rtol;
    problem.settings.rtol = rtol;
    let run = || {
        let clock = Instant::now();
        problem.run(method, Backend::InPlace);
        clock.elapsed().as_secs_f64()
    };
    parallel::within(|| (0..3).map(|_| run()).fold(f64::INFINITY, f64::min))
}
