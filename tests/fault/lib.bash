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

# A test that fails is part of the record, too: the table tells.
fail ()
{
  note "${FUNCNAME[1]}" "FAILED" "$(head -n 1 <<<"$*" | tr '\t' ' ')"
  echo "FAILED: $*" >&2
  exit 1
}

# Disks that fail: qemu's blkdebug under a file that FUSE shows, under a loop device: whoever opens that
# meets the errors. (The file by itself has another time of change whenever it is asked.) unplug_all
# ends them.
DISKS=()
LOOPS=()

# plug IMAGE NODE...: show the image as the device $DEVICE, through the block node that the options
# describe; the throttle group "slow" reads 2 MiB a second
plug ()
{
  local image=$1 file=shown-${#DISKS[@]} try
  shift
  : >"$file"
  qemu-storage-daemon --object throttle-group,id=slow,x-bps-read=$((2 << 20)) \
    --blockdev "node-name=disk,$(IFS=,; echo "$*")" \
    --export "fuse,id=export,node-name=disk,mountpoint=$file,writable=on" &
  DISKS+=($!)
  for try in {1..100}; do
    [[ $(stat -c %s "$file") != "$(stat -c %s "$image")" ]] || break
    sleep 0.1
  done
  DEVICE=$(losetup --find --show "$file") || fail "no failing disk of $image"
  LOOPS+=("$DEVICE")
}

# plug_failing IMAGE read|write SECTOR: I/O errors at one sector
plug_failing ()
{
  local image=$1 kind=$2 sector=$3
  plug "$image" driver=raw file.driver=blkdebug file.image.driver=file \
    "file.image.filename=$image" file.inject-error.0.event=none \
    "file.inject-error.0.iotype=$kind" "file.inject-error.0.sector=$sector" \
    file.inject-error.0.errno=5
}

unplug_all ()
{
  local disk
  for disk in "${LOOPS[@]}"; do
    losetup -d "$disk"
  done
  for disk in "${DISKS[@]}"; do
    kill "$disk" 2>/dev/null || continue
    wait "$disk" || true
  done
  LOOPS=()
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

# data_sector FILE: print a sector of a guest's file: the middle of its kernel, found by its content
data_sector ()
{
  with_mounted "$1" $(partition "$1" 1) middle_of_kernel >block
  python3 - "$1" <<'END'
import mmap, sys
with open(sys.argv[1], "rb") as image, open("block", "rb") as block:
    print(mmap.mmap(image.fileno(), 0, prot=mmap.PROT_READ).find(block.read()) // 512)
END
}

middle_of_kernel () # FOLDER
{
  dd if="$(echo "$1"/vmlinuz-*)" bs=4096 skip=256 count=1 status=none
}

# start_run ARGUMENT...: start the program with --json in the background. Sets RUN.
start_run ()
{
  rm -f events # of the run before
  # A shell without job control lets its background commands ignore SIGINT.
  env --default-signal=INT "$TPL_SHRINK" --json "$@" >events 2>errors &
  RUN=$!
}

# run_until STAGE ARGUMENT...: start_run, and wait for the stage's begin
run_until ()
{
  local stage=$1
  shift
  start_run "$@"
  until grep -qs "\"kind\":\"stage\",\"stage\":\"$stage\"" events || ! kill -0 "$RUN" 2>/dev/null; do
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

# no_appliance: it ends soon, with the program or after it
no_appliance ()
{
  local try
  for try in {1..20}; do
    [[ -n $(appliance_pid) ]] || return 0
    sleep 0.5
  done
  fail "the appliance lives on"
}
