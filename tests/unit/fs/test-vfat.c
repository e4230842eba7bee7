/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FAT: what is planned, made by the real mkfs.vfat and read back. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "../plan/command.h"
#include "adapt/fat-superblock.h"
#include "fs/fs-plan.h"
#include "fs/fs.h"
#include "plan/size.h"
#include "tpl-shrink.h"

static TplVolume *
read_back (const char *path, guint64 size_bytes)
{
  TplVolume *volume = tpl_value_new (&tpl_volume_type);
  g_autoptr (GBytes) boot = command_read_disk (path, 0, TPL_FAT_SUPERBLOCK_BYTES);
  g_autoptr (GError) error = NULL;

  volume->id = g_strdup ("part:1");
  volume->type = g_strdup ("vfat");
  volume->size_bytes = size_bytes;
  tpl_fat_superblock_read (boot, volume, &error);
  g_assert_no_error (error);
  return volume;
}

static void
plan_and_make (const TplVolume *source, guint64 headroom_bytes, guint64 size_bytes)
{
  static const char *const same[] = { "sector_bytes", "cluster_bytes", "fats", "root_entries",
                                      "fat_bits" };
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) error = NULL;
  TplVolume *made;
  char *path;

  target->id = g_strdup (source->id);
  target->type = g_strdup (source->type);
  target->size_bytes = size_bytes;
  tpl_vfat_traits.plan (source, headroom_bytes, target, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (target->free_bytes, >=, headroom_bytes);
  target->uuid = g_strdup ("1A2B-3C4D");
  target->label = g_strdup ("ESP");
  /* As without a partition table: the disk is cut to its size later. */
  path = command_make_disk ("target.img", target->size_bytes + 64 * TPL_MIB);
  {
    g_auto (GStrv) argv = tpl_fs_find ("vfat")->make (target, path, &error);
    g_autofree char *said = command_run ((const char *const *)argv);
    g_assert_cmpint (truncate (path, (off_t)target->size_bytes), ==, 0);
    g_autofree char *checked = command_run_words ("fsck.vfat", "-n", path, NULL);
    g_autofree char *uuid = command_run_words ("blkid", "-p", "-s", "UUID", "-o", "value", path, NULL);
    g_assert_cmpstr (g_strstrip (uuid), ==, target->uuid);
  }
  made = read_back (path, target->size_bytes);
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    g_assert_cmpuint (tpl_volume_get_fact (made, same[i], 1), ==,
                      tpl_volume_get_fact (target, same[i], 2));
  g_assert_cmpuint (tpl_volume_get_fact (source, "fat_bits", 0), ==,
                    tpl_volume_get_fact (made, "fat_bits", 0));
  g_assert_cmpuint (tpl_volume_get_fact (made, "clusters", 0)
                        * tpl_volume_get_fact (made, "cluster_bytes", 0), >=,
                    source->used_bytes + headroom_bytes);
  command_remove_disk (path);
  tpl_value_free (&tpl_volume_type, made);
  tpl_value_free (&tpl_volume_type, target);
}

static void
test_made_as_planned (void)
{
  static const struct {
    const char *bits;
    guint64 size_bytes, used_bytes;
  } sources[] = {
    { "32", 512 * TPL_MIB, 6 * TPL_MIB },   { "32", 512 * TPL_MIB, 200 * TPL_MIB },
    { "32", 100 * TPL_MIB, 10 * TPL_MIB },  { "16", 200 * TPL_MIB, 6 * TPL_MIB },
    { "16", 200 * TPL_MIB, 90 * TPL_MIB },  { "12", 4 * TPL_MIB, TPL_MIB },
    { "32", 16 * TPL_GIB, 700 * TPL_MIB },
  };

  if (!command_need ("mkfs.vfat", "fsck.vfat", "blkid", NULL))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++) {
    char *path = command_make_disk ("source.img", sources[i].size_bytes);
    g_autofree char *said = command_run_words ("mkfs.vfat", "-F", sources[i].bits, path, NULL);
    TplVolume *source = read_back (path, sources[i].size_bytes);

    source->used_bytes = sources[i].used_bytes;
    g_assert_cmpuint (tpl_volume_get_fact (source, "fat_bits", 0), ==,
                      g_ascii_strtoull (sources[i].bits, NULL, 10));
    plan_and_make (source, TPL_MIB, 0);
    plan_and_make (source, 0, sources[i].size_bytes);
    command_remove_disk (path);
    tpl_value_free (&tpl_volume_type, source);
  }
}

/* An EFI system partition becomes about as small as FAT32 can be. */
static void
test_small_clusters (void)
{
  TplVolume *source = tpl_value_new (&tpl_volume_type);
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) error = NULL;

  source->id = g_strdup ("part:1");
  source->used_bytes = 6 * TPL_MIB;
  tpl_volume_set_fact (source, "sector_bytes", 512);
  tpl_volume_set_fact (source, "cluster_bytes", 4096);
  tpl_volume_set_fact (source, "fats", 2);
  tpl_volume_set_fact (source, "fat_bits", 32);
  tpl_vfat_traits.plan (source, TPL_MIB, target, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (target->size_bytes, <, 34 * TPL_MIB);
  tpl_volume_set_fact (source, "fat_bits", 31);
  g_assert_false (tpl_vfat_traits.plan (source, TPL_MIB, target, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
}

static GBytes *
read_file (const TplFsDisk *disk, guint64 offset_bytes, gsize length, GError **error)
{
  char *data = g_malloc (length);
  FILE *file = g_fopen (disk->device, "rb");

  (void)error;
  g_assert_nonnull (file);
  g_assert_cmpint (fseeko (file, (off_t)offset_bytes, SEEK_SET), ==, 0);
  g_assert_cmpuint (fread (data, 1, length, file), ==, length);
  fclose (file);
  return g_bytes_new_take (data, length);
}

/* Behind the first cluster of the root directory, in FAT32; in the root directory's place
 * before. */
static void
test_label (void)
{
  static const char *const kinds[][2] = { { "32", "100M" }, { "16", "20M" }, { "12", "1M" } };

  if (!command_need ("mkfs.vfat", "fatlabel", "mcopy", NULL))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    char *path = command_make_disk ("disk.img", g_ascii_strtoull (kinds[i][1], NULL, 10) * TPL_MIB);
    const char *const fill[]
        = { "sh", "-c",
            "mkfs.vfat -s 1 -F $2 $1 && for i in $(seq 40); do echo $i >$1.$i; "
            "mcopy -i $1 $1.$i ::file$i; rm $1.$i; done; fatlabel $1 'MY ESP'",
            "sh", path, kinds[i][0], NULL };
    g_autofree char *said = command_run (fill);
    TplFsDisk disk = { .device = path, .read = read_file };
    TplVolume *volume = tpl_value_new (&tpl_volume_type);
    g_autoptr (GError) error = NULL;

    volume->id = g_strdup ("part:1");
    volume->size_bytes = TPL_GIB;
    tpl_fs_find ("vfat")->inspect (&disk, volume, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (volume->label, ==, "MY ESP");
    tpl_value_free (&tpl_volume_type, volume);
    command_remove_disk (path);
  }
}

/* Whatever stands in a boot sector, it is read or refused. */
static void
test_damaged (void)
{
  guint8 boot[TPL_FAT_SUPERBLOCK_BYTES] = { 0 };
  g_autoptr (GRand) dice = g_rand_new_with_seed (1);

  for (guint i = 0; i < 20000; i++) {
    TplVolume *volume = tpl_value_new (&tpl_volume_type);
    TplVolume *target = tpl_value_new (&tpl_volume_type);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = NULL;

    boot[510] = 0x55;
    boot[511] = 0xaa;
    for (guint j = 11; j < 40; j++)
      boot[j] = (guint8)(g_rand_int (dice) >> (g_rand_int (dice) % 24));
    boot[11] = 0;
    boot[12] = 2;
    bytes = g_bytes_new (boot, i % 50 == 0 ? i % 512 : sizeof boot);
    volume->id = g_strdup ("part:1");
    volume->size_bytes = 64 * TPL_GIB;
    if (tpl_fat_superblock_read (bytes, volume, &error))
      tpl_vfat_traits.plan (volume, TPL_MIB, target, &error);
    g_assert_true (error == NULL || error->domain == TPL_ERROR);
    tpl_value_free (&tpl_volume_type, volume);
    tpl_value_free (&tpl_volume_type, target);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vfat/made-as-planned", test_made_as_planned);
  g_test_add_func ("/vfat/small-clusters", test_small_clusters);
  g_test_add_func ("/vfat/label", test_label);
  g_test_add_func ("/vfat/damaged", test_damaged);
  return g_test_run ();
}
