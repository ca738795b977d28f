"""Validates CloudFormation templates by AWS's linter and the registry's schemas: template.py FILE...

Only errors count: fixtures are small, and warnings are about style.
"""

import sys

from cfnlint.runner import main

if len(sys.argv) < 2:
    sys.exit("usage: template.py FILE...")
sys.argv[1:] = ["--non-zero-exit-code", "error", "--", *sys.argv[1:]]
sys.exit(main())
