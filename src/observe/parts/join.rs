//! The parts of one request that stand in one folder, put together as a launcher does that reads them all.
//!
//! What two parts say cannot both stand in one request. Parts that say mostly the same are taken for requests of their
//! own that share the rest (`cluster-dev.yaml`, `cluster-prod.yaml`): each is tried, in a world of its own. Otherwise only
//! what both say is not known.

use super::{Portion, rest};
use crate::observe::duplicates::Member;
use crate::observe::{Dialect, Reading, World, edit, recognise, run_job_flow, stem};
use crate::observed::tree::{MAX_TEXT, NodeId, Tree};
use crate::observed::{CHOSEN_FILE, Facts, Reason};
use std::path::Path;

/// More parts than a request has members are none of one request.
const MAX_PARTS: usize = 32;
/// As many choices of parts are tried; see `docs/src/decisions/0005-worlds.md`.
const MAX_WORLDS: usize = 64;
const INSTANCES: &str = "Instances";

/// The parts of requests in a folder as one request; or as they are, where nothing can be put together. `unread` is a file
/// beside them that says something of a request and cannot be told for a part: the request may have more than the parts say.
///
/// # Errors
/// The parts, each of which is to be judged by itself.
pub fn joined(
    folder: &str,
    parts: Vec<Reading>,
    unread: Option<&str>,
) -> Result<Reading, Vec<Reading>> {
    let mut pieces: Vec<Piece> = parts.iter().filter_map(Piece::of).collect();
    let groups = groups(&pieces);
    let worlds: usize = groups.iter().map(Vec::len).product();
    let telling = pieces.iter().any(|piece| piece.portion != Portion::Few);
    if pieces.len() < parts.len() || groups.len() < 2 || worlds > MAX_WORLDS || !telling {
        return Err(parts);
    }
    let length: usize = parts
        .iter()
        .map(|part| part.tree.source().text().len())
        .sum();
    if length > MAX_TEXT {
        return Err(parts);
    }
    let mut problems = Vec::new();
    let mut notes = vec![said_of(&pieces)];
    let trees = parts.into_iter().map(|part| {
        problems.extend(part.problems);
        notes.extend(part.notes);
        part.tree
    });
    let (mut tree, grown) = Tree::joined(folder, trees.collect());
    for (piece, by) in pieces.iter_mut().zip(grown) {
        piece.body += by;
        piece.root += by;
    }
    let mut found = Vec::with_capacity(worlds);
    for number in 0..worlds {
        found.push(world(&mut tree, (folder, &pieces, unread), &groups, number));
    }
    Ok(Reading {
        dialect: Dialect::RunJobFlow,
        problems,
        notes,
        nested: Vec::new(),
        tree,
        worlds: found,
        passed_over: false,
        part: None,
    })
}

/// A part, as far as it matters for the whole.
struct Piece {
    portion: Portion,
    /// The name of its file.
    file: String,
    /// The members of the request that it says.
    says: Vec<String>,
    body: NodeId,
    root: NodeId,
}

impl Piece {
    fn of(part: &Reading) -> Option<Self> {
        let [world] = part.worlds.as_slice() else {
            return None;
        };
        let [seen] = world.resources.as_slice() else {
            return None;
        };
        let portion = part.part?;
        let name = &part.tree.source().name;
        let file = Path::new(name).file_name();
        let file = file.and_then(std::ffi::OsStr::to_str).unwrap_or(name);
        let mut says = Vec::new();
        for (key, value) in part.tree.node(seen.body).members() {
            if key == INSTANCES && portion == Portion::Option {
                let inner = value.members();
                says.extend(inner.map(|(inner, _)| format!("{INSTANCES}/{inner}")));
            } else {
                says.push(key.to_owned());
            }
        }
        (!says.is_empty()).then(|| Self {
            portion,
            file: file.to_owned(),
            says,
            body: seen.body,
            root: part.tree.root_id(),
        })
    }

    fn says(&self, member: &str) -> bool {
        self.says.iter().any(|said| said == member)
    }

    /// Whether two parts say mostly the same.
    fn rivals(&self, other: &Self) -> bool {
        let shared = self.says.iter().filter(|said| other.says(said)).count();
        shared * 2 >= self.says.len().max(other.says.len())
    }
}

/// The parts in groups of which a request has one each: their numbers, in order.
fn groups(pieces: &[Piece]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    if pieces.len() > MAX_PARTS {
        return groups;
    }
    for (number, piece) in pieces.iter().enumerate() {
        let (mut own, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| {
            let members = group.iter().filter_map(|at| pieces.get(*at));
            members.into_iter().any(|member| member.rivals(piece))
        });
        own.push(vec![number]);
        let mut own = own.concat();
        own.sort_unstable();
        groups = others;
        groups.push(own);
    }
    groups.sort();
    groups
}

fn said_of(pieces: &[Piece]) -> String {
    let files: Vec<String> = pieces
        .iter()
        .map(|piece| format!("`{}`", piece.file))
        .collect();
    format!("one request is put together of {}", files.join(", "))
}

/// The request of one choice of parts.
fn world(
    tree: &mut Tree,
    (folder, pieces, unread): (&str, &[Piece], Option<&str>),
    groups: &[Vec<usize>],
    number: usize,
) -> World {
    let mut chosen = Vec::with_capacity(groups.len());
    let mut label = Vec::new();
    let mut facts = Facts::new();
    let mut rest = number;
    for group in groups {
        let at = rest % group.len().max(1);
        rest /= group.len().max(1);
        let Some(piece) = group.get(at).and_then(|at| pieces.get(*at)) else {
            continue;
        };
        if group.len() > 1 {
            label.push(format!("`{}`", piece.file));
            facts.insert(about(group, pieces), format!("`{}`", piece.file));
        }
        chosen.push(piece);
    }
    let label = (!label.is_empty()).then(|| format!("the request has {}", label.join(" and ")));
    let seen = request(tree, (folder, unread), &chosen);
    World {
        label,
        facts,
        resources: seen.into_iter().collect(),
        neighbours: Vec::new(),
    }
}

/// What a choice between parts is about: the members that all of them say, or the first does.
fn about(group: &[usize], pieces: &[Piece]) -> String {
    let mut members = group.iter().filter_map(|at| pieces.get(*at));
    let first = members.next().map(|first| first.says.as_slice());
    let says = first.unwrap_or_default().iter();
    let shared = says
        .clone()
        .filter(|said| members.clone().all(|piece| piece.says(said)));
    let mut said: Vec<&str> = shared.map(String::as_str).collect();
    if said.is_empty() {
        said = says.map(String::as_str).collect();
    }
    said.sort_unstable();
    format!("{CHOSEN_FILE}{}", said.join(", "))
}

fn request(
    tree: &mut Tree,
    (folder, unread): (&str, Option<&str>),
    chosen: &[&Piece],
) -> Option<crate::observe::Seen> {
    let head = ["Name", "ReleaseLabel"].iter().find_map(|member| {
        let mut all = chosen.iter();
        all.find(|piece| piece.says(member))
    });
    let head = head.or_else(|| chosen.first())?;
    let mut all: Vec<(Member, &Piece)> = Vec::new();
    let mut open = None;
    for piece in chosen {
        let Some((members, why)) = edit::members(tree, piece.body) else {
            continue;
        };
        open = open.or(why.filter(|why| *why != super::rest()));
        for member in members {
            add(tree, &mut all, member, piece);
        }
    }
    let members: Vec<Member> = all.into_iter().map(|(member, _)| member).collect();
    let kind = tree.map_kind(&members, open);
    let mut body = tree.push_at(kind, head.root);
    let complete = chosen.iter().all(|piece| piece.portion != Portion::Option)
        && tree.node(body).get(INSTANCES).is_set()
        && recognise::is_run_job_flow(tree.node(body));
    if let Some(file) = unread {
        let place = format!("`{file}`, which is not told for a part of the request");
        let reason = Reason::Elsewhere { place };
        body = edit::opened(tree, body, reason.clone());
        if let Some(instances) = edit::member(tree, body, INSTANCES) {
            let instances = edit::opened(tree, instances, reason);
            body = edit::with(tree, body, INSTANCES, instances);
        }
    } else if !complete {
        body = edit::opened(tree, body, rest());
    }
    // Options of a command line are called after their folder: none of them is the cluster.
    let options = chosen.iter().all(|piece| piece.portion == Portion::Option);
    let called = Path::new(folder)
        .file_name()
        .and_then(std::ffi::OsStr::to_str);
    let called = called.filter(|_| options);
    let otherwise = called.unwrap_or(stem(&head.file)).to_owned();
    Some(run_job_flow::request(tree, body, &otherwise))
}

/// Adds a member to those that are there.
fn add<'p>(tree: &mut Tree, all: &mut Vec<(Member, &'p Piece)>, member: Member, piece: &'p Piece) {
    let (key, key_span, value) = member;
    let name = tree.text(key).to_owned();
    let Some((there, other)) = all
        .iter_mut()
        .find(|((known, ..), _)| tree.text(*known) == name)
    else {
        all.push((member, piece));
        return;
    };
    let an_option = [piece, *other]
        .iter()
        .any(|one| one.portion == Portion::Option);
    let both = edit::members(tree, there.2).zip(edit::members(tree, value));
    let new = match both {
        Some(((mut inner, open), (more, _))) if name == INSTANCES && an_option => {
            let open = open.filter(|why| *why != rest());
            for member in more {
                let same = tree.text(member.0).to_owned();
                match inner.iter_mut().find(|known| tree.text(known.0) == same) {
                    Some(known) => known.2 = said_twice(tree, known.2, &piece.file),
                    None => inner.push(member),
                }
            }
            let kind = tree.map_kind(&inner, open.or_else(|| Some(rest())));
            tree.push_at(kind, there.2)
        }
        _ => said_twice(tree, there.2, &piece.file),
    };
    *there = (key, key_span, new);
}

/// A value that another part says, too.
fn said_twice(tree: &mut Tree, value: NodeId, file: &str) -> NodeId {
    let place = format!("`{file}`, which says it too");
    tree.push_unreadable(Reason::Elsewhere { place }, value)
}

#[cfg(test)]
mod tests {
    use super::joined;
    use crate::observe::testing::plain;
    use crate::observe::{File, Given, Reading, read_few, read_file};
    use crate::observed::Source;
    use serde_json::json;
    use std::sync::Arc;

    const CLUSTER: &str = "Name: etl\nReleaseLabel: emr-7.9.0\nServiceRole: s\nJobFlowRole: p\n";
    const INSTANCES: &str =
        "# nodes\nInstances:\n  Ec2SubnetId: subnet-1\n  KeepJobFlowAliveWhenNoSteps: ${keep}\n";
    const LISTED: &str = r#"[{"Classification": "spark", "Properties": {"a": "b"}}]"#;

    fn parts(files: &[(&str, &str)]) -> Vec<Reading> {
        let parts = files.iter().map(|(name, text)| {
            let source = Arc::new(Source::new(format!("conf/{name}"), *text));
            match read_file(&source, None, &Given::default()) {
                File::Read(reading) => *reading,
                File::NothingOfOurs | File::Unreadable { .. } => {
                    read_few(&source).unwrap_or_else(|| panic!("{name} is no part"))
                }
            }
        });
        let parts: Vec<Reading> = parts.collect();
        assert!(parts.iter().all(Reading::is_part));
        parts
    }

    fn member(reading: &Reading, world: usize, path: &str) -> serde_json::Value {
        let body = reading.worlds()[world].resources[0].body;
        plain(reading.tree().node(body).path(path))
    }

    #[test]
    fn members_of_several_files_are_one_request_in_the_places_where_they_stand() {
        let files = [
            ("cluster.yaml", CLUSTER),
            ("instances.yaml.tpl", INSTANCES),
            ("security.yaml", "SecurityConfiguration: secured\n"),
            (
                "steps.yaml",
                "Steps:\n- Name: one\n  HadoopJarStep: {Jar: j}\n",
            ),
        ];
        let reading = joined("conf", parts(&files), None).unwrap();
        assert_eq!(reading.worlds().len(), 1);
        let seen = &reading.worlds()[0].resources[0];
        assert_eq!(seen.identity.id, "etl");
        let body = reading.tree().node(seen.body);
        assert_eq!(plain(body.get("SecurityConfiguration")), json!("secured"));
        assert_eq!(plain(body.path("Instances/Ec2SubnetId")), json!("subnet-1"));
        let subnet = body.path("Instances/Ec2SubnetId").place();
        assert_eq!(subnet.file.as_deref(), Some("conf/instances.yaml.tpl"));
        assert_eq!(
            (subnet.line, subnet.pointer.as_str()),
            (3, "/Instances/Ec2SubnetId")
        );
        // Nothing else is to come: what none of the files says is not there.
        assert_eq!(plain(body.get("LogUri")), json!("absent"));
        assert_eq!(
            body.get("LogUri").place().file.as_deref(),
            Some("conf/cluster.yaml")
        );
    }

    #[test]
    fn files_of_the_command_line_leave_the_rest_to_the_command() {
        let attributes = r#"{"SubnetId": "subnet-1", "InstanceProfile": "p"}"#;
        let groups = r#"[{"InstanceGroupType": "MASTER", "InstanceType": "m5.xlarge"}]"#;
        let files = [
            ("attributes.json", attributes),
            ("configurations.json", LISTED),
            ("groups.json", groups),
        ];
        let reading = joined("conf", parts(&files), None).unwrap();
        let seen = &reading.worlds()[0].resources[0];
        assert_eq!(seen.identity.id, "conf");
        assert_eq!(
            member(&reading, 0, "Instances/Ec2SubnetId"),
            json!("subnet-1")
        );
        assert_eq!(member(&reading, 0, "JobFlowRole"), json!("p"));
        let group = member(&reading, 0, "Instances/InstanceGroups");
        assert_eq!(group[0]["InstanceType"], json!("m5.xlarge"));
        assert_eq!(
            member(&reading, 0, "Configurations")[0]["Classification"],
            json!("spark")
        );
        let unknown = member(&reading, 0, "SecurityConfiguration");
        assert!(
            unknown
                .as_str()
                .unwrap()
                .starts_with("?may be supplied by the rest")
        );
        let unknown = member(&reading, 0, "Instances/Ec2KeyName");
        assert!(
            unknown
                .as_str()
                .unwrap()
                .starts_with("?may be supplied by the rest")
        );
    }

    #[test]
    fn of_parts_that_say_the_same_each_is_tried() {
        let prod = CLUSTER.replace("etl", "prod").replace("7.9", "6.9");
        let files = [
            ("cluster-dev.yaml", CLUSTER),
            ("cluster-prod.yaml", &prod),
            ("instances.yaml", INSTANCES),
        ];
        let reading = joined("conf", parts(&files), None).unwrap();
        let labels: Vec<_> = reading
            .worlds()
            .iter()
            .map(|world| world.label.as_deref())
            .collect();
        assert_eq!(
            labels,
            [
                Some("the request has `cluster-dev.yaml`"),
                Some("the request has `cluster-prod.yaml`"),
            ]
        );
        assert_eq!(member(&reading, 0, "Name"), json!("etl"));
        assert_eq!(member(&reading, 1, "ReleaseLabel"), json!("emr-6.9.0"));
        assert_eq!(
            member(&reading, 1, "Instances/Ec2SubnetId"),
            json!("subnet-1")
        );
    }

    #[test]
    fn what_two_parts_say_is_not_known() {
        let cluster = format!("{CLUSTER}Configurations: []\n");
        let files = [
            ("cluster.yaml", cluster.as_str()),
            ("configurations.json", LISTED),
        ];
        let reading = joined("conf", parts(&files), None).unwrap();
        let said = member(&reading, 0, "Configurations");
        let expected = "?may be supplied by `configurations.json`, which says it too";
        assert_eq!(said, json!(expected));
        assert_eq!(member(&reading, 0, "Name"), json!("etl"));
    }

    #[test]
    fn parts_of_one_kind_stay_apart() {
        let files = [("a.json", LISTED), ("b.json", LISTED)];
        assert_eq!(joined("conf", parts(&files), None).unwrap_err().len(), 2);
        assert_eq!(
            joined("conf", parts(&files[..1]), None).unwrap_err().len(),
            1
        );
    }

    #[test]
    fn few_members_are_no_request_of_their_own() {
        for (text, few) in [
            ("SecurityConfiguration: s\n", true),
            ("SecurityConfiguration: \"{{ x }}\"\n", true),
            ("SecurityConfiguration: \"{{ x }}-secured\"\n", true),
            ("SecurityConfiguration: secured-${x}\n", true),
            (
                "SecurityConfiguration: '{\"EncryptionConfiguration\": {{ x }}}'\n",
                false,
            ),
            ("LogUri: s3://b/\nTags: []\n", true),
            ("Tags: []\nName: x\n", false),
            ("LogUri: s3://b/\nOther: 1\n", false),
            (CLUSTER, false),
            ("- LogUri\n", false),
        ] {
            let source = Arc::new(Source::new("t", text));
            assert_eq!(read_few(&source).is_some(), few, "{text}");
        }
    }
}
