//! Room for the vectors of a run: one block of memory, asked for once, in which each begins where a register's width does.

/// A block for vectors of one length.
#[derive(Debug)]
pub(super) struct Room {
    memory: Vec<f64>,
    dimension: usize,
}

/// Components of the widest registers.
const LINE: usize = 8;

impl Room {
    /// For so many vectors, all 0.
    pub fn new(dimension: usize, vectors: usize) -> Room {
        Room { memory: vec![0.0; vectors * stride(dimension) + LINE], dimension }
    }

    pub fn vectors(&mut self) -> Vectors<'_> {
        let begin = self.memory.as_ptr().align_offset(size_of::<f64>() * LINE).min(LINE);
        let end = begin + self.memory.len() - LINE;
        let places = self.memory[begin..end].chunks_exact_mut(stride(self.dimension));
        Vectors(places.map(|place| &mut place[..self.dimension]).collect())
    }
}

/// From one vector to the next: an odd number of lines, as those that lie powers of 2 apart compete for the same places in
/// the cache.
fn stride(dimension: usize) -> usize {
    (dimension.div_ceil(LINE) | 1) * LINE
}

/// The vectors of a room that are not taken yet.
#[derive(Debug)]
pub(super) struct Vectors<'m>(Vec<&'m mut [f64]>);

impl<'m> Vectors<'m> {
    /// One of them; there are as many as were asked for.
    pub fn take(&mut self) -> &'m mut [f64] {
        let vector = self.0.pop();
        debug_assert!(vector.is_some(), "more vectors than were counted");
        vector.unwrap_or_default()
    }

    /// How many there still are.
    pub fn left(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_begin_at_lines_and_are_as_many_as_asked_for() {
        for dimension in [0, 1, 7, 8, 2048] {
            let mut room = Room::new(dimension, 3);
            let mut vectors = room.vectors();
            for left in (0..3).rev() {
                let vector = vectors.take();
                assert_eq!((vector.len(), vectors.left()), (dimension, left));
                assert!(vector.as_ptr().align_offset(64) == 0 && vector.iter().all(|x| *x == 0.0));
            }
        }
    }
}
