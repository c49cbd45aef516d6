//! A number for each lane, in memory and in registers.

use pulp::Simd;

/// Registers that take a step together, so that none need wait for another's results.
pub(super) const REGISTERS: usize = 4;
/// Lanes of the widest registers.
pub(super) const LANES: usize = REGISTERS * 8;

/// A number for each lane.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Column(pub [f64; LANES]);

/// A number for each lane, in registers.
pub(super) type Registers<S> = [<S as Simd>::f64s; REGISTERS];

impl Column {
    /// The same number in every lane.
    pub const fn of(number: f64) -> Column {
        Column([number; LANES])
    }

    /// In the register of this number.
    #[inline(always)]
    pub fn at<S: Simd>(&self, _simd: S, register: usize) -> S::f64s {
        S::as_simd_f64s(&self.0).0[register]
    }

    #[inline(always)]
    pub fn set<S: Simd>(&mut self, _simd: S, register: usize, numbers: S::f64s) {
        S::as_mut_simd_f64s(&mut self.0).0[register] = numbers;
    }

    #[inline(always)]
    pub fn get<S: Simd>(&self, simd: S) -> Registers<S> {
        let (all, _) = S::as_simd_f64s(&self.0);
        let mut registers = [simd.splat_f64s(0.0); REGISTERS];
        registers.copy_from_slice(&all[..REGISTERS]);
        registers
    }

    #[inline(always)]
    pub fn put<S: Simd>(&mut self, _simd: S, registers: Registers<S>) {
        let (all, _) = S::as_mut_simd_f64s(&mut self.0);
        all[..REGISTERS].copy_from_slice(&registers);
    }
}
