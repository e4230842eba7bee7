# shellcheck shell=sh
# What the helper's shell tests share: a scratch folder, XFS images on loop devices, verdicts.
# Sourced; sets $work and cleans it up.

skip () {
  echo "skipped: $1"
  exit 77
}

fail () {
  echo "not ok - $1"
  exit 1
}

ok () {
  printf 'ok - %s\n' "$1"
}

need () { # TOOL...
  [ "$(id -u)" = 0 ] || skip "needs root, for loop devices and mounts"
  for tool in "$@"; do
    command -v "$tool" >/dev/null || skip "needs $tool"
  done
}

detach () { # DIRECTORY
  if mountpoint -q "$work/$1"; then
    umount "$work/$1"
  fi
}

cleanup () {
  for directory in source/inner source target; do
    detach $directory || true
  done
  rm -rf "$work"
}

attach () { # IMAGE DIRECTORY OPTIONS
  mount -t xfs -o "loop,noatime,nouuid,$3" "$work/$1" "$work/$2"
}

make_xfs () { # IMAGE SIZE MKFS-OPTION...
  image=$1
  truncate -s 0 "$work/$image"
  truncate -s "$2" "$work/$image"
  shift 2
  mkfs.xfs -q "$@" "$work/$image"
}

need mkfs.xfs losetup mount umount mountpoint truncate
work=$(mktemp -d "${TMPDIR:-/var/tmp}/tpl-test-helper.XXXXXX")
mkdir "$work/source" "$work/target"
trap cleanup EXIT
trap 'exit 1' INT TERM
make_xfs source.img 320M
attach source.img source rw || skip "cannot mount an XFS image by a loop device"
detach source
