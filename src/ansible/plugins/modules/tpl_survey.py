#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module tpl_survey: see DOCUMENTATION."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: tpl_survey
short_description: Ranks stopped VMs' disks by what shrinking them would win
version_added: 0.1.0
description:
  - Runs C(tpl-survey), which reads partition tables, LVM metadata and superblocks of the disks and
    writes nothing, and returns what it found as the fact C(tpl_survey).
options:
  paths:
    description: Image files, block devices or folders of images. By default all domains' disks.
    type: list
    elements: str
    default: []
  all:
    description: Also those of machines that run, whose figures are estimates.
    type: bool
    default: false
  sort:
    description: The order of the disks.
    type: str
    choices: [won, name, virtual, used, predicted, time, state]
    default: won
  minimum_bytes:
    description: Leave out disks that would win less than this.
    type: int
    default: 0
  connect:
    description: URI of the libvirt to ask.
    type: str
  program:
    description: The program, as a name to be found or a path.
    type: str
    default: tpl-survey
requirements:
  - tpl-survey
attributes:
  check_mode:
    description: Does the same, since it never changes anything.
    support: full
  diff_mode:
    description: There is no difference to show.
    support: none
author:
  - tpl-shrink developers (@tpl-shrink)
"""

EXAMPLES = """
- name: What is worth shrinking here
  tpl.shrink.tpl_survey:
    minimum_bytes: "{{ 1024 ** 3 }}"

- name: Shrink it
  tpl.shrink.tpl_shrink:
    source: "{{ item.source }}"
    target: "{{ item.path }}.small"
  loop: "{{ tpl_survey.disks | selectattr('state', 'eq', 'shrinkable') }}"
"""

RETURN = """
ansible_facts:
  description: What was found.
  returned: success
  type: dict
  contains:
    tpl_survey:
      description: The document of C(tpl-survey --json), with C(disks), C(totals) and C(seconds).
      type: dict
rc:
  description: Exit status of the program.
  returned: always
  type: int
command:
  description: What was run.
  returned: always
  type: list
  elements: str
"""

import json

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tpl.shrink.plugins.module_utils import program

SPEC = {
    "paths": {"type": "list", "elements": "str", "default": []},
    "all": {"type": "bool", "default": False},
    "sort": {"type": "str", "default": "won",
             "choices": ["won", "name", "virtual", "used", "predicted", "time", "state"]},
    "minimum_bytes": {"type": "int", "default": 0},
    "connect": {"type": "str"},
    "program": {"type": "str", "default": "tpl-survey"},
}


def arguments(params):
    words = ["--json", "--sort=" + params["sort"]]
    if params["all"]:
        words.append("--all")
    if params["connect"]:
        words.append("--connect=" + params["connect"])
    return words + ["--"] + params["paths"]


def wins(disk, minimum_bytes):
    return minimum_bytes <= 0 or (disk.get("won_bytes") or 0) >= minimum_bytes


def main():
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    argv = [program.find(module, module.params["program"])] + arguments(module.params)
    status, text, said = program.run(module, argv)
    if status != 0:
        program.fail(module, argv, status, program.first_lines(said))
    try:
        survey = json.loads(text)
        survey["disks"] = [disk for disk in survey["disks"]
                           if wins(disk, module.params["minimum_bytes"])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        program.fail(module, argv, 1, "what tpl-survey printed can't be read: %s" % error)
    module.exit_json(changed=False, rc=0, command=argv, ansible_facts={"tpl_survey": survey})


if __name__ == "__main__":
    main()
