//! Reading an SVG without a parser: one tag a line, as plotters writes it.

use gradflow::figure::{Format, Overlay, draw};

pub fn svg(overlay: &Overlay) -> String {
    let bytes = draw(overlay, Format::Svg).expect("a figure");
    String::from_utf8(bytes).expect("text")
}

/// The texts of an SVG, in the order in which they were drawn.
pub fn texts(svg: &str) -> Vec<String> {
    let tags = svg.split("<text ").skip(1);
    tags.filter_map(|tag| tag.split_once('>')?.1.split_once("</text>"))
        .map(|(text, _)| text.trim().to_string())
        .collect()
}

pub fn has_text(svg: &str, text: &str) -> bool {
    texts(svg).iter().any(|t| t == text)
}

/// The tags of one kind that mention all the given attributes.
pub fn count(svg: &str, tag: &str, attributes: &[&str]) -> usize {
    let opening = format!("<{tag} ");
    svg.lines()
        .filter(|line| line.starts_with(&opening))
        .filter(|line| attributes.iter().all(|a| line.contains(a)))
        .count()
}

/// Everything between two quotes that follows `name="`, for every occurrence.
pub fn attribute<'a>(svg: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    let parts = svg.split(opening.as_str()).skip(1);
    parts.filter_map(|part| part.split_once('"')).map(|(value, _)| value).collect()
}

/// Every point of every line lies on the canvas.
pub fn assert_on_canvas(svg: &str) {
    let view: Vec<f64> = attribute(svg, "viewBox")[0].split(' ').map(|v| v.parse().expect("a number")).collect();
    for points in attribute(svg, "points") {
        for point in points.split_whitespace() {
            let (x, y) = point.split_once(',').expect("x,y");
            let (x, y): (f64, f64) = (x.parse().expect("x"), y.parse().expect("y"));
            let inside = (0.0..=view[2]).contains(&x) && (0.0..=view[3]).contains(&y);
            assert!(inside, "({x}, {y}) is off the canvas {view:?}");
        }
    }
}
