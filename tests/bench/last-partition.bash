# shellcheck shell=bash disable=SC2034 # CONTENT_SECTORS is for who sources this
# What shrink-ext and shrink-by-virt share: a disk's last partition, and its filesystem. Sourced.
set -euo pipefail
export LC_ALL=C
LOOP=
trap '[[ -z $LOOP ]] || losetup --detach "$LOOP"' EXIT

# last_partition FILE: print "NUMBER START SIZE", in sectors, of the one that lies last
last_partition ()
{
  sfdisk --json "$1" | python3 -c '
import json, sys
table = json.load(sys.stdin)["partitiontable"]
last = max(table["partitions"], key=lambda entry: entry["start"])
print(last["node"].removeprefix(table["device"]), last["start"], last["size"])'
}

# shrink_content FILE START SIZE: shrink the ext filesystem there; set CONTENT_SECTORS to its size
shrink_content ()
{
  LOOP=$(losetup --find --show --offset $(($2 * 512)) --sizelimit $(($3 * 512)) "$1")
  e2fsck -f -y "$LOOP" >&2 || (($? < 4))
  resize2fs -M "$LOOP" >&2
  CONTENT_SECTORS=$(dumpe2fs -h "$LOOP" 2>/dev/null | awk '
    /^Block count:/ { count = $3 } /^Block size:/ { size = $3 }
    END { printf "%.0f", count * size / 512 }')
  losetup --detach "$LOOP"
  LOOP=
}
