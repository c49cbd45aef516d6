//! Work-precision diagrams: error against what it cost, and against what was varied.

use super::axis::Axis;
use super::legend::Rings;
use super::page::{Stack, draw_panels, draw_title, lowered};
use super::plan::{Key, Mark, Plan, Swatch};
use super::range::extent;
use super::scene::{Ink, Scene};
use super::study::{draw_keys, shortened};
use super::style::{INK, OKABE_ITO, PAGE_WIDTH, Pen};
use crate::converge::{Ladder, Rung};

/// Room beside and above the values on a logarithmic axis.
const AIR: f64 = 1.5;
/// Between stacks.
const GAP: f64 = 10.0;
/// No rings along a line: its points have their own.
const NO_RINGS: Rings = Rings { gap: 1e9, most: 0, phase: 0.0 };

/// What one stack shows.
struct View {
    title: &'static str,
    across: &'static str,
    x: fn(&Rung) -> f64,
    of: fn(&Ladder) -> bool,
}

const VIEWS: [View; 4] = [
    View {
        title: "error of integrations",
        across: "evaluations of the right-hand side",
        x: |rung| rung.evaluations as f64,
        of: integrates,
    },
    View { title: "error of integrations", across: "wall time (s)", x: |rung| rung.wall_s, of: integrates },
    View { title: "error of integrations", across: "rtol", x: |rung| rung.setting, of: integrates },
    View { title: "error of descent", across: "learning rate η", x: |rung| rung.setting, of: descends },
];

fn integrates(ladder: &Ladder) -> bool {
    ladder.varied == "rtol"
}

fn descends(ladder: &Ladder) -> bool {
    !integrates(ladder)
}

/// Lays the whole figure out.
pub(super) fn compose(title: &str, ladders: &[Ladder]) -> Scene {
    let mut scene = Scene { width: PAGE_WIDTH, height: 0.0, shapes: Vec::new() };
    let mut y = draw_title(&mut scene, title, Some("error: the largest difference over all times, relative"));
    let key = |(index, ladder): (usize, &Ladder)| {
        let order = ladder.order.map_or(String::new(), |fit| format!(": order {:.2}", fit.slope));
        Key { swatch: Swatch::Patch(ink(index)), label: shortened(&format!("{}{order}", ladder.label())) }
    };
    let rows: Vec<Vec<Key>> = ladders.iter().enumerate().map(key).map(|key| vec![key]).collect();
    y = draw_keys(&mut scene, &rows, y);
    for view in VIEWS.iter().filter(|view| ladders.iter().any(|ladder| (view.of)(ladder))) {
        let plans = [lowered(plan(view, ladders))];
        let x: Vec<f64> = rungs(view, ladders).map(view.x).filter(|x| *x > 0.0).collect();
        let axis = extent(&x).map(|(lo, hi)| Axis::log(lo / AIR, hi * AIR));
        y = draw_panels(&mut scene, &Stack { plans: &plans, across: axis.as_ref(), title: view.across }, y) + GAP;
    }
    scene.height = y;
    scene
}

fn ink(index: usize) -> Ink {
    OKABE_ITO.get(index % OKABE_ITO.len()).copied().unwrap_or(INK)
}

fn rungs<'a>(view: &'a View, ladders: &'a [Ladder]) -> impl Iterator<Item = &'a Rung> {
    ladders.iter().filter(|ladder| (view.of)(ladder)).flat_map(|ladder| &ladder.rungs)
}

fn plan(view: &View, ladders: &[Ladder]) -> Plan {
    let mut marks = Vec::new();
    for (index, ladder) in ladders.iter().enumerate().filter(|(_, ladder)| (view.of)(ladder)) {
        let ink = ink(index);
        let points: Vec<(f64, f64)> = ladder.rungs.iter().map(|rung| ((view.x)(rung), rung.error)).collect();
        let pen = Pen::solid(ink, 1.4, 4);
        marks.push(Mark::Curve { points: points.clone(), pen, rings: NO_RINGS, cut: false });
        marks.push(Mark::Points { points, ink });
    }
    let errors: Vec<f64> = rungs(view, ladders).map(|rung| rung.error).filter(|e| *e > 0.0).collect();
    let y = extent(&errors).map(|(lo, hi)| Axis::log(lo / AIR, hi * AIR));
    Plan { title: view.title.to_owned(), keys: Vec::new(), y: y.ok_or("nothing to compare"), marks, height: 150.0 }
}
