//! The integrator itself: its order, its tolerance, its independence of the times looked at, its agreement with
//! `ode_solvers`, and how it ends where it cannot go on.

use gradflow::integrate::{Backend, Changes, Method, Observer, Settings, VectorField, integrate, integrate_by};
use gradflow::network::{Gradient, Widths};
use gradflow::random::{Purpose, gaussian, orthonormal, stream};
use gradflow::trajectory::{Outcome, Work};
use nalgebra::{DMatrix, DVector};
use ode_solvers::dop_shared::OutputType;
use ode_solvers::{Dop853, Dopri5, System};
use std::cell::{Cell, RefCell};

const METHODS: [(Method, f64); 5] =
    [(Method::Dopri5, 5.0), (Method::Dop853, 8.0), (Method::Stab8, 8.0), (Method::Rock4, 4.0), (Method::Auto, 8.0)];
/// Those that `ode_solvers` has, too.
const PAIRS: [Method; 2] = [Method::Dopri5, Method::Dop853];

fn settings(method: Method, rtol: f64) -> Settings {
    Settings { method, rtol, atol: 1e-3 * rtol, max_steps: 1_000_000 }
}

/// The weight flow of a small network of depth three, and where it starts.
fn network(widths: &[usize]) -> (Gradient, DVector<f64>) {
    let mut rng = stream(1, Purpose::Start);
    let (n1, n3) = (widths[0], widths[widths.len() - 1]);
    let sigma31 = gaussian(&mut rng, n3, n1);
    let eigenvalues: Vec<f64> = (0..n1).map(|i| 1.0 / (i + 1) as f64).collect();
    let layout = Widths::new(n1, &widths[1..widths.len() - 1], n3);
    let weights: Vec<_> = widths.windows(2).map(|w| gaussian(&mut rng, w[1], w[0]) * 0.4).collect();
    let start = DVector::from_vec(layout.flatten(&weights));
    (Gradient::new(&layout, &sigma31, &eigenvalues), start)
}

/// The states at the times.
fn states(
    field: &impl VectorField,
    y: &DVector<f64>,
    times: &[f64],
    settings: &Settings,
) -> (Vec<DVector<f64>>, Outcome, Work) {
    states_by(Backend::InPlace, field, y, times, settings)
}

fn states_by(
    backend: Backend,
    field: &impl VectorField,
    y: &DVector<f64>,
    times: &[f64],
    settings: &Settings,
) -> (Vec<DVector<f64>>, Outcome, Work) {
    let mut rows = Vec::new();
    let (outcome, work) = integrate_by(backend, field, y.clone(), times, settings, &mut |index: usize, y: &[f64]| {
        assert_eq!(index, rows.len());
        rows.push(DVector::from_column_slice(y));
        true
    });
    (rows, outcome, work)
}

fn state(field: &impl VectorField, y: &DVector<f64>, time: f64, settings: &Settings) -> DVector<f64> {
    let (mut rows, outcome, _) = states(field, y, &[time], settings);
    assert_eq!(outcome, Outcome::Complete);
    rows.remove(0)
}

/// Least-squares slope of ln y over ln x.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let logs = points.iter().map(|(x, y)| (x.ln(), y.ln()));
    let (mx, my) = logs.clone().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let (xy, xx) = logs.fold((0.0, 0.0), |(a, b), (x, y)| (a + (x - mx) * (y - my), b + (x - mx).powi(2)));
    xy / xx
}

#[test]
fn the_error_is_proportional_to_the_tolerance() {
    let (field, start) = network(&[4, 3, 3, 3]);
    let exact = state(&field, &start, 5.0, &settings(Method::Dop853, 1e-14));
    for (method, _) in METHODS {
        let points: Vec<(f64, f64)> = (4..=11)
            .map(|digits| {
                let rtol = 10f64.powi(-digits);
                let error = (state(&field, &start, 5.0, &settings(method, rtol)) - &exact).norm();
                assert!(error < 30.0 * rtol, "{} at rtol {rtol:e}: error {error:e}", method.name());
                (rtol, error)
            })
            .collect();
        let slope = slope(&points);
        // Auto's error is now that of one method, now that of the other, which is nearer to the tolerance.
        let within = if method == Method::Auto { 0.3 } else { 0.15 };
        assert!((slope - 1.0).abs() < within, "{}: error ∝ rtol^{slope}", method.name());
    }
}

/// y'' = −sin y.
struct Pendulum;

impl VectorField for Pendulum {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        (dy[0], dy[1]) = (y[1], -y[0].sin());
    }
}

#[test]
fn fixed_steps_converge_with_the_order_of_the_method() {
    let (start, end) = (DVector::from_vec(vec![1.5, 0.5]), 6.0);
    let exact = state(&Pendulum, &start, end, &settings(Method::Dop853, 1e-14));
    for (method, order) in METHODS {
        // So loose that the controller takes every step that it is asked for.
        let loose = Settings { method, rtol: 1e-3, atol: 100.0, max_steps: 10 };
        let fewest = if order == 8.0 { 22 } else { 80 };
        let points: Vec<(f64, f64)> = [10, 12, 15, 18, 22]
            .into_iter()
            .map(|tenths| {
                let steps = fewest * tenths / 10;
                let h = end / f64::from(steps);
                let mut y = start.clone();
                for _ in 0..steps {
                    let (mut rows, outcome, work) = states(&Pendulum, &y, &[h], &loose);
                    assert_eq!((outcome, work.accepted, work.rejected), (Outcome::Complete, 1, 0));
                    y = rows.remove(0);
                }
                (h, (y - &exact).norm())
            })
            .collect();
        let found = slope(&points);
        assert!((found - order).abs() < order / 10.0, "{}: order {found} from {points:?}", method.name());
    }
}

#[test]
fn what_is_seen_at_a_time_does_not_depend_on_the_other_times() {
    let (field, start) = network(&[4, 3, 3]);
    for (method, _) in METHODS {
        let settings = settings(method, 1e-10);
        let end = 6.0;
        let dense: Vec<f64> = (0..=600).map(|i| end * f64::from(i) / 600.0).collect();
        let (rows, _, _) = states(&field, &start, &dense, &settings);
        let sparse: Vec<f64> = dense.iter().copied().step_by(50).collect();
        let (few, _, _) = states(&field, &start, &sparse, &settings);
        for (row, alone) in rows.iter().step_by(50).zip(&few) {
            assert_eq!(row, alone, "the steps are the same, so the states are");
        }
        for (index, row) in rows.iter().enumerate().skip(1).step_by(90) {
            let alone = state(&field, &start, dense[index], &settings);
            assert!((row - alone).norm() < 1e-9, "{} at {}", method.name(), dense[index]);
        }
    }
}

#[test]
fn the_start_a_single_time_and_repeated_times_are_seen() {
    let (field, start) = network(&[3, 2, 3]);
    for (method, _) in METHODS {
        let settings = settings(method, 1e-9);
        let (rows, outcome, work) = states(&field, &start, &[0.0], &settings);
        assert_eq!((rows, outcome, work), (vec![start.clone()], Outcome::Complete, Work::default()));
        assert_eq!(states(&field, &start, &[], &settings).0, Vec::<DVector<f64>>::new());
        let (rows, outcome, _) = states(&field, &start, &[0.0, 0.0, 1.0, 1.0, 1.0], &settings);
        assert_eq!(outcome, Outcome::Complete);
        assert_eq!(rows[0], start);
        assert_eq!(rows[0], rows[1]);
        assert!(rows[2] == rows[3] && rows[3] == rows[4]);
        assert_ne!(rows[1], rows[2]);
    }
}

/// A rotation of n/2 independent planes.
struct Rotation;

impl VectorField for Rotation {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        for (y, dy) in y.chunks_exact(2).zip(dy.chunks_exact_mut(2)) {
            (dy[0], dy[1]) = (-y[1], y[0]);
        }
    }
}

fn turned(planes: usize, angle: f64) -> DVector<f64> {
    DVector::from_fn(2 * planes, |i, _| if i % 2 == 0 { angle.cos() } else { angle.sin() })
}

#[test]
fn runs_of_many_steps_go_on_as_if_they_were_short() {
    // More steps than a piece of the reference may have, ...
    let end = 600.0;
    let times: Vec<f64> = (0..=7).map(|i| end * f64::from(i) / 7.0).collect();
    for backend in [Backend::InPlace, Backend::Reference] {
        let settings = settings(Method::Dopri5, 1e-11);
        let (rows, outcome, work) = states_by(backend, &Rotation, &turned(1, 0.0), &times, &settings);
        assert_eq!(outcome, Outcome::Complete);
        assert!(work.accepted > 3 * 1024, "{work:?}");
        for (time, row) in times.iter().zip(&rows) {
            assert!((row - turned(1, *time)).norm() < 1e-8, "at {time}");
        }
    }
    // ... and of a system so large that its pieces have the least number of steps.
    let (planes, end) = (130_000, 9.0);
    for (method, rtol) in [(Method::Dopri5, 1e-7), (Method::Dop853, 1e-12)] {
        let settings = settings(method, rtol);
        let (small, _, same) = states(&Rotation, &turned(1, 0.0), &[4.0, end], &settings);
        for backend in [Backend::InPlace, Backend::Reference] {
            let (rows, outcome, work) = states_by(backend, &Rotation, &turned(planes, 0.0), &[4.0, end], &settings);
            assert_eq!(outcome, Outcome::Complete);
            assert!(work.accepted > 2 * 16, "{work:?}");
            // Each piece begins its step size control anew: a few more steps, not many.
            let more = if backend == Backend::InPlace { 0 } else { same.accepted / 4 + 4 };
            assert!(work.accepted <= same.accepted + more, "{work:?} against {same:?}");
            for ((row, small), time) in rows.iter().zip(&small).zip([4.0, end]) {
                assert!((row.rows(0, 2) - small).norm() < 1e-5 && (small - turned(1, time)).norm() < 1e-5);
                assert_eq!(row.rows(0, 2), row.rows(2 * planes - 2, 2));
            }
        }
    }
}

/// dy_i/dT = Σ_j A_ij y_j − y_i³, stable for y large: any dimension, neither a gradient nor sparse.
struct Random(DMatrix<f64>);

impl VectorField for Random {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        let product = &self.0 * DVector::from_column_slice(y);
        for ((dy, product), y) in dy.iter_mut().zip(product.iter()).zip(y) {
            *dy = product - y.powi(3);
        }
    }
}

/// τ da_l/dt = (∏_{i≠l} a_i)(s − ∏ a_i): the modes arm's equations for unequal strengths.
struct Chain(f64);

impl VectorField for Chain {
    fn evaluate(&self, a: &[f64], da: &mut [f64]) {
        let gap = self.0 - a.iter().product::<f64>();
        for (l, da) in da.iter_mut().enumerate() {
            *da = gap * a.iter().enumerate().filter(|(i, _)| *i != l).map(|(_, a)| a).product::<f64>();
        }
    }
}

/// Checks that both backends make the same steps and see the same states; gives the steps.
fn agree(name: &str, field: &impl VectorField, start: &DVector<f64>, end: f64, settings: &Settings) -> u64 {
    let times: Vec<f64> = (0..=10).map(|i| end * f64::from(i) / 10.0).collect();
    let (rows, outcome, work) = states_by(Backend::InPlace, field, start, &times, settings);
    let (others, reference, same) = states_by(Backend::Reference, field, start, &times, settings);
    let label = format!("{name}, {} at {:e}", settings.method.name(), settings.rtol);
    assert_eq!((outcome, work.accepted, work.rejected), (reference, same.accepted, same.rejected), "{label}");
    // Beginning a run and stopping at a time take an evaluation less or two.
    assert!(work.evaluations < same.evaluations, "{label}: {work:?}, {same:?}");
    for ((row, other), time) in rows.iter().zip(&others).zip(&times) {
        // Steps that differ by rounding lead to states that differ by a small share of the tolerance.
        let error = (row - other).norm() / other.norm();
        assert!(error < 1e-12 + 1e-2 * settings.rtol, "{label}: {error:e} at {time}");
    }
    work.accepted
}

#[test]
fn the_steps_are_those_of_ode_solvers() {
    let mut rng = stream(5, Purpose::Start);
    for method in PAIRS {
        // Not so tight that the error estimate is rounding.
        for rtol in [1e-4, 1e-7, 1e-10] {
            let settings = settings(method, rtol);
            let mut steps = 0;
            for widths in [&[4, 3, 3, 3][..], &[9, 5, 7], &[3, 17, 4], &[6, 6], &[2, 3, 3, 3, 3, 2]] {
                let (field, start) = network(widths);
                steps += agree(&format!("the flow of {widths:?}"), &field, &start, 6.0, &settings);
            }
            for dimension in [1, 7, 16, 40] {
                let field = Random(gaussian(&mut rng, dimension, dimension) / (dimension as f64).sqrt());
                let start = DVector::from_column_slice(gaussian(&mut rng, dimension, 1).as_slice());
                steps += agree(&format!("a random field of {dimension}"), &field, &start, 3.0, &settings);
            }
            for strengths in [vec![0.1, 0.3], vec![0.2, 0.1, 0.3], vec![0.5; 6]] {
                steps += agree("a chain", &Chain(1.5), &DVector::from_vec(strengths), 6.0, &settings);
            }
            steps += agree("a pendulum", &Pendulum, &DVector::from_vec(vec![1.5, 0.5]), 10.0, &settings);
            assert!(steps > 100, "{steps} steps are few");
        }
    }
}

/// A field that notes where it is evaluated.
struct Noted<'a, F>(&'a F, RefCell<Vec<DVector<f64>>>);

impl<F: VectorField> VectorField for Noted<'_, F> {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        self.1.borrow_mut().push(DVector::from_column_slice(y));
        self.0.evaluate(y, dy);
    }
}

#[test]
fn every_stage_is_that_of_ode_solvers() {
    let (field, start) = network(&[5, 4, 3, 6]);
    for (method, evaluations) in [(Method::Dopri5, 6), (Method::Dop853, 11)] {
        // So loose that the first step goes all the way, and its length is not a matter of rounding.
        let loose = Settings { method, rtol: 1e-3, atol: 100.0, max_steps: 10 };
        let stages = |backend| {
            let noted = Noted(&field, RefCell::default());
            let (rows, outcome, work) = states_by(backend, &noted, &start, &[0.05], &loose);
            assert_eq!((outcome, work.accepted, work.rejected), (Outcome::Complete, 1, 0));
            (noted.1.into_inner(), rows)
        };
        let ((ours, end), (theirs, their_end)) = (stages(Backend::InPlace), stages(Backend::Reference));
        // `ode_solvers` evaluates the start four times, once after it has looked for a first step; and dop853 the end.
        assert_eq!((&ours[0], &theirs[0], &theirs[1], &theirs[3]), (&start, &start, &start, &start));
        assert_eq!(ours.len(), 2 + evaluations);
        assert_eq!(ours.len() + 2 + usize::from(method == Method::Dop853), theirs.len());
        for (ours, theirs) in ours[2..].iter().chain(&end).zip(theirs[4..4 + evaluations].iter().chain(&their_end)) {
            let error = (ours - theirs).norm() / theirs.norm();
            assert!(error < 1e-15, "{}: {error:e}", method.name());
        }
    }
}

/// dy/dT = y², which is infinite at T = 1 for y = 1 and has no value where the weights are negative.
struct Explosion;

impl VectorField for Explosion {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        for (y, dy) in y.iter().zip(dy) {
            *dy = y * y * if *y < 0.0 { f64::NAN } else { 1.0 };
        }
    }
}

#[test]
fn a_field_that_is_not_a_number_ends_the_run_as_diverged_at_once() {
    for (method, _) in METHODS {
        let start = DVector::from_vec(vec![-1.0, 2.0]);
        let (rows, outcome, work) = states(&Explosion, &start, &[0.0, 1.0, 2.0], &settings(method, 1e-9));
        assert_eq!((rows, outcome), (vec![start], Outcome::Diverged { t: 0.0 }));
        assert!(work.evaluations < 10, "{work:?}");
    }
}

/// A field that has values for so many evaluations.
struct Failing(Cell<u32>);

impl VectorField for Failing {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        dy.iter_mut().zip(y).for_each(|(dy, y)| *dy = if left > 0 { -y } else { f64::NAN });
    }
}

#[test]
fn a_field_that_ceases_to_be_a_number_at_an_accepted_state_ends_the_run_there() {
    // At the start, for a first step, and the inner stages of that: f(y₁) has none.
    let start = DVector::from_vec(vec![1.0]);
    let failing = Failing(Cell::new(1 + 1 + 11));
    let (rows, outcome, work) = states(&failing, &start, &[0.0, 9.0], &settings(Method::Dop853, 1e-9));
    let Outcome::Diverged { t } = outcome else { panic!("{outcome:?}") };
    assert!(rows == [start] && t > 0.0 && work.accepted == 1 && work.evaluations < 40, "{t}, {work:?}");
}

#[test]
fn a_pole_ends_the_run_before_it_and_keeps_what_was_reached() {
    for (method, _) in METHODS {
        let start = DVector::from_vec(vec![1.0]);
        let (rows, outcome, work) = states(&Explosion, &start, &[0.0, 0.5, 0.9, 1.5], &settings(method, 1e-9));
        assert_eq!(rows.len(), 3);
        assert!((rows[2][0] - 10.0).abs() < 1e-6);
        let (Outcome::Diverged { t } | Outcome::StepUnderflow { t }) = outcome else { panic!("{outcome:?}") };
        // The time of the pole is wrong by about the tolerance.
        let late = if method == Method::Rock4 { 1e-8 } else { 1e-9 };
        assert!((0.9..=1.0 + late).contains(&t), "ended at {t}");
        assert!(work.evaluations < 100_000, "{work:?}");
    }
}

#[test]
fn the_limit_of_steps_is_kept_and_named() {
    for (method, _) in METHODS {
        for limit in [1, 5, 100, 1500] {
            let limited = Settings { max_steps: limit, ..settings(method, 1e-11) };
            let (rows, outcome, work) = states(&Rotation, &turned(1, 0.0), &[0.0, 1e4], &limited);
            let Outcome::StepLimit { t, limit: named } = outcome else { panic!("{outcome:?}") };
            assert_eq!((rows.len(), named), (1, limit));
            assert!(t > 0.0 && t < 1e4);
            assert_eq!(work.accepted + work.rejected, limit);
        }
    }
}

/// dy_i/dT = −λ_i(y_i − y_0) with λ_0 = 1 and y_0 → 0: a slow component, and fast ones that follow it.
struct Stiff(Vec<f64>);

impl VectorField for Stiff {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        dy[0] = -y[0];
        for ((dy, y_i), lambda) in dy.iter_mut().zip(y).zip(&self.0).skip(1) {
            *dy = -lambda * (y_i - y[0]);
        }
    }
}

#[test]
fn the_stabilised_method_is_not_held_up_by_what_is_at_rest() {
    let field = Stiff((0..30).map(|i| 10f64.powf(f64::from(i) / 7.0)).collect());
    let start = DVector::from_element(30, 1.0);
    let end = 5.0;
    // y_i = λ_i e^{−t}/(λ_i − 1) − e^{−λ_i t}/(λ_i − 1).
    let exact = DVector::from_fn(30, |i, _| match (i, field.0[i]) {
        (0, _) => f64::exp(-end),
        (_, lambda) => (lambda * f64::exp(-end) - f64::exp(-lambda * end)) / (lambda - 1.0),
    });
    for rtol in [1e-3, 1e-5, 1e-7] {
        let run = |method| {
            let (rows, outcome, work) = states(&field, &start, &[end], &settings(method, rtol));
            assert_eq!(outcome, Outcome::Complete);
            ((&rows[0] - &exact).norm() / exact.norm(), work)
        };
        let (error, work) = run(Method::Rock4);
        assert!(error < 10.0 * rtol, "error {error:e} at {rtol:e}");
        let (_, held) = run(Method::Dop853);
        let (few, many) = (work.evaluations, held.evaluations);
        assert!(10 * few < many, "{few} evaluations, and {many} of dop853, at rtol {rtol:e}");
    }
}

/// A network of thirty weight matrices, one of whose modes learns long before the others; and where it starts.
fn deep() -> (Gradient, DVector<f64>) {
    let mut rng = stream(3, Purpose::Start);
    let layout = Widths::new(4, &[4; 29], 4);
    let sigma31 = orthonormal(&mut rng, 4, 4) * DMatrix::from_diagonal(&DVector::from_vec(vec![4.0, 1.0, 0.5, 0.3]));
    let weights: Vec<_> = (0..30).map(|_| orthonormal(&mut rng, 4, 4) * 0.98).collect();
    let start = DVector::from_vec(layout.flatten(&weights));
    (Gradient::new(&layout, &sigma31, &[1.0; 4]), start)
}

#[test]
fn the_stabilised_method_takes_fewer_evaluations_in_deep_networks() {
    let (field, start) = deep();
    let end = 5.0;
    let exact = state(&field, &start, end, &settings(Method::Dop853, 1e-13));
    let run = |method, rtol| {
        let (rows, outcome, work) = states(&field, &start, &[end], &settings(method, rtol));
        assert_eq!(outcome, Outcome::Complete);
        ((&rows[0] - &exact).norm() / exact.norm(), work.evaluations)
    };
    for (rtol, times) in [(1e-4, 3), (1e-6, 2)] {
        let (_, many) = run(Method::Dop853, rtol);
        for method in [Method::Rock4, Method::Auto] {
            let (error, evaluations) = run(method, rtol);
            let label = format!("{} at {rtol:e}", method.name());
            assert!(error < rtol, "{label}: error {error:e}");
            assert!(times * evaluations < many, "{label}: {evaluations} evaluations, and {many} of dop853");
        }
    }
    // At the default tolerance its order is too low, and the change to it late in the run still pays.
    let ((error, evaluations), (_, many)) = (run(Method::Auto, 1e-9), run(Method::Dop853, 1e-9));
    assert!(error < 1e-9 && 10 * evaluations < 9 * many, "{error:e}, {evaluations} evaluations of {many}");
}

#[test]
fn tight_tolerances_near_rest_are_for_the_stabilised_method_of_high_order() {
    // The slowest mode learns in 1/(λ_4 s_3), the fastest hundreds of times as fast.
    let (field, start) = network(&[4, 3, 3, 3]);
    let end = 200.0;
    let exact = state(&field, &start, end, &settings(Method::Dop853, 1e-13));
    let run = |method, rtol| {
        let (rows, outcome, work) = states(&field, &start, &[end], &settings(method, rtol));
        assert_eq!(outcome, Outcome::Complete);
        let error = (&rows[0] - &exact).norm() / exact.norm();
        assert!(error < 10.0 * rtol, "{}: error {error:e} at {rtol:e}", method.name());
        work.evaluations
    };
    for rtol in [1e-7, 1e-9] {
        let [pair, stab8, auto, low] =
            [Method::Dop853, Method::Stab8, Method::Auto, Method::Rock4].map(|method| run(method, rtol));
        let label = format!("{stab8} evaluations, {auto} of auto, {pair} of dop853, {low} of rock4, at {rtol:e}");
        assert!(3 * stab8 < 2 * pair && 3 * auto < 2 * pair, "{label}");
        assert!(rtol > 1e-9 || (stab8 < low && auto < low), "{label}");
    }
}

/// Notes by which method a run goes on.
#[derive(Default)]
struct Changed(Vec<(Method, f64)>);

impl Observer for Changed {
    fn visit(&mut self, _: usize, _: &[f64]) -> bool {
        true
    }

    fn changed(&mut self, method: Method, t: f64) {
        self.0.push((method, t));
    }
}

#[test]
fn the_method_changes_at_rest_and_nowhere_else() {
    let run = |field: &dyn Fn(&mut Changed) -> (Outcome, Work)| {
        let mut changed = Changed::default();
        let (outcome, work) = field(&mut changed);
        assert_eq!(outcome, Outcome::Complete);
        (changed.0, work)
    };
    // A rotation is never at rest, and the steps are Dop853's, but shorter by a twelfth, as their error is steady and they look
    // back. Beside them it looks at the spectral radius now and then.
    let auto = |rtol| settings(Method::Auto, rtol);
    for rtol in [1e-4, 1e-8] {
        let (changes, work) = run(&|seen| integrate(&Rotation, turned(3, 0.0), &[100.0], &auto(rtol), seen));
        let (_, _, same) = states(&Rotation, &turned(3, 0.0), &[100.0], &settings(Method::Dop853, rtol));
        assert_eq!((changes, work.rejected), (vec![], same.rejected));
        assert!(100 * work.evaluations < 112 * same.evaluations, "{work:?}, {same:?}");
    }
    // So it does where that does not settle.
    let (start, end) = (DVector::from_vec(vec![1.5, 0.5]), 60.0);
    let (changes, work) = run(&|seen| integrate(&Pendulum, start.clone(), &[end], &auto(1e-8), seen));
    let (_, _, same) = states(&Pendulum, &start, &[end], &settings(Method::Dop853, 1e-8));
    assert!(changes.is_empty() && 100 * work.evaluations < 112 * same.evaluations, "{changes:?}, {work:?}, {same:?}");
    // A chain learns within 2, and then nothing but stability limits a step.
    let chain = || DVector::from_fn(20, |i, _| 0.85 + 0.01 * i as f64);
    let end = 100.0;
    let (changes, work) = run(&|seen| integrate(&Chain(2.0), chain(), &[end], &auto(1e-9), seen));
    let ladder = [(Method::Stab8, 0.1..2.0), (Method::Rock4, 2.0..4.0)];
    let as_expected = changes.iter().zip(&ladder).all(|((method, t), (next, when))| method == next && when.contains(t));
    assert!(changes.len() == ladder.len() && as_expected, "{changes:?}");
    let (_, _, held) = states(&Chain(2.0), &chain(), &[end], &settings(Method::Dop853, 1e-9));
    // Rock4's steps at rest are long, and now and then one is rejected: 700 to 1600 evaluations at one tolerance or another.
    assert!(8 * work.evaluations < held.evaluations, "{work:?}, {held:?}");
    // What is seen at a time does not depend on the other times here, either.
    let seldom = state(&Chain(2.0), &chain(), end, &auto(1e-9));
    let often: Vec<f64> = (1..=100).map(f64::from).collect();
    let (rows, _, _) = states(&Chain(2.0), &chain(), &often, &auto(1e-9));
    assert_eq!(rows.last(), Some(&seldom));
    // The same at every run.
    let (again, same) = run(&|seen| integrate(&Chain(2.0), chain(), &[end], &auto(1e-9), seen));
    assert_eq!((again, same), (changes, work));
}

/// τ du/dt = 2u(s − u) of eight modes.
struct Learning;

impl VectorField for Learning {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        for (mode, (dy, u)) in dy.iter_mut().zip(y).enumerate() {
            *dy = 2.0 * u * (3.0 - 0.25 * mode as f64 - u);
        }
    }
}

#[test]
fn auto_looks_back_and_has_fewer_steps_rejected() {
    // The last mode is half learned at 2.85, and nothing is at rest for long.
    let rejected = |method| {
        let run = |k| {
            let (mut seen, rtol) = (Changed::default(), 10f64.powf(-4.0 - f64::from(k) / 6.0));
            let settings = Settings { atol: 1e-5 * rtol, ..settings(method, rtol) };
            let (outcome, work) = integrate(&Learning, DVector::from_element(8, 1e-3), &[3.0], &settings, &mut seen);
            assert!(outcome == Outcome::Complete && seen.0.is_empty(), "{:?}", seen.0);
            work.rejected
        };
        (0..30).map(run).sum::<u64>()
    };
    let (dop853, auto) = (rejected(Method::Dop853), rejected(Method::Auto));
    assert!(2 * auto < dop853, "{auto} rejected steps, {dop853} of dop853");
}

#[test]
fn changes_are_told_in_words() {
    let mut changes = Changes::default();
    assert_eq!(changes.describe(Method::Rock4, 1.0), "rock4");
    assert_eq!(changes.describe(Method::Auto, 1.0), "auto (dop853)");
    changes.add(Method::Rock4, 1.50012345);
    assert_eq!(changes.describe(Method::Auto, 2.0), "auto (dop853, then rock4 from t = 3)");
    for (method, t) in [(Method::Dop853, 2.0), (Method::Stab8, 2.5), (Method::Dop853, 4.0)] {
        changes.add(method, t);
    }
    let all = "auto (dop853, then rock4 from t = 1.5, dop853 from t = 2, stab8 from t = 2.5, and 1 more change)";
    assert_eq!(changes.describe(Method::Auto, 1.0), all);
}

/// y' = x, whose solution x²/2 every method of order two or more integrates exactly.
struct Ramp;

impl System<f64, DVector<f64>> for Ramp {
    fn system(&self, x: f64, _: &DVector<f64>, dy: &mut DVector<f64>) {
        dy[0] = x;
    }
}

/// This is why only autonomous systems are integrated: the last node of `ode_solvers`' Dop853 is 0 where
/// Hairer, Nørsett & Wanner have 1, which makes it first order in the time that a field depends on.
#[test]
fn dop853_of_ode_solvers_is_first_order_where_the_field_depends_on_time() {
    macro_rules! error_of_one_step {
        ($solver:ident, $h:expr) => {{
            let y = DVector::from_vec(vec![0.0]);
            let mut solver = $solver::from_param(
                Ramp,
                0.0,
                $h,
                $h,
                y,
                1.0,
                1.0,
                0.9,
                0.0,
                0.333,
                6.0,
                $h,
                $h,
                10,
                0,
                OutputType::Sparse,
            );
            solver.integrate().expect("one step");
            let (_, states) = solver.results().get();
            assert_eq!(states.len(), 2);
            (states[1][0] - $h * $h / 2.0).abs()
        }};
    }
    let points: Vec<(f64, f64)> = [0.1, 0.05, 0.025].into_iter().map(|h| (h, error_of_one_step!(Dop853, h))).collect();
    let order = slope(&points) - 1.0;
    assert!((order - 1.0).abs() < 1e-6, "the order is {order}: integrate.rs need no longer avoid such systems");
    assert!(error_of_one_step!(Dopri5, 0.1) < 1e-16);
}
