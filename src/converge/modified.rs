//! The flow that discrete descent follows to second order in the learning rate.

use crate::integrate::VectorField;
use crate::network::{Gradient, Hessian};
use std::cell::RefCell;

/// τ dW/dt = −∇(L + (η/4)‖∇L‖²) = g + (η/2)Hg with g = −∇L (backward error analysis of a step W + ηg).
pub(super) struct ModifiedFlow<'a> {
    pub gradient: &'a Gradient,
    pub rate: f64,
    scratch: RefCell<(Hessian, Vec<f64>)>,
}

impl<'a> ModifiedFlow<'a> {
    pub fn new(gradient: &'a Gradient, rate: f64) -> ModifiedFlow<'a> {
        let scratch = (Hessian::new(gradient.len()), vec![0.0; gradient.len()]);
        ModifiedFlow { gradient, rate, scratch: RefCell::new(scratch) }
    }
}

impl VectorField for ModifiedFlow<'_> {
    fn evaluate(&self, y: &[f64], dy: &mut [f64]) {
        let (hessian, bent) = &mut *self.scratch.borrow_mut();
        self.gradient.descend(y, dy);
        hessian.times(self.gradient, y, dy, bent);
        for (d, h) in dy.iter_mut().zip(bent.iter()) {
            *d += 0.5 * self.rate * h;
        }
    }
}
