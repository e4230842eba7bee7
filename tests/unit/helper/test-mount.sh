#!/bin/sh
# Flags, the filesystem's own options, and what can't be mounted or unmounted.
#
#   test-mount.sh TPL-HELPER NASTY-TREE
set -eu
helper=$1
. "$(dirname "$0")/lib.sh"

options () {
  findmnt --noheadings --output OPTIONS "$work/source"
}

device=$(losetup --find --show "$work/source.img")
trap 'detach source; losetup -d "$device"; cleanup' EXIT

"$helper" mount xfs ro,noatime,nodev,nouuid,norecovery "$device" "$work/source"
options >"$work/found"
for word in ro noatime nodev nouuid norecovery; do
  grep -qw "$word" "$work/found" || fail "mounted without $word: $(cat "$work/found")"
done
ok "flags and the filesystem's own options are heeded"

"$helper" unmount "$work/source"
! mountpoint -q "$work/source" || fail "it is still mounted"
ok "it is unmounted"

! "$helper" unmount "$work/target" "$work/source" 2>"$work/said" || fail "it unmounted what is not"
grep -q 'unmount: ".*/target": cannot unmount it: Invalid argument' "$work/said" ||
  fail "it said: $(cat "$work/said")"
! "$helper" mount ext4 ro "$device" "$work/source" 2>"$work/said" || fail "XFS is mounted as ext4"
grep -q 'cannot mount it as ext4: ' "$work/said" || fail "it said: $(cat "$work/said")"
ok "failures are told"
