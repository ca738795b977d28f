//! Programs that weaken a request in a way that is not followed: what they change is never known.

use super::{body, reading};
use crate::observed::Value;

/// What every program begins with, up to `{}`: `LEAF` is what is weakened, to `False`.
const PRELUDE: &str = r#"import boto3, copy, functools, json, sys
client = boto3.client("emr")
INNER = {"TerminationProtected": True}
P = {"Name": "etl", "Instances": {"TerminationProtected": True}, "Shared": INNER, "List": [INNER]}
"#;

/// What stands between the request and the launch of `P`.
const OF_INSTANCES: &[&str] = &[
    "for x in [P]: x['Instances']['TerminationProtected'] = False",
    "for x in (P, 1):\n    x.update(Instances={'TerminationProtected': False})",
    "for name, x in P.items():\n    x['TerminationProtected'] = False",
    "for x in P.values(): x.update(TerminationProtected=False)",
    "for _, (a, b) in enumerate(zip([P], [1])): a['Instances'] = {}",
    "Q = dict(P)\nQ['Instances']['TerminationProtected'] = False",
    "Q = {**P}\nQ['Instances']['TerminationProtected'] = False",
    "Q = P.copy()\nQ['Instances'].update(TerminationProtected=False)",
    "Q = copy.copy(P)\nQ['Instances'] |= {'TerminationProtected': False}",
    "Q = P | {}\nQ['Instances']['TerminationProtected'] = False",
    "P.get('Instances')['TerminationProtected'] = False",
    "P.get('Instances').update(TerminationProtected=False)",
    "P['Instances'].__setitem__('TerminationProtected', False)",
    "P.setdefault('Instances', {})['TerminationProtected'] = False",
    "a, b = P, 1\na['Instances'] = {'TerminationProtected': False}",
    "[a, *b] = [P]\na['Instances'] = {}",
    "(q := P)['Instances'] = {'TerminationProtected': False}",
    "if (q := P['Instances']): q['TerminationProtected'] = False",
    "def f(x=P):\n    x['Instances'] = {}\nf()",
    "def f(*, x=P['Instances']):\n    x.clear()\nf()",
    "f = lambda x=P: x.pop('Instances')\nf()",
    "f = lambda: P\nf()['Instances'] = {}",
    "globals()['P']['Instances'] = {}",
    "vars()['P']['Instances'] = {}",
    "locals()['P']['Instances']['TerminationProtected'] = False",
    "sys.modules[__name__].P['Instances'] = {}",
    "setattr(sys.modules[__name__], 'P', {})",
    "import __main__\n__main__.P['Instances'] = {}",
    "class C: pass\nself = C()\nself.c = P\nself.c['Instances']['TerminationProtected'] = False",
    "class C: pass\nself = C()\nself.c = P\nq = self.c\nq['Instances'] = {}",
    "class C:\n    c = P\nC.c['Instances'] = {}",
    "class C:\n    def __init__(self): self.c = P\n    def f(self): self.c.update(Instances={})\nC().f()",
    "u = P.update\nu(Instances={})",
    "u = P['Instances'].update\nu(TerminationProtected=False)",
    "from settings import *",
    "exec('P[\"Instances\"] = {}')",
    "eval('P.clear()')",
    "del P['Instances']['TerminationProtected']",
    "del P['Instances']",
    "P.pop('Instances')",
    "P['Instances'].popitem()",
    "P |= other",
    "P['Instances'] |= other",
    "functools.partial(f, P)()",
    "f = functools.partial(dict.update, P['Instances'])\nf({'TerminationProtected': False})",
    "@register(P)\ndef f(): pass",
    "def f():\n    global P\n    P = {}\nf()",
    "def f():\n    P['Instances']['TerminationProtected'] = False\nf()",
    "[x.update(Instances={}) for x in [P]]",
    "[P.update(Instances={}) for _ in range(1)]",
    "{x['Instances'].clear() for x in (y for y in [P])}",
    "[q := P for _ in 'a']\nq['Instances'] = {}",
    "match P:\n    case {'Instances': x}:\n        x['TerminationProtected'] = False",
    "match P:\n    case x:\n        x['Instances'] = {}",
    "match 1:\n    case P: pass",
    "with opened(P) as x:\n    x['Instances'] = {}",
    "with P['Instances'] as x:\n    pass",
    "P['Instances']['TerminationProtected'] &= False",
    "weaken(P)",
    "weaken(request=P)",
    "weaken(*[P])",
    "weaken({'r': P})",
    "weaken(**P)",
    "weaken(P['Instances'])",
    "weaken([P['Instances']])",
    "P.weaken()",
    "weaken(P if debug else None)",
    "Q = P if debug else {}\nQ['Instances'] = {}",
    "Q = P or {}\nQ['Instances'] = {}",
    "(P if debug else {})['Instances'] = {}",
    "Q = [P]\nQ[0]['Instances'] = {}",
    "Q = [P]\nQ.append(1)\nQ[0]['Instances'].clear()",
    "Q = {}\nQ['x'] = P\nQ['x']['Instances'] = {}",
    "Q = {}\nQ.update(x=P)\nweaken(Q)",
    "Q = []\nQ.append(P)\nfor q in Q: q['Instances'] = {}",
    "Q = {'a': {'b': P}}\nQ['a']['b']['Instances']['TerminationProtected'] = False",
    "Q = {'a': P}\nR = Q['a']\nR['Instances'] = {}",
    "Q = R = P\nR['Instances'] = {}",
    "Q = P\nR = Q\nS = R['Instances']\nS['TerminationProtected'] = False",
    "keep(P)\nP['Instances'] = {'TerminationProtected': True}\nuse_what_was_kept()",
    "def f(holder):\n    holder.append(P)",
    "def f():\n    return P\nf()['Instances'] = {}",
    "def f():\n    return {'p': P}\nweaken(f())",
    "def f():\n    return P\ng = f\ng()['Instances'] = {}",
    "def f():\n    return P\nexecutor.submit(f)",
    "@app\ndef f():\n    return P",
    "class C:\n    def f(self): return P\nq = C().f()\nq.clear()",
    "def f():\n    return g()\ndef g():\n    return P\nf().clear()",
    "def f():\n    yield P",
    "async def f():\n    x = await g(P)\n    x.clear()",
    "def f():\n    raise Wrong(P)",
    "debug and P.update(Instances={})",
    "assert P.update(Instances={}) is None",
    "P['Instances'][key] = False",
    "P[key] = {}",
    "P['Instances'].update(more)",
    "while waiting():\n    P['Instances']['TerminationProtected'] = False",
    "try:\n    P['Instances']['TerminationProtected'] = False\nexcept E:\n    pass",
    "print(P, weaken(P))",
    "json.dumps(P, default=weaken(P))",
    "def dict(x): x.clear()\ndict(P)",
    "def run_job_flow(x): x.clear()\nrun_job_flow(P)",
    "from x import deepcopy\ndeepcopy(P)",
    "isinstance(weaken(P), int)",
    "x = (yield P)",
    "max([P], key=len)['Instances'] = {}",
    "next(iter([P]))['Instances'] = {}",
    "sorted([P])[0]['Instances'] = {}",
    "list(P.values())[1]['TerminationProtected'] = False",
    "P.__class__.update(P, Instances={})",
    "P['Instances'], other = {}, 1",
    "for P['Instances'] in [{}]: pass",
    "threading.Thread(target=weaken, args=(P,)).start()",
    "import etl as P",
    "class P: pass",
    "sys._getframe().f_globals['P'].clear()",
    "if debug:\n    Q = P\n    Q['Instances'] = {}",
    "sorted([P], key=weaken)",
    "P['Instances'] = Q = {'TerminationProtected': False}",
    "list(map(weaken, [P]))",
    "any(x.clear() for x in [P])",
    "print(*[x.clear() for x in [P]])",
    "print(f'{P.clear()}')",
    "x = [P.clear()]",
    "class C(dict): pass\nC(P)['Instances'].clear()",
    "try:\n    pass\nexcept E as P:\n    pass",
    "with opened() as P['Instances']:\n    pass",
    "Q = {'x': P}\ndel Q['x']['Instances']",
    "Q = (P,)\n(r,) = Q\nr.clear()",
    "Q = [*P.values()]\nQ[1].clear()",
    "Q = [p for p in [P]][0]\nQ.clear()",
    "Q = {k: v for k, v in P.items()}\nQ['Instances'].clear()",
    "def g(*args): args[0].clear()\ng(P)",
    "at_exit(lambda: P.clear())",
    "type(P).update(P, {'Instances': {}})",
    "dict.update(P, Instances={})",
    "dict.__setitem__(P, 'Instances', {})",
    "dict.get(P, 'Instances').clear()",
    "for k in P: P[k] = {}",
    "class C:\n    def f(self):\n        self.p = P\n    def g(self):\n        self.p['Instances']['TerminationProtected'] = False",
    "class C:\n    p = None\nC.p = P\nweaken(C.p)",
    "def outer():\n    q = P\n    def inner():\n        q.clear()\n    inner()\nouter()",
    "def outer():\n    q = None\n    def inner():\n        nonlocal q\n        q = P\n    inner()\n    q.clear()\nouter()",
    "def f():\n    global G\n    G = P\ndef g():\n    G['Instances'] = {}\nf(); g()",
    "P.update([('Instances', {})])",
    "P.update(other)",
    "P = P or {}",
    "while (x := P).pop('Instances', None): pass",
    "async def f():\n    async for x in g(P): pass",
    "async def f():\n    async with P as x: pass",
    "registry.update(P)",
    "registry['p'] = P",
    "registry.append(P['Instances'])",
];

/// Whole programs after the prelude whose launch is not of `P` alone.
const WHOLE: &[&str] = &[
    // The shared part is changed under its own name or another.
    "Q = {'Instances': INNER}\nINNER['TerminationProtected'] = False\nclient.run_job_flow(**Q)",
    "Q = {'Instances': INNER}\nfor x in [INNER]: x.clear()\nclient.run_job_flow(**Q)",
    "Q = {**{'Instances': INNER}}\nINNER['TerminationProtected'] = False\nclient.run_job_flow(**Q)",
    "Q = P.copy()\nP['Instances']['TerminationProtected'] = False\nclient.run_job_flow(**Q)",
    "Q = dict(P)\nP['Instances'].update(TerminationProtected=False)\nclient.run_job_flow(**Q)",
    "Q = {**P, 'Name': 'x'}\nweaken(P)\nclient.run_job_flow(**Q)",
    "Q = {}\nQ['Instances'] = INNER\nINNER['TerminationProtected'] = False\nclient.run_job_flow(**Q)",
    "Q = {}\nQ.update({'Instances': INNER})\nINNER.clear()\nclient.run_job_flow(**Q)",
    "Q = P\nQ['Instances'] = {'TerminationProtected': True}\nP['Instances'] = {}\nclient.run_job_flow(**Q)",
    "P['List'][0]['TerminationProtected'] = False\nclient.run_job_flow(Instances=INNER)",
    "P['Shared']['TerminationProtected'] = False\nclient.run_job_flow(Instances=INNER)",
    "for x in P['List']: x.clear()\nclient.run_job_flow(Instances=INNER)",
    "P['List'].pop().clear()\nclient.run_job_flow(Instances=INNER)",
    // What was taken before does not follow what is put there later.
    "W = {'Instances': {'TerminationProtected': False}}\nx = W['Instances']\nW['Instances'] = {'TerminationProtected': True}\nclient.run_job_flow(Instances=x)",
    "W = {'TerminationProtected': False}\nx = copy.deepcopy(W)\nW['TerminationProtected'] = True\nclient.run_job_flow(Instances=x)",
    "W = {'TerminationProtected': False}\nx = W.copy()\nW['TerminationProtected'] = True\nclient.run_job_flow(Instances=x)",
    // What is set when the launch may be over.
    "W = {'Instances': {'TerminationProtected': False}}\ndef f():\n    client.run_job_flow(**W)\nf()\nW['Instances']['TerminationProtected'] = True",
    "W = {'Instances': {'TerminationProtected': False}}\nif __name__ != '__main__':\n    W['Instances']['TerminationProtected'] = True\nclient.run_job_flow(**W)",
    "W = {'Instances': {'TerminationProtected': False}}\nwith suppress(E):\n    fail()\n    W['Instances']['TerminationProtected'] = True\nclient.run_job_flow(**W)",
    "def f():\n    client.run_job_flow(**P)\n    P['Instances']['TerminationProtected'] = False\nf()\nf()",
    "for _ in range(2):\n    client.run_job_flow(**P)\n    P['Instances']['TerminationProtected'] = False",
    "client.run_job_flow(X=P.pop('Instances'), **P)",
    "client.run_job_flow(X=weaken(P), **P)",
    // The operator is given the very mapping, and reads it when its task is run.
    "op = EmrCreateJobFlowOperator(task_id='t', job_flow_overrides=P)\nP['Instances'] = {}",
    "op = EmrCreateJobFlowOperator(task_id='t', job_flow_overrides=P)\nop.job_flow_overrides['Instances'] = {}",
    "op = EmrCreateJobFlowOperator(task_id='t', job_flow_overrides=P)\nop.job_flow_overrides = {}",
    "op = EmrCreateJobFlowOperator(task_id='t', job_flow_overrides=P)\nweaken(op.job_flow_overrides)",
];

fn is_known(program: &str) -> bool {
    let text = format!("{PRELUDE}{program}\n");
    let reading = reading(&text);
    let leaf = body(&reading, 0).path("Instances/TerminationProtected");
    matches!(leaf.value(), Value::Bool(true))
}

#[test]
fn what_is_weakened_out_of_sight_is_never_taken_for_what_was_written() {
    assert!(is_known("client.run_job_flow(**P)"));
    let programs = OF_INSTANCES
        .iter()
        .map(|change| format!("{change}\nclient.run_job_flow(**P)"));
    let programs = programs.chain(WHOLE.iter().map(|whole| (*whole).to_owned()));
    let wrong: Vec<String> = programs.filter(|program| is_known(program)).collect();
    assert!(
        wrong.is_empty(),
        "{}\n--- {}",
        wrong.len(),
        wrong.join("\n---\n")
    );
}

#[test]
fn the_same_within_a_function_is_not_known_either() {
    let indented = |text: &str| text.replace('\n', "\n    ");
    let mut wrong = Vec::new();
    for change in OF_INSTANCES {
        // These mean something else in a function, or cannot stand there.
        let module = [
            "global",
            "vars()",
            "import *",
            "sys.",
            "__main__",
            "f_globals",
            "eval",
            "exec",
        ];
        if module.iter().any(|word| change.contains(word)) {
            continue;
        }
        let program = format!(
            "def launch():\n    P = {{'Instances': {{'TerminationProtected': True}}}}\n    {}\n    client.run_job_flow(**P)",
            indented(change)
        );
        if is_known(&program) {
            wrong.push(program);
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n--- {}",
        wrong.len(),
        wrong.join("\n---\n")
    );
}
