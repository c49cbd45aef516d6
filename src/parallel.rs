//! Work on all cores, with the same results on any number of them.

use rayon::prelude::*;
use std::cell::Cell;
use std::time::{Duration, Instant};

thread_local! {
    /// Whether this thread is at one of several runs.
    static ONE_OF_SEVERAL: Cell<bool> = const { Cell::new(false) };
}

/// The results of independent runs, in the order of the jobs, each run on a core of its own.
///
/// What a run would halve by [`join`] it does in one go, since the other cores have runs of their own; a run that waited for
/// its other half could also begin a second one meanwhile, for which there may be no memory.
pub fn runs<J: Send, R: Send>(jobs: Vec<J>, run: impl Fn(J) -> R + Sync) -> Vec<R> {
    if jobs.len() == 1 {
        return jobs.into_iter().map(run).collect();
    }
    jobs.into_par_iter()
        .with_max_len(1)
        .map(|job| {
            let before = ONE_OF_SEVERAL.replace(true);
            let result = run(job);
            ONE_OF_SEVERAL.set(before);
            result
        })
        .collect()
}

/// Both results, on two cores where the other one is free.
pub fn join<A: Send, B: Send>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B + Send) -> (A, B) {
    if ONE_OF_SEVERAL.get() { (first(), second()) } else { rayon::join(first, second) }
}

/// Does something to each of some items, on several cores where they are free.
pub fn each<T: Send>(items: &mut [T], act: &(impl Fn(&mut T) + Sync)) {
    match items {
        [] => (),
        [item] => act(item),
        _ => {
            let (first, second) = items.split_at_mut(items.len() / 2);
            join(|| each(first, act), || each(second, act));
        }
    }
}

/// For so long the threads that have been woken look for work before they may sleep.
const READY: Duration = Duration::from_millis(1);

/// Does the work on a thread of the pool, where [`join`] finds the others awake: from without, each would cost a wait.
pub fn within<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    // A thread that sleeps is slow to be placed on the core that is free: milliseconds, if it is a busy one that wakes it.
    let begun = Instant::now();
    rayon::spawn_broadcast(move |_| {
        while begun.elapsed() < READY {
            rayon::yield_now();
            std::thread::yield_now();
        }
    });
    rayon::scope(|_| work())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn results_stand_in_the_order_of_the_jobs() {
        assert_eq!(runs((0..100).collect(), |i: u32| i * i), (0..100).map(|i| i * i).collect::<Vec<_>>());
    }

    /// Whether the second of two was done while the first was still waiting for it.
    fn side_by_side() -> bool {
        let done = AtomicBool::new(false);
        let wait = || {
            let begun = Instant::now();
            while !done.load(Ordering::SeqCst) && begun.elapsed() < Duration::from_millis(300) {
                std::thread::yield_now();
            }
            done.load(Ordering::SeqCst)
        };
        join(wait, || done.store(true, Ordering::SeqCst)).0
    }

    #[test]
    fn one_of_several_runs_stays_on_its_thread_and_a_single_one_does_not() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
        assert!(pool.install(side_by_side));
        assert_eq!(pool.install(|| runs(vec![(); 3], |()| side_by_side())), [false; 3]);
        assert_eq!(pool.install(|| runs(vec![()], |()| side_by_side())), [true]);
    }

    #[test]
    fn each_item_is_seen_once() {
        let mut items: Vec<u32> = (0..37).collect();
        each(&mut items, &|item| *item += 100);
        assert_eq!(items, (100..137).collect::<Vec<_>>());
    }
}
