# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks to survey, made once and shared, and the survey of them."""

import atexit
import json
import os
import shutil
import subprocess
import tempfile

import build
from native import MIB, run

SURVEY = os.environ["TPL_SURVEY"]
SCRATCH = tempfile.mkdtemp(prefix="tpl-survey-", dir="/var/tmp")
atexit.register(shutil.rmtree, SCRATCH)


def usual(fill):
    """The usual guest: /boot, and a volume group with root and swap."""
    return {
        "table": "msdos", "format": "raw", "size_bytes": 3072 * MIB, "partitions": [
            {"number": 1, "start_bytes": MIB, "size_bytes": 400 * MIB, "type": "83",
             "bootable": True, "content": {"kind": "xfs", "fill": fill, "seed": 1}},
            {"number": 2, "start_bytes": 401 * MIB, "size_bytes": 2670 * MIB, "type": "8e",
             "group": {"name": "os", "extent_bytes": 4 * MIB, "volumes": [
                 {"name": "swap", "size_bytes": 256 * MIB, "content": {"kind": "swap"}},
                 {"name": "root", "size_bytes": 2000 * MIB,
                  "content": {"kind": "xfs", "fill": fill, "seed": 2}}]}}]}


USUAL = usual(0.05)
# Nearly empty, so that hundreds of copies take no room.
SPARSE = usual(0.001)
GPT_EXT4 = {
    "table": "gpt", "format": "raw", "size_bytes": 1024 * MIB, "partitions": [
        {"number": 15, "start_bytes": MIB, "size_bytes": 64 * MIB,
         "type": "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
         "content": {"kind": "vfat", "fill": 0.3, "seed": 3}},
        {"number": 1, "start_bytes": 65 * MIB, "size_bytes": 900 * MIB,
         "type": "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
         "content": {"kind": "ext4", "fill": 0.02, "seed": 4}}]}

_made = {}


def path(name):
    return os.path.join(SCRATCH, name)


def make(name, spec):
    """A disk after the specification; made once."""
    if name not in _made:
        build.make(spec, path(name))
        _made[name] = path(name)
    return _made[name]


def copy(source, name):
    run("cp", "--sparse=always", source, path(name))
    return path(name)


def survey(*words, status=0):
    """What tpl-survey --json says, and the disks by their source's last name."""
    done = subprocess.run([SURVEY, "--json", *words], capture_output=True, text=True, check=False,
                          timeout=120)
    assert done.returncode == status, (done.returncode, done.stderr)
    if status != 0:
        return None, {}
    document = json.loads(done.stdout)
    return document, {os.path.basename(disk["source"]): disk for disk in document["disks"]}


def look(image):
    return survey(image)[1][os.path.basename(image)]
