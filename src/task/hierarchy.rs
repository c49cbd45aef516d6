//! Items at the leaves of a tree, with features that follow the tree (Saxe et al. 2013, 2019).

use super::Samples;
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// How features follow the tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Features {
    /// One feature per node, the root included: 1 for the items below it, else 0.
    Nodes,
    /// ±1 features that start at the root and flip independently along every edge.
    Diffusion {
        /// Probability of a flip along an edge.
        flip: f64,
        /// Number of features N3.
        outputs: usize,
    },
}

/// A tree whose leaves are the items.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hierarchy {
    /// Levels m below the root.
    pub levels: u32,
    /// Children b of every inner node.
    pub branching: usize,
    /// How features follow the tree.
    pub features: Features,
}

impl Hierarchy {
    /// P = b^m items, which are the inputs, one-hot; `None` if that overflows.
    pub fn items(&self) -> Option<usize> {
        self.branching.checked_pow(self.levels)
    }

    /// N3: the nodes (b^{m+1} − 1)/(b − 1), or the diffused features; `None` if that overflows.
    pub fn outputs(&self) -> Option<usize> {
        match self.features {
            Features::Diffusion { outputs, .. } => Some(outputs),
            Features::Nodes => {
                (0..=self.levels).try_fold(0usize, |sum, level| sum.checked_add(self.branching.checked_pow(level)?))
            }
        }
    }
}

/// The items as one-hot inputs with their features as targets.
pub fn hierarchy_samples(tree: &Hierarchy, rng: &mut ChaCha8Rng) -> Samples {
    let items = tree.items().unwrap_or(0);
    let y = match tree.features {
        Features::Nodes => node_features(tree, items),
        Features::Diffusion { flip, outputs } => diffused_features(tree, flip, outputs, rng),
    };
    Samples { x: DMatrix::identity(items, items), y }
}

/// Rows are nodes, level by level from the root; node j of level l has the items j·b^{m−l} onwards.
fn node_features(tree: &Hierarchy, items: usize) -> DMatrix<f64> {
    let mut y = DMatrix::zeros(tree.outputs().unwrap_or(0), items);
    let mut first_row = 0;
    for level in 0..=tree.levels {
        let nodes = tree.branching.pow(level);
        for item in 0..items {
            y[(first_row + item / (items / nodes), item)] = 1.0;
        }
        first_row += nodes;
    }
    y
}

/// Each feature takes ±1 at the root with equal chance and flips along every edge with `flip`.
fn diffused_features(tree: &Hierarchy, flip: f64, outputs: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    let mut values = DMatrix::from_fn(outputs, 1, |_, _| if rng.random_bool(0.5) { 1.0 } else { -1.0 });
    for _ in 0..tree.levels {
        let nodes = values.ncols() * tree.branching;
        values = DMatrix::from_fn(outputs, nodes, |i, child| {
            let sign = if rng.random_bool(flip) { -1.0 } else { 1.0 };
            sign * values[(i, child / tree.branching)]
        });
    }
    values
}
