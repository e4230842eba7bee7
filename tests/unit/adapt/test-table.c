/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partition tables that sfdisk made, read, made again on a smaller disk, and read by sfdisk. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "../plan/command.h"
#include "adapt/gpt.h"
#include "adapt/table.h"
#include "plan/size.h"
#include "tpl-shrink.h"

#define OLD_BYTES (2 * TPL_GIB)
#define NEW_BYTES (900 * TPL_MIB)

/* The file's data, not its holes. */
static void
write_to_mirror (TplMirror *mirror, const char *path)
{
  g_autoptr (GError) error = NULL;
  const int fd = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  for (off_t end = 0, start; (start = lseek (fd, end, SEEK_DATA)) >= 0;) {
    end = lseek (fd, start, SEEK_HOLE);
    const gsize length = (gsize)(end - start);
    g_autofree char *data = g_malloc (length);
    g_assert_cmpint (pread (fd, data, length, start), ==, (gssize)length);
    g_autoptr (GBytes) bytes = g_bytes_new (data, length);
    g_assert_true (tpl_mirror_write (mirror, (guint64)start, bytes, &error));
  }
  close (fd);
}

/* A disk with the table that sfdisk makes of `script`, as the appliance would have it read. */
static TplMirror *
source_mirror (const char *script, const char *and_then, guint64 grown_bytes)
{
  char *path = command_make_disk ("disk.img", OLD_BYTES);
  g_autofree char *line
      = g_strdup_printf ("printf '%s' | sfdisk -q '%s' && { %s; }", script, path, and_then);
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;
  const char *const argv[] = { "sh", "-c", line, "sh", path, NULL };
  said = command_run (argv);
  TplMirror *mirror = tpl_mirror_new (OLD_BYTES + grown_bytes, &error);
  g_assert_no_error (error);
  write_to_mirror (mirror, path);
  command_remove_disk (path);
  return mirror;
}

static char *
table_of (const char *path)
{
  const char *const argv[] = { "sh", "-c",
                               "sfdisk -d \"$1\" | grep -vE '^(device|first-lba|last-lba|$)' | "
                               "sed -E 's/^[^ ]*[^0-9]([0-9]+) :/\\1:/; s/(start|size)= *[0-9]+, //g'",
                               "sh", path, NULL };
  return command_run (argv);
}

static TplLayout *
read_layout (const TplMirror *mirror)
{
  TplLayout *layout = tpl_value_new (&tpl_layout_type);
  g_autoptr (GError) error = NULL;
  tpl_table_read (mirror, layout, &error);
  g_assert_no_error (error);
  return layout;
}

/* Every partition a third as long, one after the other. */
static void
make_smaller (TplLayout *layout)
{
  guint64 cursor = ((const TplPartition *)layout->partitions->pdata[0])->start_bytes;
  for (guint i = 0; i < layout->partitions->len; i++) {
    TplPartition *partition = layout->partitions->pdata[i];
    guint64 length = (partition->end_bytes - partition->start_bytes) / 3;
    partition->start_bytes = cursor;
    cursor += tpl_size_round_up (length, TPL_MIB);
    partition->end_bytes = cursor;
    partition->volume->size_bytes = partition->end_bytes - partition->start_bytes;
  }
  layout->size_bytes = NEW_BYTES;
}

static TplMirror *
write_layout (const TplLayout *layout)
{
  g_autoptr (GError) error = NULL;
  TplMirror *mirror = tpl_mirror_new (layout->size_bytes, &error);
  g_assert_no_error (error);
  mirror->sector_bytes = layout->sector_bytes;
  tpl_table_write (mirror, layout, &error);
  g_assert_no_error (error);
  return mirror;
}

/* sfdisk finds no difference but in places and sizes, and we what was to be written. */
static void
check_written (const TplMirror *source, const TplMirror *target, const TplLayout *layout)
{
  g_autofree char *before = table_of (source->path);
  g_autofree char *after = table_of (target->path);
  g_assert_cmpstr (before, ==, after);
  TplLayout *again = read_layout (target);
  g_assert_true (tpl_value_equal (&tpl_layout_type, layout, again));
  tpl_value_free (&tpl_layout_type, again);
}

static const char gpt_script[]
    = "label: gpt\\nlabel-id: 11111111-AAAA-4BBB-8CCC-222222222222\\n"
      "14: start=2048, size=1M, type=21686148-6449-6E6F-744E-656564454649, name=\"BIOS boot\"\\n"
      "2: size=512M, type=BC13C2FF-59E6-4262-A352-B275FD6F7172, name=\"g\xc3\xbc\"\\n"
      "128: size=64M, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, "
      "uuid=33333333-1234-4321-8AAA-444444444444\\n"
      "1: type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, attrs=\"RequiredPartition,GUID:59,60\"\\n";

static void
test_gpt (void)
{
  if (!command_need ("sfdisk", NULL))
    return;
  g_autoptr (TplMirror) source = source_mirror (gpt_script, ":", 0);
  TplLayout *layout = read_layout (source);
  const TplPartition *bios = layout->partitions->pdata[0], *last = layout->partitions->pdata[3];
  g_assert_cmpstr (layout->table, ==, "gpt");
  g_assert_cmpstr (layout->table_uuid, ==, "11111111-aaaa-4bbb-8ccc-222222222222");
  g_assert_cmpuint (layout->partitions->len, ==, 4);
  g_assert_cmpuint (bios->number, ==, 14);
  g_assert_true (tpl_partition_is_bios_boot (bios));
  g_assert_cmpstr (bios->name, ==, "BIOS boot");
  g_assert_cmpuint (last->number, ==, 1);
  g_assert_false (last->bootable);
  g_assert_cmpuint (last->attributes, ==, G_GUINT64_CONSTANT (3) << 59 | 1);
  make_smaller (layout);

  g_autoptr (TplMirror) target = write_layout (layout);
  /* Says so if a checksum, a copy or its place is wrong. */
  g_autofree char *verified = command_run_words ("sfdisk", "--verify", target->path, NULL);
  g_assert_nonnull (strstr (verified, "No errors detected"));
  check_written (source, target, layout);
  tpl_value_free (&tpl_layout_type, layout);
}

static void
test_mbr (void)
{
  static const char script[] = "label: dos\\nlabel-id: 0xd34db33f\\n"
                               "3: start=2048, size=300M, type=83, bootable\\n1: size=100M, type=8e\\n";
  if (!command_need ("sfdisk", NULL))
    return;
  g_autoptr (TplMirror) source = source_mirror (script, ":", 0);
  TplLayout *layout = read_layout (source);
  g_assert_cmpstr (layout->table_uuid, ==, "d34db33f");
  make_smaller (layout);
  g_autoptr (TplMirror) target = write_layout (layout);
  g_autofree char *before = table_of (source->path);
  g_autofree char *after = table_of (target->path);
  g_assert_cmpstr (before, ==, after);
  tpl_value_free (&tpl_layout_type, layout);
}

/* Logical partitions: each with its own table, and its own type there. */
static void
test_logical (void)
{
  static const char script[]
      = "label: dos\\nlabel-id: 0xd34db33f\\n1: start=2048, size=100M, type=83\\n"
        "3: size=600M, type=f\\n5: size=100M, type=82\\n6: size=150M, type=83\\n7: type=8e\\n"
        "2: size=90M, type=7\\n";
  if (!command_need ("sfdisk", NULL))
    return;
  g_autoptr (TplMirror) source = source_mirror (script, ":", 0);
  TplLayout *layout = read_layout (source);
  const TplPartition *extended = layout->partitions->pdata[1], *last = layout->partitions->pdata[4];
  g_assert_cmpuint (layout->partitions->len, ==, 6);
  g_assert_cmpstr (extended->role, ==, "extended");
  g_assert_null (extended->volume);
  g_assert_cmpstr (last->role, ==, "logical");
  g_assert_cmpstr (last->type, ==, "0x8e");
  g_assert_cmpstr (last->uuid, ==, "d34db33f-07");
  layout->size_bytes = NEW_BYTES;
  g_autoptr (TplMirror) target = write_layout (layout);
  check_written (source, target, layout);
  tpl_value_free (&tpl_layout_type, layout);
}

/* Chained otherwise than they lie: the second is the first of the chain. */
static void
test_logical_out_of_order (void)
{
  static const char script[]
      = "label: dos\\nlabel-id: 0xd34db33f\\n1: start=2048, size=100M, type=83\\n"
        "3: start=206848, size=700M, type=f\\n5: start=800768, size=100M, type=82\\n"
        "6: start=208896, size=150M, type=83\\n7: start=1103872, size=50M, type=8e\\n"
        "8: start=557056, size=50M, type=da\\n";
  if (!command_need ("sfdisk", NULL))
    return;
  g_autoptr (TplMirror) source = source_mirror (script, ":", 0);
  TplLayout *layout = read_layout (source);
  const TplPartition *first = layout->partitions->pdata[2];
  g_assert_cmpuint (first->number, ==, 6);
  layout->size_bytes = NEW_BYTES;
  g_autoptr (TplMirror) target = write_layout (layout);
  check_written (source, target, layout);
  tpl_value_free (&tpl_layout_type, layout);
}

/* The same layout in sectors of 4096 bytes, for sfdisk by way of a loop device that has them. */
static void
large_sectors (const char *script)
{
  static const char verify[]
      = "loop=$(losetup --find --show --sector-size 4096 \"$1\") || exit 77\n"
        "sfdisk --verify \"$loop\"; sfdisk -d \"$loop\" | grep -c \"^$loop\"; losetup -d \"$loop\"";
  g_autoptr (TplMirror) source = source_mirror (script, ":", 0);
  TplLayout *layout = read_layout (source);
  layout->sector_bytes = 4096;
  layout->size_bytes = NEW_BYTES;
  make_smaller (layout);
  g_autoptr (TplMirror) target = write_layout (layout);
  target->sector_bytes = 4096;
  TplLayout *again = read_layout (target);
  g_assert_true (tpl_value_equal (&tpl_layout_type, layout, again));
  const char *const argv[] = { "sh", "-c", verify, "sh", target->path, NULL };
  if (command_need_root ()) {
    g_autofree char *said = command_run (argv);
    g_autofree char *count = g_strdup_printf ("\n%u\n", layout->partitions->len);
    g_assert_nonnull (strstr (said, "No errors detected"));
    g_assert_nonnull (strstr (said, count));
  }
  tpl_value_free (&tpl_layout_type, again);
  tpl_value_free (&tpl_layout_type, layout);
}

static void
test_large_sectors (void)
{
  if (!command_need ("sfdisk", "losetup", NULL))
    return;
  large_sectors (gpt_script);
  large_sectors ("label: dos\\n3: start=2048, size=300M, type=83\\n1: size=100M, type=8e\\n");
}

static void
test_sector_size (void)
{
  g_autofree guint8 *bytes = g_malloc0 (8192);
  for (gsize size = 512; size <= 4096; size += 3584) {
    g_autoptr (GBytes) none = g_bytes_new (bytes, 8192);
    g_assert_cmpuint (tpl_gpt_sector_size (none), ==, 0);
    memcpy (bytes + size, "EFI PART", 8);
    g_autoptr (GBytes) head = g_bytes_new (bytes, 8192);
    g_autoptr (GBytes) cut = g_bytes_new (bytes, size + 7);
    g_assert_cmpuint (tpl_gpt_sector_size (head), ==, size);
    g_assert_cmpuint (tpl_gpt_sector_size (cut), ==, 0);
    memset (bytes, 0, 8192);
  }
}

/* An image that was made larger, whose guest has not yet moved the table's second copy. */
static void
test_gpt_of_a_grown_disk (void)
{
  TplLayout *layout = tpl_value_new (&tpl_layout_type);
  g_autoptr (GError) error = NULL;
  if (!command_need ("sfdisk", NULL))
    return;
  g_autoptr (TplMirror) source = source_mirror (gpt_script, ":", 100 * TPL_MIB);
  tpl_table_read (source, layout, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (layout->partitions->len, ==, 4);
  tpl_value_free (&tpl_layout_type, layout);
}

static void
refuses (const char *script, const char *and_then, const char *says)
{
  TplLayout *layout = tpl_value_new (&tpl_layout_type);
  g_autoptr (GError) error = NULL;
  g_autoptr (TplMirror) source = source_mirror (script, and_then, 0);
  g_assert_false (tpl_table_read (source, layout, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, says));
  tpl_value_free (&tpl_layout_type, layout);
}

static void
test_refused (void)
{
  if (!command_need ("sfdisk", NULL))
    return;
  /* A second entry in the protective MBR; a damaged first copy. */
  refuses (gpt_script, "printf \"\\\\203\" | dd of=\"$1\" bs=1 seek=466 conv=notrunc status=none",
           "hybrid");
  refuses (gpt_script, "printf x | dd of=\"$1\" bs=1 seek=1100 conv=notrunc status=none",
           "first copy");
  /* Entries of 1 MiB each, by the first copy of the header, and by the second in the last sector. */
  refuses (gpt_script,
           "printf \"\\\\0\\\\0\\\\020\\\\0\" | "
           "dd of=\"$1\" bs=1 seek=596 conv=notrunc status=none",
           "header is damaged");
  refuses (gpt_script,
           "printf \"\\\\0\\\\0\\\\020\\\\0\" | "
           "dd of=\"$1\" bs=1 seek=$(($(stat -c %s \"$1\") - 428)) conv=notrunc status=none",
           "second copy");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/table/gpt", test_gpt);
  g_test_add_func ("/table/mbr", test_mbr);
  g_test_add_func ("/table/logical", test_logical);
  g_test_add_func ("/table/logical-out-of-order", test_logical_out_of_order);
  g_test_add_func ("/table/large-sectors", test_large_sectors);
  g_test_add_func ("/table/sector-size", test_sector_size);
  g_test_add_func ("/table/gpt-of-a-grown-disk", test_gpt_of_a_grown_disk);
  g_test_add_func ("/table/refused", test_refused);
  return g_test_run ();
}
