//! Training and test error of a classifier, and the loss on samples held out of training.

use super::{Averaging, Samples, Task};
use nalgebra::DVector;

/// Numbers in a block of outputs, about: it stays in the cache while it is counted.
const BLOCK: usize = 1 << 15;

/// Classes as one-hot targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// What has been subtracted from the targets, and is added to outputs before their largest is looked for; N3.
    offset: DVector<f64>,
    /// The class of each training sample, from 0.
    training: Vec<usize>,
    /// The class of each sample held out.
    test: Vec<usize>,
}

/// Which samples outputs are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Those that are trained on.
    Training,
    /// Those held out.
    Test,
}

impl Classes {
    /// The classes of one-hot targets less `offset`; `None` if there is but one, which nothing can be taken for.
    pub fn new(samples: &Samples, held_out: Option<&Samples>, offset: DVector<f64>) -> Option<Classes> {
        let labels = |samples: &Samples| samples.y.column_iter().map(|y| largest(y.as_slice(), &offset)).collect();
        let (training, test) = (labels(samples), held_out.map_or_else(Vec::new, labels));
        (offset.len() > 1).then_some(Classes { offset, training, test })
    }

    /// The number of classes, N3.
    pub fn count(&self) -> usize {
        self.offset.len()
    }

    /// The class of each sample, from 0.
    pub fn labels(&self, part: Part) -> &[usize] {
        match part {
            Part::Training => &self.training,
            Part::Test => &self.test,
        }
    }

    /// Of `outputs`, N3 numbers for each sample from `first` on, how many are largest at another class than their
    /// sample's. Of equally large ones the first counts; what is not a number is wrong.
    pub fn wrong(&self, part: Part, outputs: &[f64], first: usize) -> usize {
        let labels = self.labels(part).iter().skip(first);
        let rows = outputs.chunks_exact(self.count());
        rows.zip(labels).filter(|(output, label)| largest(output, &self.offset) != **label).count()
    }
}

/// Where output + offset is largest: the first such place, and beyond all places where a number is not finite.
fn largest(output: &[f64], offset: &DVector<f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (place, (value, mean)) in output.iter().zip(offset.iter()).enumerate() {
        let value = value + mean;
        if !value.is_finite() {
            return usize::MAX;
        }
        if value > best.1 {
            best = (place, value);
        }
    }
    best.0
}

/// How a network does on single samples.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Scores {
    /// Share of the training samples that are taken for another class; `None` where targets are no classes.
    pub training_error: Option<f64>,
    /// The same of the samples held out; `None` also where there are none.
    pub test_error: Option<f64>,
    /// ½⟨‖y − f(x)‖²⟩ over the samples held out, in the units of the statistics: times P of the training samples
    /// where those are sums, so that it compares with the loss; `None` where there are none.
    pub test_loss: Option<f64>,
}

impl Task {
    /// The scores of a network of which `outputs` computes the outputs, N3×n, of n inputs, N1×n, both a column per
    /// sample and centred as the samples are. It is called with one block of samples after another.
    pub fn scores(&self, mut outputs: impl FnMut(&[f64], usize, &mut [f64])) -> Scores {
        let mut scores = Scores::default();
        if let (Some(classes), Some(samples)) = (&self.classes, &self.samples) {
            let (wrong, _) = tally(samples, Some((classes, Part::Training)), &mut outputs);
            scores.training_error = Some(share(wrong, samples.len()));
        }
        Scores { training_error: scores.training_error, ..self.test_scores(&mut outputs) }
    }

    /// Those of the samples held out alone.
    pub fn test_scores(&self, outputs: &mut impl FnMut(&[f64], usize, &mut [f64])) -> Scores {
        let mut scores = Scores::default();
        if let Some(test) = self.held_out.as_ref().filter(|test| !test.is_empty()) {
            let (wrong, squares) = tally(test, self.classes.as_ref().map(|c| (c, Part::Test)), outputs);
            scores.test_error = self.classes.as_ref().map(|_| share(wrong, test.len()));
            let weight = match self.averaging {
                Averaging::Mean => 1.0,
                Averaging::Sum => self.samples.as_ref().map_or(1.0, |samples| samples.len() as f64),
            };
            scores.test_loss = Some(weight * 0.5 * squares / test.len() as f64);
        }
        scores
    }
}

fn share(wrong: usize, of: usize) -> f64 {
    wrong as f64 / of.max(1) as f64
}

/// How many samples are taken for another class, and Σ‖y − f(x)‖².
fn tally(
    samples: &Samples,
    classes: Option<(&Classes, Part)>,
    outputs: &mut impl FnMut(&[f64], usize, &mut [f64]),
) -> (usize, f64) {
    let (n1, n3) = (samples.x.nrows(), samples.y.nrows());
    let size = (BLOCK / n3.max(1)).clamp(1, samples.len().max(1));
    let mut block = vec![0.0; n3 * size];
    let (mut wrong, mut squares) = (0, 0.0);
    let parts = samples.x.as_slice().chunks(n1 * size).zip(samples.y.as_slice().chunks(n3 * size));
    for (index, (x, y)) in parts.enumerate() {
        let block = &mut block[..y.len()];
        outputs(x, y.len() / n3, block);
        wrong += classes.map_or(0, |(classes, part)| classes.wrong(part, block, index * size));
        squares += block.iter().zip(y).map(|(f, y)| (y - f) * (y - f)).sum::<f64>();
    }
    (wrong, squares)
}
