# What the libvirt tests share: a libvirtd of their own with a dir pool "files", a logical pool
# "group" (volume group $VG, on a loop device) and domains. Sourced; brings tests/appliance/lib.bash
# along.

HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
source "$HERE/../appliance/lib.bash"

VIRT=$SCRATCH/virt
VG=tplv$$
GROUP_DISK=
LIBVIRT_DEFAULT_URI="qemu:///system?socket=$VIRT/run/libvirt-sock"
export LIBVIRT_DEFAULT_URI
export XDG_STATE_HOME=$SCRATCH/state

# One line of TAP for all of a file's tests, where this machine can't run them.
skip_all ()
{
  echo "1..0 # SKIP $1" >&8
  exit 0
}

need_libvirtd ()
{
  local program
  ((EUID == 0)) || skip_all "root is needed for a private libvirtd"
  for program in /usr/sbin/libvirtd virsh unshare lvm losetup qemu-system-x86_64; do
    command -v "$program" >/dev/null || skip_all "$program is not installed"
  done
}

start_daemon ()
{
  setsid unshare --mount "$HERE/private-libvirtd" "$VIRT" >"$SCRATCH/libvirtd.out" 2>&1 8>&- &
  echo $! >"$SCRATCH/daemon"
  local try
  for ((try = 0; try < 150; try++)); do
    [[ ! -S $VIRT/run/libvirt-sock ]] || ! virsh -q list >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  fail "libvirtd did not start: $(tail -3 "$SCRATCH/libvirtd.out" "$VIRT/log/libvirtd.log")"
}

# In a file, since each test has a shell of its own.
daemon ()
{
  cat "$SCRATCH/daemon" 2>/dev/null
}

daemon_runs ()
{
  local pid
  pid=$(daemon) && grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$pid/status"
}

stop_daemon ()
{
  local try
  ! daemon_runs || kill "$(daemon)" 2>/dev/null || true
  for ((try = 0; try < 100; try++)); do
    daemon_runs || break
    sleep 0.1
  done
  rm -f "$SCRATCH/daemon"
}

end_domains ()
{
  local name
  for name in $(timeout 20 virsh -q list --name); do
    timeout 20 virsh -q destroy "$name" >/dev/null || true
  done
}

clean_up_libvirt ()
{
  end_domains
  timeout 20 virsh -q pool-destroy group >/dev/null 2>&1 || true
  stop_daemon
  local link loop
  for link in /dev/"$VG"/*; do
    [[ -L $link ]] || continue
    loop=$(readlink -f "$link")
    [[ $(losetup --noheadings --output BACK-FILE "$loop" 2>/dev/null) != "$GROUP_DISK" ]] ||
      losetup -d "$loop" || true
  done
  rm -rf "/dev/$VG" /dev/mapper/"$VG"-*
  clean_up
}
trap clean_up_libvirt EXIT

make_pools () # SIZE of the logical pool
{
  mkdir -p "$VIRT" "$SCRATCH/pool"
  truncate -s "$1" "$SCRATCH/group.img"
  GROUP_DISK=$(losetup --find --show "$SCRATCH/group.img")
  exec 6<"$GROUP_DISK" # held, so that nobody else's losetup -D takes it away
  mkdir "$VIRT/real"
  cp -L "$(command -v lvm)" "$VIRT/real/lvm" # it goes by its own name
  sed -e "s|@REAL@|$VIRT/real/lvm|" -e "s|@DISK@|$GROUP_DISK|g" "$HERE/lvm-shim" >"$VIRT/lvm"
  chmod +x "$VIRT/lvm"
  mkdir "$VIRT/bin"
  cp "$VIRT/lvm" "$VIRT/bin/lvrename"
  PATH=$VIRT/bin:$PATH
  lvm vgcreate -q --driverloaded n --devices "$GROUP_DISK" \
    --config 'devices { use_devicesfile = 0 } backup { backup = 0 archive = 0 }' "$VG" \
    "$GROUP_DISK" >/dev/null 2>&1
  start_daemon
  virsh -q pool-define-as files dir --target "$SCRATCH/pool" >&2
  virsh -q pool-define-as group logical --source-name "$VG" --target "/dev/$VG" >&2
  virsh -q pool-start files >&2
  virsh -q pool-start group >&2
}

# define NAME DISK...: a small domain (of $MEMORY MiB) with these <disk> elements, instead of one of
# that name
define ()
{
  local name=$1
  shift
  ! virsh -q dominfo "$name" >/dev/null 2>&1 || undefine "$name"
  cat >"$SCRATCH/$name.xml" <<XML
<domain type='qemu'>
  <name>$name</name>
  <title>template &amp; &lt;source&gt;</title>
  <memory unit='MiB'>${MEMORY:-64}</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    $*
    <serial type='file'><source path='$SCRATCH/$name.serial'/></serial>
    <graphics type='vnc' passwd='secret'>
      <listen type='socket' socket='$SCRATCH/$name.vnc'/>
    </graphics>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
</domain>
XML
  virsh -q define "$SCRATCH/$name.xml" >&2
}

undefine ()
{
  virsh -q destroy "$1" >/dev/null 2>&1 || true
  virsh -q undefine --managed-save --snapshots-metadata --checkpoints-metadata "$1" \
    >/dev/null 2>&1 || true # a transient one is gone already
}

# file_disk PATH [FORMAT [TARGET]], block_disk PATH, volume_disk POOL VOLUME: print a <disk> element
file_disk ()
{
  echo "<disk type='file' device='disk'><driver name='qemu' type='${2:-raw}' cache='none'" \
    "discard='unmap'/><source file='$1'/><target dev='${3:-vda}' bus='virtio'/>" \
    "<serial>S1</serial><boot order='1'/></disk>"
}

block_disk ()
{
  echo "<disk type='block' device='disk'><driver name='qemu' type='raw' cache='none'/>" \
    "<source dev='$1'/><target dev='vda' bus='virtio'/><serial>S1</serial><boot order='1'/></disk>"
}

volume_disk ()
{
  echo "<disk type='volume' device='disk'><driver name='qemu' type='raw'/>" \
    "<source pool='$1' volume='$2'/><target dev='vda' bus='virtio'/></disk>"
}

# fill_volume POOL VOLUME FILE: make a volume of FILE's size and content
fill_volume ()
{
  local path
  virsh -q vol-create-as "$1" "$2" "$(stat -c %s "$3")b" --format raw >&2
  path=$(virsh -q vol-path --pool "$1" "$2")
  dd if="$3" of="$path" bs=1M conv=notrunc,sparse,fsync status=none
}

# bootable_writer PATH: a boot sector that writes 256 KiB to the disk that it is on, by the BIOS, as
# a guest's start would
bootable_writer ()
{
  python3 - "$1" <<'PYTHON'
import sys
code = bytes.fromhex ("31c0 8ed8"      # xor ax, ax; mov ds, ax
                      "b90800"         # mov cx, 8
                      "be147c"         # again: mov si, packet
                      "b80043 cd13"    # mov ax, 4300h; int 13h: write to the drive in dl
                      "e2f6"           # loop again
                      "f4 ebfd"        # halt: hlt; jmp halt
                      "1000 4000 007e 0000 1000000000000000") # packet: 64 sectors, to the 16th
with open (sys.argv[1], "r+b") as disk:
    disk.write (code.ljust (510, b"\0") + b"\x55\xaa")
PYTHON
}

# same FILE FILE
same ()
{
  diff "$1" "$2" >&2 || fail "$1 and $2 differ"
}

# without_disk FILE: a definition without disks, and without the order of booting, which libvirt
# gives a domain that has lost it with its disk
without_disk ()
{
  sed -e '/<disk /,/<\/disk>/d' -e "/<boot dev='hd'\/>/d" "$1"
}

# no_volume POOL VOLUME
no_volume ()
{
  virsh -q pool-refresh "$1" >&2
  ! virsh -q vol-info --pool "$1" "$2" >/dev/null 2>&1 || fail "volume $2 is left in pool $1"
}
