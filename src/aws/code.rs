//! Where the code of bootstrap actions and steps comes from: what is AWS's own, and which arguments of a step
//! name the code that it runs.

/// Whether this is a program of AWS's own on every node, or in its regional buckets.
///
/// Source: EMR Release Guide, *Run commands and scripts*: `command-runner.jar` is on the nodes, `script-runner.jar`
/// in `s3://<region>.elasticmapreduce/libs/script-runner/`.
pub fn is_aws_own(path: &str) -> bool {
    let local = path.strip_prefix("file://").unwrap_or(path);
    if ["/usr/", "/bin/", "/sbin/"]
        .iter()
        .any(|folder| local.starts_with(folder))
    {
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
    is_remote(path) && CODE.iter().any(|end| path.ends_with(end))
}

/// How places in S3 and on the web begin.
const REMOTE: &[&str] = &["s3://", "s3n://", "s3a://", "http://", "https://"];

/// Whether a text is a place in S3 or on the web, of code or of anything else.
pub fn is_remote(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    REMOTE.iter().any(|scheme| lower.starts_with(scheme))
}

/// Whether a text of a program names a file of code on the node: a path that is run, or a name that ends as code does.
pub fn is_local_code(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    !text.contains("://")
        && (text.starts_with("./")
            || text.starts_with("~/")
            || CODE
                .iter()
                .any(|end| lower.len() > end.len() && lower.ends_with(end)))
}

/// Programs that run the text or file they are given, with the option that gives a text.
const INTERPRETERS: &[(&str, char)] = &[
    ("bash", 'c'),
    ("dash", 'c'),
    ("ksh", 'c'),
    ("node", 'e'),
    ("perl", 'e'),
    ("python", 'c'),
    ("Rscript", 'e'),
    ("ruby", 'e'),
    ("sh", 'c'),
    ("zsh", 'c'),
];

/// What an interpreter in a command line runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The file that the argument at this position names.
    File(usize),
    /// A text, which begins in the argument at this position.
    Text(usize),
}

/// The option that gives this program a text to run, when it is an interpreter: `python3.11` is one as `python` is.
fn text_option(program: &str) -> Option<char> {
    let name = program.rsplit('/').next().unwrap_or_default();
    let name = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let known = INTERPRETERS.iter().find(|(known, _)| *known == name);
    known.map(|(_, option)| *option)
}

/// What the first interpreter of a command line runs, wherever it stands: `sudo` and `env` stand before it. An argument
/// that is not known is `None`. A command line in one argument is a text that a shell would have to run.
pub fn program_of(arguments: &[Option<&str>]) -> Option<Program> {
    if let [Some(line)] = arguments
        && line.trim().contains(char::is_whitespace)
    {
        return Some(Program::Text(0));
    }
    let options = arguments.iter().map(|text| text_option((*text)?));
    let (at, option) = options
        .enumerate()
        .find_map(|(at, option)| Some((at, option?)))?;
    let rest = arguments.iter().enumerate().skip(at + 1);
    for (at, argument) in rest {
        match argument.filter(|text| text.starts_with('-')) {
            None => return Some(Program::File(at)),
            Some(text) if !text.starts_with("--") && text.contains(option) => {
                return Some(Program::Text(at + 1));
            }
            Some(_) => {}
        }
    }
    None
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
            ("/bin/bash", true),
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
    fn an_interpreter_runs_a_text_or_a_file() {
        for (line, program) in [
            ("bash -c x", Some(Program::Text(2))),
            ("sudo -u hadoop /bin/bash -lc x", Some(Program::Text(5))),
            ("bash -e x.sh", Some(Program::File(2))),
            ("python3.11 x.py", Some(Program::File(1))),
            ("perl -ne x", Some(Program::Text(2))),
            ("bash", None),
            ("hive -f s3://b/x.sql", None),
            ("bashful -c x", None),
        ] {
            let arguments: Vec<_> = line.split(' ').map(Some).collect();
            assert_eq!(program_of(&arguments), program, "{line}");
        }
        assert_eq!(program_of(&[Some("bash -c x")]), Some(Program::Text(0)));
        assert_eq!(program_of(&[Some("sh"), None]), Some(Program::File(1)));
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
