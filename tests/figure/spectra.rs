//! Figures of random networks: what they say, and that nothing makes them fail.

use crate::reading::{attribute, has_text};
use crate::study::assert_off_the_edge;
use gradflow::figure::{FigureError, Format, SpectraPanel, draw_spectra};
use gradflow::spectra::{Matrices, Spectra, SpectraResult, Units, Wanted, run};

const PANELS: [SpectraPanel; 4] =
    [SpectraPanel::SingularValues, SpectraPanel::Eigenvalues, SpectraPanel::Growth, SpectraPanel::Activity];

fn spectra(units: Units) -> Spectra {
    Spectra {
        name: "a".to_owned(),
        title: "Random networks".to_owned(),
        matrices: Matrices::ALL.to_vec(),
        units,
        width: 15,
        factors: vec![1, 4],
        gains: vec![1.0],
        activity: if units == Units::Tanh { vec![0.5] } else { Vec::new() },
        draws: 3,
        wanted: Wanted { products: true, singular_values: true, eigenvalues: true },
    }
}

fn drawn(spectra: &Spectra) -> SpectraResult {
    run(1, 0, spectra, &|_| ())
}

#[track_caller]
fn svg(result: &SpectraResult, panels: &[SpectraPanel]) -> String {
    let svg = String::from_utf8(draw_spectra(result, panels, Format::Svg).expect("a figure")).expect("text");
    assert_off_the_edge(&svg);
    for numbers in ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"] {
        let finite = |value: &&str| value.trim_end_matches("pt").parse().is_ok_and(f64::is_finite);
        assert!(attribute(&svg, numbers).iter().all(finite), "{numbers}: {:?}", attribute(&svg, numbers));
    }
    svg
}

#[test]
fn every_panel_says_what_it_shows() {
    let svg = svg(&drawn(&spectra(Units::Tanh)), &PANELS);
    for text in [
        "Random networks",
        "Gaussian",
        "orthogonal",
        "density per decade: 1 matrix",
        "density per decade: 4 matrices",
        "mean σ² of the Jacobian",
        "mean square q of the pre-activations",
    ] {
        assert!(has_text(&svg, text), "{text}");
    }
    assert!(svg.contains("% in the square"));
    // With one gain there is nothing to draw a fixed point against.
    assert!(!svg.contains("q∞"));
}

#[test]
fn colours_tell_the_first_of_gain_activity_and_kind_apart() {
    let several = Spectra { gains: vec![1.0, 1.5], ..spectra(Units::Tanh) };
    let svg_of = |spectra: &Spectra| svg(&drawn(spectra), &PANELS);
    let text = svg_of(&several);
    assert!(has_text(&text, "g = 1.5") && text.contains("q∞"));
    assert!(has_text(&text, "density per decade: 4 matrices, Gaussian"));
    let starts = Spectra { activity: vec![0.5, 2.0], ..spectra(Units::Tanh) };
    assert!(has_text(&svg_of(&starts), "q = 2 at first"));
    let many = Spectra { gains: (1..=30).map(|i| 0.1 * f64::from(i)).collect(), ..spectra(Units::Linear) };
    svg_of(&many);
}

#[test]
fn whatever_is_missing_leaves_a_figure() {
    let nothing = Spectra { wanted: Wanted::default(), ..spectra(Units::Tanh) };
    let text = svg(&drawn(&nothing), &PANELS);
    assert!(has_text(&text, "no singular values") && has_text(&text, "eigenvalues: none were found"));
    let tiny = Spectra { width: 1, draws: 1, gains: vec![1e-3], ..spectra(Units::Linear) };
    svg(&drawn(&tiny), &PANELS);
    let empty = SpectraResult { series: Vec::new(), spectra: spectra(Units::Linear) };
    for panel in PANELS {
        svg(&empty, &[panel]);
    }
    assert_eq!(draw_spectra(&empty, &[], Format::Png), Err(FigureError::NoPanels));
}

#[test]
fn a_panel_given_twice_is_drawn_once() {
    let result = drawn(&spectra(Units::Linear));
    let once = draw_spectra(&result, &[SpectraPanel::Growth], Format::Png);
    assert_eq!(draw_spectra(&result, &[SpectraPanel::Growth; 2], Format::Png), once);
}
