# What the tests that run the program share: a scratch folder, guests, TAP, and looking at targets.
# Sourced. A test file defines functions test_NAME and calls run_tests.

TESTS=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
FIXTURES=$TESTS/../../fixtures
: "${TPL_SHRINK:?the program to test}" "${TPL_SHRINK_HELPER:?}"
export TPL_SHRINK TPL_SHRINK_HELPER
export LC_ALL=C
exec 8>&1 # TAP; what the tests print goes to stderr, which meson shows when one fails

SCRATCH=$(mktemp -d /var/tmp/tpl-test-XXXXXX)
export TMPDIR=$SCRATCH/tmp
# Not in TMPDIR: the appliance that libguestfs builds is the same for all.
export LIBGUESTFS_CACHEDIR=${LIBGUESTFS_CACHEDIR:-/var/tmp}
mkdir "$TMPDIR"

# Loop devices that a failed test left, too.
clean_up ()
{
  local loop
  set +e # all of it, whatever fails
  losetup --list --noheadings --output NAME,BACK-FILE | grep -F " $SCRATCH/" | while read -r loop _; do
    umount -q "$loop"
    losetup -d "$loop"
  done
  rm -rf "$SCRATCH"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

fail ()
{
  echo "FAILED: $*" >&2
  exit 1
}

# Each test in a subshell and folder of its own; one that fails does not stop the others. The subshell
# is no part of a condition, where a test would go on after a command that failed.
run_tests ()
{
  local number=0 name
  echo "1..$#" >&8
  for name in "$@"; do
    number=$((number + 1))
    mkdir "$SCRATCH/$name"
    (set -euo pipefail; cd "$SCRATCH/$name"; "test_$name") >&2
    if (($? == 0)); then
      echo "ok $number $name$(cat "$SCRATCH/skipped" 2>/dev/null)" >&8
    else
      echo "not ok $number $name" >&8
    fi
    rm -rf "${SCRATCH:?}/$name" "$SCRATCH/skipped"
  done
}

# skip WHY: end the test, which can't run here
skip ()
{
  echo " # SKIP $*" >"$SCRATCH/skipped"
  exit 0
}

# need PROGRAM...
need ()
{
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || skip "$program is not installed"
  done
}

# make_guest NAME FILE
make_guest ()
{
  "$FIXTURES/build-guest" "$1" "$2"
}

# expect STATUS COMMAND...: run it, and require this exit status
expect ()
{
  local wanted=$1 status=0
  shift
  "$@" || status=$?
  ((status == wanted)) || fail "status $status instead of $wanted: $*"
}

shrink ()
{
  "$TPL_SHRINK" "$@"
}

# refuses STATUS TEXT ARGUMENT...: the program refuses, says TEXT, and leaves nothing
refuses ()
{
  local wanted=$1 text=$2 status=0
  shift 2
  shrink "$@" 2>said || status=$?
  ((status == wanted)) || fail "status $status instead of $wanted; it said: $(cat said)"
  grep -qF -- "$text" said || fail "it said: $(cat said)"
  nothing_left
}

checksum ()
{
  b2sum <"$1"
}

# All disks of the guest guest.img.
checksum_all ()
{
  cat guest.img* | b2sum
}

# attach FILE OFFSET SIZE: print a loop device (read-only) for a part of the file
attach ()
{
  losetup --find --show --read-only --offset "$2" --sizelimit "$3" "$1"
}

# partition FILE NUMBER: print "OFFSET SIZE" in bytes
partition ()
{
  sfdisk --json "$1" | python3 -c '
import json, sys
table = json.load(sys.stdin)["partitiontable"]
for entry in table["partitions"]:
    if entry["node"].endswith(sys.argv[1]):
        print(entry["start"] * 512, entry["size"] * 512)' "$2"
}

# logical FILE PARTITION LV: print "OFFSET SIZE" of a linear logical volume in the file
logical ()
{
  local start size loop
  read -r start size < <(partition "$1" "$2")
  loop=$(attach "$1" "$start" "$size")
  lvm lvs --devices "$loop" --config 'devices { use_devicesfile = 0 } global { activation = 0 }' \
    --noheadings --nosuffix --units b --segments \
    -o lv_name,vg_extent_size,seg_pe_ranges,lv_size 2>/dev/null |
    awk -v name="$3" -v start="$start" '$1 == name {
      split ($3, range, ":"); split (range[2], extents, "-")
      printf "%.0f %.0f\n", start + 1048576 + extents[1] * $2, $4 }'
  losetup -d "$loop"
}

# vg_report FILE PARTITION COLUMNS: what LVM says of the groups on that partition
vg_report ()
{
  local start size loop
  read -r start size < <(partition "$1" "$2")
  loop=$(attach "$1" "$start" "$size")
  lvm lvs --devices "$loop" --config 'devices { use_devicesfile = 0 } global { activation = 0 }' \
    --noheadings --separator ' ' -o "$3" 2>/dev/null | sed 's/^ *//'
  losetup -d "$loop"
}

# with_mounted FILE OFFSET SIZE COMMAND...: run it with the filesystem mounted at its last argument
with_mounted ()
{
  local folder loop status=0
  loop=$(attach "$1" "$2" "$3")
  shift 3
  folder=$(mktemp -d "$SCRATCH/mnt-XXXXXX")
  mount -o "ro,${MOUNT_OPTIONS-nouuid,norecovery}" "$loop" "$folder"
  "$@" "$folder" || status=$?
  umount "$folder"
  losetup -d "$loop"
  return "$status"
}

# left_behind: scratch folders and half-made files, one a line
left_behind ()
{
  find "$TMPDIR" -mindepth 1 -maxdepth 1 -name 'tpl-shrink-*'
  find . -name '.*.tpl-shrink'
}

# nothing_left [EXCEPT]: no appliance, scratch folder or half-made file is behind, but what
# left_behind said before
nothing_left ()
{
  local left
  left=$(left_behind | grep -vxFe "${1:-}" || true)
  [[ -z $left ]] || fail "left behind: $left"
  ! pgrep -f "qemu.*$TMPDIR" >/dev/null || fail "an appliance is left behind"
}

# xfs_features FILE OFFSET SIZE: "VERSION,FEATURE,..."
xfs_features ()
{
  local loop
  loop=$(attach "$1" "$2" "$3")
  xfs_db -r -c version "$loop" | sed -n 's/^versionnum .* = //p'
  losetup -d "$loop"
}

# no_new_features SOURCE TARGET: the XFS of /boot (partition 1) and root (in partition 2) have none that
# the source's kernel may not know
no_new_features ()
{
  not_more "$(xfs_features "$1" $(partition "$1" 1))" "$(xfs_features "$2" $(partition "$2" 1))"
  not_more "$(xfs_features "$1" $(logical "$1" 2 root))" "$(xfs_features "$2" $(logical "$2" 2 root))"
}

not_more ()
{
  [[ $1 == V[45],* && $2 == V[45],* ]] || fail "no features to compare: \"$1\" and \"$2\""
  [[ -z $(comm -13 <(tr , '\n' <<<"$1" | sort) <(tr , '\n' <<<"$2" | sort)) ]] ||
    fail "the target has features that the source lacks: $2 instead of $1"
}
