/* SPDX-License-Identifier: GPL-3.0-or-later */
/* qcow2 images that qemu-img made are read as the raw disk that they were made of; pieces;
 * blanks. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "../folder.h"
#include "../plan/command.h"
#include "plan/size.h"
#include "survey/disk.h"
#include "survey/open.h"

#define DISK_BYTES (8 * TPL_MIB)

/* Text, noise and holes, at odd places. */
static char *
make_raw (const Folder *folder)
{
  char *path = g_build_filename (folder->root, "disk.raw", NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autofree guint8 *bytes = g_malloc0 (DISK_BYTES);
  memcpy (bytes + 700, "a beginning", 11);
  for (guint i = 0; i < 300000; i++)
    bytes[3 * TPL_MIB + 77 + i] = (guint8)g_rand_int (random);
  memset (bytes + 6 * TPL_MIB, 'x', 200000);
  memcpy (bytes + DISK_BYTES - 9, "the end", 7);
  g_assert_true (g_file_set_contents (path, (const char *)bytes, DISK_BYTES, NULL));
  return path;
}

static TplDisk *
open_as (const char *path, const char *format)
{
  TplOpened opened;
  g_autoptr (GError) error = NULL;
  tpl_survey_open (path, format, FALSE, &opened, &error);
  g_assert_no_error (error);
  return opened.disk;
}

static void
assert_same (TplDisk *disk, const char *raw)
{
  g_autofree char *wanted = NULL;
  gsize length = 0;
  g_autoptr (GError) error = NULL;
  g_assert_true (g_file_get_contents (raw, &wanted, &length, NULL));
  g_assert_cmpuint (disk->size_bytes, ==, length);
  for (guint64 at = 0; at < length; at += 123457) {
    const gsize part = (gsize)MIN (length - at, 123457);
    g_autoptr (GBytes) bytes = tpl_disk_read (disk, at, part, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (g_bytes_get_size (bytes), ==, part);
    g_assert_true (memcmp (g_bytes_get_data (bytes, NULL), wanted + at, part) == 0);
  }
  /* What is passed over holds nothing. */
  for (guint64 at = 0; at < length;) {
    const guint64 data = disk->next_data (disk, at);
    g_assert_cmpuint (data, >=, at);
    for (; at < data; at++)
      g_assert_cmpint (wanted[at], ==, 0);
    at = data + 4096;
  }
}

static void
test_qcow2 (Folder *folder, gconstpointer options)
{
  g_autofree char *raw = make_raw (folder);
  g_autofree char *image = g_build_filename (folder->root, "disk.qcow2", NULL);
  g_autofree char *line
      = g_strdup_printf ("qemu-img convert -f raw -O qcow2 %s '%s' '%s'", (const char *)options, raw,
                         image);
  if (!command_need ("qemu-img", NULL))
    return;
  g_free (command_run_words ("sh", "-c", line, NULL));
  g_autoptr (TplDisk) disk = open_as (image, NULL);
  assert_same (disk, raw);
}

/* An overlay whose clusters are its own, zeros, or the backing file's, which is smaller. */
static void
test_overlay (Folder *folder, gconstpointer data)
{
  (void)data;
  g_autofree char *raw = make_raw (folder);
  g_autofree char *top = g_build_filename (folder->root, "top.qcow2", NULL);
  g_autofree char *flat = g_build_filename (folder->root, "flat.raw", NULL);
  g_autoptr (GError) error = NULL;
  TplOpened opened;
  if (!command_need ("qemu-img", "qemu-io", NULL))
    return;
  g_free (command_run_words ("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", "disk.raw",
                             top, "10M", NULL));
  g_free (command_run_words ("qemu-io", "-c", "write -P 9 4100k 70k", "-c", "write -z 6M 128k", "-c",
                             "write -P 3 9M 1k", top, NULL));
  g_free (command_run_words ("qemu-img", "convert", "-f", "qcow2", "-O", "raw", top, flat, NULL));
  g_autoptr (TplDisk) disk = open_as (top, "qcow2");
  assert_same (disk, flat);
  /* Unless somebody says that it is meant, an image does not lead to another file. */
  g_assert_false (tpl_survey_open (top, NULL, FALSE, &opened, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
}

/* One that is its own backing file ends. */
static void
test_chain_without_end (Folder *folder, gconstpointer data)
{
  (void)data;
  g_autofree char *image = g_build_filename (folder->root, "self.qcow2", NULL);
  g_autoptr (GError) error = NULL;
  TplOpened opened;
  if (!command_need ("qemu-img", NULL))
    return;
  g_free (command_run_words ("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "qcow2", "-b",
                             "self.qcow2", image, "1M", NULL));
  g_assert_false (tpl_survey_open (image, "qcow2", FALSE, &opened, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
}

static void
test_pieces (Folder *folder, gconstpointer data)
{
  (void)data;
  g_autofree char *raw = make_raw (folder);
  g_autoptr (TplDisk) whole = open_as (raw, "raw");
  g_autoptr (GError) error = NULL;
  const TplDiskPiece pieces[] = { { DISK_BYTES - 9, 4 }, { 700, 5 }, { TPL_MIB, TPL_MIB } };
  const TplDiskPiece outside[] = { { DISK_BYTES - 9, 10 } };
  const TplDiskPiece wrapped[] = { { 1000, G_MAXUINT64 - 10 } };
  g_autoptr (TplDisk) disk = tpl_disk_new_pieces (whole, pieces, 3, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (disk->size_bytes, ==, 9 + TPL_MIB);
  g_autoptr (GBytes) bytes = tpl_disk_read (disk, 1, 8, &error);
  g_assert_no_error (error);
  g_assert_true (memcmp (g_bytes_get_data (bytes, NULL), "he a beg", 8) == 0);
  g_assert_null (tpl_disk_read (disk, disk->size_bytes - 1, 2, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_assert_null (tpl_disk_new_pieces (whole, outside, 1, NULL));
  g_assert_null (tpl_disk_new_pieces (whole, wrapped, 1, NULL));
}

static TplBlank
blank_of (TplDisk *whole, guint64 start, guint64 size)
{
  const TplDiskPiece piece = { start, size };
  g_autoptr (TplDisk) disk = tpl_disk_new_pieces (whole, &piece, 1, NULL);
  g_autoptr (GError) error = NULL;
  TplBlank blank;
  g_assert_true (tpl_disk_is_blank (disk, &blank, &error));
  return blank;
}

static void
test_blank (Folder *folder, gconstpointer data)
{
  (void)data;
  g_autofree char *path = g_build_filename (folder->root, "blank.raw", NULL);
  int fd = g_open (path, O_RDWR | O_CREAT, 0600);
  g_autofree guint8 *zeros = g_malloc0 (TPL_MIB);
  g_assert_cmpint (ftruncate (fd, (off_t)(100 * TPL_GIB)), ==, 0);
  /* Zeros that are there, more than is read. */
  for (guint64 i = 0; i < 12; i++)
    g_assert_cmpint (pwrite (fd, zeros, TPL_MIB, (off_t)(TPL_GIB + i * TPL_MIB)), ==,
                     (gssize)TPL_MIB);
  g_assert_cmpint (pwrite (fd, "x", 1, (off_t)(60 * TPL_GIB)), ==, 1);
  g_autoptr (TplDisk) disk = tpl_disk_new_raw (fd, 100 * TPL_GIB, path);
  g_assert_cmpint (blank_of (disk, 70 * TPL_GIB, 30 * TPL_GIB), ==, TPL_BLANK);
  g_assert_cmpint (blank_of (disk, 10 * TPL_GIB, 90 * TPL_GIB), ==, TPL_NOT_BLANK);
  g_assert_cmpint (blank_of (disk, TPL_GIB, 12 * TPL_MIB), ==, TPL_BLANK_SO_FAR);
  g_assert_cmpint (blank_of (disk, TPL_GIB, 4 * TPL_MIB), ==, TPL_BLANK);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name, *options;
  } images[] = {
    { "/qcow2/default", "" },
    { "/qcow2/compressed", "-c" },
    { "/qcow2/version-2", "-o compat=0.10" },
    { "/qcow2/small-clusters", "-o cluster_size=512" },
    { "/qcow2/large-clusters", "-c -o cluster_size=2M" },
    { "/qcow2/preallocated", "-o preallocation=metadata" },
  };
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (images); i++)
    g_test_add (images[i].name, Folder, images[i].options, folder_make, test_qcow2, folder_remove);
  g_test_add ("/overlay", Folder, NULL, folder_make, test_overlay, folder_remove);
  g_test_add ("/chain-without-end", Folder, NULL, folder_make, test_chain_without_end,
              folder_remove);
  g_test_add ("/pieces", Folder, NULL, folder_make, test_pieces, folder_remove);
  g_test_add ("/blank", Folder, NULL, folder_make, test_blank, folder_remove);
  return g_test_run ();
}
