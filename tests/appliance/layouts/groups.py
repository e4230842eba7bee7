# SPDX-License-Identifier: GPL-3.0-or-later
"""Volume groups on one or several physical volumes, and their logical volumes, without device-mapper: what
is not in one piece is put together in a file, and taken apart again."""

import contextlib
import json
import os
import tempfile

from native import MIB, Failure, loop, lvm

EXTENT_WORDS = "lv_name,lv_size,seg_start,seg_size,segtype,stripe_size,seg_pe_ranges"


def pieces_of(segment, places, extent):
    """Where the segment's bytes are, in order: (image, start, size). `places`: {device: (image, start of
    its first extent)}."""
    stripes = []
    for word in segment["seg_pe_ranges"].split():
        device, extents = word.rsplit(":", 1)
        first, last = (int(number) for number in extents.split("-"))
        image, start = places[device]
        stripes.append((image, start + first * extent, (last - first + 1) * extent))
    if len(stripes) == 1:
        return stripes
    chunk = int(segment["stripe_size"])
    return [(image, start + at, chunk) for at in range(0, stripes[0][2], chunk)
            for image, start, _ in stripes]


def logical_volumes(pvs):
    """Of the physical volumes there, (image, start, size) each: their group's name, and {LV: pieces}."""
    with contextlib.ExitStack() as stack:
        devices = [stack.enter_context(loop(*pv, read_only=True)) for pv in pvs]
        report = json.loads(lvm(
            devices, "fullreport", "--reportformat", "json", "--units", "b", "--nosuffix",
            "--configreport", "vg", "-o", "vg_name,vg_extent_size",
            "--configreport", "pv", "-o", "pv_name,pe_start",
            "--configreport", "lv", "-o", "lv_name",
            "--configreport", "seg", "-o", EXTENT_WORDS, "-O", "lv_name,seg_start",
            "--configreport", "pvseg", "-o", "pv_uuid"))["report"][0]
    places = {pv["pv_name"]: (pvs[i][0], pvs[i][1] + int(pv["pe_start"]))
              for pv in report["pv"] for i in range(len(pvs)) if pv["pv_name"] == devices[i]}
    extent = int(report["vg"][0]["vg_extent_size"])
    volumes = {}
    for segment in report["seg"]:
        if segment["lv_name"]:
            if segment["segtype"] not in ("linear", "striped"):
                raise Failure(f"{segment['lv_name']} is {segment['segtype']}")
            volumes.setdefault(segment["lv_name"], []).extend(pieces_of(segment, places, extent))
    return report["vg"][0]["vg_name"], volumes


def move(pieces, file, outwards):
    """Between the pieces and a file that has them one behind the other."""
    with contextlib.ExitStack() as stack:
        images = {name: stack.enter_context(open(name, "r+b" if outwards else "rb"))
                  for name in {piece[0] for piece in pieces}}
        at = 0
        for image, start, size in pieces:
            for done in range(0, size, MIB):
                count = min(MIB, size - done)
                source, target = (file, images[image]) if outwards else (images[image], file)
                places = (at + done, start + done) if outwards else (start + done, at + done)
                source.seek(places[0])
                target.seek(places[1])
                data = source.read(count)
                if any(data):  # both are full of zeros at first
                    target.write(data)
            at += size
    if not outwards:
        file.truncate(at)


@contextlib.contextmanager
def attached(pieces, read_only=False):
    """A loop device of what the pieces are together."""
    if len(pieces) == 1:
        with loop(*pieces[0], read_only=read_only) as device:
            yield device
        return
    with tempfile.NamedTemporaryFile(prefix="pieces-", dir=os.getcwd()) as file:
        move(pieces, file, False)
        file.flush()
        with loop(file.name, 0, sum(piece[2] for piece in pieces), read_only=read_only) as device:
            yield device
        if not read_only:
            with open(file.name, "rb") as whole:
                move(pieces, whole, True)


def make(pvs, group):
    """The volume group on these (image, start, size), with its volumes, empty."""
    with contextlib.ExitStack() as stack:
        devices = [stack.enter_context(loop(*pv)) for pv in pvs]
        tags = [word for tag in group.get("tags", []) for word in ("--addtag", tag)]
        lvm(devices, "vgcreate", "-q", "-q", "-s", f"{group['extent_bytes']}b", *tags,
            group["name"], *devices)
        for volume in group["volumes"]:
            stripes = ["-i", str(volume["stripes"])] if volume.get("stripes") else []
            lvm(devices, "lvcreate", "-q", "-q", "-an", "-Zn", "-Wn", *stripes, "-n",
                volume["name"], "-L", f"{volume['size_bytes']}b", group["name"])


def tags(pvs):
    with contextlib.ExitStack() as stack:
        devices = [stack.enter_context(loop(*pv, read_only=True)) for pv in pvs]
        return lvm(devices, "vgs", "--noheadings", "-o", "vg_tags").strip()
