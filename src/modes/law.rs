//! The laws of one variable, and of all weights of a mode.

use crate::integrate::VectorField;
use pulp::{Simd, bytemuck};

/// N|u|^p(s − λu), the right-hand side of a law of one variable but for the mode's s and λ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    /// N: weights D, or layers N_l in the limit.
    pub factor: f64,
    /// p.
    pub power: Power,
}

/// |u|^p: by itself where that is a product or a root.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Power {
    /// p = 0.
    Nought,
    /// p = 1.
    One,
    /// p = 3/2.
    ThreeHalves,
    /// p = 2.
    Two,
    /// Any other.
    Other(f64),
}

impl Law {
    /// τ du/dt = D|u|^{2−2/D}(s − λu): D weights of one modulus, which they keep; equation (15) of Saxe et al. (2013),
    /// with D = N_l − 1.
    pub fn balanced(weights: usize) -> Law {
        let factor = weights as f64;
        let power = match weights {
            0 | 1 => Power::Nought,
            2 => Power::One,
            4 => Power::ThreeHalves,
            _ => Power::Other(2.0 - 2.0 / factor),
        };
        Law { factor, power }
    }

    /// τ du/dt = N_l u²(s − λu): equation (16) of Saxe et al. (2013).
    pub fn infinite_depth(layers: usize) -> Law {
        Law { factor: layers as f64, power: Power::Two }
    }

    /// The rate τ du/dt of a mode.
    #[inline(always)]
    pub(super) fn rate(self, s: f64, lambda: f64, u: f64) -> f64 {
        self.factor * self.power.of(u) * (s - lambda * u)
    }

    /// [`Law::rate`] of several modes.
    #[inline(always)]
    pub(super) fn rates<S: Simd>(self, simd: S, s: S::f64s, lambda: S::f64s, u: S::f64s) -> S::f64s {
        let slack = simd.negate_mul_add_e_f64s(lambda, u, s);
        let scaled = simd.mul_f64s(simd.splat_f64s(self.factor), slack);
        match self.power {
            Power::Nought => scaled,
            Power::One => simd.mul_f64s(simd.abs_f64s(u), scaled),
            Power::ThreeHalves => {
                let modulus = simd.abs_f64s(u);
                simd.mul_f64s(simd.mul_f64s(modulus, simd.sqrt_f64s(modulus)), scaled)
            }
            Power::Two => simd.mul_f64s(simd.mul_f64s(u, u), scaled),
            Power::Other(_) => {
                let mut powers = [u];
                for u in bytemuck::cast_slice_mut::<S::f64s, f64>(&mut powers) {
                    *u = self.power.of(*u);
                }
                simd.mul_f64s(powers[0], scaled)
            }
        }
    }
}

impl Power {
    #[inline(always)]
    fn of(self, u: f64) -> f64 {
        match self {
            Power::Nought => 1.0,
            Power::One => u.abs(),
            Power::ThreeHalves => u.abs() * u.abs().sqrt(),
            Power::Two => u * u,
            Power::Other(p) => u.abs().powf(p),
        }
    }
}

/// A law of one variable with a mode's s and λ.
pub(super) struct OneVariable {
    pub law: Law,
    pub s: f64,
    pub lambda: f64,
}

impl VectorField for OneVariable {
    fn evaluate(&self, u: &[f64], du: &mut [f64]) {
        for (d, u) in du.iter_mut().zip(u) {
            *d = self.law.rate(self.s, self.lambda, *u);
        }
    }
}

/// τ da_l/dt = (∏_{i≠l} a_i)(s − λ∏_i a_i), with T = t/τ.
pub(super) struct Chain {
    pub s: f64,
    pub lambda: f64,
}

impl VectorField for Chain {
    fn evaluate(&self, a: &[f64], da: &mut [f64]) {
        // da_l first holds the product of the strengths before l, then all but a_l.
        let mut product = 1.0;
        for (d, x) in da.iter_mut().zip(a) {
            *d = product;
            product *= x;
        }
        let gap = self.s - self.lambda * product;
        let mut after = gap;
        for (d, x) in da.iter_mut().zip(a).rev() {
            *d *= after;
            after *= x;
        }
    }
}
