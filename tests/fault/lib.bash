# What the fault tests share: disks that fail, and the record that README's table is made from.
# Sourced after the environment of tests/appliance/lib.bash is set.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../appliance/lib.bash"

# Where outcomes are noted: a line "FAULT<TAB>STAGE<TAB>OUTCOME" each.
: "${TPL_FAULT_RECORD:=$SCRATCH/record}"
QUICK=$((TPL_TEST_FULL == 0))

# note FAULT STAGE OUTCOME
note ()
{
  printf '%s\t%s\t%s\n' "$@" >>"$TPL_FAULT_RECORD"
}

# Disks that fail: qemu's blkdebug under a file that FUSE shows, so that whoever opens the file meets
# the errors. unplug_all ends them.
DISKS=()

# plug FILE IMAGE NODE...: show the image as FILE, through the block node that the options describe;
# the throttle group "slow" reads 2 MiB a second
plug ()
{
  local file=$1 image=$2 try
  shift 2
  : >"$file"
  qemu-storage-daemon --object throttle-group,id=slow,x-bps-read=$((2 << 20)) \
    --blockdev "node-name=disk,$(IFS=,; echo "$*")" \
    --export "fuse,id=export,node-name=disk,mountpoint=$file,writable=on" &
  DISKS+=($!)
  for try in {1..100}; do
    ! [[ $(stat -c %s "$file") == "$(stat -c %s "$image")" ]] || return 0
    sleep 0.1
  done
  fail "no failing disk of $image"
}

# plug_failing FILE IMAGE read|write SECTOR: I/O errors at one sector
plug_failing ()
{
  local file=$1 image=$2 kind=$3 sector=$4
  plug "$file" "$image" driver=raw file.driver=blkdebug file.image.driver=file \
    "file.image.filename=$image" file.inject-error.0.event=none \
    "file.inject-error.0.iotype=$kind" "file.inject-error.0.sector=$sector" \
    file.inject-error.0.errno=5
}

unplug_all ()
{
  local disk
  for disk in "${DISKS[@]}"; do
    kill "$disk" 2>/dev/null || continue
    wait "$disk" || true
  done
  DISKS=()
}

# small_folder FOLDER SIZE: a filesystem of this size, mounted there until drop_folder
small_folder ()
{
  mkdir -p "$1"
  truncate -s "$2" "$1.img"
  mkfs.ext4 -q -m 0 -O ^has_journal "$1.img"
  mount -o loop "$1.img" "$1"
}

drop_folder ()
{
  umount "$1"
  rm -f "$1.img"
}

# Sector of the middle of the guest's last data: a file's content in the root.
data_sector ()
{
  python3 - "$1" <<'END'
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
size = os.fstat(fd).st_size
extents, at = [], 0
while at < size:
    try:
        start = os.lseek(fd, at, os.SEEK_DATA)
    except OSError:
        break
    at = os.lseek(fd, start, os.SEEK_HOLE)
    extents.append((at - start, start))
length, start = max(extents)
print((start + length // 2) // 512)
END
}

# run_until STAGE COMMAND...: start the program with --json in the background and wait for the stage's
# begin. Sets RUN.
run_until ()
{
  local stage=$1
  shift
  # A shell without job control lets its background commands ignore SIGINT.
  env --default-signal=INT "$TPL_SHRINK" --json "$@" >events 2>errors &
  RUN=$!
  until grep -q "\"kind\":\"stage\",\"stage\":\"$stage\"" events || ! kill -0 "$RUN" 2>/dev/null; do
    sleep 0.1
  done
}

# end_run: wait for it; sets STATUS
end_run ()
{
  STATUS=0
  wait "$RUN" || STATUS=$?
}

appliance_pid ()
{
  pgrep -f "^[^ ]*qemu-system.*$TMPDIR" | head -n 1
}
