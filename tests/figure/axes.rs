//! Which axes are logarithmic, and what they hold.

use crate::reading::{assert_on_canvas, attribute, count, has_text, svg, texts};
use crate::synthetic::{STRENGTHS, all_arms, difference, linear, overlay, summaries, trajectory};
use gradflow::figure::{Overlay, Panel};
use gradflow::trajectory::{Arm, Outcome, Trajectory};

#[test]
fn logarithmic_axes_are_labelled_by_powers_of_ten() {
    let times = linear(300, 12.0);
    let runs = all_arms(&STRENGTHS, &times);
    let differences = [difference(&times, 1e-9)];
    let shown = |panel: Panel| {
        let svg =
            svg(&Overlay { panels: &[panel], differences: &differences, ..overlay(&runs, &summaries(&STRENGTHS)) });
        texts(&svg)
    };
    assert!(shown(Panel::Loss).contains(&"10⁻⁶".to_string()));
    assert!(shown(Panel::Coupling).contains(&"10⁻⁸".to_string()));
    let error = shown(Panel::Error);
    assert!(error.contains(&"10⁻⁸".to_string()), "{error:?}");
    assert!(error.contains(&"flow − analytic".to_string()), "{error:?}");
    let power = |t: &String| t.starts_with("10") && t.len() > 3;
    assert!(!shown(Panel::Modes).iter().any(power));
}

#[test]
fn a_loss_within_two_decades_or_at_zero_has_a_linear_axis() {
    let mut runs = vec![trajectory(Arm::Flow, &[1.0], &linear(100, 3.0))];
    let panels = [Panel::Loss];
    let powers = |runs: &[Trajectory]| {
        let svg = svg(&Overlay { panels: &panels, ..overlay(runs, &[]) });
        texts(&svg).iter().filter(|t| t.starts_with("10")).count()
    };
    assert_eq!(powers(&runs), 0);
    for sample in runs[0].samples.iter_mut().skip(50) {
        sample.mean.loss = 0.0;
    }
    assert_eq!(powers(&runs), 0);
    runs[0].samples[49].mean.loss = 1e-5;
    assert!(powers(&runs) > 2);
}

#[test]
fn time_is_logarithmic_if_its_samples_are() {
    let times: Vec<f64> = (0..=100).map(|i| 10f64.powf(-3.0 + 0.05 * f64::from(i))).collect();
    let runs = all_arms(&[1.0], &times);
    let modes = summaries(&[1.0]);
    let panels = [Panel::Modes];
    let first = Overlay { panels: &panels, ..overlay(&runs, &modes) };
    let figure = svg(&first);
    assert!(has_text(&figure, "10⁻³") && has_text(&figure, "10²"));
    // The same range in equal steps.
    let runs = all_arms(&[1.0], &linear(2001, 100.0)[1..]);
    let even = svg(&Overlay { trajectories: &runs, ..first });
    assert!(!has_text(&even, "10²") && has_text(&even, "100"));
}

#[test]
fn a_run_that_diverges_is_marked_and_leaves_the_axes_alone() {
    let mut runs = all_arms(&STRENGTHS, &linear(100, 12.0));
    let modes = summaries(&STRENGTHS);
    let complete = svg(&overlay(&runs, &modes));
    assert_eq!(count(&complete, "polyline", &["#BE0000"]), 0);
    let sgd = &mut runs[3];
    sgd.samples.truncate(20);
    sgd.outcome = Outcome::Diverged { t: 2.3 };
    for (i, sample) in sgd.samples.iter_mut().enumerate().skip(10) {
        let growth = 10f64.powi(20 * (i as i32 - 9));
        sample.mean.loss *= growth;
        sample.mean.modes.iter_mut().for_each(|u| *u *= -growth);
        sample.spread = None;
    }
    let diverged = svg(&overlay(&runs, &modes));
    assert!(texts(&diverged).iter().any(|t| t.starts_with("sgd") && t.ends_with("— diverged at t = 2.3")));
    assert!(count(&diverged, "polyline", &["#BE0000"]) > 0);
    let ticks = |svg: &str| -> Vec<String> {
        let numbers = texts(svg).into_iter().filter(|t| t.starts_with(|c: char| c.is_ascii_digit()));
        numbers.filter(|t| !t.contains("s =")).collect()
    };
    assert_eq!(ticks(&diverged), ticks(&complete));
    assert_on_canvas(&diverged);
}

#[test]
fn values_off_the_axis_are_not_drawn_along_the_frame() {
    let mut runs = all_arms(&[1.0], &linear(100, 10.0));
    runs[3].outcome = Outcome::Diverged { t: 10.0 };
    for sample in runs[3].samples.iter_mut().skip(20) {
        sample.mean.loss = 1e9;
        sample.spread = None;
    }
    let figure = svg(&Overlay { panels: &[Panel::Loss], ..overlay(&runs, &[]) });
    let sgd: Vec<&str> = figure.lines().filter(|l| l.contains("#7E7E7E")).collect();
    let points = sgd.iter().flat_map(|line| attribute(line, "points"));
    let x = points.flat_map(str::split_whitespace).filter_map(|p| p.split_once(',')?.0.parse::<f64>().ok());
    let (width, rightmost) = (8.0 * 480.0, x.fold(0.0, f64::max));
    assert!(rightmost > 0.2 * width, "sgd is not drawn at all");
    assert!(rightmost < 0.4 * width, "sgd is drawn up to {rightmost} of {width}");
}
