# SPDX-License-Identifier: GPL-3.0-or-later
"""The least of TAP: every function of the caller whose name begins with test_ is a test."""

import sys
import traceback


class Skip(Exception):
    """Raised by a test that can't run here; says why."""


def run(functions):
    tests = [f for name, f in functions.items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} {test.__name__}", flush=True)
        except Skip as why:
            print(f"ok {number} {test.__name__} # SKIP {why}", flush=True)
        except Exception:  # what a test raises is its failure, and the next one runs
            failed += 1
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            print(f"not ok {number} {test.__name__}", flush=True)
    sys.exit(1 if failed else 0)
