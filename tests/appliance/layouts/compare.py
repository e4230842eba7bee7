# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what came out with the disk that went in, with the host's own programs and mounts."""

import difflib
import json
import os

import build
import contents
import groups
import luks
from native import EXTENDED, MIB, Failure, extent_of, loop, run, table


def differ(what, before, after):
    if before == after:
        return
    lines = list(difflib.unified_diff(before, after, "source", "target", n=0, lineterm=""))
    raise Failure(f"{what} differs:\n" + "\n".join(lines[:30]))


def raw_of(spec, image, which):
    """The image as raw bytes."""
    if spec[which] == "raw":
        return image
    raw = f"{image}.{which}"
    found = json.loads(run("qemu-img", "check", "--output=json", "-f", spec[which], image))
    if which == "target_format" and ("--compress" in spec["options"]) != (
            found.get("compressed-clusters", 0) > 0):
        raise Failure(f"compressed clusters: {found.get('compressed-clusters')}")
    run("qemu-img", "convert", "-O", "raw", image, raw)
    return raw


def compare_content(what, spec, content, before, after):
    kind = contents.of(content)
    with groups.attached(before, True) as source, groups.attached(after, True) as target:
        differ(what, kind.kept(source), kind.kept(target))
        same = kind.identity(source) == kind.identity(target)
    if kind.has_identity and same != (spec["identity"] == "keep"):
        raise Failure(f"{what}: the UUID is {'kept' if same else 'new'}, "
                      f"with --identity {spec['identity']}")


def compare_group(what, spec, group, before, after):
    """`before` are all physical volumes of the source's, `after` is the only one of the target's."""
    _, source = groups.logical_volumes(before)
    name, target = groups.logical_volumes([after])
    if spec["identity"] == "keep" and name != group["name"]:
        raise Failure(f"{what}: volume group {group['name']} is called {name}")
    differ(what, sorted(source), sorted(target))
    differ(what, [groups.tags(before)], [groups.tags([after])])
    for volume in group["volumes"]:
        if len(target[volume["name"]]) != 1:
            raise Failure(f"{what}/{volume['name']} is not in one piece")
        compare_content(f"{what}/{volume['name']}", spec, volume["content"],
                        source[volume["name"]], target[volume["name"]])


def compare_tables(spec, source, target):
    """All but places, sizes and identities."""
    def words(found):
        return [f"{number}: " + ", ".join(f"{key}={entry[key]}" for key in sorted(entry)
                                          if key not in ("node", "start", "size", "uuid"))
                for number, entry in sorted(found["partitions"].items())]
    differ("the partition table", words(source), words(target))
    if (source["id"] == target["id"]) != (spec["identity"] == "keep"):
        raise Failure(f"the disk's identity: {source['id']}, {target['id']}")
    first = min(entry["start"] for entry in source["partitions"].values())
    for number, entry in target["partitions"].items():
        if entry["start"] != first and extent_of(entry)[0] % MIB != 0:
            raise Failure(f"partition {number} starts at sector {entry['start']}")
    if first not in [entry["start"] for entry in target["partitions"].values()]:
        raise Failure(f"no partition starts at sector {first}, where the source's first one did")


def verify_table(image):
    with loop(image, 0, os.path.getsize(image), read_only=True) as device:
        said = run("sfdisk", "--verify", device)
    if "No errors" not in said:
        raise Failure(f"sfdisk --verify of the target: {said}")


def decrypt_all(spec, source_image, disks):
    for part in spec["partitions"]:
        if not part.get("luks"):
            continue
        uuids = []
        for image, found in disks:
            place = build.outer_place_of(spec, part, image, found and found["partitions"])
            uuids.append(luks.uuid(image, part, place))
            luks.decrypt(image, part, place, build.key_file(source_image))
        if (uuids[0] == uuids[1]) != (spec["identity"] == "keep"):
            raise Failure(f"partition {part['number']}: LUKS UUIDs {uuids}")


def compare(spec, source_image, target_image):
    source = raw_of(spec, source_image, "format")
    target = raw_of(spec, target_image, "target_format")
    if os.path.getsize(target) >= os.path.getsize(source):
        raise Failure("the target is not smaller")
    tables = table(source), table(target)
    if (tables[0] is None) != (tables[1] is None):
        raise Failure("the partition table is gone")
    if spec["table"]:
        verify_table(target)
        compare_tables(spec, *tables)
    decrypt_all(spec, source_image, list(zip((source, target), tables)))
    for part in spec["partitions"]:
        number = part["number"]
        if part["type"] in EXTENDED and spec["table"] == "msdos":
            continue
        what = f"partition {number}"
        places = [build.place_of(spec, part, image, found and found["partitions"])
                  for image, found in zip((source, target), tables)]
        if part.get("group"):
            pvs = build.physical_volumes(spec, part["group"], source,
                                         tables[0] and tables[0]["partitions"], source_image)
            compare_group(what, spec, part["group"], pvs, places[1])
        elif part.get("content"):
            compare_content(what, spec, part["content"], places[:1], places[1:])
        elif part.get("part_of") and places[1][2] != MIB:
            raise Failure(f"{what} is not left empty: {places[1][2]} bytes")
