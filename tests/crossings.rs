//! When levels are first crossed: as exactly as the solution is known, at the cost of a step or two, and in the face of levels that
//! jump, of plateaus of any length and of fields without a value.

use gradflow::integrate::{Backend, Method, Observer, Settings, VectorField, integrate, integrate_by};
use gradflow::trajectory::{Outcome, Work};
use nalgebra::DVector;
use std::cell::Cell;

const METHODS: [Method; 5] = [Method::Dopri5, Method::Dop853, Method::Stab8, Method::Rock4, Method::Auto];

fn settings(method: Method, rtol: f64) -> Settings {
    Settings { method, rtol, atol: 1e-3 * rtol, max_steps: 1_000_000 }
}

/// Notes when levels are crossed.
struct Watch<L> {
    levels: L,
    crossed: Vec<f64>,
    /// Whether that is all.
    ends: bool,
}

impl<L: Fn(&[f64]) -> Vec<f64>> Watch<L> {
    fn new(count: usize, levels: L) -> Watch<L> {
        Watch { levels, crossed: vec![f64::NAN; count], ends: false }
    }
}

impl<L: Fn(&[f64]) -> Vec<f64>> Observer for Watch<L> {
    fn visit(&mut self, _: usize, _: &[f64]) -> bool {
        true
    }

    fn levels(&self, y: &[f64]) -> Vec<f64> {
        (self.levels)(y)
    }

    fn crossed(&mut self, level: usize, t: f64) {
        self.crossed[level] = t;
    }

    fn finished(&self) -> bool {
        self.ends && self.crossed.iter().all(|t| t.is_finite())
    }
}

/// Ends when the first component has risen above all levels.
fn risen(levels: &[f64]) -> Watch<impl Fn(&[f64]) -> Vec<f64>> {
    let above = |y: &[f64]| levels.iter().map(|level| y[0] - level).collect();
    Watch { ends: true, ..Watch::new(levels.len(), above) }
}

#[test]
fn crossings_are_found_to_rounding_and_cost_little() {
    // u' = u(1 − u) from ⅒ is at u when e^t = 9u/(1 − u).
    struct Logistic;
    impl VectorField for Logistic {
        fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
            dy[0] = y[0] * (1.0 - y[0]);
        }
    }
    let levels: Vec<f64> = (0..8).map(|i| 0.1 + 0.11 * f64::from(i)).collect();
    // `ode_solvers` has no others.
    for method in [Method::Dopri5, Method::Dop853] {
        for rtol in [1e-4, 1e-7, 1e-10, 1e-13] {
            let find = |backend| {
                let mut seen = risen(&levels);
                let (start, settings) = (DVector::from_vec(vec![0.1]), settings(method, rtol));
                let (outcome, work) = integrate_by(backend, &Logistic, start, &[50.0], &settings, &mut seen);
                assert!(outcome == Outcome::Complete && seen.finished());
                (seen.crossed, work.evaluations)
            };
            let (found, evaluations) = find(Backend::InPlace);
            let (searched, more) = find(Backend::Reference);
            let label = format!("{} at {rtol:e}", method.name());
            assert!(rtol == 1e-4 || 2 * evaluations < more, "{label}: {evaluations} evaluations of {more}");
            assert_eq!(found[0], 0.0);
            for ((level, found), searched) in levels.iter().zip(&found).zip(&searched) {
                let exact = (9.0 * level / (1.0 - level)).ln();
                assert!((found - searched).abs() < 1e-9, "{label}: {level} at {found}, {searched}");
                assert!((found - exact).abs() < 30.0 * rtol + 1e-10, "{label}: {level} at {found}, not {exact}");
            }
        }
    }
}

const MODES: usize = 8;
const START: f64 = 1e-4;

fn strength(mode: usize) -> f64 {
    3.0 - 0.25 * mode as f64
}

/// When a mode is half learned, from the closed form.
fn half_time(mode: usize) -> f64 {
    (strength(mode) / START - 1.0).ln() / (2.0 * strength(mode))
}

/// τ du/dt = 2u(s − u) of some modes.
struct Learning;

impl VectorField for Learning {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        for (mode, (dy, u)) in dy.iter_mut().zip(y).enumerate() {
            *dy = 2.0 * u * (strength(mode) - u);
        }
    }
}

fn learn(method: Method, rtol: f64, seen: &mut impl Observer) -> Work {
    let settings = Settings { atol: 1e-2 * rtol * START, ..settings(method, rtol) };
    let (outcome, work) = integrate(&Learning, DVector::from_element(MODES, START), &[20.0], &settings, seen);
    assert_eq!(outcome, Outcome::Complete);
    work
}

#[test]
fn a_crossing_takes_a_step_or_two() {
    let half = |y: &[f64]| y.iter().enumerate().map(|(mode, u)| u - 0.5 * strength(mode)).collect();
    for (method, stages) in [(Method::Dop853, 12), (Method::Dopri5, 6), (Method::Stab8, 16), (Method::Auto, 12)] {
        for rtol in [1e-5, 1e-7, 1e-9, 1e-11] {
            let mut seen = Watch::new(MODES, half);
            let with = learn(method, rtol, &mut seen);
            let without = learn(method, rtol, &mut Watch::new(0, |_: &[f64]| vec![]));
            let (label, more) = (format!("{} at {rtol:e}", method.name()), with.evaluations - without.evaluations);
            assert!(more <= MODES as u64 * 2 * stages, "{label}: {more} evaluations for {MODES} crossings");
            for (mode, t) in seen.crossed.iter().enumerate() {
                let exact = half_time(mode);
                assert!((t - exact).abs() < rtol, "{label}: mode {mode} at {t}, not {exact}");
            }
        }
    }
}

#[test]
fn a_jump_is_found_as_well() {
    for method in METHODS {
        let mut seen = Watch::new(1, |y: &[f64]| vec![if y[0] < 0.5 * strength(0) { -1.0 } else { 3.0 }]);
        learn(method, 1e-11, &mut seen);
        let (found, exact) = (seen.crossed[0], half_time(0));
        assert!((found - exact).abs() < 2e-10, "{}: {found} and not {exact}", method.name());
    }
}

#[test]
fn a_crossing_where_the_field_has_no_value_ends_the_run_there() {
    /// Has values for so many evaluations.
    struct Failing(Cell<u32>);
    impl VectorField for Failing {
        fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
            let left = self.0.get();
            self.0.set(left.saturating_sub(1));
            dy[0] = if left > 0 { -y[0] } else { f64::NAN };
        }
    }
    // At the start, for a first step, and the inner stages of that, which leads over the level: f(y₁) has none.
    let (start, failing) = (DVector::from_vec(vec![1.0]), Failing(Cell::new(1 + 1 + 11)));
    let mut falls = Watch::new(1, |y: &[f64]| vec![1.0 - 1e-9 - y[0]]);
    let (outcome, _) = integrate(&failing, start, &[9.0], &settings(Method::Dop853, 1e-9), &mut falls);
    assert!(matches!(outcome, Outcome::Diverged { t } if t > 0.0), "{outcome:?}");
}

/// u' = u³(1 − u): from 10⁻¹² a plateau of 5·10²³, and then a rise within about 1, 10⁻⁷ of the last digit of the time.
#[test]
fn a_plateau_of_any_length_is_left() {
    struct Slow;
    impl VectorField for Slow {
        fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
            dy[0] = y[0].powi(3) * (1.0 - y[0]);
        }
    }
    for method in METHODS {
        let mut seen = risen(&[1e-11, 0.5, 0.99]);
        let settings = Settings { method, rtol: 1e-9, atol: 1e-24, max_steps: 3000 };
        let (outcome, work) = integrate(&Slow, DVector::from_vec(vec![1e-12]), &[6e23], &settings, &mut seen);
        assert_eq!(outcome, Outcome::Complete, "{}: {work:?}", method.name());
        let crossed = seen.crossed;
        assert!((crossed[0] / 4.95e23 - 1.0).abs() < 1e-7, "{crossed:?}");
        assert!(crossed[1..].iter().all(|t| (t / 5e23 - 1.0).abs() < 1e-7), "{crossed:?}");
    }
}
