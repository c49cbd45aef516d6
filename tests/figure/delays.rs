//! Figures of delays: what they say, and that nothing makes them fail.

use crate::reading::{assert_on_canvas, count, has_text, texts};
use gradflow::delays::{DelaysResult, Expected, ModeDelay, SeriesResult};
use gradflow::figure::{Format, draw_delays};

#[track_caller]
fn svg(delays: &DelaysResult) -> String {
    let svg = String::from_utf8(draw_delays(delays, Format::Svg).expect("a figure")).expect("text");
    assert_on_canvas(&svg);
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    svg
}

fn mode(mode: usize, s: f64, delay: f64) -> ModeDelay {
    let expected = Expected { mode, s, input_eigenvalue: 1.0, half_time: 10.0 / s };
    ModeDelay { expected, delay: Some(delay), spread: Some(0.02), learned: 7 }
}

fn series(name: &str, size: f64) -> SeriesResult {
    let modes = [81.0, 56.0, 46.5, 19.0].iter().enumerate().map(|(i, s)| mode(i, *s, size / s)).collect();
    SeriesResult { name: name.to_owned(), label: format!("series {name}"), runs: 7, modes, broken: None }
}

fn delays(series: Vec<SeriesResult>) -> DelaysResult {
    DelaysResult {
        name: "starts".to_owned(),
        title: "Late starts".to_owned(),
        strength: 1e-6,
        max_updates: 100,
        approximation: None,
        series,
    }
}

#[test]
fn delays_are_shown_with_their_spread_against_the_singular_value() {
    let svg = svg(&delays(vec![series("a", 2.0), series("b", 6.0)]));
    for text in [
        "Late starts",
        "mean ± sd over 7 starts; predicted: a balanced start of u0 = 10⁻⁶",
        "series a",
        "series b",
        "delay of half-learning (t − t_pred)/t_pred",
        "singular value s",
    ] {
        assert!(has_text(&svg, text), "{text} is missing: {:?}", texts(&svg));
    }
    for ink in ["#0072B2", "#D55E00"] {
        assert_eq!(count(&svg, "circle", &[ink]), 4, "a circle per mode");
    }
}

#[test]
fn what_was_not_half_learned_is_counted_and_has_no_circle() {
    let mut late = series("a", 2.0);
    late.modes[3] = ModeDelay { delay: None, spread: None, learned: 0, ..late.modes[3].clone() };
    late.modes[2].learned = 5;
    let svg = svg(&delays(vec![late]));
    assert!(texts(&svg).join(" ").contains("; 9 half-times were not reached"), "{:?}", texts(&svg));
    assert_eq!(count(&svg, "circle", &["#0072B2"]), 3);
}

#[test]
fn nothing_makes_the_figure_fail() {
    let nothing = SeriesResult { modes: Vec::new(), ..series("a", 1.0) };
    assert!(has_text(&svg(&delays(vec![nothing])), "no mode was half learned"));
    svg(&delays(Vec::new()));
    let single = SeriesResult { runs: 1, modes: vec![mode(0, 2.0, 0.0)], ..series("a", 1.0) };
    assert!(texts(&svg(&delays(vec![single]))).join(" ").contains("one start"));
    let wide = vec![mode(0, 1e200, 1e-9), mode(1, 1e-200, 1e250), mode(2, 1e-300, -3.0)];
    svg(&delays(vec![SeriesResult { modes: wide, ..series("a", 1.0) }]));
    let many = (0..40).map(|i| SeriesResult { label: "long ".repeat(50), ..series("a", f64::from(i)) });
    svg(&delays(many.collect()));
}
