# SPDX-License-Identifier: GPL-3.0-or-later
"""tpl-survey says within 2% what the appliance finds and plans."""

import json
import os
import subprocess

import disks
import tap
from native import MIB

LAYOUTS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "appliance", "layouts")
LEAST = MIB  # of what is small, a few blocks are some percent


def near(said, found):
    return abs(said - found) <= max(found * 0.02, LEAST)


def compare(image, *options):
    disk = disks.look(image)
    planned = subprocess.run([os.environ["TPL_SHRINK"], "--plan", "--json", *options, image],
                             text=True, stdout=subprocess.PIPE, check=False)
    if planned.returncode != 0:
        assert disk["status"] == planned.returncode, (disk, planned.returncode)
        return
    plan = json.loads(planned.stdout)
    before = plan["before"]["layout"]
    used = {v["id"]: v["used_bytes"] for v in volumes_of(before)}
    print(f"# {os.path.basename(image)}: survey {disk['predicted_bytes']}, plan "
          f"{plan['after']['size_bytes']}; used {disk['used_bytes']}, {sum(used.values())}")
    if any(volume["type"] == "btrfs" for volume in disk["volumes"]):
        assert disk["state"] == "unknown" and "only the appliance" in disk["reason"], disk
    else:
        assert disk["state"] == "shrinkable", disk
        assert near(disk["predicted_bytes"], plan["after"]["size_bytes"]), (disk, plan["after"])
    for volume in disk["volumes"]:
        assert near(volume["used_bytes"], used[volume["id"]]), (volume, used)


def volumes_of(layout):
    return ([p["volume"] for p in layout["partitions"] if p["volume"]]
            + [lv["volume"] for group in layout["volume_groups"] for lv in group["logical_volumes"]])


def test_usual():
    compare(disks.make("usual.img", disks.USUAL))


def test_layouts():
    if os.environ.get("TPL_TEST_FULL") != "1":
        raise tap.Skip("takes an appliance for each layout: TPL_TEST_FULL=1")
    compare(disks.make("gpt.img", disks.GPT_EXT4))
    for name in sorted(os.listdir(LAYOUTS)):
        if name.endswith(".json"):
            with open(os.path.join(LAYOUTS, name), encoding="utf-8") as file:
                spec = {"format": "raw", **json.load(file)}
            # Whether a btrfs has snapshots is seen from inside alone.
            options = spec.get("options", [])
            compare(disks.make(name.replace(".json", ".img"), spec),
                    *(options if "--snapshots" in options else []))


tap.run(globals())
