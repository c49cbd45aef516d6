//! gradflow's side of the comparison with its peers: it answers requests, one line of JSON each, on its standard input
//! and output. `benches/peers/run.sh` starts it; alone it does nothing.
//!
//! `{"do": "load", "kind": …, "folder": …}` reads a problem and answers how long it took to make it ready;
//! `{"do": "solve", "settings": …, "repeats": …, "out": …}` solves the problem last loaded so many times, answers how long
//! each took and what work the last was, and writes its states to the file `out`, if there is one; `{"do": "gemm"}` answers
//! the rates of the products.

mod files;
mod ours;
mod problem;

use ours::{Problem, Solved};
use serde::Deserialize;
use serde_json::json;
use std::error::Error;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// One request.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Request {
    Load { kind: String, folder: PathBuf },
    Solve { settings: ours::Settings, repeats: usize, out: Option<PathBuf> },
    Gemm,
}

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() != Some("serve") {
        println!("to compare gradflow with its peers: bash benches/peers/run.sh");
        return Ok(());
    }
    let mut loaded = None;
    for line in std::io::stdin().lock().lines() {
        let answer = answer(serde_json::from_str(&line?)?, &mut loaded);
        let answer = answer.unwrap_or_else(|error| json!({ "error": error.to_string() }));
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(request: Request, loaded: &mut Option<Problem>) -> Result<serde_json::Value, Box<dyn Error>> {
    match request {
        Request::Load { kind, folder } => {
            let files = files::Folder::new(folder);
            let raw = problem::read(&kind, &files)?;
            let clock = Instant::now();
            *loaded = Some(ours::prepare(raw)?);
            Ok(json!({ "setup_seconds": clock.elapsed().as_secs_f64() }))
        }
        Request::Solve { settings, repeats, out } => {
            let problem = loaded.as_ref().ok_or("nothing has been loaded")?;
            let mut solved = ours::solve(problem, &settings)?;
            let mut seconds = vec![solved.seconds];
            while seconds.len() < repeats {
                solved = ours::solve(problem, &settings)?;
                seconds.push(solved.seconds);
            }
            let Solved { states, evaluations, accepted, rejected, .. } = solved;
            if let Some(out) = out {
                write_states(&out, &ours::in_user_coordinates(problem, states))?;
            }
            Ok(json!({
                "seconds": seconds, "evaluations": evaluations, "accepted": accepted, "rejected": rejected
            }))
        }
        Request::Gemm => Ok(json!({ "gflops": ours::gemm_rates()? })),
    }
}

/// The numbers one after the other, little-endian.
fn write_states(path: &Path, states: &[f64]) -> std::io::Result<()> {
    let bytes: Vec<u8> = states.iter().flat_map(|x| x.to_le_bytes()).collect();
    std::fs::write(path, bytes)
}
