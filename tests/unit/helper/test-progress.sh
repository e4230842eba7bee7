#!/bin/sh
# The lines that tell how far a copy is; and that nobody listening does not stop it.
#
#   test-progress.sh TPL-HELPER
set -eu
helper=$1
. "$(dirname "$0")/lib.sh"
need mkfifo

attach source.img source rw
head -c 3000000 /dev/urandom >"$work/source/file"
make_xfs target.img 320M
attach target.img target rw
: >"$work/progress"
"$helper" copy --progress "$work/progress" --total-bytes 3000000 "$work/source" "$work/target" \
  >/dev/null
tail -1 "$work/progress" | grep -qx 'tpl-progress: copy 3000000 3000000 1' \
  || fail "the last line is $(tail -1 "$work/progress")"
ok "the last line tells all bytes and entries"
: >"$work/progress"
"$helper" compare --progress "$work/progress" --total-bytes 3000000 "$work/source" \
  "$work/target" >/dev/null
tail -1 "$work/progress" | grep -qx 'tpl-progress: compare 3000000 3000000 1' \
  || fail "the last line is $(tail -1 "$work/progress")"
ok "compare tells, too"
"$helper" compare --progress "$work/no/such/file" "$work/source" "$work/target" >/dev/null \
  || fail "progress to a file that is not there"
"$helper" compare --progress /dev/full "$work/source" "$work/target" >/dev/null \
  || fail "progress to a full device"
ok "progress that nobody takes fails nothing"
