//! Where the code of bootstrap actions and steps comes from: what is AWS's own, and which arguments of a step
//! name the code that it runs.

/// Whether this is a program of AWS's own on every node, or in its regional buckets.
///
/// Source: EMR Release Guide, *Run commands and scripts*: `command-runner.jar` is on the nodes, `script-runner.jar`
/// in `s3://<region>.elasticmapreduce/libs/script-runner/`.
pub fn is_aws_own(path: &str) -> bool {
    let local = path.strip_prefix("file://").unwrap_or(path);
    if local.starts_with("/usr/") {
        return !local.split('/').any(|part| part == "..");
    }
    is_command_runner(path) || is_script_runner(path)
}

/// Whether this is the JAR that runs a command on the primary node.
pub fn is_command_runner(path: &str) -> bool {
    matches!(
        path,
        "command-runner.jar" | "/var/lib/aws/emr/step-runner/hadoop-jars/command-runner.jar"
    )
}

/// Whether this is the JAR that runs a script, its first argument.
pub fn is_script_runner(path: &str) -> bool {
    let key = path
        .strip_prefix("s3://")
        .and_then(|rest| rest.split_once('/'));
    let Some((bucket, "libs/script-runner/script-runner.jar")) = key else {
        return false;
    };
    let region = bucket.strip_suffix(".elasticmapreduce");
    let named = |region: &str| {
        !region.is_empty()
            && region
                .chars()
                .all(|char| char.is_ascii_alphanumeric() || char == '-')
    };
    bucket == "elasticmapreduce" || region.is_some_and(named)
}

/// Ends of names of files that hold code.
const CODE: &[&str] = &[
    ".py", ".jar", ".sh", ".bash", ".sql", ".hql", ".q", ".pig", ".scala", ".r", ".egg", ".whl",
    ".zip", ".rb", ".pl", ".ipynb", ".tgz", ".tar.gz", ".class",
];

/// Whether a text names a file of code in S3 or on the web.
pub fn is_remote_code(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let path = lower.split(['?', '#']).next().unwrap_or_default();
    let remote = ["s3://", "s3n://", "s3a://", "http://", "https://"];
    remote.iter().any(|scheme| path.starts_with(scheme))
        && CODE.iter().any(|end| path.ends_with(end))
}

/// Options of `spark-submit` that stand alone. Source: Apache Spark, *Submitting applications*.
const ALONE: &[&str] = &[
    "--verbose",
    "-v",
    "--supervise",
    "--help",
    "-h",
    "--version",
];
/// Options of `spark-submit` whose value is a list of files that run or configure the code.
const FILES: &[&str] = &[
    "--jars",
    "--py-files",
    "--files",
    "--archives",
    "--properties-file",
];

/// What `spark-submit` is given to run, out of its arguments after its own name: the positions of the arguments that
/// name code. An argument that is not known is `None`; where it may be code, its position is among them.
pub fn spark_code(arguments: &[Option<&str>]) -> Vec<usize> {
    let mut code = Vec::new();
    let mut at = 0;
    while let Some(argument) = arguments.get(at) {
        let Some(option) = argument.filter(|text| text.starts_with('-')) else {
            // The application itself; what follows is its own.
            code.push(at);
            break;
        };
        if let Some((name, _)) = option.split_once('=') {
            if FILES.contains(&name) {
                code.push(at);
            }
        } else if !ALONE.contains(&option) {
            at += 1;
            if FILES.contains(&option) && at < arguments.len() {
                code.push(at);
            }
        }
        at += 1;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_own_programs_are_few() {
        for (path, own) in [
            ("command-runner.jar", true),
            (
                "s3://us-west-2.elasticmapreduce/libs/script-runner/script-runner.jar",
                true,
            ),
            (
                "s3://evil.elasticmapreduce.example/libs/script-runner/script-runner.jar",
                false,
            ),
            ("s3://us-west-2.elasticmapreduce/samples/x.sh", false),
            ("/usr/share/aws/emr/scripts/x", true),
            ("file:///usr/bin/true", true),
            ("/usr/../tmp/x.sh", false),
            ("/home/hadoop/x.sh", false),
            ("s3://b/command-runner.jar", false),
        ] {
            assert_eq!(is_aws_own(path), own, "{path}");
        }
    }

    #[test]
    fn the_application_and_its_files_are_code_and_its_arguments_are_not() {
        let arguments = [
            "--deploy-mode",
            "cluster",
            "--jars",
            "s3://b/a.jar",
            "--verbose",
            "--py-files=s3://b/p.zip",
            "--conf",
            "spark.x=s3://b/y",
            "s3://b/etl",
            "--input",
            "s3://b/raw.py",
        ];
        let arguments: Vec<_> = arguments.into_iter().map(Some).collect();
        assert_eq!(spark_code(&arguments), [3, 5, 8]);
    }

    #[test]
    fn an_unknown_argument_may_be_the_application() {
        assert_eq!(spark_code(&[Some("--class"), None, None, Some("x")]), [2]);
        assert_eq!(spark_code(&[Some("--jars"), None]), [1]);
    }

    #[test]
    fn code_is_told_by_where_it_is_and_how_it_ends() {
        for (text, code) in [
            ("s3://b/etl.py", true),
            ("https://x/y.sh?version=1", true),
            ("s3://b/raw/2026-04-25/", false),
            ("etl.py", false),
            ("s3a://b/LIB.JAR", true),
        ] {
            assert_eq!(is_remote_code(text), code, "{text}");
        }
    }
}
