//! The few special functions that the closed forms need.

/// Euler's constant γ.
pub(crate) const EULER: f64 = 0.577_215_664_901_532_9;

/// Digamma ψ(x) = Γ′(x)/Γ(x) for x > 0: upwards by ψ(x) = ψ(x + 1) − 1/x to where the asymptotic
/// series ln x − 1/2x − Σ B_{2k}/(2k x^{2k}) holds to the last digit (Abramowitz & Stegun 6.3.5, 6.3.18).
pub(crate) fn digamma(x: f64) -> f64 {
    /// B_{2k}/2k, k = 1, 2, ...
    const TERMS: [f64; 7] =
        [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32760.0, 1.0 / 12.0];
    let mut y = x;
    let mut shift = 0.0;
    while y < 10.0 {
        shift += 1.0 / y;
        y += 1.0;
    }
    let w = 1.0 / (y * y);
    let series = TERMS.iter().rev().fold(0.0, |sum, term| (sum + term) * w);
    y.ln() - 0.5 / y - series - shift
}

/// Trigamma ψ′(x) for x > 0, likewise: ψ′(x) = ψ′(x + 1) + 1/x², and 1/x + 1/2x² + Σ B_{2k}/x^{2k+1} (Abramowitz &
/// Stegun 6.4.6, 6.4.12).
pub(crate) fn trigamma(x: f64) -> f64 {
    /// B_{2k}, k = 1, 2, ...
    const TERMS: [f64; 7] = [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0];
    let mut y = x;
    let mut shift = 0.0;
    while y < 10.0 {
        shift += 1.0 / (y * y);
        y += 1.0;
    }
    let w = 1.0 / (y * y);
    let series = TERMS.iter().rev().fold(0.0, |sum, term| (sum + term) * w);
    (1.0 + 0.5 / y + series) / y + shift
}

/// Wright omega of a real argument: the y > 0 with y + ln y = z, that is 𝖶(e^z) without the
/// overflow (Corless & Jeffrey 2002), by the iteration of Fritsch, Shafer & Crowley 1973.
pub(crate) fn wright_omega(z: f64) -> f64 {
    if z < -40.0 {
        return z.exp();
    }
    let mut y = match z {
        ..-1.0 => z.exp(),
        ..2.0 => (0.567 + 0.36 * z).max(0.2),
        _ => z - z.ln() * (1.0 - 1.0 / z),
    };
    if z > 1e8 {
        return y;
    }
    for _ in 0..4 {
        let residual = z - y - y.ln();
        let grown = 1.0 + y;
        let scale = 2.0 * grown * (grown + 2.0 / 3.0 * residual);
        let step = residual / grown * (scale - residual) / (scale - 2.0 * residual);
        y *= 1.0 + step;
        if step.abs() < 1e-8 {
            break;
        }
    }
    y
}

/// ln(1 + r) − r for r > −1, to its last digits near 0, where the difference cancels:
/// with w = r/(2 + r) it is −wr + 2(w³/3 + w⁵/5 + ...). `ln_1p` is ln(1 + r), for use farther out.
pub(crate) fn ln_1p_minus(r: f64, ln_1p: f64) -> f64 {
    if !(-0.5..=1.0).contains(&r) {
        return ln_1p - r;
    }
    let w = r / (2.0 + r);
    let square = w * w;
    let series = (1..=20).rev().fold(0.0, |sum, k| sum * square + 1.0 / f64::from(2 * k + 1));
    2.0 * series * square * w - w * r
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, expected: f64, tolerance: f64) {
        assert!((got - expected).abs() <= tolerance * expected.abs(), "{got:e} is not {expected:e}");
    }

    /// Values: mpmath at 60 digits.
    #[test]
    fn digamma_at_known_points() {
        close(digamma(1.0), -EULER, 4e-15);
        close(digamma(2.0), 1.0 - EULER, 4e-15);
        close(digamma(0.5), -1.963_510_026_021_423_5, 4e-15);
        // Near its zero at 1.46 only the absolute error is small.
        close(digamma(4.0 / 3.0), -0.132_033_780_020_806_32, 2e-14);
        close(digamma(25.0), 3.198_742_512_851_974, 4e-16);
    }

    /// ψ′(1) = π²/6, ψ′(½) = π²/2, and ψ′(x) − ψ′(x + 1) = 1/x².
    #[test]
    fn trigamma_at_known_points() {
        let square = std::f64::consts::PI.powi(2);
        close(trigamma(1.0), square / 6.0, 4e-15);
        close(trigamma(0.5), square / 2.0, 4e-15);
        close(trigamma(0.5) - trigamma(1.5), 4.0, 4e-15);
        // The derivative of digamma, by a central difference.
        close((digamma(25.001) - digamma(24.999)) / 0.002, trigamma(25.0), 1e-9);
    }

    #[test]
    fn wright_omega_solves_its_equation() {
        close(wright_omega(0.0), 0.567_143_290_409_783_8, 4e-16);
        close(wright_omega(1.0), 1.0, 4e-16);
        for k in -3000..3000 {
            let y = f64::from(k).mul_add(0.01, 0.003).exp();
            close(wright_omega(y + y.ln()), y, 3e-15 * (1.0 + y.ln().abs() / (1.0 + y)));
        }
        close(wright_omega(1e300), 1e300, 1e-15);
        close(wright_omega(1e9), 999_999_979.276_734_2, 4e-16);
        close(wright_omega(-700.0), (-700f64).exp(), 1e-15);
    }

    #[test]
    fn logarithm_less_its_argument() {
        close(ln_1p_minus(1e-9, 1e-9f64.ln_1p()), -4.999_999_996_666_667e-19, 4e-16);
        for r in [-0.999, -0.6, -0.499, -0.3, 0.2, 0.7, 0.99, 1.01, 50.0] {
            close(ln_1p_minus(r, r.ln_1p()), r.ln_1p() - r, 3e-15);
        }
    }
}
