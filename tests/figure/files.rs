//! The bytes of the files.

use crate::reading::{attribute, svg};
use crate::synthetic::{STRENGTHS, all_arms, linear, overlay, summaries};
use gradflow::figure::{Format, draw};

#[test]
fn the_same_overlay_gives_the_same_bytes() {
    let runs = all_arms(&STRENGTHS, &linear(200, 12.0));
    let modes = summaries(&STRENGTHS);
    for format in [Format::Png, Format::Svg] {
        let once = draw(&overlay(&runs, &modes), format).expect("a figure");
        let again = draw(&overlay(&runs, &modes), format).expect("a figure");
        assert_eq!(once, again);
    }
}

#[test]
fn a_png_is_twice_the_size_of_the_svg_and_prints_at_a_column_s_width() {
    let runs = all_arms(&STRENGTHS, &linear(200, 12.0));
    let modes = summaries(&STRENGTHS);
    let figure = overlay(&runs, &modes);
    let vector = svg(&figure);
    let bytes = draw(&figure, Format::Png).expect("a figure");
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("pixels");
    let side = |name: &str| attribute(&vector, name)[0].parse::<u32>().expect("a length");
    assert_eq!((info.width, info.height), (2 * side("width"), 2 * side("height")));
    let per_metre = reader.info().pixel_dims.expect("a printed size").xppu;
    let printed_cm = f64::from(info.width) / f64::from(per_metre) * 100.0;
    assert!((printed_cm - 8.5).abs() < 0.01, "{printed_cm} cm");
    let share = |colour: [u8; 3]| {
        let alike = pixels.chunks_exact(3).filter(|p| **p == colour).count();
        alike as f64 / (pixels.len() / 3) as f64
    };
    assert!((0.5..0.97).contains(&share([255, 255, 255])), "{}", share([255, 255, 255]));
    // The first mode's flow, as the SVG has it.
    assert!(share([128, 185, 217]) > 1e-3);
}
