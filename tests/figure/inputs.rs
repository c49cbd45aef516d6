//! The panel of the inputs' correlations.

use crate::reading::{assert_on_canvas, count, has_text, svg, texts};
use crate::synthetic::{STRENGTHS, all_arms, linear, overlay, summaries};
use gradflow::figure::{Overlay, Panel};
use gradflow::task::InputCorrelations;
use nalgebra::DMatrix;

/// `modes` modes among directions whose correlations fall off with their distance.
fn correlations(modes: usize, all: usize) -> InputCorrelations {
    let s = (0..all).map(|i| if i < modes { (modes - i) as f64 } else { 0.0 }).collect();
    InputCorrelations { s, matrix: DMatrix::from_fn(all, all, |i, j| 2.0 * (-(i.abs_diff(j) as f64)).exp()) }
}

fn drawn(inputs: Option<&InputCorrelations>, panels: &[Panel]) -> String {
    let runs = all_arms(&STRENGTHS, &linear(50, 12.0));
    let figure = svg(&Overlay { inputs, panels, ..overlay(&runs, &summaries(&STRENGTHS)) });
    assert_on_canvas(&figure);
    figure
}

#[test]
fn every_entry_has_its_colour_and_the_scale_its_ends() {
    let inputs = correlations(4, 9);
    let figure = drawn(Some(&inputs), &[Panel::Inputs]);
    let share = inputs.off_diagonal_share();
    for text in [
        &*format!("inputs VᵀΣ11V: off-diagonal share {share:.3}"),
        "|entry|",
        "2",
        "1",
        "0",
        "1 to 4: modes; 5 to 9: directions with s = 0",
    ] {
        assert!(has_text(&figure, text), "{text} is missing: {:?}", texts(&figure));
    }
    // The diagonal is the largest; its neighbours have all one colour.
    assert!(count(&figure, "polygon", &["#001C3C"]) == 9, "{figure}");
}

#[test]
fn it_stands_below_the_panels_over_time_wherever_it_is_named() {
    let inputs = correlations(3, 3);
    let first = drawn(Some(&inputs), &[Panel::Inputs, Panel::Loss, Panel::Inputs]);
    assert_eq!(first, drawn(Some(&inputs), &[Panel::Loss, Panel::Inputs]));
    assert!(has_text(&first, "loss L") && has_text(&first, "1 to 3: modes"));
}

#[test]
fn sizes_and_values_of_any_kind_are_drawn() {
    for inputs in [correlations(0, 1), correlations(1, 1), correlations(1, 2), correlations(60, 64)] {
        drawn(Some(&inputs), &[Panel::Inputs]);
    }
    let nothing = InputCorrelations { s: vec![0.0; 2], matrix: DMatrix::zeros(2, 2) };
    assert!(has_text(&drawn(Some(&nothing), &[Panel::Inputs]), "inputs VᵀΣ11V: off-diagonal share 0"));
    assert!(has_text(&drawn(None, &[Panel::Inputs]), "no inputs to show"));
    let none = InputCorrelations { s: Vec::new(), matrix: DMatrix::zeros(0, 0) };
    drawn(Some(&none), &[Panel::Inputs, Panel::Modes]);
}
