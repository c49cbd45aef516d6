//! What is to be drawn, in page units, before any backend is chosen.
//!
//! Both formats replay the same list, so that they cannot show different things.

/// A place on the page: x to the right and y down, in page units.
pub(super) type Point = (f64, f64);

/// An opaque colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink(pub u8, pub u8, pub u8);

impl Ink {
    /// The colour moved towards white; `share` 1 is white.
    pub fn paler(self, share: f64) -> Ink {
        self.towards(Ink(255, 255, 255), share)
    }

    /// The colour moved towards black; `share` 1 is black.
    pub fn darker(self, share: f64) -> Ink {
        self.towards(Ink(0, 0, 0), share)
    }

    /// The colour on the straight line to `other`.
    pub fn towards(self, other: Ink, share: f64) -> Ink {
        let share = share.clamp(0.0, 1.0);
        // The cast saturates, and the value lies between two bytes anyway.
        let blend = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Ink(blend(self.0, other.0), blend(self.1, other.1), blend(self.2, other.2))
    }
}

/// Which end of a text stands at the given place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Middle,
    Right,
}

/// One thing drawn. Later shapes cover earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// An open line.
    Stroke { points: Vec<Point>, width: f64, ink: Ink },
    /// A filled outline.
    Fill { outline: Vec<Point>, ink: Ink, opacity: f64 },
    /// An open circle.
    Ring { centre: Point, radius: f64, width: f64, ink: Ink },
    /// One line of text; `at` lies on its baseline.
    Text { text: String, at: Point, size: f64, bold: bool, align: Align, ink: Ink },
}

/// A page and all that is on it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    pub width: f64,
    pub height: f64,
    pub shapes: Vec<Shape>,
}

impl Scene {
    /// An open line; fewer than two points draw nothing.
    pub fn stroke(&mut self, points: Vec<Point>, width: f64, ink: Ink) {
        if points.len() > 1 {
            self.shapes.push(Shape::Stroke { points, width, ink });
        }
    }

    /// A filled outline; fewer than three points draw nothing.
    pub fn fill(&mut self, outline: Vec<Point>, ink: Ink, opacity: f64) {
        if outline.len() > 2 {
            self.shapes.push(Shape::Fill { outline, ink, opacity });
        }
    }

    /// An open circle.
    pub fn ring(&mut self, centre: Point, radius: f64, width: f64, ink: Ink) {
        self.shapes.push(Shape::Ring { centre, radius, width, ink });
    }

    /// One line of regular text with its baseline at `at`.
    pub fn text(&mut self, text: impl Into<String>, at: Point, size: f64, align: Align, ink: Ink) {
        self.shapes.push(Shape::Text { text: text.into(), at, size, bold: false, align, ink });
    }

    /// One line of bold text that starts at `at`.
    pub fn heading(&mut self, text: impl Into<String>, at: Point, size: f64, ink: Ink) {
        self.shapes.push(Shape::Text { text: text.into(), at, size, bold: true, align: Align::Left, ink });
    }
}
