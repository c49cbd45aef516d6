//! Tasks and their modes: the spectrum of hierarchies, statistics with a given spectrum, of Gaussian samples
//! and of files; the choice of basis where the SVD leaves one; half-learning times.

mod common;

use common::{arm, built, run};
use gradflow::experiment::Experiment;
use gradflow::linalg::{svd, symmetric_eigen};
use gradflow::random::{Purpose, gaussian, orthonormal, stream};
use gradflow::task::{ModeBasis, Statistics};
use gradflow::trajectory::Arm;
use nalgebra::{DMatrix, DVector};

/// A task alone: a network of one unit that is not run.
fn experiment(task: &str) -> Experiment {
    let text = format!("task.{task}\nnetwork = {{ hidden = [1], init.gaussian.scale = 0.1 }}\ntime.end = 1.0");
    built(&text).experiment
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?} against {expected:?}");
    for (x, y) in found.iter().zip(expected) {
        assert!((x - y).abs() <= tolerance * y.abs().max(1.0), "{found:?} against {expected:?}");
    }
}

#[test]
fn a_tree_with_a_feature_per_node_has_the_singular_values_of_its_levels() {
    for (levels, branching) in [(1u32, 2usize), (3, 2), (4, 2), (2, 3), (3, 3), (2, 5)] {
        let nodes = |m: u32| ((branching.pow(m) - 1) / (branching - 1)) as f64;
        let items = branching.pow(levels);
        // The constant mode once, then the contrasts between children of the nodes of each level.
        let mut expected = vec![nodes(levels + 1).sqrt()];
        for l in 0..levels {
            expected.extend(vec![nodes(levels - l).sqrt(); branching.pow(l) * (branching - 1)]);
        }
        for (statistics, weight) in [("sum", 1.0), ("mean", 1.0 / items as f64)] {
            let e = experiment(&format!(
                "hierarchy = {{ levels = {levels}, branching = {branching}, statistics = \"{statistics}\" }}"
            ));
            let expected: Vec<f64> = expected.iter().map(|s| s * weight).collect();
            assert_close(&e.basis.s, &expected, 1e-13);
            assert_close(&e.basis.input_eigenvalues, &vec![weight; items], 1e-14);
            let trace = weight * (items * (levels as usize + 1)) as f64;
            assert!((e.task.statistics.trace_sigma33 - trace).abs() < 1e-12 * trace);
            assert_eq!(e.widths.outputs() as f64, nodes(levels + 1));
        }
    }
    let table = experiment("hierarchy = { levels = 3, branching = 2, statistics = \"sum\" }").basis.s;
    assert_close(&table, &[15.0, 7.0, 3.0, 3.0, 1.0, 1.0, 1.0, 1.0].map(f64::sqrt), 1e-13);
}

#[test]
fn diffused_features_have_on_average_the_spectrum_of_their_correlations() {
    let (levels, flip, outputs) = (3i32, 0.15, 8000);
    let e = experiment(&format!(
        "hierarchy = {{ levels = {levels}, branching = 2, features = \"diffusion\", flip = {flip}, outputs = {outputs}, statistics = \"sum\" }}"
    ));
    // Items whose last common ancestor is h levels up correlate by ρ^h, and there are 2^{h−1} of them.
    let rho = (1.0 - 2.0 * flip) * (1.0_f64 - 2.0 * flip);
    let share = |h: i32| 2f64.powi(h - 1) * rho.powi(h);
    let mut expected = vec![1.0 + (1..=levels).map(share).sum::<f64>()];
    for height in (1..=levels).rev() {
        let value = 1.0 + (1..height).map(share).sum::<f64>() - share(height);
        expected.extend(vec![value; 1 << (levels - height)]);
    }
    let found: Vec<f64> = e.basis.s.iter().map(|s| s * s / f64::from(outputs)).collect();
    assert_close(&found, &expected, 6.0 / f64::from(outputs).sqrt());
    assert!(e.task.samples.as_ref().is_some_and(|s| s.y.iter().all(|y| y.abs() == 1.0)));
}

#[test]
fn a_spectrum_is_that_of_the_statistics_made_from_it() {
    let lambda = [2.0, 0.5, 1.5, 0.25, 1.0];
    let given = experiment(&format!(
        "spectrum = {{ inputs = 5, outputs = 4, singular_values = [0.3, 2.0, 1.1], input_spectrum = {lambda:?} }}"
    ));
    let statistics = &given.task.statistics;
    assert_close(&svd(&statistics.sigma31).s, &[2.0, 1.1, 0.3], 1e-14);
    let (eigenvalues, _) = symmetric_eigen(&statistics.sigma11);
    assert_close(eigenvalues.as_slice(), &[2.0, 1.5, 1.0, 0.5, 0.25], 1e-14);
    // Each λ belongs to the singular value at its place; the null mode takes what is left and coupled.
    assert_close(&given.basis.s, &[2.0, 1.1, 0.3, 0.0], 1e-14);
    assert_close(&given.basis.input_eigenvalues[..3], &[0.5, 1.5, 2.0], 1e-13);
    assert!(given.premises.commuting < 1e-14);
    let white = experiment("spectrum = { inputs = 5, outputs = 4, singular_values = [1.0] }");
    assert_eq!(white.task.statistics.sigma11, DMatrix::identity(5, 5));
    let power =
        experiment("spectrum = { inputs = 4, outputs = 4, singular_values = [1.0], input_spectrum.power = 2.0 }");
    let (eigenvalues, _) = symmetric_eigen(&power.task.statistics.sigma11);
    assert_close(eigenvalues.as_slice(), &[1.0, 0.25, 1.0 / 9.0, 0.0625], 1e-14);
}

#[test]
fn gaussian_samples_are_centred_and_carry_their_teacher() {
    for (statistics, weight) in [("mean", 1.0 / 50.0), ("sum", 1.0)] {
        let task = |noise: f64| {
            format!(
                "gaussian = {{ inputs = 4, outputs = 3, samples = 50, singular_values = [2.0, 0.7], noise = {noise}, statistics = \"{statistics}\" }}"
            )
        };
        for noise in [0.0, 0.4] {
            let e = experiment(&task(noise));
            let samples = e.task.samples.as_ref().expect("samples");
            assert!(samples.x.column_mean().amax() < 1e-15 && samples.y.column_mean().amax() < 1e-15);
            let of = |a: &DMatrix<f64>, b: &DMatrix<f64>| {
                DMatrix::from_fn(a.nrows(), b.nrows(), |i, j| {
                    weight * (0..50).map(|p| a[(i, p)] * b[(j, p)]).sum::<f64>()
                })
            };
            let s = &e.task.statistics;
            assert!((of(&samples.x, &samples.x) - &s.sigma11).norm() < 1e-13 * s.sigma11.norm());
            assert!((of(&samples.y, &samples.x) - &s.sigma31).norm() < 1e-13 * s.sigma31.norm());
            assert!((of(&samples.y, &samples.y).trace() - s.trace_sigma33).abs() < 1e-13 * s.trace_sigma33);
            let teacher = svd(&s.optimum_frame).s;
            // Without noise the samples determine the teacher; with it, to σ/√P.
            assert_close(&teacher[..2], &[2.0, 0.7], if noise == 0.0 { 1e-13 } else { 0.3 });
            assert_eq!(s.least_loss > 1e-10, noise > 0.0);
        }
    }
}

#[test]
fn a_dataset_has_the_statistics_of_its_centred_and_scaled_samples() {
    let folder = tempfile::tempdir().expect("a folder");
    let x = [[1.0, 2.0], [3.0, -1.0], [0.5, 0.25], [-2.0, 4.0], [7.0, 7.0]];
    let y = [1.5, -0.5, 2.0, 0.25, 9.0];
    let csv = folder.path().join("x.csv");
    let text: String = x.iter().map(|row| format!("{},{}\n", row[0], row[1])).collect();
    std::fs::write(&csv, format!("first,second\n{text}")).expect("written");
    let npy = folder.path().join("y.npy");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let header = format!("{:<117}\n", "{'descr': '<f8', 'fortran_order': False, 'shape': (5, 1), }");
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.into_bytes());
    bytes.extend(y.iter().flat_map(|v: &f64| v.to_le_bytes()));
    std::fs::write(&npy, bytes).expect("written");
    for (statistics, centre) in [("mean", true), ("mean", false), ("sum", true)] {
        let e = experiment(&format!(
            "dataset = {{ inputs = {csv:?}, targets = {npy:?}, centre = {centre}, scale = 2.0, limit = 4, statistics = \"{statistics}\" }}"
        ));
        let mean = |column: &dyn Fn(usize) -> f64| if centre { (0..4).map(column).sum::<f64>() / 4.0 } else { 0.0 };
        let m = [mean(&|p| x[p][0]), mean(&|p| x[p][1]), mean(&|p| y[p])];
        let weight = if statistics == "mean" { 0.25 } else { 1.0 };
        let input = |p: usize, i: usize| (x[p][i] - m[i]) / 2.0;
        let sum = |of: &dyn Fn(usize) -> f64| weight * (0..4).map(of).sum::<f64>();
        let s = &e.task.statistics;
        for i in 0..2 {
            for j in 0..2 {
                assert!((s.sigma11[(i, j)] - sum(&|p| input(p, i) * input(p, j))).abs() < 1e-14);
            }
            assert!((s.sigma31[(0, i)] - sum(&|p| (y[p] - m[2]) * input(p, i))).abs() < 1e-14);
        }
        assert!((s.trace_sigma33 - sum(&|p| (y[p] - m[2]).powi(2))).abs() < 1e-14);
    }
}

#[test]
fn an_input_that_hardly_varies_beside_another_leaves_samples_their_statistics() {
    // x₂ = x₁ + δz and y = x₁ + z with δ = 10⁻⁸: along (1, −1)/√2 the variance, 10⁻¹⁶, is lost in rounding, and the
    // correlation with y, 10⁻⁸, is not. Nor is it a reason to refuse samples, which lie as they lie.
    let folder = tempfile::tempdir().expect("a folder");
    let (x, y) = (folder.path().join("x.csv"), folder.path().join("y.csv"));
    let rows = [(1.3, 1.0), (-0.7, -1.0), (2.1, -1.0), (-1.9, 1.0), (0.4, 1.0), (-1.2, -1.0)];
    std::fs::write(&x, rows.map(|(a, z)| format!("{a:?},{:?}\n", a + 1e-8 * z)).concat()).expect("written");
    std::fs::write(&y, rows.map(|(a, z)| format!("{:?}\n", a + z)).concat()).expect("written");
    let s = experiment(&format!("dataset = {{ inputs = {x:?}, targets = {y:?} }}")).task.statistics;
    assert_eq!(s.input_rank(), 1);
    // What is left is the regression on x₁ alone: ½(⟨y²⟩ − ⟨yx⟩²/⟨x²⟩).
    let mean = |of: &dyn Fn(f64, f64) -> f64| rows.iter().map(|(a, z)| of(*a, *z)).sum::<f64>() / 6.0;
    let covariance = |of: &dyn Fn(f64, f64) -> (f64, f64)| {
        mean(&|a, z| of(a, z).0 * of(a, z).1) - mean(&|a, z| of(a, z).0) * mean(&|a, z| of(a, z).1)
    };
    let (xx, xy) = (covariance(&|a, _| (a, a)), covariance(&|a, z| (a, a + z)));
    let least = 0.5 * (covariance(&|a, z| (a + z, a + z)) - xy * xy / xx);
    assert!((s.least_loss - least).abs() < 1e-6 * least, "{} is not {least}", s.least_loss);
}

#[test]
fn small_random_weights_have_half_learned_each_mode_when_their_effective_start_says_so() {
    // What the next mode has grown to by then is the error, of order scale^(2 − 2s₂/s₁): hence modes well apart.
    for (scale, tolerance) in [(1e-2, 4e-3), (1e-4, 3e-4)] {
        for seed in 1..=4 {
            let text = |times: &str| {
                format!(
                    "seed = {seed}\ntask.spectrum = {{ inputs = 8, outputs = 6, singular_values = [4.0, 1.6, 0.6] }}\n\
                     network = {{ hidden = [10], init.gaussian.scale = {scale:?} }}\ntime = {{ tau = 2.0, {times} }}\nflow.rtol = 1e-10"
                )
            };
            let (_, report) = run(&text("end = 1.0, samples = 2"));
            let predicted: Vec<f64> = report.forecast.modes.iter().filter_map(|m| m.predicted_half_time).collect();
            assert_eq!(predicted.len(), 3);
            let (experiment, report) = run(&text(&format!("times = {predicted:?}")));
            for (mode, sample) in arm(&report, Arm::Flow).samples.iter().enumerate() {
                let share = sample.mean.modes[mode] / experiment.basis.s[mode];
                assert!((share - 0.5).abs() < tolerance, "mode {mode}, scale {scale}, seed {seed}: u/s = {share}");
            }
        }
    }
}

/// Orthonormal columns, and singular vectors of Σ31: UᵀΣ31V = S, Σ31V = US.
fn assert_singular(e: &Experiment) {
    let (b, s31) = (&e.basis, &e.task.statistics.sigma31);
    let k = b.len();
    let s = DMatrix::from_diagonal(&DVector::from_column_slice(&b.s));
    assert!((b.u.transpose() * &b.u - DMatrix::identity(k, k)).norm() < 1e-13);
    assert!((b.v.transpose() * &b.v - DMatrix::identity(k, k)).norm() < 1e-13);
    assert!((s31 * &b.v - &b.u * &s).norm() < 1e-13 && (s31.transpose() * &b.u - &b.v * &s).norm() < 1e-13);
}

#[test]
fn equal_singular_values_take_the_basis_that_diagonalises_the_inputs_correlations() {
    let e = experiment(
        "spectrum = { inputs = 6, outputs = 5, singular_values = [1.0, 2.0, 1.0, 1.0, 2.0], input_spectrum = [0.3, 0.6, 0.9, 0.5, 1.4, 0.1] }",
    );
    assert_singular(&e);
    assert!(e.basis.degenerate());
    assert_close(&e.basis.s, &[2.0, 2.0, 1.0, 1.0, 1.0], 1e-14);
    assert_close(&e.basis.input_eigenvalues, &[1.4, 0.6, 0.9, 0.5, 0.3], 1e-13);
    assert!(e.premises.commuting < 1e-13);
}

#[test]
fn where_the_inputs_leave_a_choice_the_start_makes_it() {
    let text = "task.spectrum = { inputs = 6, outputs = 5, singular_values = [1.5, 1.5, 1.5] }\n\
        network = { hidden = [4], init.balanced.scale = 0.3 }\ntime.end = 1.0";
    let e = built(text).experiment;
    assert_singular(&e);
    let map = e.basis.u.transpose() * &e.start[1] * &e.start[0] * &e.basis.v;
    let block = map.view((0, 0), (3, 3));
    let symmetric = (block + block.transpose()) * 0.5;
    let off = &symmetric - DMatrix::from_diagonal(&symmetric.diagonal());
    assert!(off.norm() < 1e-14 && block.norm() > 1e-3, "the start is not diagonal in {block}");
    // Null modes: paired by the start, each with a positive strength and none with another's partner.
    let null = map.view((3, 3), (2, 2));
    assert!(null[(0, 0)] > 1e-3 && null[(1, 1)] > 1e-4, "{null}");
    assert!(null[(0, 1)].abs().max(null[(1, 0)].abs()) < 1e-14 && null[(0, 0)] >= null[(1, 1)], "{null}");
}

#[test]
fn aligned_null_modes_are_found_again_with_positive_strength() {
    let text = "task.spectrum = { inputs = 7, outputs = 5, singular_values = [2.0, 1.0] }\n\
        network = { hidden = [6], init.aligned.strengths = [[0.1, 0.2, 0.3, -0.5, 0.7], [0.1, 0.2, 0.3, 0.4, -0.2]] }\ntime.end = 1.0";
    let e = built(text).experiment;
    assert_singular(&e);
    assert!(e.premises.aligned < 1e-13, "{}", e.premises.aligned);
    let found: Vec<f64> = (0..5).map(|mode| e.reduction.initial(mode)).collect();
    assert_close(&found, &[0.01, 0.04, 0.2, 0.14, 0.09], 1e-14);
}

#[test]
fn half_times_are_those_of_the_law_however_few_the_samples() {
    let (s, u0, tau) = (2.5_f64, 0.01_f64, 3.0);
    // u = s/(1 + (s/u0 − 1)e^{−2st/τ}) is at s/2 when the exponential is u0/(s − u0).
    let expected = tau / (2.0 * s) * (s / u0 - 1.0).ln();
    for times in ["[0.0, 10.0]", "[0.0, 1.0, 2.0, 3.0, 4.0, 9.0]", "[3.2, 3.3, 3.4]", "[50.0]"] {
        let (_, report) = run(&format!(
            "task.spectrum = {{ inputs = 3, outputs = 2, singular_values = [{s}] }}\n\
             network = {{ hidden = [2], init.aligned.strength = {u0} }}\n\
             time = {{ tau = {tau}, times = {times} }}\nflow.rtol = 1e-12\nmodes = {{}}\nanalytic = {{}}"
        ));
        for arm in [Arm::Flow, Arm::Modes, Arm::Analytic] {
            let found = report.half_time(arm, 0).expect("it is reached");
            assert!((found - expected).abs() < 1e-9 * expected, "{arm}: {found} against {expected} from {times}");
            assert_eq!(report.half_time(arm, 1), None, "a null mode has nothing to learn");
        }
    }
    let (_, early) = run(&format!(
        "task.spectrum = {{ inputs = 3, outputs = 2, singular_values = [{s}] }}\n\
         network = {{ hidden = [2], init.aligned.strength = {u0} }}\n\
         time = {{ tau = {tau}, end = {} }}\nflow = {{}}\nanalytic = {{}}",
        0.9 * expected
    ));
    assert_eq!((early.half_time(Arm::Flow, 0), early.half_time(Arm::Analytic, 0)), (None, None));
}

#[test]
fn a_start_that_couples_no_equal_modes_leaves_the_choice_to_its_first_layer() {
    // W1 holds one mode and W2 the other, so that the map is 0 but for rounding, which makes no basis.
    let text = "task.spectrum = { inputs = 4, outputs = 3, singular_values = [1.5, 1.5], input_spectrum = [2, 2, 1, 0.5] }\n\
        network = { hidden = [3], init.aligned.strengths = [[0.1, 0, 0], [0, 0.2, 0]] }\ntime.end = 1.0";
    for seed in 1..=8 {
        let e = built(&format!("seed = {seed}\n{text}")).experiment;
        assert_singular(&e);
        assert!(e.premises.aligned < 1e-13, "{}", e.premises.aligned);
        let mut found: Vec<Vec<f64>> = e.reduction.strengths[..2].to_vec();
        found.iter_mut().flatten().for_each(|a| *a = a.abs());
        found.sort_by(|a, b| a[0].total_cmp(&b[0]));
        assert_close(&found.concat(), &[0.0, 0.2, 0.1, 0.0], 1e-13);
    }
}

#[test]
fn null_modes_of_inputs_that_do_not_vary_are_those_that_the_start_couples() {
    let mut rng = stream(27, Purpose::Task);
    let (u, v, w) = (orthonormal(&mut rng, 4, 4), orthonormal(&mut rng, 4, 4), gaussian(&mut rng, 4, 4));
    let diagonal = |x: [f64; 4]| DMatrix::from_diagonal(&DVector::from_row_slice(&x));
    let sigma31 = &u * diagonal([2.0, 1.0, 0.0, 0.0]) * v.transpose();
    let sigma11 = &v * diagonal([1.0, 0.5, 0.0, 0.0]) * v.transpose();
    let sigma11 = (&sigma11 + sigma11.transpose()) * 0.5;
    let statistics = Statistics::new(sigma11, sigma31, None).expect("they are possible");
    let basis = ModeBasis::new(&statistics, std::slice::from_ref(&w));
    assert_eq!(statistics.input_rank(), 2);
    let found: Vec<f64> = (2..4).map(|mode| basis.u.column(mode).dot(&(&w * basis.v.column(mode)))).collect();
    // The map between the null spaces, and its singular values.
    let within = u.columns(2, 2).transpose() * &w * v.columns(2, 2);
    assert_close(&found, within.singular_values().as_slice(), 1e-13);
}

#[test]
fn equal_modes_of_deep_networks_are_resolved_by_the_map_of_the_start() {
    // A product of orthogonal matrices: its symmetric part in the modes' basis is a reflection's or a turn's.
    for (seed, depth) in [(1, 10), (1, 100), (3, 100)] {
        let e = built(&format!(
            "seed = {seed}\ntask.spectrum = {{ inputs = 2, outputs = 2, singular_values = [1, 1] }}\n\
             network = {{ hidden = {:?}, init.orthogonal.gain = 1 }}\ntime.end = 0.1",
            vec![2; depth - 1]
        ))
        .experiment;
        let map = e.start.iter().fold(DMatrix::identity(2, 2), |map, w| w * map);
        let within = e.basis.u.transpose() * map * &e.basis.v;
        assert!((within[(0, 1)] + within[(1, 0)]).abs() < 1e-9, "seed {seed}, D = {depth}: {within}");
    }
}

#[test]
fn variances_of_inputs_that_are_given_one_by_one_are_never_one_by_rounding() {
    let statistics = Statistics::new(
        DMatrix::from_diagonal(&DVector::from_row_slice(&[1e17, 2.0, 1.0])),
        DMatrix::from_diagonal(&DVector::from_row_slice(&[1.0, 0.0, 0.0])),
        None,
    )
    .expect("they are possible");
    let mut rng = stream(5, Purpose::Task);
    let basis = ModeBasis::new(&statistics, &[gaussian(&mut rng, 3, 3)]);
    let mut found = basis.input_eigenvalues[1..].to_vec();
    found.sort_by(f64::total_cmp);
    assert_close(&found, &[1.0, 2.0], 1e-14);
}
