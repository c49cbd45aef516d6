//! Greedy layerwise pretraining: what linear autoencoders learn, and that training is the faster for it.

#[path = "common/text.rs"]
mod text;

use gradflow::network::{Pretraining, Start, Widths, starting_weights};
use gradflow::random::{Purpose, gaussian, stream};
use gradflow::report::execute;
use gradflow::scenario::Built;
use gradflow::task::Statistics;
use nalgebra::DMatrix;

/// Inputs whose principal components, known here, have these variances.
fn inputs(variances: &[f64], seed: u64) -> (Statistics, DMatrix<f64>) {
    let n = variances.len();
    let q = gradflow::random::orthonormal(&mut stream(seed, Purpose::Task), n, n);
    let sigma11 = &q * DMatrix::from_diagonal(&nalgebra::DVector::from_column_slice(variances)) * q.transpose();
    let sigma31 = gaussian(&mut stream(seed, Purpose::Samples), 2, n) * 0.1;
    let sigma11 = (&sigma11 + sigma11.transpose()) * 0.5;
    (Statistics::new(sigma11, sigma31, None).expect("statistics"), q)
}

fn pretrained(statistics: &Statistics, hidden: &[usize], epochs: u64, rate: f64, scale: f64) -> Vec<DMatrix<f64>> {
    let widths = Widths::new(statistics.inputs(), hidden, statistics.outputs());
    let start = Start::Pretrained(Pretraining { epochs, learning_rate: rate, scale });
    starting_weights(&start, &widths, statistics, &mut stream(7, Purpose::Start)).expect("it converges")
}

/// The projector on the space that rows span.
fn projector(rows: &DMatrix<f64>) -> DMatrix<f64> {
    let inverse = (rows * rows.transpose()).try_inverse().expect("full rank");
    rows.transpose() * inverse * rows
}

#[test]
fn each_layer_spans_the_principal_components_and_keeps_their_norm() {
    // Baldi & Hornik (1989): a linear autoencoder ends in the projection on as many principal components as it has
    // units. From small weights it is nearly balanced, A = Bᵀ with AAᵀ = I (Saxe et al. 2013, section 3).
    let (statistics, q) = inputs(&[4.0, 3.0, 2.0, 0.6, 0.3, 0.1], 1);
    let weights = pretrained(&statistics, &[3, 3], 4000, 0.05, 1e-4);
    let principal = q.columns(0, 3) * q.columns(0, 3).transpose();
    assert!((projector(&weights[0]) - &principal).amax() < 1e-6);
    for (layer, weight) in weights[..2].iter().enumerate() {
        let gram = weight * weight.transpose();
        let off = (&gram - DMatrix::identity(3, 3)).amax();
        // Steps of finite size leave the balance, by their square.
        assert!(off < 2e-4, "layer {}: {off:e}", layer + 1);
    }
    let both = &weights[1] * &weights[0];
    assert!((projector(&both) - &principal).amax() < 1e-6);
}

#[test]
fn the_descent_of_an_autoencoder_is_that_of_plain_matrices() {
    let (statistics, _) = inputs(&[2.0, 1.0, 0.5, 0.2], 2);
    let (epochs, rate, scale) = (13, 0.07, 0.3);
    let weights = pretrained(&statistics, &[3, 2], epochs, rate, scale);
    // The same draws: encoder and decoder of each layer in the frame of what it receives.
    let mut rng = stream(7, Purpose::Start);
    let mut draw = |rows: usize, cols: usize| gaussian(&mut rng, rows, cols) * scale;
    let train = |mut a: DMatrix<f64>, mut b: DMatrix<f64>, c: &DMatrix<f64>| {
        for _ in 0..epochs {
            let error = c - &b * &a * c;
            let (up, down) = (b.transpose() * &error, &error * a.transpose());
            a += up * rate;
            b += down * rate;
        }
        a
    };
    let lambda = DMatrix::from_diagonal(&statistics.eigenvalues);
    let first = train(draw(3, 4), draw(4, 3), &lambda);
    let correlations = &first * &lambda * first.transpose();
    let eigen = correlations.symmetric_eigen();
    let second = train(draw(2, 3), draw(3, 2), &DMatrix::from_diagonal(&eigen.eigenvalues));
    assert!((statistics.frame.enter(&weights[0]) - &first).amax() < 1e-13);
    assert!((&weights[1] - second * eigen.eigenvectors.transpose()).amax() < 1e-13);
    assert!((&weights[2] - draw(2, 2)).amax() == 0.0);
}

#[test]
fn rotated_inputs_give_the_rotated_start() {
    let (statistics, _) = inputs(&[2.0, 1.5, 0.7, 0.2], 3);
    let rotation = gradflow::random::orthonormal(&mut stream(9, Purpose::Task), 4, 4);
    let sigma11 = &rotation * &statistics.sigma11 * rotation.transpose();
    let sigma11 = (&sigma11 + sigma11.transpose()) * 0.5;
    let turned = Statistics::new(sigma11, &statistics.sigma31 * rotation.transpose(), None).expect("statistics");
    let (here, there) = (pretrained(&statistics, &[2], 300, 0.1, 0.01), pretrained(&turned, &[2], 300, 0.1, 0.01));
    // Eigenvectors have no sign: what the layer spans has none either.
    let expected = &rotation * projector(&here[0]) * rotation.transpose();
    assert!((projector(&there[0]) - expected).amax() < 1e-2);
}

#[test]
fn without_epochs_the_start_is_gaussian() {
    let (statistics, _) = inputs(&[1.0; 5], 4);
    let weights = pretrained(&statistics, &[40, 40], 0, 0.1, 0.2);
    let deviation = weights[1].norm() / 40.0;
    assert!((deviation / 0.2 - 1.0).abs() < 0.1, "{deviation}");
}

fn built(text: &str) -> Built {
    text::try_build(text).unwrap_or_else(|error| panic!("{error}"))
}

fn scenario(init: &str, more: &str) -> String {
    format!(
        "task.gaussian = {{ inputs = 8, outputs = 4, samples = 200, singular_values = [2.0, 1.0], noise = 0.1 }}\n\
         network = {{ hidden = [6, 6, 6], init.{init} }}\ntime.end = 5\n{more}"
    )
}

#[test]
fn an_autoencoder_that_diverges_is_an_error_at_its_learning_rate() {
    let text = scenario("pretrained = { epochs = 2000, learning_rate = 5.0, scale = 0.1 }", "flow = {}");
    let message = text::try_build(&text).expect_err("it diverges").to_string();
    assert!(message.contains("layer 1 diverges at the learning rate 5"), "{message}");
    assert!(message.contains(":2:"), "{message}");
}

#[test]
fn pretraining_is_counted_in_the_curve_and_not_in_the_learning_time() {
    let study = |init: &str, curve: &str| {
        let study = format!(
            "[study.starts]\nlayers = [5]\nlearned.excess = 0.2\nmax_updates = 20000\npanels = [\"time\", \"curves\"]\n\
             [study.starts.series.start]\nlearning_rate = {{ from = 0.2, to = 0.02, count = 5 }}\n{curve}"
        );
        execute(&built(&scenario(init, &study)), &|_| ()).studies[0].series[0].points[0].clone()
    };
    let pretrained = study("pretrained = { epochs = 400, learning_rate = 0.2, scale = 0.03 }", "");
    let gaussian = study("gaussian.scale = 0.03", "");
    assert_eq!(pretrained.pretraining, 3 * 400);
    assert_eq!(gaussian.pretraining, 0);
    assert_eq!(pretrained.curve[0].updates, 1200.0);
    let (fast, slow) = (pretrained.updates.expect("learned"), gaussian.updates.unwrap_or(20000.0));
    assert!(10.0 * fast < slow, "{fast} {slow}");
    assert_eq!(pretrained.curve.last().expect("row").updates, 1200.0 + fast);
}

#[test]
fn a_network_of_one_matrix_has_nothing_to_pretrain() {
    let (statistics, _) = inputs(&[1.0, 0.5], 5);
    let one = pretrained(&statistics, &[], 50, 0.1, 0.2);
    assert_eq!(one.len(), 1);
    assert!(
        built(
            "task.spectrum = { inputs = 2, outputs = 2, singular_values = [1.0] }\n\
        network = { hidden = [], init.pretrained = { epochs = 5, learning_rate = 0.1, scale = 0.1 } }\ntime.end = 1"
        )
        .experiment
        .start[0]
            .iter()
            .all(|w| w.is_finite())
    );
}

#[test]
fn pretraining_that_would_go_on_for_hours_is_refused_at_its_epochs() {
    let text = scenario("pretrained = { epochs = 100000, learning_rate = 0.1, scale = 0.1 }", "flow = {}")
        .replace("inputs = 8", "inputs = 400")
        .replace("[6, 6, 6]", "[400, 400, 400]");
    let message = text::try_build(&text).expect_err("it takes too long").to_string();
    assert!(message.contains("operations before anything is shown") && message.contains("fewer epochs"), "{message}");
}
