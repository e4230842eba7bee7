# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the programs, and reading the JSON that they print."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json

# tpl-shrink(1), EXIT STATUS
MEANING = {
    1: "failed",
    2: "wrong call",
    3: "refused",
    4: "too small",
    5: "try again",
    6: "verification failed",
    7: "nothing to gain",
    8: "the host lacks a program",
}


def find(module, program):
    """The program's path; fails the module if there is none."""
    return program if "/" in program else module.get_bin_path(program, required=True)


def run(module, argv):
    """Run it in the C locale: (exit status, standard output, standard error)."""
    return module.run_command(argv, environ_update={"LC_ALL": "C.UTF-8"}, use_unsafe_shell=False)


def json_lines(text):
    """The objects of an output with one a line; lines that are none are left out."""
    objects = []
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            objects.append(value)
    return objects


def first_lines(text, most=20):
    return "\n".join(text.strip().splitlines()[:most])


def fail(module, argv, status, message, **more):
    """End the module with what the program said and what its status means."""
    module.fail_json(msg="%s (%s)" % (message or "no message", MEANING.get(status, "stopped")),
                     rc=status, command=argv, **more)
