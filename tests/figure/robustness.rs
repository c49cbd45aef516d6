//! Odd input gives a sensible figure or an error, and never a panic.

use crate::reading::{assert_on_canvas, has_text, svg, texts};
use crate::synthetic::{PANELS, STRENGTHS, all_arms, difference, linear, overlay, summaries, trajectory};
use gradflow::comparison::ModeSummary;
use gradflow::figure::{FigureError, Format, Overlay, Panel, draw};
use gradflow::trajectory::{Arm, Energy, Observation, Outcome};

#[test]
fn titles_are_wrapped_and_escaped() {
    let title = format!("a <b> & \"c\" \u{0}\u{1b}\n 漢字 🦀 {}", "very long ".repeat(60));
    let unbroken = "x".repeat(500);
    let svg = svg(&Overlay { title: &title, note: Some(&unbroken), ..overlay(&[], &[]) });
    assert!(svg.contains("a &lt;b&gt; &amp; &quot;c&quot;"));
    assert!(!svg.chars().any(|c| c.is_control() && c != '\n'));
    let lines = texts(&svg);
    assert!(lines.iter().take_while(|l| !l.starts_with("mode")).count() == 6, "{lines:?}");
    assert!(lines[2].ends_with('…') && lines[5].ends_with('…'), "{lines:?}");
}

#[test]
fn panels_without_content_say_why() {
    let times = linear(20, 1.0);
    let mut runs = vec![trajectory(Arm::Modes, &[1.0], &times)];
    for sample in &mut runs[0].samples {
        sample.mean.energy = None;
        sample.mean.coupling = None;
    }
    let figure = svg(&overlay(&runs, &summaries(&[1.0])));
    for reason in ["nothing to compare", "only defined for white inputs", "no arm has a coupling between modes"] {
        assert!(has_text(&figure, reason), "{reason}");
    }
    let same = [difference(&times, 0.0)];
    let figure = svg(&Overlay { differences: &same, ..overlay(&runs, &[]) });
    assert!(has_text(&figure, "no difference at any time"));
}

#[test]
fn a_figure_needs_a_panel_and_draws_none_twice() {
    let none = Overlay { panels: &[], ..overlay(&[], &[]) };
    assert_eq!(draw(&none, Format::Svg), Err(FigureError::NoPanels));
    let runs = all_arms(&[1.0], &linear(20, 1.0));
    let twice = [Panel::Loss, Panel::Loss];
    let with = |panels: &[Panel]| svg(&Overlay { panels, ..overlay(&runs, &[]) });
    assert_eq!(with(&twice), with(&twice[..1]));
}

#[test]
fn degenerate_values_give_a_figure() {
    let times_of = [
        vec![],
        vec![0.0],
        vec![2.0],
        vec![3.0, 3.0, 3.0],
        vec![0.0, 1e-310],
        vec![0.0, 1e308],
        vec![1e15, 1e15 + 1.0],
        vec![1e-200, 1.0, 1e200],
    ];
    let values = [0.0, 1.0, -2.5, 1e-320, 1e-200, -1e200, f64::MAX, f64::MIN];
    for times in &times_of {
        for &value in &values {
            for spread in [None, Some(0.0), Some(f64::MAX)] {
                for complete in [true, false] {
                    draw_constant(times, value, spread, complete);
                }
            }
        }
    }
}

/// Draws all arms at one and the same value in every respect.
fn draw_constant(times: &[f64], value: f64, spread: Option<f64>, complete: bool) {
    let observation = |value: f64| Observation {
        loss: value,
        modes: vec![value, -value, 0.0],
        coupling: Some(value),
        energy: Some(Energy { modes: value, coupling: 0.0 }),
        ..Observation::default()
    };
    let mut runs = all_arms(&[], times);
    for run in &mut runs {
        if !complete {
            run.outcome = Outcome::StepLimit { t: 0.0, limit: 7 };
        }
        for sample in &mut run.samples {
            sample.mean = observation(value);
            sample.spread = spread.map(observation);
        }
    }
    let mode =
        |s: f64| ModeSummary { s, input_eigenvalue: 0.0, start: vec![value, s], predicted_half_time: Some(value) };
    let modes = [mode(value.abs()), mode(1.0), mode(0.0)];
    let differences = [difference(times, value)];
    let svg = svg(&Overlay { differences: &differences, ..overlay(&runs, &modes) });
    assert_on_canvas(&svg);
}

#[test]
fn degenerate_values_give_a_bitmap() {
    let mut runs = all_arms(&STRENGTHS, &[0.0, 1e300]);
    runs[3].samples.clear();
    runs[3].outcome = Outcome::StepUnderflow { t: 0.0 };
    runs[0].samples[1].mean.modes.clear();
    runs[1].samples[1].mean.modes = vec![f64::MAX; 40];
    let figures = [overlay(&runs, &[]), overlay(&runs[..1], &[]), overlay(&[], &[])];
    for figure in figures {
        assert!(draw(&figure, Format::Png).is_ok());
    }
}

#[test]
fn panels_and_formats_are_named_in_lower_case() {
    let json = serde_json::to_string(&(PANELS, Format::Png)).expect("JSON");
    assert_eq!(json, r#"[["modes","loss","error","energy","coupling"],"png"]"#);
    assert_eq!(Format::Svg.extension(), "svg");
}
