//! Curves and their legend.

use crate::reading::{assert_on_canvas, count, has_text, svg};
use crate::synthetic::{STRENGTHS, all_arms, linear, overlay, summaries};
use gradflow::figure::{Overlay, Panel};
use gradflow::trajectory::Trajectory;

#[test]
fn every_arm_and_every_mode_has_a_legend_entry() {
    let runs = all_arms(&STRENGTHS, &linear(300, 12.0));
    let svg = svg(&overlay(&runs, &summaries(&STRENGTHS)));
    for label in ["flow", "modes", "analytic", "sgd, mean ± sd"] {
        assert!(has_text(&svg, label), "no entry for {label}");
    }
    for label in ["1: s = 3", "2: s = 2", "3: s = 1.2", "4: s = 0.6"] {
        assert!(has_text(&svg, label), "no entry for {label}");
    }
    assert!(has_text(&svg, "time t (τ = 1)"));
    assert_on_canvas(&svg);
}

#[test]
fn four_coinciding_arms_stay_four_different_curves() {
    let runs = all_arms(&[1.0], &linear(300, 12.0));
    let modes = summaries(&[1.0]);
    let of = |arms: &[Trajectory]| svg(&Overlay { panels: &[Panel::Modes], ..overlay(arms, &modes) });
    let all = of(&runs);
    // Wide pale line, dashes in the mode's colour, dark dots, open circles: each from its own arm.
    let signs: [(&str, &[&str]); 4] = [
        ("polyline", &["#80B9D9", "stroke-width=\"44\""]),
        ("polyline", &["#0072B2", "stroke-width=\"21\""]),
        ("polyline", &["#002B44", "stroke-width=\"10\""]),
        ("circle", &["#0072B2"]),
    ];
    for (i, (tag, attributes)) in signs.into_iter().enumerate() {
        assert!(count(&all, tag, attributes) > 0, "{} is missing", runs[i].arm);
        let mut others = runs.clone();
        others.remove(i);
        assert_eq!(count(&of(&others), tag, attributes), 0, "{} has no sign of its own", runs[i].arm);
    }
}

#[test]
fn approximations_are_marked() {
    let mut runs = all_arms(&STRENGTHS, &linear(50, 12.0));
    runs[2].approximation = Some("inputs are not white".to_string());
    let svg = svg(&overlay(&runs, &summaries(&STRENGTHS)));
    assert!(has_text(&svg, "analytic (approximation)"));
    assert!(!has_text(&svg, "analytic"));
}

#[test]
fn many_modes_are_represented_by_some() {
    let groups = [(81.0, 1), (56.0, 1), (46.5, 2), (37.6, 4), (28.7, 8), (19.0, 16)];
    let strengths: Vec<f64> = groups.iter().flat_map(|&(s, n)| vec![s; n]).collect();
    let runs = all_arms(&strengths, &linear(100, 0.4));
    let svg = svg(&overlay(&runs, &summaries(&strengths)));
    assert!(has_text(&svg, "mode strength u, 6 of 32 modes: one for each distinct s"));
    assert!(has_text(&svg, "17: s = 19") && !has_text(&svg, "18: s = 19"));
}

#[test]
fn null_modes_are_grey() {
    let strengths = [1.0, 0.0, 0.0];
    let runs = all_arms(&strengths, &linear(100, 12.0));
    let svg = svg(&Overlay { panels: &[Panel::Modes], ..overlay(&runs, &summaries(&strengths)) });
    assert!(has_text(&svg, "2 with s = 0"));
    assert!(count(&svg, "polyline", &["#B9B9B9"]) > 0);
    assert_eq!(count(&svg, "polyline", &["#D55E00"]), 0);
}
