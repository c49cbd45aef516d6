//! The coefficients of a stabilised explicit method of order 4 for each of its degrees.
//!
//! The construction is that of Abdulle (2002), "Fourth order Chebyshev methods with recurrence relation", SIAM J.
//! Sci. Comput. 23(6), with coefficients of its own. The stability polynomial of degree s is R(z) = P(z)w(z). w has two
//! pairs of complex zeros; P, of degree s − 4, is orthogonal with the weight w²/√(1−x²) on [−ℓ, 0] ∋ z, x = 1 + 2z/ℓ,
//! so that R ripples evenly there, and its recursion of three terms is what the method's first s − 4 stages follow.
//! Four last stages, an ordinary Runge-Kutta method whose polynomial is w, make the whole one of order 4.
//! The zeros of w and ℓ solve R(z) = e^z + O(z⁵) and |R| ≤ 0.8 on [−ℓ, 0] beyond the first descent from R(0) = 1; they
//! need not be exact, for the last stages are made to fit the first.

use std::sync::LazyLock;

/// (degree s, ℓ, zeros of w as (p, q): z = −p ± iq).
type Degree = (usize, f64, [(f64, f64); 2]);

/// Degrees at a ratio of about 1.2, found by tests/reference/rock4.py; ℓ → 0.343 s².
const DEGREES: [Degree; 18] = [
    (5, 5.774511, [(0.217258, 2.865681), (2.021129, 1.097869)]),
    (6, 9.535794, [(0.213568, 3.078768), (2.176038, 1.182679)]),
    (7, 13.983039, [(0.222091, 3.214475), (2.268944, 1.227734)]),
    (8, 19.119478, [(0.232819, 3.305660), (2.329289, 1.255004)]),
    (9, 24.945340, [(0.242861, 3.369581), (2.370742, 1.272892)]),
    (10, 31.459648, [(0.251508, 3.416001), (2.400465, 1.285317)]),
    (12, 46.551612, [(0.264742, 3.477316), (2.439303, 1.301063)]),
    (14, 64.391511, [(0.273865, 3.514755), (2.462817, 1.310339)]),
    (17, 96.303682, [(0.282767, 3.548372), (2.483817, 1.318456)]),
    (20, 134.394749, [(0.288321, 3.568155), (2.496133, 1.323148)]),
    (24, 194.793157, [(0.292928, 3.583956), (2.505951, 1.326852)]),
    (29, 285.735819, [(0.296332, 3.595304), (2.512992, 1.329488)]),
    (35, 417.518265, [(0.298703, 3.603049), (2.517794, 1.331277)]),
    (43, 631.665434, [(0.300481, 3.608783), (2.521346, 1.332595)]),
    (53, 961.147588, [(0.301691, 3.612593), (2.523699, 1.333458)]),
    (65, 1447.095983, [(0.302473, 3.615096), (2.525252, 1.334035)]),
    (80, 2193.526863, [(0.303004, 3.616780), (2.526295, 1.334421)]),
    (98, 3293.094405, [(0.303349, 3.617873), (2.526973, 1.334672)]),
];

/// The methods, by ascending degree.
pub(super) static METHODS: LazyLock<Vec<Coefficients>> =
    LazyLock::new(|| DEGREES.iter().map(|degree| Coefficients::new(*degree)).collect());

/// One degree's method. With g_0 = y, for j = 1 … s−4
///
/// g_j = μ_j h f(g_{j−1}) + (1 + κ_j) g_{j−1} − κ_j g_{j−2},
///
/// then from g = g_{s−4}, with four stages k_i = f(g + h Σ_{j<i} a_ij k_j),
///
/// y₁ = g + h Σ_i b_i k_i, and the error h (Σ_i d_i k_i + d_5 f(y₁)).
#[derive(Debug)]
pub(super) struct Coefficients {
    /// h times the spectral radius may be so large.
    pub stable: f64,
    /// (μ_j, κ_j); κ_1 = 0.
    pub recursion: Vec<(f64, f64)>,
    pub a: [[f64; 3]; 3],
    pub b: [f64; 4],
    pub d: [f64; 5],
}

impl Coefficients {
    fn new((degree, stable, zeros): Degree) -> Coefficients {
        let recursion = recursion(degree - 4, stable, zeros);
        let Stages { a, b, d } = Last::after(Series::of(&recursion)).stages();
        Coefficients { stable, recursion, a, b, d }
    }
}

/// The orthogonal polynomials' recursion p_{j+1} = (x − α_j)p_j − β_j p_{j−1}, after Stieltjes, with the sums of
/// Gauss and Chebyshev for the integrals, which are exact; scaled to p_j(1) = 1, which turns it into (μ, κ).
fn recursion(count: usize, stable: f64, zeros: [(f64, f64); 2]) -> Vec<(f64, f64)> {
    let scale = stable / 2.0;
    let nodes = count + 12;
    let angle = |i: usize| (i as f64 + 0.5) * std::f64::consts::PI / nodes as f64;
    let w = |x: f64| zeros.iter().map(|(p, q)| (x - 1.0 + p / scale).powi(2) + (q / scale).powi(2)).product::<f64>();
    // x, weight, p_{j−1} and p_j there.
    let mut table: Vec<[f64; 4]> = (0..nodes).map(|i| angle(i).cos()).map(|x| [x, w(x).powi(2), 0.0, 1.0]).collect();
    let (mut norm_before, mut ratio_before) = (1.0, 1.0);
    let mut rows = Vec::with_capacity(count);
    for j in 0..count {
        let norm: f64 = table.iter().map(|[_, weight, _, p]| weight * p * p).sum();
        let alpha = table.iter().map(|[x, weight, _, p]| x * weight * p * p).sum::<f64>() / norm;
        let beta = if j == 0 { 0.0 } else { norm / norm_before };
        for [x, _, before, p] in &mut table {
            (*before, *p) = (*p, (*x - alpha) * *p - beta * *before);
        }
        // p_{j+1}(1)/p_j(1).
        let ratio = 1.0 - alpha - beta / ratio_before;
        rows.push((1.0 / (scale * ratio), beta / ratio_before / ratio));
        (norm_before, ratio_before) = (norm, ratio);
    }
    rows
}

/// What leads to a stage, as the weights of the elementary differentials up to order 4 in its series, in the order
/// f, f'f, f''ff, f'f'f, f'''fff, f''(f, f'f), f'f''ff, f'f'f'f (Hairer, Nørsett & Wanner 1993, II.2, without the factors).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Series([f64; 8]);

impl Series {
    /// Of the recursion's last stage.
    fn of(recursion: &[(f64, f64)]) -> Series {
        let (mut before, mut now) = (Series::default(), Series::default());
        for (mu, kappa) in recursion {
            let rate = now.rate();
            let next = std::array::from_fn(|i| mu * rate.0[i] + (1.0 + kappa) * now.0[i] - kappa * before.0[i]);
            (before, now) = (now, Series(next));
        }
        now
    }

    /// Of h f there: a tree grows a root, and the trees at it are multiplied.
    fn rate(&self) -> Series {
        let [p1, p2, p3, p4, ..] = self.0;
        Series([1.0, p1, p1 * p1, p2, p1 * p1 * p1, p1 * p2, p3, p4])
    }
}

/// c_2 and c_3 of the last stages, as shares of all that is left of the step: with these, the errors of order 5 are about
/// the least, and all coefficients moderate.
const SECOND: f64 = 0.25;
const THIRD: f64 = 0.55;

/// What the last four stages have to add up to.
struct Last {
    /// Σ b_i, Σ b_i c_i, Σ b_i a_ij c_j, Σ b_i a_ij a_jk c_k, with c_i = Σ_j a_ij: the coefficients of w.
    w: [f64; 4],
    /// Σ b_i c_i², Σ b_i c_i³, Σ b_i c_i a_ij c_j, Σ b_i a_ij c_j².
    q: [f64; 4],
}

impl Last {
    /// So that the whole has order 4, after stages that lead to this series: Σ b Φ = 1/γ for each of the eight trees,
    /// where the last stages' abscissae are p1 + c, and so on.
    fn after(Series([p1, p2, p3, p4, p5, p6, p7, p8]): Series) -> Last {
        let w1 = 1.0 - p1;
        let w2 = 1.0 / 2.0 - p2 - p1 * w1;
        let w3 = 1.0 / 6.0 - p4 - p2 * w1 - p1 * w2;
        let w4 = 1.0 / 24.0 - p8 - p4 * w1 - p2 * w2 - p1 * w3;
        let q1 = 1.0 / 3.0 - p3 - p1 * p1 * w1 - 2.0 * p1 * w2;
        let q2 = 1.0 / 4.0 - p5 - p1.powi(3) * w1 - 3.0 * p1 * p1 * w2 - 3.0 * p1 * q1;
        let q3 = 1.0 / 8.0 - p6 - p1 * p2 * w1 - (p1 * p1 + p2) * w2 - p1 * (w3 + q1);
        let q4 = 1.0 / 12.0 - p7 - p3 * w1 - p1 * p1 * w2 - 2.0 * p1 * w3;
        Last { w: [w1, w2, w3, w4], q: [q1, q2, q3, q4] }
    }

    /// The stages that do: c_2 and c_3 are free, c_4 follows, and with it all else.
    fn stages(&self) -> Stages {
        let ([w1, w2, w3, w4], [q1, q2, q3, q4]) = (self.w, self.q);
        let (c2, c3) = (SECOND * w1, THIRD * w1);
        let gap = q4 - c2 * w3;
        let c4 = (gap * q3 - w4 * (q2 - c2 * q1)) / (gap * w3 - w4 * (q1 - c2 * w2));
        let weight = |c: f64, x: f64, y: f64| (q2 - (x + y) * q1 + x * y * w2) / (c * (c - x) * (c - y));
        let (b2, b3, b4) = (weight(c2, c3, c4), weight(c3, c2, c4), weight(c4, c2, c3));
        // Σ_j a_ij c_j.
        let u3 = (c4 * w3 - q3) / (b3 * (c4 - c3));
        let u4 = (c3 * w3 - q3) / (b4 * (c3 - c4));
        let (a32, a43) = (u3 / c2, w4 / (b4 * u3));
        let a42 = (u4 - a43 * c3) / c2;
        Stages {
            a: [[c2, 0.0, 0.0], [c3 - a32, a32, 0.0], [c4 - a42 - a43, a42, a43]],
            b: [w1 - b2 - b3 - b4, b2, b3, b4],
            d: self.error([c2, c3, c4], [u3, u4]),
        }
    }

    /// The combination of the last stages and of f(y₁) that vanishes up to order 3, and is unique up to a factor:
    /// Σ d = Σ dc = Σ dc² = Σ d(ac) = 0, with c_5 = w1 and Σ_j a_5j c_j = w2.
    fn error(&self, [c2, c3, c4]: [f64; 3], [u3, u4]: [f64; 2]) -> [f64; 5] {
        let [w1, w2, ..] = self.w;
        let (x3, x4, x5) = (c3 * (c3 - c2), c4 * (c4 - c2), w1 * (w1 - c2));
        let determinant = x3 * u4 - x4 * u3;
        let (d3, d4) = ((x5 * u4 - x4 * w2) / determinant, (x3 * w2 - x5 * u3) / determinant);
        let d2 = (w1 - d3 * c3 - d4 * c4) / c2;
        [1.0 - d2 - d3 - d4, d2, d3, d4, -1.0]
    }
}

/// See [`Coefficients`].
struct Stages {
    a: [[f64; 3]; 3],
    b: [f64; 4],
    d: [f64; 5],
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole method as one tableau: the rows of all stages, and the weights.
    fn tableau(method: &Coefficients) -> (Vec<Vec<f64>>, Vec<f64>) {
        let first = method.recursion.len();
        let mut rows = vec![vec![0.0; first + 4]];
        for (j, (mu, kappa)) in method.recursion.iter().enumerate() {
            let before = &rows[j.saturating_sub(1)];
            let mut row: Vec<f64> = rows[j].iter().zip(before).map(|(g, h)| (1.0 + kappa) * g - kappa * h).collect();
            row[j] += mu;
            rows.push(row);
        }
        let reached = rows[first].clone();
        let finish = |weights: &[f64]| {
            let mut row = reached.clone();
            row[first..].iter_mut().zip(weights).for_each(|(entry, weight)| *entry += weight);
            row
        };
        rows.extend(method.a.iter().map(|a| finish(a)));
        (rows, finish(&method.b))
    }

    fn times(a: &[Vec<f64>], v: &[f64]) -> Vec<f64> {
        a.iter().map(|row| dot(row, v)).collect()
    }

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
        a.iter().zip(b).map(|(a, b)| a * b).collect()
    }

    #[test]
    fn every_degree_fulfils_the_eight_conditions_of_order_four() {
        for (method, (degree, ..)) in METHODS.iter().zip(DEGREES) {
            let (a, b) = tableau(method);
            assert_eq!(b.len(), degree);
            let one = vec![1.0; degree];
            let c = times(&a, &one);
            let (squares, ac) = (product(&c, &c), times(&a, &c));
            let sums = [
                (dot(&b, &one), 1.0),
                (dot(&b, &c), 2.0),
                (dot(&b, &squares), 3.0),
                (dot(&b, &ac), 6.0),
                (dot(&b, &product(&squares, &c)), 4.0),
                (dot(&b, &product(&c, &ac)), 8.0),
                (dot(&b, &times(&a, &squares)), 12.0),
                (dot(&b, &times(&a, &ac)), 24.0),
            ];
            for (tree, (sum, density)) in sums.into_iter().enumerate() {
                assert!((sum * density - 1.0).abs() < 1e-12, "degree {degree}, tree {tree}: {sum} is not 1/{density}");
            }
            let last = method.a.iter().flatten().chain(&method.b).chain(&method.d);
            assert!(last.clone().all(|entry| entry.abs() < 1.5), "degree {degree}: {method:?}");
        }
    }

    /// R(z) and the error estimate of y' = zy, y = 1, h = 1.
    fn response(method: &Coefficients, z: f64) -> (f64, f64) {
        let (mut before, mut now) = (1.0, 1.0);
        for (mu, kappa) in &method.recursion {
            (before, now) = (now, mu * z * now + (1.0 + kappa) * now - kappa * before);
        }
        let mut rates = vec![z * now];
        for a in &method.a {
            rates.push(z * (now + dot(a, &rates)));
        }
        let end = now + dot(&method.b, &rates);
        rates.push(z * end);
        (end, dot(&method.d, &rates))
    }

    #[test]
    fn every_degree_damps_all_of_its_interval_and_follows_the_exponential_at_its_begin() {
        for (method, (degree, ..)) in METHODS.iter().zip(DEGREES) {
            let points = 400 * degree;
            let angle = |i: usize| std::f64::consts::PI * i as f64 / points as f64;
            for z in (1..=points).map(|i| -method.stable * (1.0 - angle(i).cos()) / 2.0) {
                let (found, _) = response(method, z);
                // Beyond the first descent all is damped.
                let bound = f64::max(0.801, 0.2 + 0.8 * z.exp());
                assert!(found.abs() < bound, "degree {degree}: R({z}) = {found}");
            }
            assert!(response(method, -1.05 * method.stable).0.abs() > 1.0, "degree {degree} is stable for longer");
            let error = |z: f64| response(method, z).0 - z.exp();
            let order = (error(-0.2) / error(-0.1)).log2() - 1.0;
            assert!((order - 4.0).abs() < 0.2, "degree {degree}: order {order}");
            let estimate = |z: f64| response(method, z).1;
            let order = (estimate(-0.1) / estimate(-0.05)).log2() - 1.0;
            assert!((order - 3.0).abs() < 0.2, "degree {degree}: the estimate has order {order}");
        }
    }
}
