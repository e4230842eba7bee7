# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the disk that a specification (specification.py) describes."""

import os

import contents
import groups
import luks
import native
from native import Failure, extent_of, run, table


def script_of(spec):
    """For sfdisk(8)."""
    sector = native.SECTOR_BYTES
    first = f"\nfirst-lba: {1 + 1 + 128 * 128 // sector}"
    lines = ["label: gpt" + first if spec["table"] == "gpt" else "label: dos"]
    # Logical ones are chained in the order in which they are made.
    for part in sorted(spec["partitions"], key=lambda part: max(part["number"], 4)
                       if spec["table"] == "msdos" else 0):
        words = [f"start={part['start_bytes'] // sector}", f"size={part['size_bytes'] // sector}",
                 f"type={part['type']}"]
        words += [f"{word}=\"{part[word]}\"" for word in ("name", "attrs") if part.get(word)]
        words += ["bootable"] if part.get("bootable") else []
        lines.append(f"{part['number']}: {', '.join(words)}")
    return "\n".join(lines) + "\n"


def other_disk(image):
    return image + ".other"


def key_file(image):
    return image + ".key"


def place_of(spec, part, raw, entries):
    """Where the partition is; an encrypted one's content is in a file of its own."""
    if part.get("luks") and os.path.exists(luks.plain_file(raw, part)):
        return luks.plain_file(raw, part), 0, os.path.getsize(luks.plain_file(raw, part))
    return outer_place_of(spec, part, raw, entries)


def outer_place_of(spec, part, raw, entries):
    return (raw, *(extent_of(entries[part["number"]]) if spec["table"]
                   else (0, os.path.getsize(raw))))


def physical_volumes(spec, group, raw, entries, image):
    """(image, start, size) of each that the group has on the source, its own first."""
    pvs = [place_of(spec, part, raw, entries) for part in spec["partitions"]
           if part.get("group") is group or part.get("part_of") == group["name"]]
    if spec.get("other_bytes") and group.get("on_other_disk"):
        pvs.append((other_disk(image), 0, spec["other_bytes"]))
    return pvs


def make_group(pvs, group):
    groups.make(pvs, group)
    _, places = groups.logical_volumes(pvs)
    for volume in group["volumes"]:
        make_content(places[volume["name"]], volume["content"])


def make_content(pieces, content):
    with groups.attached(pieces) as device:
        try:
            contents.of(content).make(device)
        except Failure as failure:
            raise Failure(f"making {content}: {failure}") from failure
        run("sync", device)


def make_file(path, size):
    with open(path, "xb") as file:
        file.truncate(size)


def make(spec, image):
    raw = image if spec["format"] == "raw" else image + ".raw"
    make_file(raw, spec["size_bytes"])
    if spec["table"]:
        with native.loop(raw, 0, spec["size_bytes"]) as device:
            run("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", device,
                stdin=script_of(spec).encode())
    if spec.get("other_bytes"):
        make_file(other_disk(image), spec["other_bytes"])
    entries = table(raw)["partitions"] if spec["table"] else None
    with open(key_file(image), "xb") as file:
        file.write(luks.KEY)
    for part in spec["partitions"]:
        if part.get("luks"):
            luks.make_plain(raw, part, outer_place_of(spec, part, raw, entries)[2])
    for part in spec["partitions"]:
        if part.get("group"):
            make_group(physical_volumes(spec, part["group"], raw, entries, image), part["group"])
        elif part.get("content"):
            make_content([place_of(spec, part, raw, entries)], part["content"])
    for part in spec["partitions"]:
        if part.get("luks"):
            luks.encrypt(raw, part, outer_place_of(spec, part, raw, entries), key_file(image))
    if raw != image:
        run("qemu-img", "convert", "-O", spec["format"], raw, image)
        os.unlink(raw)
    if spec.get("backing"):
        base = image + ".base"
        os.rename(image, base)
        run("qemu-img", "create", "-q", "-f", "qcow2", "-F", spec["format"], "-b",
            os.path.basename(base), image)
