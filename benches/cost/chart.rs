//! The panels as a picture.

use crate::{Curve, Panel, exponent};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::error::Error;

type Outcome<T> = Result<T, Box<dyn Error>>;

const COLUMNS: usize = 3;
const ROWS: usize = 2;
/// Drawn so many times finer than it is shown, since the bitmap's own lines have hard edges.
const FINER: u32 = 3;
const SIZE: (u32, u32) = (1500, 860);
/// Okabe & Ito's colours.
const INKS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
];

/// A PNG image.
pub fn draw(panels: &[Panel]) -> Outcome<Vec<u8>> {
    register_font("sans-serif", FontStyle::Normal, dejavu::sans::regular()).map_err(|_| "the font")?;
    let (width, height) = (SIZE.0 * FINER, SIZE.1 * FINER);
    let mut fine = vec![255; (width * height * 3) as usize];
    {
        let root = BitMapBackend::with_buffer(&mut fine, (width, height)).into_drawing_area();
        for (panel, area) in panels.iter().zip(root.split_evenly((ROWS, COLUMNS))) {
            draw_panel(panel, &area)?;
        }
        root.present()?;
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&coarser(&fine, width as usize))?;
    Ok(bytes)
}

/// Averages over squares of the fine picture.
fn coarser(fine: &[u8], width: usize) -> Vec<u8> {
    let step = FINER as usize;
    let mean = |x: usize, y: usize, colour: usize| {
        let place = |i: usize| ((y * step + i / step) * width + x * step + i % step) * 3 + colour;
        ((0..step * step).map(|i| usize::from(fine[place(i)])).sum::<usize>() / (step * step)) as u8
    };
    let (columns, rows) = (SIZE.0 as usize, SIZE.1 as usize);
    (0..rows * columns * 3).map(|i| mean(i / 3 % columns, i / 3 / columns, i % 3)).collect()
}

/// The decades that hold all values.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (lo, hi) = values.fold((f64::INFINITY, 0.0_f64), |(lo, hi), x| (lo.min(x), hi.max(x)));
    (lo / 1.4, hi * 1.4)
}

fn draw_panel(panel: &Panel, area: &DrawingArea<BitMapBackend, Shift>) -> Outcome<()> {
    let scale = |size: u32| (size * FINER) as i32;
    let all = || panel.curves.iter().flat_map(|curve| &curve.points);
    let (x, y) = (range(all().map(|p| p.0)), range(all().map(|p| p.1)));
    let mut chart = ChartBuilder::on(area)
        .margin(scale(12))
        .caption(panel.title, ("sans-serif", scale(17)))
        .x_label_area_size(scale(42))
        .y_label_area_size(scale(66))
        .build_cartesian_2d((x.0..x.1).log_scale().base(panel.base), (y.0..y.1 * panel.room).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12).stroke_width(FINER))
        .axis_style(BLACK.stroke_width(FINER))
        .x_desc(panel.across)
        .y_desc(panel.up)
        .x_labels(10)
        .y_labels(6)
        .x_label_formatter(&|x| label(*x))
        .y_label_formatter(&|y| label(*y))
        .label_style(("sans-serif", scale(13)))
        .draw()?;
    for (index, curve) in panel.curves.iter().enumerate() {
        let ink = INKS[index % INKS.len()];
        let line = LineSeries::new(curve.points.iter().copied(), ink.stroke_width(2 * FINER));
        let key = move |(x, y): (i32, i32)| {
            PathElement::new([(x, y), (x + 20 * FINER as i32, y)], ink.stroke_width(2 * FINER))
        };
        chart.draw_series(line)?.label(described(panel, curve)).legend(key);
        chart.draw_series(curve.points.iter().map(|p| Circle::new(*p, scale(3), ink.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .margin(scale(6))
        .legend_area_size(scale(26))
        .background_style(WHITE.mix(0.85))
        .label_font(("sans-serif", scale(12)))
        .draw()?;
    Ok(())
}

/// A curve's name, with its exponent where sizes grow.
fn described(panel: &Panel, curve: &Curve) -> String {
    if panel.across == "rtol" {
        return curve.label.clone();
    }
    format!("{}: exponent {:.2}", curve.label, exponent(&curve.points))
}

fn label(x: f64) -> String {
    if (1.0..1e5).contains(&x) { format!("{x:.0}") } else { format!("{x:.0e}") }
}
