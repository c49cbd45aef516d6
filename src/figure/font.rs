//! The one typeface of the figures: embedded, so that no machine needs to have it.

use super::FigureError;
use plotters::style::{FontFamily, FontStyle, IntoFont, register_font};
use std::sync::OnceLock;

/// The name under which the font is registered. plotters writes this name into the SVG as it is, so
/// that it names substitutes too, for readers that lack the font; Verdana has nearly the same widths.
pub(super) const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// Height of the font's box (ascent + descent) in units of its em: plotters' bitmap text takes the
/// former for its size.
pub(super) const BOX_PER_EM: f64 = 1.164;

/// Makes the font known to plotters, once.
pub(super) fn register() -> Result<(), FigureError> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let done = *REGISTERED.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, dejavu::sans::regular()).is_ok()
            && register_font(FAMILY, FontStyle::Bold, dejavu::sans::bold()).is_ok()
    });
    if done { Ok(()) } else { Err(FigureError::Font) }
}

/// Width of a line of text whose em is `size`.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    // Measured large and scaled back: the measure is a whole number of pixels.
    const MEASURE: f64 = 1000.0;
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = (FontFamily::Name(FAMILY), MEASURE * BOX_PER_EM, style).into_font();
    match font.box_size(text) {
        Ok((width, _)) => f64::from(width) * size / MEASURE,
        // Only without a font; then an average width keeps the layout sensible.
        Err(_) => 0.6 * size * text.chars().count() as f64,
    }
}

/// Breaks a text at spaces into at most `lines` lines no wider than `room`, breaking words that are
/// wider; what does not fit ends in an ellipsis. Control characters count as spaces: XML has no way
/// to write them.
pub(super) fn wrap(text: &str, size: f64, bold: bool, room: f64, lines: usize) -> Vec<String> {
    let clean: String = text.chars().map(printable).take(2000).collect();
    let fits = |line: &str| width(line, size, bold) <= room;
    let mut out: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in clean.split_whitespace() {
        let longer = if line.is_empty() { word.to_string() } else { format!("{line} {word}") };
        if fits(&longer) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            out.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            line.push(c);
            if !fits(&line) && line.chars().count() > 1 {
                line.pop();
                out.push(std::mem::replace(&mut line, c.to_string()));
            }
        }
        if out.len() > lines {
            break;
        }
    }
    if !line.is_empty() {
        out.push(line);
    }
    let cut = out.len() > lines;
    out.truncate(lines);
    if let (true, Some(last)) = (cut, out.last_mut()) {
        while !last.is_empty() && !fits(&format!("{last}…")) {
            last.pop();
        }
        last.push('…');
    }
    out
}

/// The character, or a space for what XML cannot hold.
fn printable(c: char) -> char {
    match c {
        '\u{fffe}' | '\u{ffff}' => ' ',
        c if c.is_control() => ' ',
        c => c,
    }
}
