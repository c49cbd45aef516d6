//! Figures of studies: what they say, and that nothing makes them fail.

use crate::reading::{attribute, count, has_text, texts};
use gradflow::figure::{FigureError, Format, StudyPanel, draw_study};
use gradflow::study::{Ended, Limit, Point, Prediction, Row, SeriesResult, StudyResult};
use gradflow::trajectory::Outcome;

const PANELS: [StudyPanel; 3] = [StudyPanel::Time, StudyPanel::Rate, StudyPanel::Curves];
const LAYERS: [usize; 5] = [2, 3, 10, 30, 100];

/// What lies off the canvas is drawn on its edge: nothing does, and no text runs beyond it.
#[track_caller]
pub fn assert_off_the_edge(svg: &str) {
    let view: Vec<f64> = attribute(svg, "viewBox")[0].split(' ').map(|v| v.parse().expect("a number")).collect();
    let inside = |x: f64, y: f64| x > 0.0 && x < view[2] && y > 0.0 && y < view[3];
    let number = |text: &str| text.parse::<f64>().expect("a number");
    for points in attribute(svg, "points") {
        for (x, y) in points.split_whitespace().filter_map(|point| point.split_once(',')) {
            assert!(inside(number(x), number(y)), "({x}, {y}) is on the edge of {view:?}");
        }
    }
    for (tag, text) in svg.lines().filter(|line| line.starts_with("<text ")).zip(texts(svg)) {
        let of = |name: &str| number(attribute(tag, name)[0]);
        // A letter is rarely narrower.
        let room = 0.45 * of("font-size") * text.chars().count() as f64;
        let end = if tag.contains("\"start\"") { of("x") + room } else { of("x") };
        assert!(inside(of("x"), of("y")) && end < view[2], "{text} runs off the canvas");
    }
}

#[track_caller]
fn svg(study: &StudyResult, panels: &[StudyPanel]) -> String {
    let bytes = draw_study(study, panels, Format::Svg).expect("a figure");
    let svg = String::from_utf8(bytes).expect("text");
    assert_off_the_edge(&svg);
    for numbers in ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"] {
        let finite = |value: &&str| value.trim_end_matches("pt").parse().is_ok_and(f64::is_finite);
        assert!(attribute(&svg, numbers).iter().all(finite), "{numbers}: {:?}", attribute(&svg, numbers));
    }
    assert!(!svg.chars().any(|c| c.is_control() && c != '\n'), "a character that XML does not hold");
    svg
}

/// A network that has learned in `size` times as many updates as it has layers.
fn learned(layers: usize, size: f64) -> Point {
    let updates = size * layers as f64;
    let row = |i: u32| {
        let share = f64::from(i) / 20.0;
        Row { updates: share * updates, loss: 1.0 - 0.95 * share, strength: 0.95 * share, training_error: None }
    };
    Point {
        layers,
        rate: Some(1.0 / layers as f64),
        updates: Some(updates),
        spread: None,
        pretraining: 0,
        time: Some(size),
        predicted: Some(Prediction { best_rate: 1.1 / layers as f64, updates: Some(1.02 * updates) }),
        learned: 1,
        ended: Ended::Learned,
        curve: (0..=20).map(row).collect(),
    }
}

/// A network that has not.
fn broken(layers: usize, ended: Ended) -> Point {
    Point { rate: None, updates: None, time: None, curve: Vec::new(), ended, ..learned(layers, 1.0) }
}

fn series(name: &str, points: Vec<Point>) -> SeriesResult {
    SeriesResult { name: name.to_owned(), label: format!("series {name}"), points, limit: None, approximation: None }
}

fn study(series: Vec<SeriesResult>) -> StudyResult {
    StudyResult {
        name: "depth".to_owned(),
        title: "Depth and time".to_owned(),
        goal: "u of mode 1 is 0.95 of s/λ".to_owned(),
        of_mode: true,
        series,
    }
}

/// Learned at all depths, with a limit.
fn usual(name: &str, size: f64) -> SeriesResult {
    let points: Vec<Point> = LAYERS.iter().map(|layers| learned(*layers, size)).collect();
    let curve = points[4].curve.clone();
    SeriesResult { limit: Some(Limit { updates: 120.0 * size, curve }), ..series(name, points) }
}

#[test]
fn a_study_shows_what_was_trained_what_the_laws_say_and_what_they_tend_to() {
    let svg = svg(&study(vec![usual("a", 1.0)]), &PANELS);
    for text in [
        "Depth and time",
        "trained until u of mode 1 is 0.95 of s/λ",
        "trained",
        "law of this depth",
        "infinite depth",
        "2/sharpness: largest stable rate",
        "updates until learned",
        "learning rate η",
        "mode strength u",
        "layers N_l, input and output included",
        "updates t/(τη)",
        "N_l = 2",
        "N_l = 100",
    ] {
        assert!(has_text(&svg, text), "{text} is missing: {:?}", texts(&svg));
    }
    assert!(!has_text(&svg, "series a"), "the only series needs no name");
    assert!(count(&svg, "circle", &["#0072B2"]) >= 2 * LAYERS.len(), "a circle per network in two panels");
}

#[test]
fn only_the_panels_that_were_asked_for_are_drawn() {
    let study = study(vec![usual("a", 1.0)]);
    let titles = ["updates until learned", "learning rate η", "mode strength u"];
    for (panel, title) in PANELS.iter().zip(titles) {
        let svg = svg(&study, &[*panel]);
        let shown: Vec<&str> = titles.into_iter().filter(|title| has_text(&svg, title)).collect();
        assert_eq!(shown, [title]);
    }
    assert_eq!(svg(&study, &[StudyPanel::Rate, StudyPanel::Rate]), svg(&study, &[StudyPanel::Rate]));
    assert_eq!(draw_study(&study, &[], Format::Svg), Err(FigureError::NoPanels));
}

#[test]
fn a_loss_that_was_waited_for_is_shown_as_a_loss() {
    let losses = StudyResult { of_mode: false, ..study(vec![usual("a", 1.0)]) };
    assert!(has_text(&svg(&losses, &PANELS), "loss L"));
}

#[test]
fn networks_that_did_not_learn_are_counted_and_have_no_circle() {
    let mut points: Vec<Point> = LAYERS.iter().map(|layers| learned(*layers, 1.0)).collect();
    let all = svg(&study(vec![series("a", points.clone())]), &[StudyPanel::Time]);
    points[3] = broken(30, Ended::NotLearned);
    points[4] = broken(100, Ended::Incomplete(Outcome::StepLimit { t: 1.0, limit: 7 }));
    let some = svg(&study(vec![series("a", points)]), &[StudyPanel::Time]);
    assert!(
        has_text(&some, "trained until u of mode 1 is 0.95 of s/λ; 2 networks did not learn"),
        "{:?}",
        texts(&some)
    );
    assert_eq!(count(&all, "circle", &[]) - count(&some, "circle", &[]), 2);
}

#[test]
fn a_study_in_which_no_network_learned_says_so() {
    for law in [Some(Prediction { best_rate: 0.1, updates: Some(7.0) }), None] {
        let points = LAYERS.map(|layers| Point { predicted: law, ..broken(layers, Ended::Diverged) });
        let study = study(vec![series("a", points.to_vec()), series("b", Vec::new())]);
        let svg = svg(&study, &PANELS);
        assert!(has_text(&svg, "trained until u of mode 1 is 0.95 of s/λ; 5 networks did not learn"));
        // Where there are laws, they are shown.
        assert_eq!(has_text(&svg, "law of this depth"), law.is_some());
        assert!(has_text(&svg, "no network learned"), "{:?}", texts(&svg));
        assert!(draw_study(&study, &PANELS, Format::Png).is_ok());
    }
    svg(&study(Vec::new()), &PANELS);
}

#[test]
fn one_network_gives_a_figure() {
    for layers in [2, 3, 100_000] {
        let study = study(vec![series("a", vec![learned(layers, 3.0)])]);
        let svg = svg(&study, &PANELS);
        assert!(has_text(&svg, &format!("N_l = {layers}")));
        assert!(count(&svg, "circle", &["#0072B2"]) >= 2);
        assert!(draw_study(&study, &PANELS, Format::Png).is_ok());
    }
}

#[test]
fn huge_and_tiny_values_stay_on_the_canvas() {
    let values = [0.0, 5e-324, 1e-300, 1.0, 1e15, 1e300, f64::MAX];
    for &low in &values {
        for &high in &values {
            let point = |layers: usize, value: f64| Point {
                rate: Some(value),
                updates: Some(value),
                spread: Some(high),
                predicted: Some(Prediction { best_rate: value, updates: Some(high) }),
                curve: vec![
                    Row { updates: 0.0, loss: low, strength: -high, training_error: None },
                    Row { updates: value, loss: high, strength: value, training_error: None },
                ],
                ..learned(layers, 1.0)
            };
            let limit = Some(Limit {
                updates: low,
                curve: vec![Row { updates: high, loss: high, strength: low, training_error: None }],
            });
            let mut drawn = study(vec![SeriesResult { limit, ..series("a", vec![point(3, low), point(90, high)]) }]);
            for of_mode in [true, false] {
                drawn.of_mode = of_mode;
                svg(&drawn, &PANELS);
            }
        }
    }
}

#[test]
fn thirty_series_all_have_their_name() {
    let names: Vec<String> = (1..=30).map(|i| format!("number {i}")).collect();
    let all = names.iter().enumerate().map(|(i, name)| usual(name, 1.1f64.powi(i as i32))).collect();
    let study = study(all);
    let svg = svg(&study, &PANELS);
    for name in &names {
        assert!(has_text(&svg, &format!("series {name}")), "{name} is missing");
    }
    assert!(draw_study(&study, &PANELS, Format::Png).is_ok());
}

#[test]
fn series_of_one_law_share_its_line() {
    // The colour of the second series; the line through its circles is paler.
    let lines = |sizes: &[f64]| {
        let of = |size: &f64| SeriesResult { limit: None, ..usual("a", *size) };
        let study = study(sizes.iter().map(of).collect());
        count(&svg(&study, &[StudyPanel::Time]), "polyline", &["#D55E00"])
    };
    assert_eq!((lines(&[1.0, 1.0]), lines(&[1.0, 2.0])), (0, 1));
}

#[test]
fn several_runs_have_a_band() {
    let with = |spread: Option<f64>| {
        let points = LAYERS.map(|layers| Point { spread, ..learned(layers, 1.0) });
        svg(&study(vec![series("a", points.to_vec())]), &[StudyPanel::Time])
    };
    assert_eq!(count(&with(None), "polygon", &[]), 0);
    assert!(count(&with(Some(1.5)), "polygon", &[]) > 0);
}

#[test]
fn approximate_laws_are_said_to_be_so() {
    let rough = SeriesResult { approximation: Some("inputs that mix".to_owned()), ..usual("a", 1.0) };
    let note = "trained until u of mode 1 is 0.95 of s/λ; the laws are approximate";
    assert!(has_text(&svg(&study(vec![rough.clone()]), &PANELS), note));
    let points = LAYERS.map(|layers| Point { predicted: None, ..learned(layers, 1.0) });
    let lawless = SeriesResult { points: points.to_vec(), ..rough };
    assert!(!has_text(&svg(&study(vec![lawless]), &PANELS), note), "no law, nothing approximate");
}

#[test]
fn a_curve_that_diverges_does_not_hide_the_others() {
    let far = Row { updates: 2.0, loss: 1e120, strength: -1e60, training_error: None };
    let mut points: Vec<Point> = LAYERS.iter().map(|layers| learned(*layers, 1.0)).collect();
    points.push(Point { curve: vec![learned(3, 1.0).curve[0], far], ..broken(200, Ended::Diverged) });
    let svg = svg(&study(vec![series("a", points)]), &[StudyPanel::Curves]);
    assert!(has_text(&svg, "mode strength u"), "no power of ten: {:?}", texts(&svg));
}

#[test]
fn a_long_label_stays_on_the_canvas() {
    let long = |name: &str| SeriesResult { label: "word ".repeat(60), ..usual(name, 1.0) };
    svg(&study(vec![long("a"), long("b")]), &PANELS);
}
