//! The `emr-baseline` command. Everything is in the library; see `emr_baseline::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    emr_baseline::cli::main()
}
