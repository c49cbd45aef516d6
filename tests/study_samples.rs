//! Studies whose networks are trained on samples: tanh units, minibatches, biases, and curves as long as one likes.

#[path = "common/text.rs"]
mod text;

use gradflow::report::execute;
use gradflow::study::{Ended, SeriesResult, StudyResult};

/// The first study's result.
fn study(scenario: &str) -> StudyResult {
    let built = text::try_build(scenario).unwrap_or_else(|error| panic!("{error}"));
    execute(&built, &|_| ()).studies.into_iter().next().expect("the scenario has a study")
}

fn series<'a>(study: &'a StudyResult, name: &str) -> &'a SeriesResult {
    study.series.iter().find(|series| series.name == name).expect("the series")
}

/// A task of samples, whose studies train networks of any activation.
fn sampled(study: &str) -> String {
    format!(
        "task.gaussian = {{ inputs = 6, outputs = 3, samples = 60, singular_values = [2.0, 1.0], noise = 0.1 }}\n\
         network = {{ hidden = [5], init.gaussian.scale = 0.1 }}\ntime.end = 1.0\n{study}"
    )
}

fn updates(study: &StudyResult, name: &str) -> f64 {
    series(study, name).points[0].updates.unwrap_or(f64::NAN)
}

#[test]
fn networks_on_samples_learn_when_the_statistics_say_so() {
    // A batch of all samples is the full batch in another order, which rounding alone can tell.
    let of = |batch: &str| {
        let text = format!(
            "[study.a]\nlayers = [4]\nbatch = {batch}\nlearned.excess = 0.1\n[study.a.series.linear]\nlearning_rate = 0.05\n\
             [study.a.series.tanh]\nactivation = \"tanh\"\nlearning_rate = 0.05\n"
        );
        study(&sampled(&text))
    };
    let (full, shuffled, small) = (of("\"full\""), of("60"), of("15"));
    assert_eq!(updates(&full, "linear"), updates(&shuffled, "linear"));
    assert_eq!(updates(&full, "tanh"), updates(&shuffled, "tanh"));
    // Small batches take the same path up to their noise: η counts updates, not epochs.
    let ratio = updates(&small, "linear") / updates(&full, "linear");
    assert!((0.9..1.1).contains(&ratio), "{ratio}");
    // Units that saturate are slower.
    let ratio = updates(&full, "tanh") / updates(&full, "linear");
    assert!((1.005..2.0).contains(&ratio), "{ratio}");
}

#[test]
fn biases_learn_nothing_where_means_are_zero() {
    let text = |biases: bool| {
        let study = "[study.a]\nlayers = [3]\nlearned.share = 0.9\nseries.one.learning_rate = 0.05\n";
        sampled(study).replace("hidden = [5],", &format!("hidden = [5], biases = {biases},"))
    };
    assert_eq!(updates(&study(&text(true)), "one"), updates(&study(&text(false)), "one"));
}

#[test]
fn curves_go_on_as_long_as_asked_for_and_change_nothing_else() {
    let of = |more: &str| {
        let text = format!(
            "[study.a]\nlayers = [3]\nlearned.excess = 0.2\npanels = [\"curves\"]\n{more}\n\
             series.one.learning_rate = {{ from = 0.1, to = 0.01, count = 3 }}\n"
        );
        study(&sampled(&text))
    };
    let (short, long) = (of(""), of("curve_updates = 1000"));
    assert_eq!(updates(&short, "one"), updates(&long, "one"));
    let rows = |study: &StudyResult| series(study, "one").points[0].curve.clone();
    assert_eq!(rows(&short).last().expect("row").updates, updates(&short, "one"));
    assert!(rows(&long).last().expect("row").updates > 990.0);
    // What both show is the same; rows stand further apart on a longer way.
    let (near, far) = (rows(&short), rows(&long));
    let common: Vec<_> = near.iter().filter(|row| far.iter().any(|other| other.updates == row.updates)).collect();
    assert!(common.len() > 2);
    assert!(common.into_iter().all(|row| far.contains(row)));
}

#[test]
fn of_rates_that_do_not_get_there_the_one_that_gets_furthest_is_shown() {
    // Beyond the largest stable rate descent wanders, at 1e-5 it hardly moves: the best lies between.
    let text = "[study.a]\nlayers = [3]\nlearned.excess = 1e-9\nmax_updates = 30\npanels = [\"curves\"]\n\
                series.one.learning_rate = { from = 0.1, to = 1e-5, count = 5 }\n";
    let study = study(&sampled(text));
    let point = &series(&study, "one").points[0];
    assert_eq!((point.ended.clone(), point.updates, point.best_rate()), (Ended::NotLearned, None, None));
    assert_eq!(point.rate, Some(0.1));
    let end = point.curve.last().expect("row").loss;
    assert!(end < point.curve[0].loss, "{end}");
}

#[test]
fn training_error_is_waited_for_and_shown_where_targets_are_classes() {
    // Three corners of a triangle, a little apart: linear networks tell them apart.
    let directory = tempfile::tempdir().expect("directory");
    let corners = [(1.0, 0.0), (-0.5, 0.8), (-0.5, -0.8)];
    let samples: Vec<(f64, f64, usize)> = (0..30)
        .map(|i| {
            let (x, y) = corners[i % 3];
            let turn = i as f64;
            (x + 0.2 * turn.sin(), y + 0.2 * turn.cos(), i % 3)
        })
        .collect();
    let inputs: Vec<String> = samples.iter().map(|(x, y, _)| format!("{x},{y}")).collect();
    let targets: Vec<String> = samples.iter().map(|(.., class)| class.to_string()).collect();
    let write = |name: &str, lines: &[String]| {
        let path = directory.path().join(name);
        std::fs::write(&path, lines.join("\n")).expect("file");
        path.display().to_string()
    };
    let (inputs, targets) = (write("x.csv", &inputs), write("y.csv", &targets));
    let text = format!(
        "task.dataset = {{ inputs = '{inputs}', targets = '{targets}' }}\n\
         network = {{ hidden = [4], init.gaussian.scale = 0.01 }}\ntime.end = 1.0\n\
         [study.a]\nlayers = [3]\nbatch = 10\nlearned.training_error = 0.05\npanels = [\"classification\"]\n\
         series.linear.learning_rate = 0.5\n[study.a.series.tanh]\nactivation = \"tanh\"\nlearning_rate = 0.5\n"
    );
    let study = study(&text);
    for name in ["linear", "tanh"] {
        let point = &series(&study, name).points[0];
        assert_eq!(point.ended, Ended::Learned, "{name}");
        let errors: Vec<f64> = point.curve.iter().filter_map(|row| row.training_error).collect();
        assert_eq!(errors.len(), point.curve.len());
        // Weights near 0 say nothing: two of three are wrong, or nearly; at the goal at most 5 %.
        assert!(errors[0] > 0.3 && *errors.last().expect("row") <= 0.05, "{name}: {errors:?}");
    }
}

#[test]
fn a_network_is_looked_at_when_its_updates_are_up() {
    // Epochs of 12 updates: looks after two of them are 12 updates apart, and 29 lies between.
    let text = "[study.a]\nlayers = [4]\nbatch = 5\nlearned.excess = 1e-9\nmax_updates = 29\npanels = [\"curves\"]\n\
                series.one.learning_rate = 0.05\n";
    let point = series(&study(&sampled(text)), "one").points[0].clone();
    assert_eq!(point.ended, Ended::NotLearned);
    assert_eq!(point.curve.last().expect("row").updates, 29.0);
}

#[test]
fn laws_of_linear_networks_are_approximate_for_others_at_any_depth() {
    let text = "[study.a]\nlayers = [2, 4]\nlearned.share = 0.9\n\
                [study.a.series.linear]\ninit.aligned.strength = 0.01\nlearning_rate = 0.05\n\
                [study.a.series.tanh]\ninit.aligned.strength = 0.01\nactivation = \"tanh\"\nlearning_rate = 0.05\n";
    let white = "task.spectrum = { inputs = 3, outputs = 3, singular_values = [1.0, 0.5] }\n\
                 network = { hidden = [3], init.aligned.strength = 0.01 }\ntime.end = 1.0\n";
    let study = study(&format!("{white}{text}"));
    assert_eq!(series(&study, "linear").approximation, None);
    assert!(series(&study, "tanh").approximation.as_ref().is_some_and(|why| why.contains("tanh")));
}

#[test]
fn runs_differ_in_the_order_of_batches_though_the_start_is_aligned() {
    let runs = |batch: &str| {
        let text = format!(
            "[study.a]\nlayers = [3]\nbatch = {batch}\nruns = 3\nlearned.share = 0.9\n\
             [study.a.series.one]\ninit.aligned.strength = 0.01\nlearning_rate = 0.05\n"
        );
        let study = study(&sampled(&text));
        let point = &series(&study, "one").points[0];
        (point.learned, point.spread.is_some())
    };
    assert_eq!((runs("\"full\""), runs("10")), ((1, false), (3, true)));
}

#[test]
fn a_best_rate_at_the_edge_of_those_tried_is_pointed_out() {
    let warned = |from: f64| {
        let text = format!(
            "[study.a]\nlayers = [3]\nlearned.excess = 0.1\n\
             series.one.learning_rate = {{ from = {from:?}, to = 0.001, count = 8 }}\n"
        );
        let built = text::try_build(&sampled(&text)).unwrap_or_else(|error| panic!("{error}"));
        execute(&built, &|_| ()).warnings.iter().any(|warning| warning.contains("edge of those tried"))
    };
    assert!(warned(0.02) && !warned(20.0));
}

#[test]
fn what_a_study_draws_or_pretrains_is_admitted_before_it_begins() {
    let memory = |activation: &str| {
        let text = format!(
            "task.spectrum = {{ inputs = 200, outputs = 2, singular_values = [1.0] }}\n\
             network = {{ hidden = [3], init.gaussian.scale = 0.1 }}\ntime.end = 1.0\n\
             [study.a]\nlayers = [3]\nseries.one = {{ activation = \"{activation}\", learning_rate = 0.1 }}\n"
        );
        text::try_build(&text).unwrap_or_else(|error| panic!("{error}")).memory
    };
    // Eight samples for each of 202 directions, with 202 numbers each, of eight bytes.
    assert!(memory("tanh") - memory("linear") > 8.0 * 8.0 * 202.0 * 202.0);
    let text = "[study.a]\nlayers = [40]\nwidth = 400\n\
                series.one.init.pretrained = { epochs = 90000, learning_rate = 0.1, scale = 0.01 }\n";
    let Err(error) = text::try_build(&sampled(text)) else { panic!("it takes hours") };
    assert!(error.to_string().contains("operations before anything is shown"), "{error}");
}
