//! Random networks before they are trained: mean-field theory against its reference values, products against the laws of
//! Newman, Fuss and Catalan, drawn networks against theory, and what does not matter to any of them.

#[path = "common/text.rs"]
mod text;

use gradflow::random::{Purpose, stream};
use gradflow::report::execute;
use gradflow::scenario::Built;
use gradflow::spectra::{
    Case, Matrices, MeanField, Measured, SpectraFigure, SpectraResult, exponents, fixed_point, newman,
};

#[track_caller]
fn built(text: &str) -> Built {
    text::try_build(text).unwrap_or_else(|diagnostic| panic!("{diagnostic}\n{text}"))
}

/// What came of `[spectra.a]` with these keys.
#[track_caller]
fn spectra(keys: &str) -> SpectraResult {
    let built = built(&format!("[spectra.a]\n{keys}"));
    execute(&built, &|_| ()).spectra.into_iter().next().expect("the scenario has spectra")
}

#[track_caller]
fn measured(result: &SpectraResult, case: Case, factors: usize, figure: SpectraFigure) -> Measured {
    result.measured(&case, factors, figure).unwrap_or_else(|| panic!("{case:?} has no {}", figure.name()))
}

fn case(matrices: Matrices, gain: f64, activity: Option<f64>) -> Case {
    Case { matrices, gain, activity }
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (found - expected).abs() / expected.abs();
    assert!(error <= tolerance, "{what}: {found} is not {expected} (relative error {error:.1e})");
}

/// Within four standard errors, and a bias of finite width where one is known.
#[track_caller]
fn agrees(found: Measured, bias: f64, what: &str) {
    let (theory, error) = (found.theory.expect("a law"), found.error.expect("an error"));
    let off = found.value - theory - bias;
    assert!(off.abs() <= 4.0 * error, "{what}: {} is {:.1} standard errors from {theory}", found.value, off / error);
}

/// Mean and variance.
fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0))
}

/// q∞, χ and μ₂/μ₁² − 1: mpmath, root and integrals at 40 digits.
#[test]
fn the_fixed_point_has_the_reference_values() {
    let table = [
        (1.05, 0.05325049128549968, 1.0028755780804517, 0.01478379186479192),
        (1.1, 0.1127498858654935, 1.010189364302788, 0.047347297770442165),
        (1.2, 0.24951304023795284, 1.033501466531574, 0.13665121289162566),
        (1.5, 0.7933540426067777, 1.1393232249854863, 0.4720807878080333),
        (2.0, 2.1214735682031787, 1.3626733375215272, 1.0893333241762582),
    ];
    for (gain, q, chi, spread) in table {
        let found = fixed_point(gain);
        let (slope, variance) = MeanField::layer(gain, found);
        close(found, q, 1e-13, "q∞");
        close(slope, chi, 1e-14, "χ");
        close(variance, spread, 1e-13, "μ₂/μ₁² − 1");
    }
    assert_eq!((fixed_point(1.0), fixed_point(0.3)), (0.0, 0.0));
    // Near g = 1, q∞ ≈ g − 1 and χ − 1 ≈ (4/3)q∞².
    let q = fixed_point(1.0001);
    close(q, 1e-4, 2e-4, "q∞ near 1");
    close(MeanField::layer(1.0001, q).0 - 1.0, 4.0 / 3.0 * q * q, 2e-3, "χ − 1 near 1");
}

#[test]
fn at_the_fixed_point_layers_multiply_chi() {
    for gain in [1.05, 1.5, 3.0] {
        let q = fixed_point(gain);
        let field = MeanField::new(gain, q, 30);
        let (chi, spread) = MeanField::layer(gain, q);
        close(field.mean_square[29], chi.powi(30), 1e-12, "mean σ² of 30 layers");
        close(field.spread[29], 30.0 * spread, 1e-12, "relative variance of 30 layers");
        close(field.activity[29], q, 1e-12, "q stays");
        // From elsewhere, too, χ_l ends there.
        let far = MeanField::new(gain, 4.0 * q, 500);
        close(far.mean_square[499] / far.mean_square[498], chi, 1e-12, "χ in the end");
    }
}

/// theory.md §10: at g = 1, χ_l → 1 − 1/l and q_l → 1/(2l); below, mean σ² is g^{2L} but for what the first layers take.
#[test]
fn at_and_below_the_transition_activity_dies_out() {
    let field = MeanField::new(1.0, 1.0, 4000);
    let ratio = field.mean_square[3999] / field.mean_square[3998];
    close((1.0 - ratio) * 4000.0, 1.0, 0.01, "1 − χ_l at g = 1");
    close(field.activity[3999] * 8000.0, 1.0, 0.01, "q_l at g = 1");
    let quiet = MeanField::new(0.9, 1e-9, 99);
    close(quiet.mean_square[98], 0.9f64.powi(198), 1e-7, "g^{2L} from a small q");
    for q in [0.1, 1.0, 50.0] {
        let loud = MeanField::new(0.9, q, 99);
        assert!(loud.mean_square[98] < 0.9f64.powi(198), "g^{{2L}} is an upper bound, at q = {q} too");
        close(loud.mean_square[98] / loud.mean_square[97], 0.81, 1e-6, "χ_l → g²");
    }
}

/// Newman (1986), n = 8: means and variances of all eight exponents, at any number of factors.
#[test]
fn gaussian_exponents_are_newmans() {
    const FACTORS: usize = 25;
    const DRAWS: usize = 600;
    let mut rng = stream(11, Purpose::Task);
    let drawn: Vec<Vec<f64>> = (0..DRAWS).map(|_| exponents(&mut rng, Matrices::Gaussian, 8, FACTORS)).collect();
    for (index, (exponent, variance)) in newman(8).into_iter().enumerate() {
        let (mean, spread) = moments(&drawn.iter().map(|all| all[index]).collect::<Vec<_>>());
        let scaled = spread * FACTORS as f64;
        let z = (mean - exponent) / (spread / DRAWS as f64).sqrt();
        // Sums of 25 terms are nearly normal: the variance scatters by √(2/n).
        let v = (scaled / variance - 1.0) / (2.0 / DRAWS as f64).sqrt();
        assert!(z.abs() < 4.0 && v.abs() < 4.0, "exponent {}: {z:.1} and {v:.1} standard errors", index + 1);
    }
}

#[test]
fn orthogonal_exponents_are_zero() {
    let mut rng = stream(12, Purpose::Task);
    let all = exponents(&mut rng, Matrices::Orthogonal, 20, 100);
    assert!(all.iter().all(|x| x.abs() < 1e-14), "{all:?}");
}

/// theory.md §10: of a fixed vector x, E‖Wx‖² = 1, and ln‖Wx‖² has mean D(ψ(n/2) + ln(2/n)) and variance Dψ′(n/2),
/// exactly at any D: twice, and four times, what the first exponent has.
#[test]
fn a_fixed_vector_keeps_its_length_on_average_only() {
    const DRAWS: usize = 4000;
    let (width, factors) = (12, 3);
    let mut rng = stream(13, Purpose::Task);
    let drawn: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let mut x = nalgebra::DVector::zeros(width);
            x[0] = 1.0;
            (0..factors).for_each(|_| x = Matrices::Gaussian.draw(&mut rng, width) * &x);
            x.norm_squared()
        })
        .collect();
    let (mean, spread) = moments(&drawn);
    assert!((mean - 1.0).abs() < 4.0 * (spread / DRAWS as f64).sqrt(), "E‖Wx‖² = {mean}");
    let (exponent, variance) = newman(width)[0];
    let (mean, spread) = moments(&drawn.iter().map(|x| x.ln()).collect::<Vec<_>>());
    let z = (mean - 2.0 * factors as f64 * exponent) / (spread / DRAWS as f64).sqrt();
    let v = (spread / (4.0 * factors as f64 * variance) - 1.0) / (2.0 / DRAWS as f64).sqrt();
    assert!(z.abs() < 4.0 && v.abs() < 4.0, "{z:.1} and {v:.1} standard errors");
}

/// At N = 100 the laws of N → ∞ hold within the scatter of 60 networks, but for known biases: edges lie below.
#[test]
fn gaussian_products_follow_their_laws() {
    let result = spectra("matrices = [\"gaussian\"]\nwidth = 100\nfactors = [1, 4]\ndraws = 60");
    let gaussian = case(Matrices::Gaussian, 1.0, None);
    for factors in [1, 4] {
        let figure = |figure| measured(&result, gaussian, factors, figure);
        agrees(figure(SpectraFigure::MeanSquare), 0.0, "mean σ²");
        // E of σ⁴ of one matrix is 2 + 1/N; of products it is D + 1 and of order D²/N more.
        let bias = (factors * factors) as f64 / 100.0;
        let spread = figure(SpectraFigure::RelativeVariance);
        let off = (spread.value - factors as f64).abs();
        assert!(
            off <= bias + 4.0 * spread.error.expect("an error"),
            "relative variance of {factors}: {}",
            spread.value
        );
        let edge = figure(SpectraFigure::LargestSquare);
        let ratio = edge.value / edge.theory.expect("an edge");
        assert!((0.8..1.0).contains(&ratio), "edge of {factors}: {ratio}");
        // One real matrix has √(2N/π) real eigenvalues, more than the law has about the axis.
        if factors > 1 {
            agrees(figure(SpectraFigure::CentralShare), 0.0, "central share");
        }
        agrees(figure(SpectraFigure::OrderOneShare), 0.0, "share of order one");
    }
}

#[test]
fn orthogonal_products_are_isometries_to_rounding() {
    let result =
        spectra("matrices = [\"orthogonal\"]\nwidth = 60\nfactors = [1, 7, 100]\ndraws = 4\ngains = [1.0, 1.01]");
    for factors in [1, 7, 100] {
        let figure = |gain, figure| measured(&result, case(Matrices::Orthogonal, gain, None), factors, figure).value;
        assert!(figure(1.0, SpectraFigure::LargestDeviation) < 1e-12);
        assert!((figure(1.0, SpectraFigure::MeanSquare) - 1.0).abs() < 1e-12);
        assert!(figure(1.0, SpectraFigure::RelativeVariance) < 1e-12);
        assert_eq!(figure(1.0, SpectraFigure::OrderOneShare), 1.0);
        let expected = 1.01f64.powi(factors as i32);
        close(figure(1.01, SpectraFigure::MeanSquare), expected * expected, 1e-12, "g^{2D}");
        close(figure(1.01, SpectraFigure::LargestDeviation), expected - 1.0, 1e-11, "g^D − 1");
    }
}

/// theory.md §10: L = 30, g = 1.05 from its fixed point on.
#[test]
fn jacobians_of_tanh_networks_have_mean_and_spread_of_theory() {
    let q = fixed_point(1.05);
    let result = spectra(&format!(
        "activation = \"tanh\"\nwidth = 150\nfactors = [30]\ngains = [1.05]\nactivity = [{q}]\ndraws = 50\n\
         panels = [\"singular_values\"]"
    ));
    let figure = |kind, figure| measured(&result, case(kind, 1.05, Some(q)), 30, figure);
    let chi = MeanField::layer(1.05, q).0.powi(30);
    for kind in Matrices::ALL {
        let mean = figure(kind, SpectraFigure::MeanSquare);
        close(mean.theory.expect("a law"), chi, 1e-12, "χ^L");
        agrees(mean, 0.0, "mean σ²");
    }
    let orthogonal = figure(Matrices::Orthogonal, SpectraFigure::RelativeVariance);
    close(orthogonal.value, 0.4435, 0.02, "relative variance, orthogonal");
    // D more for Gaussian matrices, and of the order of D²/N = 6 less than that at this width.
    let gaussian = figure(Matrices::Gaussian, SpectraFigure::RelativeVariance);
    close(gaussian.theory.expect("a law"), 30.4435, 1e-4, "relative variance in theory, Gaussian");
    close(gaussian.value, 30.4435, 0.2, "relative variance, Gaussian");
}

/// Width 1000, 100 networks of each kind: q within four standard errors of the map, less the bias of finite width,
/// −0.43/N at g = 1.05 for Gaussian matrices and +0.088/N for orthogonal ones (measured with 20,000 networks).
#[test]
fn activity_follows_the_map_to_its_fixed_point() {
    let result = spectra(
        "activation = \"tanh\"\nwidth = 1000\nfactors = [30]\ngains = [1.0, 1.05, 1.5]\nactivity = [0.05, 2.0]\n\
         draws = 100\npanels = [\"activity\"]",
    );
    assert!(!result.spectra.wanted.products, "the law serves");
    let bias = |kind: Matrices, gain: f64| match (kind, gain) {
        (Matrices::Gaussian, 1.05) => -0.43e-3,
        (Matrices::Orthogonal, 1.05) => 0.088e-3,
        (Matrices::Gaussian, 1.0) => -0.2e-3,
        _ => 0.0,
    };
    for series in &result.series {
        let Case { matrices, gain, .. } = series.case;
        let last = series.products[0].measured(SpectraFigure::FinalActivity).expect("tanh networks have activity");
        agrees(last, bias(matrices, gain), &format!("{:?}", series.case));
        if gain > 1.0 && series.case.activity == Some(0.05) {
            close(last.value, fixed_point(gain), 0.05, "q∞");
        }
    }
}

/// The bias of a finite width is of the order of 1/N: halved by doubling N.
#[test]
fn the_bias_of_a_finite_width_is_inverse_to_it() {
    let bias = |width: usize| {
        let result = spectra(&format!(
            "matrices = [\"orthogonal\"]\nactivation = \"tanh\"\nwidth = {width}\nfactors = [60]\ngains = [1.05]\n\
             activity = [0.1]\ndraws = 4000\npanels = [\"activity\"]"
        ));
        let last = measured(&result, case(Matrices::Orthogonal, 1.05, Some(0.1)), 60, SpectraFigure::FinalActivity);
        (last.value - last.theory.expect("a law")) * width as f64
    };
    for width in [50, 100] {
        close(bias(width), 0.089, 0.12, &format!("N × bias at N = {width}"));
    }
}

/// The law of the activities against the matrices themselves: means and variances of q at every layer.
#[test]
fn the_exact_law_of_activities_is_that_of_matrices() {
    let run = |panels: &str| {
        spectra(&format!(
            "activation = \"tanh\"\nwidth = 12\nfactors = [8]\ngains = [1.4]\nactivity = [0.5]\ndraws = 3000\npanels = {panels}"
        ))
    };
    let (law, matrices) = (run("[\"activity\"]"), run("[\"activity\", \"growth\"]"));
    assert!(!law.spectra.wanted.products && matrices.spectra.wanted.products);
    for (short, long) in law.series.iter().zip(&matrices.series) {
        for (layer, (a, b)) in short.layers.iter().zip(&long.layers).enumerate() {
            let (a, b) = (a.activity.expect("q"), b.activity.expect("q"));
            let (ea, eb) = (a.error.expect("an error"), b.error.expect("an error"));
            if short.case.matrices == Matrices::Orthogonal && layer == 0 {
                // Orthogonal matrices keep the length: q₁ is exact.
                assert!((a.value - 0.5).abs() < 1e-12 && (b.value - 0.5).abs() < 1e-12);
                continue;
            }
            let z = (a.value - b.value) / ea.hypot(eb);
            assert!(z.abs() < 4.0, "{:?}, layer {}: {z:.1} standard errors", short.case, layer + 1);
            close(ea, eb, 0.12, "standard errors, which are the variances");
        }
    }
}

#[test]
fn depths_and_gains_share_a_draw() {
    let keys = "width = 20\ndraws = 3\n";
    let both = spectra(&format!("{keys}factors = [2, 6]\ngains = [1.0, 1.5]"));
    let deep = spectra(&format!("{keys}factors = [6]\ngains = [1.5]"));
    for alone in &deep.series {
        let beside = both.series.iter().find(|series| series.case == alone.case).expect("the same case");
        assert_eq!(beside.products[1].figures, alone.products[0].figures);
        assert_eq!(beside.products[1].histogram, alone.products[0].histogram);
        // A gain is a factor: g^{2D} in σ², nothing in its relative variance.
        let plain = Case { gain: 1.0, ..alone.case };
        let value = |of: Case, figure| measured(&both, of, 6, figure).value;
        let ratio = value(alone.case, SpectraFigure::MeanSquare) / value(plain, SpectraFigure::MeanSquare);
        close(ratio, 1.5f64.powi(12), 1e-12, "g^{2D}");
        assert_eq!(value(alone.case, SpectraFigure::RelativeVariance), value(plain, SpectraFigure::RelativeVariance));
    }
}

#[test]
fn quiet_tanh_networks_are_linear() {
    let keys = "width = 30\nfactors = [5]\ngains = [1.2]\ndraws = 5\npanels = [\"singular_values\", \"growth\"]";
    let quiet = spectra(&format!("{keys}\nactivation = \"tanh\"\nactivity = [1e-14]"));
    let figure = |kind, figure| measured(&quiet, case(kind, 1.2, Some(1e-14)), 5, figure);
    close(figure(Matrices::Orthogonal, SpectraFigure::MeanSquare).value, 1.2f64.powi(10), 1e-10, "g^{2D}");
    assert!(figure(Matrices::Orthogonal, SpectraFigure::RelativeVariance).value < 1e-12);
    agrees(figure(Matrices::Gaussian, SpectraFigure::MeanSquare), 0.0, "mean σ²");
    // By layer, too: theory is g^{2l}.
    for (layer, row) in quiet.series.iter().flat_map(|series| series.layers.iter().enumerate()) {
        let theory = row.mean_square.and_then(|square| square.theory).expect("a law");
        close(theory, 1.2f64.powi(2 * (layer as i32 + 1)), 1e-12, "χ^l");
    }
}

#[test]
fn a_histogram_holds_every_singular_value() {
    let result = spectra("width = 25\nfactors = [1, 40]\ndraws = 4");
    for product in result.series.iter().flat_map(|series| &series.products) {
        let total: f64 = product.histogram.iter().map(|(_, share)| share).sum();
        assert!((total - 1.0).abs() < 1e-12);
        assert_eq!(product.eigenvalues.len(), 4 * 25);
        assert_eq!(product.unresolved, 0);
        // An eigenvalue is no larger than the largest singular value.
        let largest = product.eigenvalues.iter().map(|(re, im)| re.hypot(*im)).fold(0.0, f64::max);
        let bin = f64::from(product.histogram.last().expect("bins").0 + 1) / 16.0;
        assert!(largest <= 10f64.powf(bin), "{largest}");
    }
}

#[test]
fn what_nobody_asks_for_is_not_computed() {
    let growth = spectra("width = 10\nfactors = [3]\ndraws = 2\npanels = [\"growth\"]");
    let product = &growth.series[0].products[0];
    assert!(product.histogram.is_empty() && product.eigenvalues.is_empty());
    assert!(product.measured(SpectraFigure::LargestSquare).is_none());
    assert!(product.measured(SpectraFigure::MeanSquare).is_some());
    let keys = "width = 10\nfactors = [3]\ndraws = 2\npanels = [\"growth\"]\n[[check]]\nspectra = \"a\"\nexpect = 1\n";
    let checked = spectra(&format!("{keys}quantity = \"central_share\""));
    assert!(checked.series[0].products[0].measured(SpectraFigure::CentralShare).is_some());
}

/// A scenario of spectra alone: nothing stands in its filled form for what it leaves out.
#[test]
fn spectra_need_no_task() {
    let alone = built("[spectra.a]\nfactors = [1]\ndraws = 1\n");
    assert!(!alone.filled.trains() && alone.studies.is_empty());
    let text = toml::to_string(&alone.filled).expect("TOML");
    assert!(!["task", "network", "time"].iter().any(|table| text.contains(table)), "{text}");
    let again = built(&text);
    assert_eq!(again.spectra, alone.spectra);
}
