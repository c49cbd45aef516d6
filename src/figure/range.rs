//! Which values an axis should hold: a run that diverges must not flatten the others.

use super::axis::{Axis, drawable};
use crate::trajectory::{Sample, Trajectory};

/// Room above the largest trusted value within which an incomplete run still stretches the axis.
const ALLOWANCE: f64 = 1.25;
/// Without any trusted value, how far a run may leave its first value behind.
const GROWTH: f64 = 10.0;

/// The values that an axis should hold: all of the `anchors` and of the complete runs, and of the
/// incomplete ones those of about the same size.
pub(super) fn readable<F>(trajectories: &[Trajectory], anchors: &[f64], values: F) -> Vec<f64>
where
    F: Fn(&Sample) -> Vec<f64>,
{
    let of = |complete: bool, first_only: bool| -> Vec<f64> {
        let runs = trajectories.iter().filter(|t| t.outcome.is_complete() == complete);
        let count = if first_only { 1 } else { usize::MAX };
        let samples = runs.flat_map(|t| t.samples.iter().take(count));
        samples.flat_map(&values).filter(|v| drawable(*v)).collect()
    };
    let largest = |values: &[f64]| values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    let mut held: Vec<f64> = anchors.iter().copied().filter(|v| drawable(*v)).collect();
    held.extend(of(true, false));
    let limit = match largest(&held) {
        trusted if trusted > 0.0 => ALLOWANCE * trusted,
        _ => match largest(&of(false, true)) {
            start if start > 0.0 => GROWTH * start,
            _ => f64::INFINITY,
        },
    };
    held.extend(of(false, false).into_iter().filter(|v| v.abs() <= limit));
    held
}

/// Least and largest of the values; `None` if there are none.
pub(super) fn extent(values: &[f64]) -> Option<(f64, f64)> {
    values.iter().fold(None, |e, &v| match e {
        None => Some((v, v)),
        Some((lo, hi)) => Some((v.min(lo), v.max(hi))),
    })
}

/// A logarithmic axis in whole decades for the positive ones of the values, reaching down at most
/// `decades` from the largest; `None` if none is positive.
pub(super) fn log_axis(values: &[f64], decades: i32) -> Option<Axis> {
    let positive: Vec<f64> = values.iter().copied().filter(|v| *v > 0.0 && drawable(*v)).collect();
    let (lo, hi) = extent(&positive)?;
    Some(Axis::decades(lo.max(hi * 10f64.powi(-decades)), hi))
}

/// A linear axis that holds the values and zero, with some air above and below.
pub(super) fn linear_axis(values: &[f64]) -> Option<Axis> {
    const AIR: f64 = 0.05;
    let (lo, hi) = extent(values)?;
    let (lo, hi) = (lo.min(0.0), hi.max(0.0));
    // Halves first: the difference of two large values would overflow.
    let air = AIR * 2.0 * (hi / 2.0 - lo / 2.0);
    // Less below: what matters is that curves that start at zero do not run along the frame.
    Some(Axis::linear(lo - 0.4 * air, hi + air))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_axis_leaves_out_what_is_not_positive() {
        assert_eq!(log_axis(&[0.0, -1.0], 12), None);
        assert_eq!(log_axis(&[0.0, 0.02, 0.7], 12), Some(Axis::Log(-2.0, 0.0)));
        assert_eq!(log_axis(&[1e-30, 1.0], 12), Some(Axis::Log(-12.0, 0.0)));
    }

    #[test]
    fn linear_axis_holds_zero() {
        let axis = linear_axis(&[2.0, 3.0]).expect("values");
        assert!(axis.place(0.0).is_some_and(|p| (0.0..0.1).contains(&p)));
        assert!(axis.place(3.0).is_some_and(|p| (0.9..1.0).contains(&p)));
    }
}
