//! Weight flows to be timed, drawn from a seed.

use gradflow::integrate::{Backend, Method, Settings, integrate_by};
use gradflow::network::{Compression, Start, Widths, scale_of, starting_weights};
use gradflow::random::{Purpose, stream};
use gradflow::sampling::in_frame;
use gradflow::task::{Spectrum, Statistics, spectrum_factors};
use nalgebra::DVector;

/// A flow to be integrated until `end` at a relative tolerance.
pub struct Problem {
    pub compression: Compression,
    pub end: f64,
    pub settings: Settings,
}

/// The flow of a network of these widths on a task whose modes have s = 1, 1/2, …, from a given start.
pub fn problem(widths: &[usize], input_eigenvalues: Option<Vec<f64>>, start: &Start, end: f64) -> Problem {
    let (inputs, outputs) = (widths[0], widths[widths.len() - 1]);
    let singular_values = (1..=inputs.min(outputs)).map(|i| 1.0 / i as f64).collect();
    let spectrum = Spectrum { inputs, outputs, singular_values, input_eigenvalues };
    let factors = spectrum_factors(&spectrum, &mut stream(1, Purpose::Task));
    let statistics = Statistics::new(factors.sigma11, factors.sigma31, None).expect("statistics");
    let widths = Widths::new(inputs, &widths[1..widths.len() - 1], outputs);
    let weights = starting_weights(start, &widths, &statistics, &mut stream(1, Purpose::Start)).expect("a start");
    let rtol = 1e-9;
    let atol = 1e-3 * rtol * scale_of(&weights);
    Problem {
        compression: Compression::new(
            &statistics.sigma31_frame,
            statistics.eigenvalues.as_slice(),
            in_frame(&statistics, &weights),
        ),
        end,
        settings: Settings { method: Method::Dop853, rtol, atol, max_steps: 1_000_000 },
    }
}

impl Problem {
    /// Integrates to the end by a method, and returns the number of evaluations.
    pub fn run(&self, method: Method, backend: Backend) -> u64 {
        let settings = Settings { method, ..self.settings };
        let start = DVector::from_column_slice(self.compression.start());
        let mut seen = |_: usize, y: &[f64]| y[0].is_finite();
        let gradient = self.compression.gradient();
        integrate_by(backend, &gradient, start, &[self.end], &settings, &mut seen).1.evaluations
    }
}
