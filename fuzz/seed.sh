#!/usr/bin/env bash
# Fills fuzz/corpus from the repository's own files. Run again at will: names are kept, nothing is removed.
set -euo pipefail
cd "$(dirname "$0")/.."
# seed TARGET < FILES: copies each file under a name made of its path.
seed() {
    mkdir -p "fuzz/corpus/$1"
    while IFS= read -r file; do cp "$file" "fuzz/corpus/$1/${file//\//-}"; done
}
git ls-files 'baselines/*.toml' 'golden/**/*.toml' 'examples/**/*.toml' | seed baseline
git ls-files 'golden/**/*.jsonl' 'examples/**/*.jsonl' | seed snapshot
git ls-files 'golden/controls' 'examples' | grep -E '\.(json|ya?ml)$' | xargs grep -l 'AWS::' | seed template
git ls-files 'golden/controls' 'examples' | grep -E '\.tf(\.json)?$' | seed module
git ls-files 'golden/controls' 'golden/compile' 'examples' | grep -E '\.json$' | xargs grep -lE '"(JobFlowRole|Ec2InstanceAttributes)"' | seed request
git ls-files 'golden/controls' 'golden/aws' 'golden/compile' | grep -E '\.json$' | xargs grep -lE '"(Encryption|Authentication|Authorization)Configuration"' | seed document
git ls-files 'golden/controls' | grep -E '\.json$' | xargs grep -l '"format_version"' | seed plan
git ls-files 'golden/controls' 'examples' | grep -E '\.(json|ya?ml)$' | xargs grep -l 'StartAt' | seed machine
git ls-files 'golden/controls/**/*.py' 'examples/**/*.py' | seed program
find fuzz/corpus -type f | wc -l
