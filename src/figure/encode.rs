//! From a scene to the bytes of a file, through plotters.

use super::FigureError;
use super::font::{BOX_PER_EM, FAMILY};
use super::scene::{Align, Ink, Point, Scene, Shape};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// SVG coordinates come out as whole numbers: a finer canvas makes them eighths of a page unit.
const SVG_SCALE: u32 = 8;
/// Bitmap strokes wider than a pixel have hard edges: they are drawn this much finer ...
const FINE_SCALE: u32 = 6;
/// ... and averaged over squares of this side, which leaves two pixels per page unit.
const FILTER: u32 = 3;
/// Page units per centimetre: the page is as wide as a column of 8.5 cm.
const UNITS_PER_CM: f64 = super::style::PAGE_WIDTH / 8.5;

/// How a backend differs from another.
#[derive(Clone, Copy)]
struct Dialect {
    /// Pixels per page unit.
    scale: f64,
    /// plotters' font size over the em.
    size_per_em: f64,
    /// From the top anchor of a text down to its baseline, in em.
    baseline: f64,
    /// Whether wide strokes must be put together here: the bitmap backend's own have holes where a
    /// line turns sharply.
    join: bool,
}

/// The scene as an SVG document.
pub(super) fn svg(scene: &Scene) -> Result<Vec<u8>, FigureError> {
    let dialect = Dialect {
        scale: f64::from(SVG_SCALE),
        // The SVG backend divides by 1.24, and sets the baseline .76 em below the top.
        size_per_em: 1.24,
        baseline: 0.76,
        join: false,
    };
    let (width, height) = size(scene, SVG_SCALE);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        replay(scene, &area, dialect)?;
    }
    // plotters writes the canvas's size; the page is smaller, and round joins suit sharp turns.
    let drawn = format!("width=\"{width}\" height=\"{height}\" ");
    let page = format!("width=\"{}\" height=\"{}\" stroke-linejoin=\"round\" ", width / SVG_SCALE, height / SVG_SCALE);
    Ok(text.replacen(&drawn, &page, 1).into_bytes())
}

/// The scene as a PNG image of two pixels per page unit.
pub(super) fn png(scene: &Scene) -> Result<Vec<u8>, FigureError> {
    let dialect = Dialect {
        scale: f64::from(FINE_SCALE),
        size_per_em: BOX_PER_EM,
        // The bitmap backend sets the baseline half a font size below the top.
        baseline: BOX_PER_EM / 2.0,
        join: true,
    };
    let (width, height) = size(scene, FINE_SCALE);
    let mut fine = vec![255; width as usize * height as usize * 3];
    {
        let area = BitMapBackend::with_buffer(&mut fine, (width, height)).into_drawing_area();
        replay(scene, &area, dialect)?;
    }
    let pixels = box_filter(&fine, width as usize);
    encode(&pixels, width / FILTER, height / FILTER)
}

/// Size of the canvas: a whole number of page units times the scale.
fn size(scene: &Scene, scale: u32) -> (u32, u32) {
    let units = |length: f64| length.clamp(1.0, 4000.0).ceil() as u32;
    (units(scene.width) * scale, units(scene.height) * scale)
}

/// The mean over squares of [`FILTER`] by [`FILTER`] pixels.
fn box_filter(fine: &[u8], width: usize) -> Vec<u8> {
    let side = FILTER as usize;
    let columns = width / side;
    let mut sums = vec![0u32; columns * 3];
    let mut out = Vec::with_capacity(fine.len() / (side * side));
    for band in fine.chunks_exact(width * 3 * side) {
        sums.fill(0);
        for row in band.chunks_exact(width * 3) {
            for (sum, square) in sums.chunks_exact_mut(3).zip(row.chunks_exact(3 * side)) {
                for pixel in square.chunks_exact(3) {
                    for (s, &p) in sum.iter_mut().zip(pixel) {
                        *s += u32::from(p);
                    }
                }
            }
        }
        let area = FILTER * FILTER;
        out.extend(sums.iter().map(|s| ((s + area / 2) / area) as u8));
    }
    out
}

/// The PNG file of an RGB image, with its printed size.
fn encode(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, FigureError> {
    let per_metre = (UNITS_PER_CM * 100.0 * f64::from(FINE_SCALE / FILTER)).round() as u32;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    let failed = |e: png::EncodingError| FigureError::Encode(e.to_string());
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// Draws every shape, in order.
fn replay<DB: DrawingBackend>(
    scene: &Scene,
    area: &DrawingArea<DB, Shift>,
    dialect: Dialect,
) -> Result<(), FigureError> {
    let failed = |e: DrawingAreaErrorKind<DB::ErrorType>| FigureError::Draw(e.to_string());
    area.fill(&WHITE).map_err(failed)?;
    for shape in &scene.shapes {
        draw(shape, area, dialect).map_err(failed)?;
    }
    area.present().map_err(failed)
}

fn draw<DB: DrawingBackend>(
    shape: &Shape,
    area: &DrawingArea<DB, Shift>,
    dialect: Dialect,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let at = |p: &Point| pixel(*p, dialect.scale);
    let thick = |width: f64| (width * dialect.scale).round().max(1.0) as u32;
    match shape {
        Shape::Stroke { points, width, ink } => {
            let points = points.iter().map(at).collect();
            stroke(points, color(*ink).stroke_width(thick(*width)), area, dialect)
        }
        Shape::Fill { outline, ink, opacity } => {
            let outline: Vec<_> = outline.iter().map(at).collect();
            area.draw(&Polygon::new(outline, color(*ink).mix(*opacity)))
        }
        Shape::Ring { centre, radius, width, ink } => {
            let radius = (radius * dialect.scale).round();
            area.draw(&Circle::new(at(centre), radius, color(*ink).stroke_width(thick(*width))))
        }
        Shape::Text { text, at, size, bold, align, ink } => {
            let style = if *bold { FontStyle::Bold } else { FontStyle::Normal };
            let font = (FAMILY, size * dialect.scale * dialect.size_per_em, style);
            let h = match align {
                Align::Left => HPos::Left,
                Align::Middle => HPos::Center,
                Align::Right => HPos::Right,
            };
            let top = pixel((at.0, at.1 - size * dialect.baseline), dialect.scale);
            let ink = color(*ink);
            let style = TextStyle::from(font.into_font()).color(&ink).pos(Pos::new(h, VPos::Top));
            area.draw(&Text::new(text.as_str(), top, style))
        }
    }
}

/// An open line, as one path or as its segments with discs at the turns.
fn stroke<DB: DrawingBackend>(
    points: Vec<(i32, i32)>,
    style: ShapeStyle,
    area: &DrawingArea<DB, Shift>,
    dialect: Dialect,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    if !dialect.join {
        return area.draw(&PathElement::new(points, style));
    }
    for pair in points.windows(2) {
        area.draw(&PathElement::new(pair.to_vec(), style))?;
    }
    let inner = points.get(1..points.len().saturating_sub(1)).unwrap_or_default();
    for turn in inner {
        area.draw(&Circle::new(*turn, style.stroke_width / 2, style.color.filled()))?;
    }
    Ok(())
}

fn color(ink: Ink) -> RGBColor {
    RGBColor(ink.0, ink.1, ink.2)
}

fn pixel(at: Point, scale: f64) -> (i32, i32) {
    // Casts from floats saturate; the clamp keeps plotters' own sums away from overflow.
    let whole = |v: f64| (v * scale).round().clamp(-1e6, 1e6) as i32;
    (whole(at.0), whole(at.1))
}
