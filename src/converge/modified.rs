//! The flow that discrete descent follows to second order in the learning rate.

use crate::integrate::VectorField;
use crate::network::Gradient;
use std::cell::RefCell;

/// τ dW/dt = −∇(L + (η/4)‖∇L‖²) = g + (η/2)Hg with g = −∇L (backward error analysis of a step W + ηg).
///
/// Hg is a central difference of the gradient along g, exact to about 10⁻¹⁰ of itself: beside the term's own factor
/// η that is far below what is measured.
pub(super) struct ModifiedFlow<'a> {
    pub gradient: &'a Gradient,
    pub rate: f64,
    scratch: RefCell<[Vec<f64>; 3]>,
}

/// Length of the step of the central difference, relative to the weights.
const STEP: f64 = 1e-5;

impl<'a> ModifiedFlow<'a> {
    pub fn new(gradient: &'a Gradient, rate: f64) -> ModifiedFlow<'a> {
        let buffer = || vec![0.0; gradient.len()];
        ModifiedFlow { gradient, rate, scratch: RefCell::new([buffer(), buffer(), buffer()]) }
    }
}

impl VectorField for ModifiedFlow<'_> {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        let [moved, ahead, behind] = &mut *self.scratch.borrow_mut();
        self.gradient.descend(y, dy);
        let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
        let (size, slope) = (norm(y), norm(dy));
        if slope == 0.0 {
            return;
        }
        let step = STEP * size.max(slope) / slope;
        for (side, out) in [(step, &mut *ahead), (-step, &mut *behind)] {
            for ((m, w), g) in moved.iter_mut().zip(y).zip(dy.iter()) {
                *m = w + side * g;
            }
            self.gradient.descend(moved, out);
        }
        // g(W + εg) − g(W − εg) = −2εHg.
        let half = 0.5 * self.rate / (2.0 * step);
        for ((d, a), b) in dy.iter_mut().zip(ahead.iter()).zip(behind.iter()) {
            *d -= half * (a - b);
        }
    }
}
