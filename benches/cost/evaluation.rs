//! The time of one evaluation of the right-hand side.

use crate::{Curve, Panel};
use gradflow::network::{Gradient, Widths};
use gradflow::parallel;
use gradflow::random::{Purpose, gaussian, stream};
use std::time::Instant;

/// One axis along which networks grow.
struct Growth {
    title: &'static str,
    across: &'static str,
    sizes: &'static [usize],
    widths: fn(usize) -> Vec<usize>,
}

const GROWTHS: [Growth; 3] = [
    Growth {
        title: "N1-100-10",
        across: "inputs N1",
        sizes: &[64, 128, 256, 512, 1024, 2048, 4096],
        widths: |n| vec![n, 100, 10],
    },
    Growth {
        title: "256-N2-10",
        across: "hidden units N2",
        sizes: &[16, 32, 64, 128, 256, 512, 1024, 2048],
        widths: |n| vec![256, n, 10],
    },
    Growth {
        title: "D matrices of 64×64",
        across: "depth D",
        sizes: &[2, 4, 8, 16, 32, 64],
        widths: |d| vec![64; d + 1],
    },
];

pub fn panels() -> Vec<Panel> {
    GROWTHS.iter().map(panel).collect()
}

fn panel(growth: &Growth) -> Panel {
    let at = |size: usize| -> (f64, f64) { (size as f64, seconds(&(growth.widths)(size))) };
    let measured: Vec<(f64, f64)> = growth.sizes.iter().map(|&size| at(size)).collect();
    let counted: Vec<(f64, f64)> =
        growth.sizes.iter().map(|&size| (size as f64, multiplications(&(growth.widths)(size)))).collect();
    // Through the largest size.
    let scale = measured.last().zip(counted.last()).map_or(1.0, |(t, c)| t.1 / c.1);
    let predicted = counted.iter().map(|(x, count)| (*x, count * scale)).collect();
    Panel {
        title: growth.title,
        across: growth.across,
        up: "seconds an evaluation",
        base: 2.0,
        room: 2.0,
        curves: vec![
            Curve { label: "measured".to_owned(), points: measured },
            Curve { label: "by multiplications".to_owned(), points: predicted },
        ],
    }
}

/// 3 min(N1, N3) Σ n_l n_{l−1}, less what neither end needs.
fn multiplications(widths: &[usize]) -> f64 {
    let thin = widths[0].min(widths[widths.len() - 1]);
    let layers = widths.windows(2).map(|w| w[0] * w[1]).sum::<usize>();
    let end = if widths[widths.len() - 1] <= widths[0] {
        widths[widths.len() - 2] * widths[widths.len() - 1]
    } else {
        widths[0] * widths[1]
    };
    // Of the thin end's matrix one product in three is of the others' making.
    (thin * (3 * layers - 3 * end) + end * thin) as f64
}

/// The least time of an evaluation among many.
fn seconds(widths: &[usize]) -> f64 {
    let mut rng = stream(widths.len() as u64, Purpose::Start);
    let (n1, n3) = (widths[0], widths[widths.len() - 1]);
    let layout = Widths::new(n1, &widths[1..widths.len() - 1], n3);
    let eigenvalues: Vec<f64> = (1..=n1).map(|i| 1.0 / i as f64).collect();
    let sigma31 = gaussian(&mut rng, n3, n1);
    let state: Vec<f64> = widths
        .windows(2)
        .flat_map(|w| (gaussian(&mut rng, w[1], w[0]) / (w[0] as f64).sqrt()).data.as_vec().clone())
        .collect();
    parallel::within(|| {
        let gradient = Gradient::new(&layout, &sigma31, &eigenvalues);
        let mut rates = vec![0.0; state.len()];
        let mut least = f64::INFINITY;
        let begun = Instant::now();
        while begun.elapsed().as_secs_f64() < 0.4 {
            let clock = Instant::now();
            for _ in 0..8 {
                gradient.descend(&state, &mut rates);
            }
            least = least.min(clock.elapsed().as_secs_f64() / 8.0);
        }
        least
    })
}
