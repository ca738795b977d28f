//! cfn-guard, which judges CloudFormation templates by rules in a language of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The version that is compared with.
pub(crate) const VERSION: &str = "3.2.1";

/// The program, installed below the target folder when it is not there yet; `None` when it cannot be.
pub(crate) fn installed(target: &Path) -> Option<PathBuf> {
    let root = target.join("bench-tools");
    let program = root.join("bin").join("cfn-guard");
    if program.exists() {
        return Some(program);
    }
    println!(
        "installing cfn-guard {VERSION} to {} (some minutes)",
        root.display()
    );
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let status = Command::new(cargo)
        .args([
            "install",
            "cfn-guard",
            "--locked",
            "--version",
            VERSION,
            "--root",
        ])
        .arg(&root)
        .current_dir(std::env::temp_dir()) // not by this project's toolchain file and lock
        .status();
    if status.is_ok_and(|status| status.success()) && program.exists() {
        return Some(program);
    }
    eprintln!("cfn-guard {VERSION} cannot be installed (see above): it is NOT compared with");
    None
}
