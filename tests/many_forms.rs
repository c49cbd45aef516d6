//! The closed forms of many modes at once against those of one.

use gradflow::analytic::many::Many;
use gradflow::analytic::pair::Pair;
use proptest::prelude::*;

/// A mode: s, λ and its weights.
type Mode = (f64, f64, (f64, f64));

fn size(decades: std::ops::Range<f64>) -> impl Strategy<Value = f64> {
    decades.prop_map(|e| 10f64.powf(e))
}

/// Of either sign, or 0; mostly of a moderate size.
fn weight() -> impl Strategy<Value = f64> {
    let size = prop_oneof![4 => size(-4.0..1.0), 1 => size(-170.0..150.0), 1 => Just(0.0), 1 => Just(0.25)];
    (size, prop::bool::weighted(0.3)).prop_map(|(size, negative)| if negative { -size } else { size })
}

fn mode() -> impl Strategy<Value = Mode> {
    let s = prop_oneof![6 => size(-2.0..1.0), 1 => size(-170.0..150.0), 1 => Just(0.0)];
    let lambda = prop_oneof![4 => size(-2.0..1.0), 3 => Just(1.0), 1 => size(-120.0..120.0), 1 => Just(0.0)];
    (s, lambda, (weight(), weight()))
}

/// 0, moderate, around where e^{−x} leaves the range, and far out.
fn times() -> impl Strategy<Value = Vec<f64>> {
    let t = prop_oneof![1 => Just(0.0), 6 => size(-3.0..1.5), 3 => size(1.5..3.5), 1 => size(-300.0..300.0)];
    prop::collection::vec(t, 1..6)
}

fn columns(modes: &[Mode]) -> (Vec<f64>, Vec<f64>) {
    (modes.iter().map(|m| m.0).collect(), modes.iter().map(|m| m.1).collect())
}

/// Whether two numbers agree to so many units in the last place.
fn agree(a: f64, b: f64, units: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= units * f64::EPSILON * a.abs().max(f64::MIN_POSITIVE)
}

/// The strengths at the times, a row for each.
fn table(many: &Many, modes: usize, times: &[f64]) -> Vec<f64> {
    let mut table = vec![f64::NAN; modes * times.len()];
    many.table(times, &mut table);
    table
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn balanced_modes_are_those_of_one(modes in prop::collection::vec(mode(), 1..40), times in times(), tau in size(-1.0..1.0)) {
        let (s, lambda) = columns(&modes);
        let u0: Vec<f64> = modes.iter().map(|m| m.2.0).collect();
        let found = table(&Many::balanced(&s, &lambda, tau, &u0), modes.len(), &times);
        for (i, u) in found.iter().enumerate() {
            let (mode, t) = (i % modes.len(), times[i / modes.len()]);
            let exact = Pair { s: s[mode], input_eigenvalue: lambda[mode], tau }.balanced(u0[mode], t);
            prop_assert!(agree(*u, exact, 6.0), "{:?} at {t:e}: {u:e} for {exact:e}", modes[mode]);
        }
    }

    #[test]
    fn unequal_modes_are_those_of_one(modes in prop::collection::vec(mode(), 1..40), times in times(), tau in size(-1.0..1.0)) {
        let (s, lambda) = columns(&modes);
        let starts: Vec<(f64, f64)> = modes.iter().map(|m| m.2).collect();
        let found = table(&Many::unequal(&s, &lambda, tau, &starts), modes.len(), &times);
        for (i, u) in found.iter().enumerate() {
            let (mode, t) = (i % modes.len(), times[i / modes.len()]);
            let pair = Pair { s: s[mode], input_eigenvalue: lambda[mode], tau };
            let (a, b) = pair.strengths(starts[mode], t);
            // Each weight is right to a few units of the larger: so u is to those of |a||b|, and of what passes through 0.
            let units = 12.0 * (1.0 + a.abs().max(b.abs()) / a.abs().min(b.abs()).max(f64::MIN_POSITIVE));
            prop_assert!(agree(*u, a * b, units.min(1e15)), "{:?} at {t:e}: {u:e} for {:e}", modes[mode], a * b);
        }
    }
}

#[test]
fn rows_are_the_same_on_any_number_of_threads() {
    let s: Vec<f64> = (0..3001).map(|i| f64::from(i) / 500.0).collect();
    let (lambda, u0) = (vec![1.0; 3001], vec![1e-3; 3001]);
    let starts: Vec<(f64, f64)> = (0..3001).map(|i| (0.01 + f64::from(i % 7), 0.02)).collect();
    let times: Vec<f64> = (0..50).map(|i| f64::from(i) / 5.0).collect();
    for many in [Many::balanced(&s, &lambda, 0.7, &u0), Many::unequal(&s, &lambda, 0.7, &starts)] {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| table(&many, 3001, &times))
        };
        let all = on(1);
        assert!(all == on(3) && all.iter().all(|u| u.is_finite()));
    }
}

const KNOWN: [f64; 3] = [0.33585078116402045, 3.269017372472111e-94, 0.3142819709718127];

/// mpmath at 50 digits.
#[test]
fn known_values() {
    let mut u = [0.0; 3];
    Many::balanced(&[2.0, 5.0, 0.5], &[1.0, 1.0, 2.0], 1.0, &[1e-3, 1e-100, 3.0]).at(1.5, &mut u);
    for (found, exact) in u.iter().zip(KNOWN) {
        assert!((found / exact - 1.0).abs() < 4e-16, "{found:e} for {exact:e}");
    }
}
