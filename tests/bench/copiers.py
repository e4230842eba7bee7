# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to take the files to a smaller disk in one appliance. None makes the result bootable, none
compares it with the source."""

from appliance import Script, disk, make_toolbox
from engines import Engine
from layout import Layout

XFS_DUMP = "xfsdump -J -l 0 -L bench -M bench -f /scratch/{n} /src/{n}"
XFS_RESTORE = "xfsrestore -J -f /scratch/{n} /tgt/{n}"
TAR_DUMP = "tar --xattrs --acls -C /src/{n} -cf /scratch/{n} ."
TAR_RESTORE = "tar --xattrs --xattrs-include=* --acls -C /tgt/{n} -xf /scratch/{n}"


class Copier(Engine):
    """Launch, make the small disk, copy, sync, shut down; the toolbox is made before."""

    programs = ("guestfish",)
    scratch = False  # whether it takes a third disk

    def copy(self, script, layout):
        """Calls that fill the target, whose volumes are there."""
        raise NotImplementedError

    def measure(self, job):
        layout = Layout(job.disk)
        make_toolbox(job.folder / "toolbox",
                     [name for name in self.programs if name != "guestfish"])
        script = Script()
        script.drive(job.folder / "toolbox", "toolbox", readonly="true")
        script.source(job.disk.path)
        script.target(job.make_target(layout.size_bytes))
        if self.scratch:
            script.target(job.make_file("scratch", 2 * job.disk.used_bytes + (1 << 30)), "scratch")
        layout.make_volumes(script)
        if self.scratch:
            script.call("mkfs", "ext4", disk("scratch"))
        script.call("mount", disk("toolbox"), "/")
        if self.scratch:
            script.call("mount", disk("scratch"), "/scratch")
        self.copy(script, layout)
        return job.guestfish(script)


class MountedCopier(Copier):
    """Between filesystems that are mounted."""

    command = ""  # of the shell; {n} is the filesystem's number

    def commands(self, volumes):
        return [self.command.format(n=number) for number, _ in enumerate(volumes)]

    def copy(self, script, layout):
        layout.make_filesystems(script)
        layout.mount_sources(script)
        layout.mount_targets(script)
        script.sh(self.commands(layout.filesystems))


class Cp(MountedCopier):
    title = "cp -a"
    command = "cp -a /src/{n}/. /tgt/{n}/"


class Rsync(MountedCopier):
    title = "rsync -aHAXS"
    programs = ("guestfish", "rsync")
    command = "rsync -aHAXS --numeric-ids /src/{n}/ /tgt/{n}/"


class ByHand(MountedCopier):
    """XFS by xfsdump and xfsrestore, all else by tar."""

    title = "by hand: dump and restore"
    programs = ("guestfish", "xfsdump", "xfsrestore", "tar")
    scratch = True

    def commands(self, volumes):
        dumps = [XFS_DUMP if volume.kind == "xfs" else TAR_DUMP for volume in volumes]
        restores = [XFS_RESTORE if volume.kind == "xfs" else TAR_RESTORE for volume in volumes]
        return [command.format(n=number) for commands in (dumps, restores)
                for number, command in enumerate(commands)]


class Fsarchiver(Copier):
    """Makes the filesystems itself; at its fastest compression of zstd."""

    title = "fsarchiver savefs, restfs"
    programs = ("guestfish", "fsarchiver", "blkid",
                "mkfs.xfs", "xfs_admin", "xfs_db", "xfs_io", "xfs_repair",
                "mke2fs", "tune2fs", "e2fsck", "mkfs.vfat")
    scratch = True

    def copy(self, script, layout):
        sources = " ".join(volume.source for volume in layout.filesystems)
        targets = " ".join(f"id={number},dest={volume.target}"
                           for number, volume in enumerate(layout.filesystems))
        script.sh([f"fsarchiver -Z 1 savefs /scratch/archive.fsa {sources}",
                   f"fsarchiver restfs /scratch/archive.fsa {targets}"])
