#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module tpl_shrink: see DOCUMENTATION."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: tpl_shrink
short_description: Makes a small copy of a stopped Linux VM's disk
version_added: 0.1.0
description:
  - Runs C(tpl-shrink), which makes I(target), a disk with the same guest as I(source) that is as
    small as what is in it, and proves it before it gets its name. The source is never written.
  - Does nothing where the target is there already, and both disks are what they were when this
    module made it, with the same options. That is kept in a record for each target in
    I(state_dir). A file is the same while its inode, size and time of change are; a block device
    has no such time, and is read whole.
  - A target that is there and was not made by this module is not touched, unless I(replace) or
    I(force) says so.
options:
  source:
    description:
      - A block device or image file, C(vol:POOL/VOLUME), or C(dom:NAME) or C(dom:NAME:DISK).
      - The machine that it belongs to must be shut down.
    type: str
    required: true
  target:
    description: A block device or image file, or C(vol:POOL/VOLUME).
    type: str
    required: true
  size:
    description: Size of the target, such as C(2G). By default the smallest that fits.
    type: str
  headroom:
    description: What to leave free in every filesystem.
    type: str
  swap_size:
    description: C(minimal), C(keep), C(none) or a size for each swap volume.
    type: str
  vg:
    description: Name of the volume group. By default it is named after the target.
    type: str
  identity:
    description: Whether the target gets names and UUIDs of its own, or those of the source.
    type: str
    choices: [new, keep]
  format:
    description: Format of a target that is made.
    type: str
    choices: [raw, qcow2]
  source_format:
    description: Format of the source, where it is not to be found out.
    type: str
    choices: [raw, qcow2]
  engine:
    description: What copies the files.
    type: str
    choices: [helper, xfsdump]
  verify:
    description: How the result is compared with the source.
    type: str
    choices: [full, metadata, none]
  boot_test:
    description: Start the target once, on an overlay, before it gets its name.
    type: bool
    default: false
  seed:
    description: What all new UUIDs are made from. By default they are random.
    type: str
  replace:
    description:
      - The target is a volume of a pool that may be there already. It is made anew, and the old
        one is detached from every domain that has it and deleted, when the new one is proven.
    type: bool
    default: false
  swap_into_domain:
    description:
      - When the target is proven, it takes the place of the source in its domain.
      - Done is done. What the guest writes to its new disk is no reason to do it again.
    type: bool
    default: false
  define:
    description: Name of a new, minimal domain for the target. One that exists is refused.
    type: str
  force:
    description: Write to a target though it exists and holds something.
    type: bool
    default: false
  connect:
    description: URI of the libvirt to ask, which must be that of the managed host.
    type: str
  program:
    description: The program, as a name to be found or a path.
    type: str
    default: tpl-shrink
  state_dir:
    description: Where the records are.
    type: path
    default: /var/lib/tpl-shrink/ansible
requirements:
  - tpl-shrink
  - virsh, where a name of libvirt's is given
attributes:
  check_mode:
    description: Plans, reads the source in an appliance, and writes nothing.
    support: full
  diff_mode:
    description: Shows what the record says before and after.
    support: full
extends_documentation_fragment: []
author:
  - tpl-shrink developers (@tpl-shrink)
"""

EXAMPLES = """
- name: The template anew, taken from whatever domain has the old one
  tpl.shrink.tpl_shrink:
    source: dom:tpl004
    target: /dev/os/tpl
    replace: true

- name: A small image for the clones, once the host has time
  tpl.shrink.tpl_shrink:
    source: /srv/images/tpl004.img
    target: /srv/images/tpl.qcow2
    headroom: 256M
  register: small
  until: small is not failed or small.rc != 5
  retries: 5
  delay: 60
"""

RETURN = """
reason:
  description: Why the target was made, or why it was not.
  returned: always
  type: str
  sample: the source has changed
rc:
  description: Exit status of the program, of which 5 means try again and 7 nothing to gain.
  returned: always
  type: int
command:
  description: What was run.
  returned: when something was run
  type: list
  elements: str
source_bytes:
  description: Size of the source.
  returned: success
  type: int
target_bytes:
  description: Size of the target, or what it would be in check mode.
  returned: success
  type: int
won_bytes:
  description: The difference.
  returned: success
  type: int
elapsed_seconds:
  description: How long the run took that made the target.
  returned: success, unless in check mode
  type: float
plan:
  description: The whole plan as the program prints it.
  returned: in check mode, if the target would be made
  type: dict
"""

import json

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tpl.shrink.plugins.module_utils import disk, program
from ansible_collections.tpl.shrink.plugins.module_utils.record import Records

VALUES = ["size", "headroom", "swap_size", "vg", "identity", "format", "source_format", "engine",
          "verify", "seed", "define", "connect"]
FLAGS = ["boot_test", "replace", "swap_into_domain", "force"]
# What the content of a target depends on: who is asked, what is proven and what becomes of an
# older target does not make another one of the same source.
MATTERS = ["size", "headroom", "swap_size", "vg", "identity", "format", "engine", "seed"]


def argument_spec():
    choices = {
        "identity": ["new", "keep"], "format": ["raw", "qcow2"], "source_format": ["raw", "qcow2"],
        "engine": ["helper", "xfsdump"], "verify": ["full", "metadata", "none"],
    }
    spec = {
        "source": {"type": "str", "required": True},
        "target": {"type": "str", "required": True},
        "program": {"type": "str", "default": "tpl-shrink"},
        "state_dir": {"type": "path", "default": "/var/lib/tpl-shrink/ansible"},
    }
    for name in VALUES:
        spec[name] = {"type": "str"}
        if name in choices:
            spec[name]["choices"] = choices[name]
    for name in FLAGS:
        spec[name] = {"type": "bool", "default": False}
    return spec


def arguments(params, also):
    """The command line behind the program's name."""
    words = list(also)
    for name in VALUES:
        if params[name] is not None:
            words.append("--%s=%s" % (name.replace("_", "-"), params[name]))
    words += ["--" + name.replace("_", "-") for name in FLAGS if params[name]]
    return words + ["--", params["source"], params["target"]]


class Shrink:
    def __init__(self, module):
        self.module = module
        self.params = module.params
        self.records = Records(self.params["state_dir"])
        self.resolver = disk.Resolver(self.ask_virsh)
        self.options = {name: self.params[name] for name in MATTERS}
        self.source = []

    def ask_virsh(self, words):
        argv = [self.module.get_bin_path("virsh", required=True), "-q"]
        if self.params["connect"]:
            argv += ["-c", self.params["connect"]]
        status, text, said = program.run(self.module, argv + words)
        return text if status == 0 else None

    def path(self, name):
        try:
            return self.resolver.path(name)
        except disk.Unknown:
            return None

    def identity(self, path):
        return disk.identity(path) if path else None

    def source_identity(self):
        """As it is before the run; what changes later is seen the next time. A device is read once."""
        if not self.source:
            self.source.append(self.identity(self.path(self.params["source"])))
        return self.source[0]

    def why(self, record):
        """Why the target is to be made, or None if there is no reason."""
        target = self.path(self.params["target"])
        there = self.identity(target)
        if there is None:
            return "there is no target"
        if record is None:
            return "no record says what the target was made of"
        if record["options"] != self.options:
            return "the options are others"
        if self.params["swap_into_domain"] and record["swapped"]:
            return self.why_swap(record, target)
        if record["target_identity"] != there:
            return "the target was changed"
        if record["source_identity"] != self.source_identity():
            return "the source has changed"
        return None

    def why_swap(self, record, target):
        """A guest that has its new disk writes to it; a source that it left stays as it was."""
        if self.path(self.params["source"]) == target:
            return None
        if record["source_identity"] == self.source_identity():
            return None
        return "the source has changed"

    def run(self):
        record = self.records.load(self.params["target"])
        reason = self.why(record)
        if reason is None:
            self.module.exit_json(changed=False, rc=0, reason="the target is up to date",
                                  **figures(record["result"]))
        if self.module.check_mode:
            self.plan(record, reason)
        else:
            self.make(record, reason)

    def call(self, words):
        argv = [program.find(self.module, self.params["program"])] + arguments(self.params, words)
        status, text, said = program.run(self.module, argv)
        return argv, status, text, said

    def plan(self, record, reason):
        argv, status, text, said = self.call(["--plan", "--json", "--quiet"])
        try:
            plan = json.loads(text) if status == 0 else None
            result = {"source_bytes": plan["before"]["layout"]["size_bytes"],
                      "target_bytes": plan["after"]["size_bytes"]} if plan else None
        except (ValueError, KeyError, TypeError) as error:
            self.module.fail_json(msg="the plan can't be read: %s" % error, rc=status,
                                  command=argv, reason=reason)
        if plan is None:
            program.fail(self.module, argv, status, program.first_lines(said), reason=reason)
        self.module.exit_json(changed=True, rc=0, reason=reason, command=argv, plan=plan,
                              diff=self.diff(record, result), **figures(result))

    def make(self, record, reason):
        source = self.source_identity()
        argv, status, text, said = self.call(["--json"])
        events = program.json_lines(text)
        for event in events:
            if event.get("kind") == "warning":
                self.module.warn(str(event.get("message")))
        results = [event for event in events if event.get("kind") == "result"]
        if status != 0 or not results:
            message = results[-1].get("message") if results else program.first_lines(said)
            program.fail(self.module, argv, status or 1, message, reason=reason)
        result = {name: results[-1].get(name) for name in
                  ("source_bytes", "target_bytes", "elapsed_seconds")}
        self.records.save(self.params["target"], {
            "source": self.params["source"],
            "source_identity": source,
            "target_identity": self.identity(self.path(self.params["target"])),
            "options": self.options,
            "swapped": self.params["swap_into_domain"],
            "result": result,
        })
        self.module.exit_json(changed=True, rc=0, reason=reason, command=argv,
                              diff=self.diff(record, result), **figures(result))

    def diff(self, record, result):
        return {
            "before_header": self.params["target"],
            "after_header": self.params["target"],
            "before": text_of(record, record["result"]) if record else "",
            "after": text_of({"source": self.params["source"], "options": self.options}, result),
        }


def text_of(record, result):
    lines = ["source: %s" % record["source"]]
    lines += ["%s: %s" % (name, value) for name, value in sorted(record["options"].items())
              if value is not None]
    return "\n".join(lines + ["source_bytes: %s" % result["source_bytes"],
                              "target_bytes: %s" % result["target_bytes"], ""])


def figures(result):
    """What the caller is told of a result."""
    return dict(result, won_bytes=result["source_bytes"] - result["target_bytes"])


def main():
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    try:
        Shrink(module).run()
    except (disk.Unknown, OSError) as error:
        module.fail_json(msg=str(error), rc=1, reason="")


if __name__ == "__main__":
    main()
