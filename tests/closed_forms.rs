//! The closed forms against values that were made without them, and against what must hold.

use gradflow::analytic::chain::Chain;
use gradflow::analytic::deep::Deep;
use gradflow::analytic::infinite::InfiniteDepth;
use gradflow::analytic::pair::Pair;
use proptest::prelude::*;

/// Times between strengths, by quadrature at 50 digits; see `tests/reference/closed_forms.py`.
const TIMES: &str = include_str!("reference/times.csv");
/// Weights at given times, by a Taylor method at 25 digits.
const WEIGHTS: &str = include_str!("reference/weights.csv");

/// A law with its start.
enum Law {
    Deep(Deep, f64),
    Infinite(InfiniteDepth, f64),
    Pair(Pair, (f64, f64)),
    Chain(Chain, Vec<f64>),
}

impl Law {
    fn strength(&self, t: f64) -> f64 {
        match self {
            Law::Deep(law, u0) => law.strength(*u0, t),
            Law::Infinite(law, u0) => law.strength(*u0, t),
            Law::Pair(law, start) => {
                let (a, b) = law.strengths(*start, t);
                a * b
            }
            Law::Chain(law, start) => law.strength(start, t),
        }
    }

    fn time(&self, u: f64) -> Option<f64> {
        match self {
            Law::Deep(law, u0) => law.time_to_reach(*u0, u),
            Law::Infinite(law, u0) => law.time_to_reach(*u0, u),
            Law::Pair(law, start) => law.time_to_reach(*start, u),
            Law::Chain(law, start) => law.time_to_reach(start, u),
        }
    }

    /// τ du/dt / (s − λu) where the strength is u: the sum of the squared products of the other weights.
    fn mobility(&self, u: f64, t: f64) -> f64 {
        match self {
            Law::Deep(law, _) => f64::from(law.weights) * u.abs().powf(2.0 - 2.0 / f64::from(law.weights)),
            Law::Infinite(law, _) => f64::from(law.layers) * u * u,
            Law::Pair(_, (a, b)) => (a * a - b * b).hypot(2.0 * u),
            Law::Chain(law, start) => law.weights(start, t).iter().map(|a| (u / a).powi(2)).sum(),
        }
    }
}

struct Row {
    law: Law,
    s: f64,
    lambda: f64,
    tau: f64,
    u: f64,
    time: f64,
    line: &'static str,
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(';').map(|x| x.parse().unwrap()).collect()
}

fn rows() -> impl Iterator<Item = Row> {
    TIMES.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |i: usize| -> f64 { cells[i].parse().unwrap() };
        let (s, input_eigenvalue, tau, start) = (number(1), number(2), number(3), numbers(cells[5]));
        let count: u32 = cells[4].parse().unwrap();
        let law = match cells[0] {
            "deep" => Law::Deep(Deep { s, input_eigenvalue, tau, weights: count }, start[0]),
            "infinite" => Law::Infinite(InfiniteDepth { s, input_eigenvalue, tau, layers: count }, start[0]),
            "unequal" => Law::Pair(Pair { s, input_eigenvalue, tau }, (start[0], start[1])),
            _ => Law::Chain(Chain { s, input_eigenvalue, tau }, start),
        };
        Row { law, s, lambda: input_eigenvalue, tau, u: number(6), time: number(7), line }
    })
}

#[track_caller]
fn close(got: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (got - expected).abs() / expected.abs().max(f64::MIN_POSITIVE);
    assert!(error <= tolerance, "{what}: {got:e} is not {expected:e} (relative error {error:.1e})");
}

/// A few rounding errors, and those of u within 1e-7 of s/λ: ln(s − λu) is then ±16 units off in a
/// difference of order 1.
#[test]
fn times_agree_with_quadrature_to_rounding() {
    for row in rows() {
        close(row.law.time(row.u).unwrap(), row.time, 1e-14, row.line);
    }
}

/// δu/u ≤ (8 + |d ln u/d ln t|)·2ε: the rounding of t and of the rates is amplified where u is steep.
#[test]
fn strengths_agree_with_quadrature_as_far_as_the_time_determines_them() {
    for row in rows() {
        let steepness = row.law.mobility(row.u, row.time) * (row.s - row.lambda * row.u) / row.tau * row.time / row.u;
        let tolerance = 2.0 * f64::EPSILON * (8.0 + steepness.abs());
        close(row.law.strength(row.time), row.u, tolerance, row.line);
    }
}

#[test]
fn weights_agree_with_the_taylor_method() {
    for line in WEIGHTS.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |i: usize| -> f64 { cells[i].parse().unwrap() };
        let chain = Chain { s: number(0), input_eigenvalue: number(1), tau: number(2) };
        let (start, end) = (numbers(cells[4]), numbers(cells[5]));
        for (got, expected) in chain.weights(&start, number(3)).into_iter().zip(&end) {
            close(got, *expected, 2e-14, line);
        }
        close(chain.strength(&start, number(3)), end.iter().product(), 4e-14, line);
    }
}

/// Half-learning times of the six distinct modes of the paper's hierarchical data set (figure 3),
/// τ = 1/(0.5e-3), u0 = 1e-6; singular values to four digits.
#[test]
fn half_times_of_the_hierarchy() {
    let half_times = [224.7, 318.8, 379.4, 464.4, 599.3, 883.3];
    for (s, expected) in [81.04, 55.96, 46.54, 37.56, 28.65, 18.97].into_iter().zip(half_times) {
        let pair = Pair { s, input_eigenvalue: 1.0, tau: 2000.0 };
        close(pair.balanced_time(1e-6, s / 2.0).unwrap(), expected, 5e-4, "half-learning time");
    }
}

/// So many weights above the limit that the speed changes by more than an f64 holds within a factor two of
/// the weakest. Values: quadrature of dx/(Q(x)(1 − xQ(x))) at 40 digits.
#[test]
fn a_thousand_unequal_weights_fall_to_the_limit() {
    let chain = Chain { s: 1.0, input_eigenvalue: 1.0, tau: 1.0 };
    let mut start = vec![2.0; 998];
    start.push(1.9);
    let time = chain.time_to_reach(&start, 2.0).expect("it is on the way");
    close(time, 1.937_463_138_428_4e-4, 1e-11, "time to u = 2");
    close(chain.strength(&start, 1e-3), 1.188_978_786_194_46, 1e-11, "u at t = 0.001");
    close(chain.strength(&start, 1.0), 1.0, 1e-11, "u at t = 1");
}

#[test]
fn three_laws_agree_on_two_weights() {
    let (s, input_eigenvalue, tau) = (1.3, 0.7, 2.0);
    let pair = Pair { s, input_eigenvalue, tau };
    let deep = Deep { s, input_eigenvalue, tau, weights: 2 };
    for k in 0..40 {
        let t = 0.5 * f64::from(k);
        let (a, b) = pair.strengths((0.1, 0.1), t);
        close(a * b, pair.balanced(0.1 * 0.1, t), 1e-14, "weights and strength");
        close(deep.strength(0.1 * 0.1, t), pair.balanced(0.1 * 0.1, t), 0.0, "deep with D = 2");
    }
}

/// From zero, from the limit and between opposite weakest weights nothing escapes by rounding.
#[test]
fn rest_and_saddles() {
    let pair = Pair { s: 2.0, input_eigenvalue: 1.0, tau: 1.0 };
    assert_eq!(pair.strengths((0.0, 0.0), 1e5), (0.0, 0.0));
    let (a, b) = pair.strengths((0.7, -0.7), 300.0);
    assert!(a > 0.0 && a < 1e-200 && (a + b).abs() < 1e-15 * a, "{a:e} {b:e}");
    assert_eq!(pair.balanced(0.0, 1e5), 0.0);
    assert_eq!(pair.balanced(2.0, 1e300), 2.0);
    let chain = Chain { s: 1.0, input_eigenvalue: 1.0, tau: 1.0 };
    assert_eq!(chain.weights(&[0.0, 0.0, 3.0], 1e5), [0.0, 0.0, 3.0]);
    let tied = chain.weights(&[0.1, -0.1, 0.5], 1e3);
    assert!(tied[0] > 0.0 && tied[0] == -tied[1], "{tied:?}");
    assert!(chain.weights(&[0.0, 0.5, -0.5], 1.0)[0] < 0.0);
}

#[test]
fn unreachable_targets() {
    let pair = Pair { s: 2.0, input_eigenvalue: 0.5, tau: 1.0 };
    let deep = Deep { s: 2.0, input_eigenvalue: 0.5, tau: 1.0, weights: 3 };
    let infinite = InfiniteDepth { s: 2.0, input_eigenvalue: 0.5, tau: 1.0, layers: 4 };
    let balanced: [&dyn Fn(f64, f64) -> Option<f64>; 3] =
        [&|u, v| pair.balanced_time(u, v), &|u, v| deep.time_to_reach(u, v), &|u, v| infinite.time_to_reach(u, v)];
    for time in balanced {
        for (from, to) in [
            (1.0, 0.5),
            (1.0, 4.0),
            (1.0, 5.0),
            (1.0, -1.0),
            (5.0, 4.0),
            (5.0, 6.0),
            (-1.0, 0.0),
            (-1.0, 1.0),
            (-1.0, -2.0),
            (0.0, 1.0),
            (4.0, 3.0),
        ] {
            assert_eq!(time(from, to), None, "{from} to {to}");
        }
        assert_eq!(time(1.5, 1.5), Some(0.0));
        assert!(time(-1.0, -0.5).is_some() && time(5.0, 4.5).is_some() && time(1.0, 3.9).is_some());
    }
    for start in [vec![1.0, 0.5], vec![1.0, 0.5, 2.0]] {
        let chain = Chain { s: 2.0, input_eigenvalue: 0.5, tau: 1.0 };
        let u0: f64 = start.iter().product();
        for to in [0.9 * u0, 4.0, 4.5, -1.0] {
            assert_eq!(chain.time_to_reach(&start, to), None, "{start:?} to {to}");
        }
        assert_eq!(chain.time_to_reach(&start, u0), Some(0.0));
        assert!(chain.time_to_reach(&[-1.0, 0.5, 2.0], 3.0).is_some_and(f64::is_finite));
        assert_eq!(chain.time_to_reach(&[-1.0, 1.0, 2.0], 3.0), None);
        assert_eq!(chain.time_to_reach(&[-1.0, 1.0], 3.0), None);
        assert_eq!(chain.time_to_reach(&[0.0, 0.0, 1.0], 1.0), None);
    }
}

/// The ends of the range of f64: nothing overflows that has a value.
#[test]
fn extremes() {
    let pair = Pair { s: 1.0, input_eigenvalue: 1.0, tau: 1.0 };
    let t = pair.time_to_reach((1e-170, 1e-170), 0.5).unwrap();
    close(t, 170.0 * std::f64::consts::LN_10, 1e-14, "from a product of 1e-340");
    let (a, b) = pair.strengths((1e-170, 1e-170), t);
    close(a * b, 0.5, 1e-12, "and there");
    for t in [1e5, 1e300] {
        for (a, b) in [(1e6, 1e-6), (1e150, 1e-150), (1e-3, -1e6), (1e-300, 0.0)] {
            let (a, b) = pair.strengths((a, b), t);
            close(a * b, 1.0, 1e-15, "at the minimum");
        }
    }
    let fast = Pair { s: 1.0, input_eigenvalue: 1.0, tau: 1e-300 };
    close(fast.balanced(1e-300, 1e300), 1.0, 0.0, "t/tau beyond f64");
    let start = Pair { s: 1.0, input_eigenvalue: 1.0, tau: 1.0 }.strengths((0.1, 0.7), 0.0);
    assert_eq!(start, (0.1, 0.7));
    // x falls by e^{−λT} with s out of sight, though the pole of dt/dx is only 1e-166 beyond 0.
    let steep = Chain { s: 1e-12, input_eigenvalue: 1e154, tau: 1e154 };
    close(steep.strength(&[1e-12, -2.0, 0.5], 1.5), -1e-12 * (-1.5f64).exp(), 1e-14, "steep decay");
    // Within the last digit of t the strength goes from 0.2 to 2.8.
    let sudden = Deep { s: 2.5, input_eigenvalue: 0.44755418896329363, tau: 1.0, weights: 99 };
    let u = sudden.strength(4.015855188280129e-17, 47893150436738.34);
    assert!(u > 0.1 && u < 5.6, "{u}");
    let grown = Deep { s: 1.0, input_eigenvalue: 0.0, tau: 1.0, weights: 3 };
    assert_eq!(grown.strength(0.1, 1e3), f64::INFINITY);
}

/// A start of either sign, weights from 1e-6 to 10.
fn weight() -> impl Strategy<Value = f64> {
    (prop::bool::ANY, -6.0..1.0f64).prop_map(|(negative, e)| if negative { -(10f64.powf(e)) } else { 10f64.powf(e) })
}

proptest! {
    #[test]
    fn a_squared_minus_b_squared_is_conserved(a in weight(), b in weight(), s in 0.0..4.0, lambda in 0.1..3.0, t in 0.0..30.0) {
        let pair = Pair { s, input_eigenvalue: lambda, tau: 1.0 };
        let (a1, b1) = pair.strengths((a, b), t);
        let (before, after) = (a * a - b * b, a1 * a1 - b1 * b1);
        let scale = (a * a + b * b).max(a1 * a1 + b1 * b1);
        prop_assert!((before - after).abs() <= 4e-15 * scale, "{before:e} {after:e}");
    }

    #[test]
    fn two_legs_make_one_way(a in weight(), b in weight(), s in 0.1..4.0, t1 in 0.0..4.0, t2 in 0.0..4.0) {
        // Of equal sign: near the saddle, rounding in the middle would be amplified by e^{st}.
        let (a, b) = (a.abs(), b.abs());
        let pair = Pair { s, input_eigenvalue: 1.0, tau: 1.0 };
        let (a2, b2) = pair.strengths(pair.strengths((a, b), t1), t2);
        let (a1, b1) = pair.strengths((a, b), t1 + t2);
        prop_assert!((a1 - a2).hypot(b1 - b2) <= 2e-14 * a1.hypot(b1));
    }

    #[test]
    fn deep_times_add_up(d in 1u32..60, e in -9.0..-0.1f64, x in 0.05..0.95f64, y in 0.05..0.95f64, s in 0.1..5.0f64) {
        let deep = Deep { s, input_eigenvalue: 1.0, tau: 1.0, weights: d };
        let first = s * 10f64.powf(e);
        let last = s - (s - first) * y;
        let middle = first + (last - first) * x;
        let whole = deep.time_to_reach(first, last).unwrap();
        let parts = deep.time_to_reach(first, middle).unwrap() + deep.time_to_reach(middle, last).unwrap();
        prop_assert!((whole - parts).abs() <= 2e-14 * whole);
    }

    #[test]
    fn chains_keep_their_invariants(start in prop::collection::vec(weight(), 3..6), t in 0.0..20.0) {
        let chain = Chain { s: 1.5, input_eigenvalue: 1.0, tau: 1.0 };
        let end = chain.weights(&start, t);
        for ((a0, b0), (a, b)) in start.iter().zip(&start[1..]).zip(end.iter().zip(&end[1..])) {
            let scale = (a0 * a0 + b0 * b0).max(a * a + b * b);
            prop_assert!((a0 * a0 - b0 * b0 - (a * a - b * b)).abs() <= 1e-14 * scale);
        }
        let u: f64 = end.iter().product();
        prop_assert!((chain.strength(&start, t) - u).abs() <= 1e-14 * u.abs());
    }
}
