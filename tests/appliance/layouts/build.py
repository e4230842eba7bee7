# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the disk that a specification (specification.py) describes."""

import os

import contents
from native import Failure, extent_of, logical_volumes, loop, lvm, run, table

SECTOR = 512


def script_of(spec):
    """For sfdisk(8)."""
    lines = ["label: gpt\nfirst-lba: 34" if spec["table"] == "gpt" else "label: dos"]
    for part in spec["partitions"]:
        words = [f"start={part['start_bytes'] // SECTOR}", f"size={part['size_bytes'] // SECTOR}",
                 f"type={part['type']}"]
        words += [f"{word}=\"{part[word]}\"" for word in ("name", "attrs") if part.get(word)]
        words += ["bootable"] if part.get("bootable") else []
        lines.append(f"{part['number']}: {', '.join(words)}")
    return "\n".join(lines) + "\n"


def make_group(image, start, size, group):
    with loop(image, start, size) as device:
        lvm(device, "pvcreate", "-q", "-q", device)
        lvm(device, "vgcreate", "-q", "-q", "-s", f"{group['extent_bytes']}b", group["name"],
            device)
        for volume in group["volumes"]:
            lvm(device, "lvcreate", "-q", "-q", "-an", "-Zn", "-Wn", "-n", volume["name"], "-L",
                f"{volume['size_bytes']}b", group["name"])
    _, places = logical_volumes(image, start, size)
    for volume in group["volumes"]:
        make_content(image, *places[volume["name"]], volume["content"])


def make_content(image, start, size, content):
    with loop(image, start, size) as device:
        try:
            contents.of(content).make(device)
        except Failure as failure:
            raise Failure(f"making {content}: {failure}") from failure
        run("sync", device)


def make(spec, image):
    raw = image if spec["format"] == "raw" else image + ".raw"
    with open(raw, "xb") as file:
        file.truncate(spec["size_bytes"])
    if spec["table"]:
        run("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", raw,
            stdin=script_of(spec).encode())
    for part in spec["partitions"]:
        place = (extent_of(table(raw)["partitions"][part["number"]]) if spec["table"]
                 else (0, spec["size_bytes"]))
        if part.get("group"):
            make_group(raw, *place, part["group"])
        elif part.get("content"):
            make_content(raw, *place, part["content"])
    if raw != image:
        run("qemu-img", "convert", "-O", spec["format"], raw, image)
        os.unlink(raw)
