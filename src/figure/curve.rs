//! Geometry of curves on the page: clipping, thinning, dashes and places along a line.

use super::scene::Point;

/// A rectangle on the page; y grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    /// Whether the point lies within, borders included.
    pub fn contains(&self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// The rectangle less a margin on each side.
    pub fn inset(&self, margin: f64) -> Rect {
        Rect {
            left: self.left + margin,
            top: self.top + margin,
            right: self.right - margin,
            bottom: self.bottom - margin,
        }
    }

    /// The point within that is nearest to the given one.
    pub fn nearest(&self, (x, y): Point) -> Point {
        // Not `clamp`, which panics on a rectangle turned inside out.
        (x.max(self.left).min(self.right), y.max(self.top).min(self.bottom))
    }

    /// The part of a segment that lies within (Liang and Barsky 1984).
    fn clip(&self, a: Point, b: Point) -> Option<(Point, Point)> {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (mut enter, mut leave) = (0.0f64, 1.0f64);
        let borders = [(-dx, a.0 - self.left), (dx, self.right - a.0), (-dy, a.1 - self.top), (dy, self.bottom - a.1)];
        for (outwards, room) in borders {
            if outwards == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if outwards < 0.0 {
                enter = enter.max(room / outwards);
            } else {
                leave = leave.min(room / outwards);
            }
        }
        // Also false if a difference of huge coordinates was not a number.
        let cut = |share: f64| match share {
            s if s <= 0.0 => a,
            s if s >= 1.0 => b,
            s => (a.0 + s * dx, a.1 + s * dy),
        };
        (enter <= leave).then(|| (cut(enter), cut(leave)))
    }
}

/// The visible pieces of a curve: cut at the frame and where a point has no place.
pub(super) fn visible(points: impl Iterator<Item = Option<Point>>, frame: &Rect) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut piece: Vec<Point> = Vec::new();
    let mut last: Option<Point> = None;
    for point in points {
        let Some(here) = point else {
            pieces.push(std::mem::take(&mut piece));
            last = None;
            continue;
        };
        match last.map(|before| frame.clip(before, here)) {
            None if frame.contains(here) => piece.push(here),
            Some(Some((from, to))) => {
                if piece.last() != Some(&from) {
                    pieces.push(std::mem::take(&mut piece));
                    piece.push(from);
                }
                piece.push(to);
            }
            _ => {}
        }
        last = Some(here);
    }
    pieces.push(piece);
    pieces.retain(|p| !p.is_empty());
    pieces.iter().map(|p| thinned(p)).collect()
}

/// The line without the points that make no visible difference: of those within half a unit of x,
/// the first, lowest, highest and last remain.
fn thinned(line: &[Point]) -> Vec<Point> {
    let column = |p: &Point| (2.0 * p.0).floor();
    let mut out = Vec::new();
    for group in line.chunk_by(|a, b| column(a) == column(b)) {
        let last = group.len().saturating_sub(1);
        let by_height = |a: &usize, b: &usize| {
            let y = |i: &usize| group.get(*i).map_or(0.0, |p| p.1);
            y(a).total_cmp(&y(b))
        };
        let mut kept = vec![0, last];
        kept.extend((0..group.len()).min_by(by_height));
        kept.extend((0..group.len()).max_by(by_height));
        kept.sort_unstable();
        kept.dedup();
        out.extend(kept.iter().filter_map(|&i| group.get(i)));
    }
    out
}

/// Length of a line.
fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|w| w.iter().skip(1).zip(w).map(|(b, a)| distance(*a, *b)).sum::<f64>()).sum()
}

fn distance(a: Point, b: Point) -> f64 {
    (b.0 - a.0).hypot(b.1 - a.1)
}

/// The dashes along a line. A line that goes up and down very often gets longer ones: nobody can
/// count thousands.
pub(super) fn dashes(line: &[Point], (on, off): (f64, f64)) -> Vec<Vec<Point>> {
    const READABLE: f64 = 4000.0;
    let stretch = (length(line) / READABLE).max(1.0);
    let (on, off) = (on * stretch, off * stretch);
    let Some((&first, rest)) = line.split_first() else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let mut dash = vec![first];
    let (mut drawing, mut left, mut here) = (true, on, first);
    for &next in rest {
        loop {
            let gap = distance(here, next);
            if gap <= left {
                left -= gap;
                here = next;
                break;
            }
            let share = left / gap;
            here = (here.0 + share * (next.0 - here.0), here.1 + share * (next.1 - here.1));
            if drawing {
                dash.push(here);
                out.push(std::mem::take(&mut dash));
            } else {
                dash.push(here);
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
        if drawing {
            dash.push(here);
        }
    }
    if drawing {
        out.push(dash);
    }
    out
}

/// Places along a line, `gap` apart or as much more as leaves about `most` of them; `phase` between
/// 0 and 1 shifts the first.
pub(super) fn along(line: &[Point], gap: f64, most: u32, phase: f64) -> Vec<Point> {
    let gap = gap.max(length(line) / f64::from(most.max(1)));
    let mut left = gap * phase.clamp(0.0, 1.0);
    let mut out = Vec::new();
    for (&a, &b) in line.iter().zip(line.iter().skip(1)) {
        let whole = distance(a, b);
        let mut gone = left;
        while gone < whole {
            let share = gone / whole;
            out.push((a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1)));
            gone += gap;
        }
        left = gone - whole;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn curves_are_cut_at_the_frame_and_not_laid_onto_it() {
        let points = [(0.0, 5.0), (5.0, 5.0), (6.0, 25.0), (8.0, 25.0), (9.0, 5.0)];
        let pieces = visible(points.into_iter().map(Some), &FRAME);
        assert_eq!(pieces.len(), 2);
        assert_eq!(pieces[0], [(0.0, 5.0), (5.0, 5.0), (5.25, 10.0)]);
        assert_eq!(pieces[1], [(8.75, 10.0), (9.0, 5.0)]);
    }

    #[test]
    fn points_without_a_place_leave_a_gap() {
        let points = [Some((0.0, 1.0)), None, Some((2.0, 1.0)), Some((3.0, 1.0))];
        assert_eq!(visible(points.into_iter(), &FRAME), [vec![(0.0, 1.0)], vec![(2.0, 1.0), (3.0, 1.0)]]);
    }

    #[test]
    fn thinning_keeps_the_extremes() {
        let line: Vec<Point> = (0..1000).map(|i| (f64::from(i) * 4e-4, f64::from(i * 7 % 1000))).collect();
        let kept = thinned(&line);
        assert!(kept.len() <= 4);
        assert!(kept.iter().any(|p| p.1 == 0.0) && kept.iter().any(|p| p.1 == 999.0));
    }

    #[test]
    fn dashes_share_the_length() {
        let drawn = dashes(&[(0.0, 0.0), (4.0, 0.0), (10.0, 0.0)], (3.0, 2.0));
        assert_eq!(drawn, [vec![(0.0, 0.0), (3.0, 0.0)], vec![(5.0, 0.0), (8.0, 0.0)]]);
    }

    #[test]
    fn places_are_spaced_along_turns() {
        let places = along(&[(0.0, 0.0), (5.0, 0.0), (5.0, 10.0)], 4.0, 9, 0.5);
        assert_eq!(places, [(2.0, 0.0), (5.0, 1.0), (5.0, 5.0), (5.0, 9.0)]);
    }
}
