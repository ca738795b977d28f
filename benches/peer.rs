//! What else judges such files: cfn-guard, by rules in a language of its own, and Checkov, by checks in Python; and what else
//! compares grants: lfpolicy; and what else audits an account: Cloud Custodian and Prowler.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The version of cfn-guard that is compared with.
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

/// The version of Checkov that is compared with.
pub(crate) const CHECKOV: &str = "3.3.30";

/// All that Checkov asks of Amazon EMR.
pub(crate) const CHECKOV_CHECKS: &str = "CKV_AWS_171,CKV_AWS_349,CKV_AWS_350,CKV_AWS_351,CKV_AWS_114,CKV_AWS_390,CKV2_AWS_7,CKV2_AWS_55";

/// Checkov, installed from `PyPI` below the target folder when it is not there yet; `None` when it cannot be.
pub(crate) fn checkov(target: &Path) -> Option<PathBuf> {
    from_pypi(target, "checkov", CHECKOV)
}

/// The version of lfpolicy that is compared with.
pub(crate) const LFPOLICY: &str = "0.11.0";

/// lfpolicy, likewise.
pub(crate) fn lfpolicy(target: &Path) -> Option<PathBuf> {
    from_pypi(target, "lfpolicy", LFPOLICY)
}

/// The version of Cloud Custodian that is compared with.
pub(crate) const CUSTODIAN: &str = "0.9.52";
/// The version of moto that they all ask.
const MOTO: &str = "moto[server]==5.2.5";

/// The folder of Cloud Custodian's programs, with moto beside it, likewise.
pub(crate) fn custodian(target: &Path) -> Option<PathBuf> {
    let package = from_pypi_as(target, "c7n", "custodian", CUSTODIAN, &[MOTO])?;
    Some(package.parent()?.to_owned())
}

/// The version of Prowler that is compared with.
pub(crate) const PROWLER: &str = "5.46.0";

/// Prowler, likewise: two gigabytes.
pub(crate) fn prowler(target: &Path) -> Option<PathBuf> {
    from_pypi(target, "prowler", PROWLER)
}

fn from_pypi(target: &Path, name: &str, version: &str) -> Option<PathBuf> {
    from_pypi_as(target, name, name, version, &[])
}

fn from_pypi_as(
    target: &Path,
    name: &str,
    program: &str,
    version: &str,
    beside: &[&str],
) -> Option<PathBuf> {
    let root = target.join("bench-tools").join(name);
    let program = root.join("bin").join(program);
    if program.exists() {
        return Some(program);
    }
    println!("installing {name} {version} to {}", root.display());
    let done = |command: &mut Command| command.status().is_ok_and(|status| status.success());
    let made = done(Command::new("python3").args(["-m", "venv"]).arg(&root));
    let package = format!("{name}=={version}");
    let pip = root.join("bin").join("pip");
    let mut install = Command::new(pip);
    install.args(["install", "--quiet", &package]).args(beside);
    if made && done(&mut install) && program.exists() {
        return Some(program);
    }
    eprintln!("{name} {version} cannot be installed (see above): it is NOT compared with");
    None
}
