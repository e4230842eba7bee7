# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's modules and its filter, with a program that only pretends. Arguments: the
collection's folder, fake-program."""

import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile

import tap

COLLECTION, PROGRAM = sys.argv[1:3]
try:
    from ansible.errors import AnsibleFilterError
except ImportError:
    print("1..0 # SKIP ansible-core is not installed")
    sys.exit(0)


class Place:
    """A folder with a source, and the modules as Ansible runs them: a file of JSON arguments."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        home = self.folder / "ansible_collections" / "tpl"
        home.mkdir(parents=True)
        (home / "shrink").symlink_to(COLLECTION)
        self.source = self.folder / "source.img"
        self.target = self.folder / "target.img"
        self.source.write_bytes(b"x" * 1000)
        self.log = self.folder / "log"
        self.environment = dict(os.environ, PYTHONPATH=str(self.folder), FAKE_LOG=str(self.log))

    def module(self, name, check=False, diff=False, **arguments):
        arguments = {"program": PROGRAM, **arguments, "_ansible_check_mode": check,
                     "_ansible_diff": diff}
        file = self.folder / "arguments.json"
        file.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, f"{COLLECTION}/plugins/modules/{name}.py", str(file)],
            capture_output=True, text=True, check=False, env=self.environment, timeout=60)
        assert done.stdout.strip().startswith("{"), done.stdout + done.stderr
        return json.loads(done.stdout)

    def shrink(self, **arguments):
        return self.module("tpl_shrink", **{
            "source": str(self.source), "target": str(self.target),
            "state_dir": str(self.folder / "state"), **arguments})

    def calls(self):
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]


def with_place(test):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            test(Place(folder))
    run.__name__ = test.__name__
    return run


@with_place
def test_first_run_changes_and_second_does_not(place):
    first = place.shrink()
    assert first["changed"] and first["reason"] == "there is no target", first
    assert (first["source_bytes"], first["target_bytes"], first["won_bytes"]) == (1000, 500, 500)
    assert first["warnings"] == ["look at this"], first
    second = place.shrink()
    assert second["changed"] is False and second["target_bytes"] == 500, second
    assert len(place.calls()) == 1, place.calls()


@with_place
def test_what_makes_it_run_again(place):
    place.shrink()
    for change, reason in (
            (lambda: place.source.write_bytes(b"y" * 1000), "the source has changed"),
            (lambda: place.target.write_bytes(b"y" * 500), "the target was changed"),
            (place.target.unlink, "there is no target")):
        change()
        again = place.shrink(replace=True)
        assert again["changed"] and again["reason"] == reason, again
        assert "--replace" in again["command"]
        assert not place.shrink(replace=True)["changed"]
    assert place.shrink(headroom="1G")["reason"] == "the options are others"
    assert not place.shrink(headroom="1G", verify="none")["changed"]


@with_place
def test_a_target_of_others_is_left_to_the_program(place):
    """No record: it is not taken for up to date, and only the program may refuse it."""
    place.target.write_bytes(b"z")
    place.environment["FAKE_STATUS"] = "3"
    refused = place.shrink()
    assert refused["failed"] and refused["rc"] == 3, refused
    assert refused["msg"] == "copy: no (refused)", refused
    assert place.target.read_bytes() == b"z"


@with_place
def test_a_failed_run_leaves_no_record(place):
    for status in range(1, 9):
        place.environment["FAKE_STATUS"] = str(status)
        failed = place.shrink()
        assert failed["failed"] and failed["rc"] == status and not failed.get("changed"), failed
    assert not (place.folder / "state").exists()


@with_place
def test_a_record_that_is_damaged_is_none(place):
    place.shrink()
    for record in (place.folder / "state").iterdir():
        record.write_text("{", encoding="ascii")
    again = place.shrink()
    assert again["changed"] and again["reason"].startswith("no record"), again


@with_place
def test_check_mode_writes_nothing(place):
    planned = place.shrink(check=True, diff=True)
    assert planned["changed"] and planned["plan"]["after"]["size_bytes"] == 500, planned
    assert planned["diff"]["before"] == "" and "target_bytes: 500" in planned["diff"]["after"]
    assert not place.target.exists() and not (place.folder / "state").exists()
    assert place.calls() == [["--plan", "--json", "--quiet", "--", str(place.source),
                              str(place.target)]], place.calls()
    place.shrink()
    assert place.shrink(check=True)["changed"] is False
    place.environment["FAKE_STATUS"] = "3"
    place.source.write_bytes(b"n" * 900)
    refused = place.shrink(check=True)
    assert refused["failed"] and refused["msg"] == "tpl-shrink: plan: no (refused)", refused


@with_place
def test_diff_has_both_sides(place):
    place.shrink()
    place.source.write_bytes(b"y" * 2000)
    shown = place.shrink(diff=True)["diff"]
    assert "source_bytes: 1000" in shown["before"] and "source_bytes: 2000" in shown["after"]


@with_place
def test_every_option_reaches_the_program(place):
    values = {"size": "2G", "headroom": "1M", "swap_size": "none", "vg": "v", "identity": "keep",
              "format": "raw", "source_format": "raw", "engine": "helper", "verify": "full",
              "seed": "s", "define": "d", "connect": "qemu:///system"}
    flags = ["boot_test", "replace", "swap_into_domain", "force"]
    command = place.shrink(**values, **{flag: True for flag in flags})["command"]
    wanted = {"--%s=%s" % (name.replace("_", "-"), value) for name, value in values.items()}
    wanted |= {"--" + flag.replace("_", "-") for flag in flags} | {"--json", "--"}
    assert set(command[1:-2]) == wanted, command


def fake_virsh(place):
    """One domain, whose disk is what the file `disk` names, and a pool."""
    tools = place.folder / "bin"
    tools.mkdir()
    virsh = tools / "virsh"
    virsh.write_text(f"""#!/bin/sh
case "$*" in
  *"dumpxml --inactive -- web") echo "<domain><devices>
<disk device='cdrom'><source file='/cd'/><target dev='sda'/><boot order='1'/></disk>
<disk type='file'><source file='/data'/><target dev='vdb'/></disk>
<disk type='file'><source file='$(cat {place.folder}/disk)'/><target dev='vda'/><boot order='2'/></disk>
</devices></domain>" ;;
  *"vol-path --pool os -- tpl") echo {place.target} ;;
  *) exit 1 ;;
esac
""", encoding="ascii")
    virsh.chmod(0o755)
    (place.folder / "disk").write_text(str(place.source), encoding="utf-8")
    place.environment["PATH"] = f"{tools}:{os.environ['PATH']}"
    place.environment["FAKE_DISK"] = str(place.folder / "disk")


def resolver(place):
    namespace = {}
    code = pathlib.Path(COLLECTION, "plugins/module_utils/disk.py").read_text(encoding="utf-8")
    exec(compile(code, "disk.py", "exec"), namespace)

    def ask(words):
        done = subprocess.run(["virsh", "-q", *words], capture_output=True, text=True, check=False,
                              env=place.environment)
        return done.stdout if done.returncode == 0 else None
    return namespace, namespace["Resolver"](ask)


@with_place
def test_names_of_libvirt(place):
    fake_virsh(place)
    names, resolve = resolver(place)
    assert resolve.path("dom:web") == str(place.source)
    assert resolve.path("dom:web:vdb") == "/data"
    assert resolve.path("vol:os/tpl") == str(place.target)
    assert resolve.path("/a/../b") == "/b"
    for name in ("dom:none", "dom:web:vdz", "vol:os/none", "vol:os"):
        try:
            raise AssertionError(f"{name} is {resolve.path(name)}")
        except names["Unknown"]:
            pass


@with_place
def test_a_swapped_domain_stays(place):
    """Its guest writes to the new disk; only another change of the old one makes it run again."""
    fake_virsh(place)

    def swap():
        return place.shrink(source="dom:web", swap_into_domain=True)
    assert swap()["changed"]
    (place.folder / "disk").write_text(str(place.target), encoding="utf-8")
    place.target.write_bytes(b"the guest wrote")
    assert not swap()["changed"]
    (place.folder / "disk").write_text(str(place.source), encoding="utf-8")
    assert not swap()["changed"]
    place.source.write_bytes(b"rolled back, and run")
    assert swap()["reason"] == "the source has changed"


@with_place
def test_a_device_is_read(place):
    """A regular file has a time; what has none is read whole, and is known again."""
    names, _ = resolver(place)
    assert names["identity"](str(place.source))["inode"] == place.source.stat().st_ino
    before = names["digest"](str(place.source))
    place.source.write_bytes(b"x" * 999 + b"y")
    after = names["digest"](str(place.source))
    assert before["size"] == after["size"] == 1000 and before != after
    assert names["identity"]("/nonexistent") is None
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    try:
        raise AssertionError(names["identity"]("/dev/null"))
    except names["Unknown"]:
        pass


def test_documentation_is_of_the_arguments():
    """What ansible-test's validate-modules would find, which needs more than Debian has."""
    for name in ("tpl_shrink", "tpl_survey"):
        with tempfile.TemporaryDirectory() as folder:
            place = Place(folder)
            script = f"""
import json
from ansible_collections.tpl.shrink.plugins.modules import {name} as module
import yaml
documented = yaml.safe_load(module.DOCUMENTATION)
yaml.safe_load(module.EXAMPLES), yaml.safe_load(module.RETURN)
spec = module.argument_spec() if hasattr(module, "argument_spec") else module.SPEC
print(json.dumps([documented["module"], documented["options"], spec]))
"""
            done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                                  check=False, env=place.environment, timeout=60)
        assert done.returncode == 0, done.stderr
        module, options, spec = json.loads(done.stdout)
        described = {option: {key: value for key, value in facts.items() if key != "description"}
                     for option, facts in options.items()}
        assert module == name and described == spec, (described, spec)
        assert all(facts["description"] for facts in options.values())


@with_place
def test_survey(place):
    document = {"format": 1, "disks": [{"source": "a", "won_bytes": 5}, {"won_bytes": None}],
                "totals": {}, "seconds": 0.1}
    place.environment["FAKE_SURVEY"] = json.dumps(document)
    found = place.module("tpl_survey", paths=["/a", "/b"])
    assert found["ansible_facts"]["tpl_survey"] == document and found["changed"] is False, found
    assert place.calls() == [["--json", "--sort=won", "--", "/a", "/b"]], place.calls()
    found = place.module("tpl_survey", minimum_bytes=1, check=True)
    assert len(found["ansible_facts"]["tpl_survey"]["disks"]) == 1, found
    place.environment["FAKE_STATUS"] = "5"
    found = place.module("tpl_survey")
    assert found["failed"] and found["rc"] == 5 and "said" in found["msg"], found
    place.environment.update(FAKE_STATUS="0", FAKE_SURVEY="[1]")
    assert place.module("tpl_survey")["failed"]


def test_mac_of_ipv4():
    namespace = {}
    code = pathlib.Path(COLLECTION, "plugins/filter/mac_of_ipv4.py").read_text(encoding="utf-8")
    exec(compile(code, "mac_of_ipv4.py", "exec"), namespace)
    mac = namespace["FilterModule"]().filters()["mac_of_ipv4"]
    assert mac("192.168.122.10") == "52:54:c0:a8:7a:0a"
    assert mac("10.0.0.255/24") == "52:54:0a:00:00:ff"
    assert mac("0.0.0.0") == "52:54:00:00:00:00"
    for wrong in ("", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "1.2.3.04", "1.2.3.x", "::1",
                  "1.2.3.\u0664", None, " 1.2.3.4"):
        try:
            raise AssertionError(f"{wrong!r} gives {mac(wrong)}")
        except AnsibleFilterError:
            pass


tap.run(globals())
