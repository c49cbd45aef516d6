//! Which modes are drawn, and in which colours.

use super::scene::Ink;
use super::style::{OKABE_ITO, ramp};
use crate::comparison::ModeSummary;
use crate::trajectory::Trajectory;

/// Up to this many modes are all drawn, in a ramp of colours; of more, a choice.
const RAMPED: usize = 12;
/// Relative difference below which two singular values count as equal.
const SAME: f64 = 1e-6;
/// Singular values below this share of the largest count as zero.
const ZERO: f64 = 1e-9;

/// A mode that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    /// From 0, by descending singular value.
    pub index: usize,
    /// Its singular value, where it is known.
    pub s: Option<f64>,
    /// Its final value s/λ, where it has one.
    pub target: Option<f64>,
    /// Its predicted half-learning time.
    pub half_time: Option<f64>,
    pub ink: Ink,
}

/// The modes of a figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Selection {
    pub shown: Vec<Shown>,
    /// Modes that the task does not ask for.
    pub null: Vec<usize>,
    /// How many modes that the task asks for are not drawn.
    pub hidden: usize,
    /// Whether the choice was one mode for each distinct singular value.
    pub by_value: bool,
}

/// Chooses the modes to draw, or takes those that were chosen.
pub(super) fn select(modes: &[ModeSummary], trajectories: &[Trajectory], wanted: Option<&[usize]>) -> Selection {
    let samples = trajectories.iter().flat_map(|t| &t.samples);
    let observed = samples.map(|s| s.mean.modes.len()).max().unwrap_or(0);
    let largest = modes.iter().fold(0.0f64, |m, mode| m.max(mode.s));
    let is_null = |i: &usize| modes.get(*i).is_some_and(|m| m.s <= ZERO * largest);
    let (null, live): (Vec<usize>, Vec<usize>) = (0..observed.max(modes.len())).partition(is_null);
    let (chosen, by_value) = match wanted {
        Some(wanted) => (wanted.to_vec(), false),
        None => choose(&live, modes),
    };
    let count = chosen.len();
    let shown = chosen
        .into_iter()
        .enumerate()
        .map(|(rank, index)| shown(index, modes.get(index), colour(rank, count)))
        .collect();
    let null = if wanted.is_some() { Vec::new() } else { null };
    Selection { shown, null, hidden: live.len().saturating_sub(count), by_value }
}

/// All modes if they are few, else one for each distinct singular value, else an even choice.
fn choose(live: &[usize], modes: &[ModeSummary]) -> (Vec<usize>, bool) {
    if live.len() <= RAMPED {
        return (live.to_vec(), false);
    }
    let s = |i: &usize| modes.get(*i).map(|m| m.s);
    let same = |a: &usize, b: &usize| match (s(a), s(b)) {
        (Some(a), Some(b)) => (a - b).abs() <= SAME * a.abs().max(b.abs()),
        _ => false,
    };
    let distinct: Vec<usize> = live.chunk_by(same).filter_map(|group| group.first().copied()).collect();
    let most = OKABE_ITO.len();
    if distinct.len() <= most {
        return (distinct, true);
    }
    let last = distinct.len() - 1;
    let even = (0..most).map(|i| (i * last + (most - 1) / 2) / (most - 1));
    (even.filter_map(|i| distinct.get(i).copied()).collect(), false)
}

fn shown(index: usize, mode: Option<&ModeSummary>, ink: Ink) -> Shown {
    let target = |m: &ModeSummary| (m.input_eigenvalue > 0.0).then(|| m.s / m.input_eigenvalue);
    Shown {
        index,
        s: mode.map(|m| m.s),
        target: mode.and_then(target).filter(|u| u.is_finite()),
        half_time: mode.and_then(|m| m.predicted_half_time).filter(|t| t.is_finite()),
        ink,
    }
}

fn colour(rank: usize, count: usize) -> Ink {
    match OKABE_ITO.get(rank) {
        Some(ink) if count <= OKABE_ITO.len() => *ink,
        _ => ramp(rank as f64 / count.saturating_sub(1).max(1) as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modes(values: impl IntoIterator<Item = f64>) -> Vec<ModeSummary> {
        let mode = |s| ModeSummary { s, input_eigenvalue: 1.0, start: Vec::new(), predicted_half_time: None };
        values.into_iter().map(mode).collect()
    }

    fn indices(selection: &Selection) -> Vec<usize> {
        selection.shown.iter().map(|m| m.index).collect()
    }

    #[test]
    fn few_modes_are_all_drawn_and_null_ones_set_apart() {
        let selection = select(&modes([3.0, 1.0, 0.0]), &[], None);
        assert_eq!((indices(&selection), selection.null), (vec![0, 1], vec![2]));
    }

    #[test]
    fn one_mode_stands_for_each_distinct_value() {
        // The hierarchy of the paper: multiplicities 1, 1, 2, 4, 8, 16.
        let groups = [(81.0, 1), (56.0, 1), (46.5, 2), (37.6, 4), (28.7, 8), (19.0, 16)];
        let all = groups.iter().flat_map(|&(s, n)| std::iter::repeat_n(s, n));
        let selection = select(&modes(all), &[], None);
        assert_eq!(indices(&selection), [0, 1, 2, 4, 8, 16]);
        assert!(selection.by_value);
        assert_eq!(selection.hidden, 26);
    }

    #[test]
    fn modes_that_are_asked_for_are_drawn_and_no_others() {
        let selection = select(&modes((0..100).rev().map(f64::from)), &[], Some(&[0, 30, 99]));
        assert_eq!((indices(&selection), selection.hidden, selection.by_value), (vec![0, 30, 99], 96, false));
        assert!(selection.null.is_empty());
    }

    #[test]
    fn of_many_distinct_modes_first_and_last_are_drawn() {
        let selection = select(&modes((1..=100).rev().map(f64::from)), &[], None);
        let chosen = indices(&selection);
        assert_eq!((chosen.first(), chosen.last(), chosen.len()), (Some(&0), Some(&99), 7));
    }

    #[test]
    fn no_two_modes_share_a_colour() {
        for count in 0..=12usize {
            let selection = select(&modes((1..=count).rev().map(|s| s as f64)), &[], None);
            let mut inks: Vec<_> = selection.shown.iter().map(|m| (m.ink.0, m.ink.1, m.ink.2)).collect();
            inks.sort_unstable();
            inks.dedup();
            assert_eq!(inks.len(), count);
        }
    }
}
