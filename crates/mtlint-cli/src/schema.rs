//! `mtlint schema`: the JSON schemas of what mtlint writes.

use clap::{Args, ValueEnum};

use mtlint::report::schema::schema_of;
use mtlint::report::{comparison, v1};
use mtlint_batch::Line;
use mtlint_batch::run_report::RunReport;

use super::Verdict;
use super::output::Streams;

/// Print the JSON schema of what mtlint writes
///
/// report: a document's report, as 'score', 'highlight' and --emit write it in json (an array of
/// them when there are several documents) and jsonl. batch: a line that 'mtlint batch' writes.
/// run-report: what 'mtlint report --format json' writes. compare: what 'mtlint compare --format
/// json' writes. openapi: what 'mtlint serve' answers, as OpenAPI describes it. Fields may be added; none is renamed or removed without a new name of the schema.
/// 'mtlint config schema' prints that of mtlint.toml.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint schema report > report.schema.json\n  \
    mtlint schema run-report | jq '.properties | keys'")]
pub struct SchemaArgs {
    /// What is written
    #[arg(value_enum, value_name = "CONTRACT")]
    contract: Contract,
}

/// What mtlint writes, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Contract {
    Report,
    Batch,
    RunReport,
    Compare,
    Openapi,
}

/// Prints the schema.
pub fn run(arguments: &SchemaArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let schema = match arguments.contract {
        Contract::Openapi => {
            streams.print(&mtlint_serve::openapi()?)?;
            return Ok(Verdict::default());
        }
        Contract::Report => schema_of::<v1::Report>(),
        Contract::Batch => schema_of::<Line>(),
        Contract::RunReport => schema_of::<RunReport>(),
        Contract::Compare => schema_of::<comparison::v1::Comparison>(),
    };
    streams.print(&(serde_json::to_string_pretty(&schema)? + "\n"))?;
    Ok(Verdict::default())
}
