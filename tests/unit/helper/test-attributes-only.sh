#!/bin/sh
# xfsdump | xfsrestore loses nanoseconds, symbolic links' times, dates after 2038 and preallocation:
# `copy --attributes-only` mends that. What it cannot mend (paths longer than PATH_MAX are dropped by
# xfsrestore) is taken out of the tree first.
#
#   test-attributes-only.sh TPL-HELPER NASTY-TREE
set -eu
helper=$1 nasty=$2
. "$(dirname "$0")/lib.sh"
need xfsdump xfsrestore

make_xfs source.img 1G -m reflink=1,bigtime=1
make_xfs target.img 1G -m reflink=1,bigtime=1
attach source.img source rw
attach target.img target rw
"$nasty" make "$work/source" bigtime many=50
rm -r "$work/source/deep" "$work/source/many-levels"
# Project ids of special files are lost by xfsrestore, and cannot be given later: the helper says so.
rm "$work/source/project/link" "$work/source/project/fifo" "$work/source/project/directory/fifo"
detach source
attach source.img source ro
xfsdump -J -v silent - "$work/source" | xfsrestore -J -v silent - "$work/target" 2>"$work/err" \
  || fail "xfsdump | xfsrestore"
# Its working folder.
rm -rf "$work/target/xfsrestorehousekeepingdir"

status=0
"$helper" compare "$work/source" "$work/target" >"$work/before" || status=$?
[ $status -eq 3 ] || fail "xfsrestore alone seems to be faithful: nothing is tested here"
ok "xfsrestore alone: $(tail -1 "$work/before")"
"$helper" copy --attributes-only "$work/source" "$work/target" >"$work/out" \
  || fail "copy --attributes-only"
status=0
"$helper" compare "$work/source" "$work/target" >"$work/after" || status=$?
if [ $status -ne 0 ]; then
  head -20 "$work/after" | cut -c1-300
  fail "differences are left"
fi
ok "nothing is left to mend"
