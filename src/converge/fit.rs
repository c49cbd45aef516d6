//! A straight line through logarithms.

/// The slope of a straight line, by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// The slope.
    pub slope: f64,
    /// Its standard error, from the scatter around the line; 0 for two points.
    pub uncertainty: f64,
    /// Points that it was fitted to.
    pub points: usize,
}

impl Fit {
    /// Of ln y in ln x; `None` for fewer than two different x.
    pub fn of_logarithms(points: impl IntoIterator<Item = (f64, f64)>) -> Option<Fit> {
        let logs: Vec<(f64, f64)> = points.into_iter().map(|(x, y)| (x.ln(), y.ln())).collect();
        let n = logs.len() as f64;
        let (mx, my) = logs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
        let xx: f64 = logs.iter().map(|(x, _)| (x - mx).powi(2)).sum();
        if logs.len() < 2 || xx.is_nan() || xx <= 0.0 {
            return None;
        }
        let slope = logs.iter().map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / xx;
        let rest: f64 = logs.iter().map(|(x, y)| (y - my - slope * (x - mx)).powi(2)).sum();
        let freedom = logs.len() - 2;
        let uncertainty = if freedom > 0 { (rest / freedom as f64 / xx).sqrt() } else { 0.0 };
        Some(Fit { slope, uncertainty, points: logs.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::Fit;

    #[test]
    fn a_power_law_is_fitted_exactly_and_scatter_is_its_uncertainty() {
        let power = |x: f64| (x, 3.0 * x.powi(4));
        let fit = Fit::of_logarithms([0.1, 0.2, 0.5, 1.0].map(power)).expect("four points");
        assert!((fit.slope - 4.0).abs() < 1e-13 && fit.uncertainty < 1e-12);
        let rough = Fit::of_logarithms([(1.0, 1.0), (2.0, 2.2), (4.0, 3.8)]).expect("three points");
        assert!(rough.uncertainty > 0.01 && (rough.slope - 1.0).abs() < 0.2);
        assert_eq!(Fit::of_logarithms([(1.0, 1.0)]), None);
        assert_eq!(Fit::of_logarithms([(1.0, 1.0), (1.0, 2.0)]), None);
    }
}
