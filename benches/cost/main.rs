//! What a flow costs as it grows: an evaluation against the widths and the depth, a run against the tolerance, memory
//! against samples and weights.
//!
//! `cargo bench --bench cost` prints the numbers and the exponents fitted to them, beside those of the number of
//! multiplications; `cargo bench --bench cost -- plots/cost.png` draws them, too.

mod chart;
mod evaluation;
mod memory;
#[path = "../problems/mod.rs"]
mod problems;
mod tolerance;

use gradflow::converge::Fit;

/// A curve: a quantity at growing sizes, and how it is expected to grow.
pub(crate) struct Curve {
    pub(crate) label: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Curves over one axis.
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    pub(crate) across: &'static str,
    pub(crate) up: &'static str,
    /// What the size is multiplied by from tick to tick.
    pub(crate) base: f64,
    /// Room above the curves for their names, as a factor.
    pub(crate) room: f64,
    pub(crate) curves: Vec<Curve>,
}

/// The exponent of a power law through the larger half of the sizes, where nothing but the products counts.
pub(crate) fn exponent(points: &[(f64, f64)]) -> f64 {
    Fit::of_logarithms(points[points.len() / 2..].iter().copied()).map_or(f64::NAN, |fit| fit.slope)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if let [flag, weights, samples] = arguments.as_slice()
        && flag == memory::CHILD
    {
        memory::child(weights, samples);
        return;
    }
    let mut panels = evaluation::panels();
    panels.push(tolerance::panel());
    panels.extend(memory::panels());
    for panel in &panels {
        println!("\n{} ({} against {})", panel.title, panel.up, panel.across);
        for curve in &panel.curves {
            println!("  {}: exponent {:.2}", curve.label, exponent(&curve.points));
            for (x, y) in &curve.points {
                println!("    {x:>10.3e}  {y:.3e}");
            }
        }
    }
    if let Some(path) = arguments.first() {
        std::fs::write(path, chart::draw(&panels).expect("a chart")).expect("a file that can be written");
        println!("\nDrawn in {path}");
    }
}
