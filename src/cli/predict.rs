//! placeholder
/// x
#[derive(Debug, clap::Args)]
pub struct PredictArgs {
    /// x
    #[arg(long)]
    pub json: bool,
}
/// x
pub struct P;
impl P {
    /// x
    pub fn to_json(&self) -> String {
        String::new()
    }
    /// x
    pub fn to_text(&self) -> String {
        String::new()
    }
}
/// x
/// # Errors
/// x
pub fn predict(_: &PredictArgs) -> Result<P, String> {
    Ok(P)
}
