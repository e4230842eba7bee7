/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ext2, ext3, ext4: what is planned, made by the real mke2fs and read back. */
#include <string.h>
#include <unistd.h>

#include "../plan/command.h"
#include "adapt/ext-superblock.h"
#include "fs/ext-mkfs.h"
#include "fs/fs-plan.h"
#include "plan/size.h"
#include "tpl-shrink.h"

#define HEADROOM (16 * TPL_MIB)

/* What guests of several ages have. */
static const char *const kinds[] = {
  "ext2 filetype,sparse_super,large_file,ext_attr,resize_inode,dir_index",
  "ext3 has_journal,filetype,sparse_super,large_file,ext_attr,resize_inode,dir_index",
  "ext4 has_journal,ext_attr,resize_inode,dir_index,filetype,extent,flex_bg,sparse_super,large_file,"
  "huge_file,uninit_bg,dir_nlink,extra_isize",
  "ext4 has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,"
  "large_file,huge_file,dir_nlink,extra_isize,metadata_csum",
  "ext4 has_journal,ext_attr,resize_inode,dir_index,orphan_file,filetype,extent,64bit,flex_bg,"
  "metadata_csum_seed,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum",
  "ext4 ext_attr,dir_index,filetype,extent,64bit,meta_bg,large_file,extra_isize,sparse_super2",
};

static TplVolume *
read_back (const char *path, const char *type, guint64 size_bytes)
{
  TplVolume *volume = tpl_value_new (&tpl_volume_type);
  g_autoptr (GBytes) superblock
      = command_read_disk (path, TPL_EXT_SUPERBLOCK_START, TPL_EXT_SUPERBLOCK_BYTES);
  g_autoptr (GError) error = NULL;

  volume->id = g_strdup ("part:1");
  volume->type = g_strdup (type);
  volume->size_bytes = size_bytes;
  tpl_ext_superblock_read (superblock, volume, &error);
  g_assert_no_error (error);
  return volume;
}

/* A source of 4 GiB with these features, made by mke2fs; it says that it holds `used_bytes`. */
static TplVolume *
make_source (const char *kind, const char *block, guint64 used_bytes)
{
  g_auto (GStrv) words = g_strsplit (kind, " ", 2);
  g_autofree char *features = g_strconcat ("none,", words[1], NULL);
  char *path = command_make_disk ("source.img", 4 * TPL_GIB);
  g_autofree char *said = command_run_words ("mke2fs", "-q", "-F", "-O", features, "-b", block,
                                             "-I", "256", "-m", "2.5", path, NULL);
  TplVolume *volume = read_back (path, words[0], 4 * TPL_GIB);

  volume->used_bytes = used_bytes;
  tpl_volume_set_fact (volume, "inode_free_count",
                       tpl_volume_get_fact (volume, "inode_count", 0) - used_bytes / 40000 - 11);
  tpl_volume_set_fact (volume, "default_mount_options", 0xc | 0x40);
  tpl_volume_set_fact (volume, "errors_behaviour", 2);
  tpl_volume_set_fact (volume, "max_mounts", 30);
  tpl_volume_set_fact (volume, "check_interval_seconds", 864000);
  command_remove_disk (path);
  return volume;
}

static void
check_made (const TplVolume *planned, const TplVolume *made)
{
  static const char *const same[] = { "block_bytes", "inode_bytes", "inode_count", "blocks",
                                      "default_mount_options", "errors_behaviour", "max_mounts",
                                      "check_interval_seconds" };
  const guint64 block = tpl_volume_get_fact (planned, "block_bytes", 0);
  const guint64 blocks = tpl_volume_get_fact (planned, "blocks", 0);
  const guint64 reserved = tpl_volume_get_fact (made, "reserved_blocks", 0);
  const guint64 kept_back = (reserved + MIN (blocks / 50, 4096)) * block;

  g_test_message ("%s, %" G_GUINT64_FORMAT " bytes: free %" G_GUINT64_FORMAT ", planned used %"
                  G_GUINT64_FORMAT " free %" G_GUINT64_FORMAT, planned->type, planned->size_bytes,
                  made->free_bytes, planned->used_bytes, planned->free_bytes);
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    g_assert_cmpuint (tpl_volume_get_fact (made, same[i], 1), ==,
                      tpl_volume_get_fact (planned, same[i], 2));
  for (const TplFeature *feature = tpl_ext_features; feature->name != NULL; feature++)
    g_assert_cmpuint (tpl_volume_get_fact (made, feature->name, 2), ==,
                      tpl_volume_get_fact (planned, feature->name, 0));
  g_assert_cmpuint (reserved, <=, blocks * 25 / 1000 + 1);
  g_assert_cmpuint (reserved + 2, >=, blocks * 25 / 1000);
  /* Content and headroom fit; and not much more is taken than needed. */
  g_assert_cmpuint (made->free_bytes + TPL_MIB, >=, planned->used_bytes + HEADROOM + kept_back);
  g_assert_cmpuint (made->free_bytes, >=, planned->used_bytes + planned->free_bytes + kept_back);
  g_assert_cmpuint (made->free_bytes, <=,
                    planned->used_bytes + planned->free_bytes + kept_back + 4 * TPL_MIB
                        + planned->size_bytes / 50);
}

static void
plan_and_make (const TplVolume *source, guint64 size_bytes)
{
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) error = NULL;
  TplVolume *made;
  char *path;

  target->id = g_strdup (source->id);
  target->type = g_strdup (source->type);
  target->size_bytes = size_bytes;
  tpl_ext_traits.plan (source, HEADROOM, target, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (target->free_bytes, >=, HEADROOM);
  target->uuid = g_strdup ("12345678-1234-4321-8888-123456789abc");
  target->label = g_strdup ("a label");
  /* As without a partition table: the disk is cut to its size later. */
  path = command_make_disk ("target.img", target->size_bytes + 64 * TPL_MIB);
  {
    g_auto (GStrv) mke2fs = tpl_mke2fs_argv (target, NULL, path);
    g_auto (GStrv) tune2fs = tpl_tune2fs_argv (target, path);
    g_autofree char *made_said = command_run ((const char *const *)mke2fs);
    g_assert_cmpint (truncate (path, (off_t)target->size_bytes), ==, 0);
    g_autofree char *tuned_said = command_run ((const char *const *)tune2fs);
    g_autofree char *checked = command_run_words ("e2fsck", "-fn", path, NULL);
  }
  made = read_back (path, target->type, target->size_bytes);
  check_made (target, made);
  command_remove_disk (path);
  tpl_value_free (&tpl_volume_type, made);
  tpl_value_free (&tpl_volume_type, target);
}

static void
test_made_as_planned (void)
{
  static const char *const blocks[] = { "4096", "1024" };
  static const guint64 used[] = { 2 * TPL_MIB, 110 * TPL_MIB, 1300 * TPL_MIB };

  if (!command_need ("mke2fs", "tune2fs", "e2fsck", NULL))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (blocks) * G_N_ELEMENTS (used); j++) {
      TplVolume *source = make_source (kinds[i], blocks[j % 2], used[j / 2]);

      plan_and_make (source, 0);
      plan_and_make (source, tpl_size_round_up (used[j / 2] * 2, TPL_GIB) + 3 * TPL_MIB);
      tpl_value_free (&tpl_volume_type, source);
    }
  }
}

/* mke2fs wants as much free beside a journal as that takes, whatever is to be copied. */
static void
test_next_to_nothing (void)
{
  static const char *const blocks[] = { "1024", "2048", "4096" };

  if (!command_need ("mke2fs", NULL))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (kinds) * G_N_ELEMENTS (blocks); i++) {
    TplVolume *source = make_source (kinds[i / 3], blocks[i % 3], TPL_MIB);
    TplVolume *target = tpl_value_new (&tpl_volume_type);
    g_autoptr (GError) error = NULL;

    source->used_bytes = 0;
    target->id = g_strdup (source->id);
    target->type = g_strdup (source->type);
    target->uuid = g_strdup ("12345678-1234-4321-8888-123456789abc");
    tpl_ext_traits.plan (source, 0, target, &error);
    g_assert_no_error (error);
    g_autofree char *path = command_make_disk ("target.img", target->size_bytes);
    g_auto (GStrv) mke2fs = tpl_mke2fs_argv (target, NULL, path);
    g_autofree char *said = command_run ((const char *const *)mke2fs);
    tpl_value_free (&tpl_volume_type, target);
    tpl_value_free (&tpl_volume_type, source);
  }
}

static TplVolume *
described_source (void)
{
  TplVolume *volume = tpl_value_new (&tpl_volume_type);

  volume->id = g_strdup ("part:1");
  volume->type = g_strdup ("ext4");
  volume->used_bytes = 100 * TPL_MIB;
  tpl_volume_set_fact (volume, "block_bytes", 4096);
  tpl_volume_set_fact (volume, "inode_bytes", 256);
  tpl_volume_set_fact (volume, "blocks", 262144);
  tpl_volume_set_fact (volume, "inode_count", 65536);
  tpl_volume_set_fact (volume, "inode_free_count", 60000);
  return volume;
}

static void
refuses (const char *fact, guint64 value, const char *says)
{
  TplVolume *source = described_source ();
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) error = NULL;

  tpl_volume_set_fact (source, fact, value);
  g_assert_false (tpl_ext_traits.plan (source, 0, target, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, says));
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
}

static void
test_refused (void)
{
  guint count = 0;

  for (const TplFeature *feature = tpl_ext_features; feature->name != NULL; feature++) {
    if (feature->fate != TPL_FEATURE_REFUSED)
      continue;
    refuses (feature->name, 1, feature->name);
    count++;
  }
  g_assert_cmpuint (count, >, 10);
  refuses ("has_errors", 1, "e2fsck");
  refuses ("clean", 0, "e2fsck");
  refuses ("external_journal", 1, "journal");
  refuses ("mount_options_text", 1, "mount_opts");
  refuses ("block_bytes", 3, "e2fsck");
}

/* More files than a smaller filesystem's usual share of inodes. */
static void
test_inodes_follow_files (void)
{
  TplVolume *source = described_source ();
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) error = NULL;

  tpl_volume_set_fact (source, "inode_free_count", 1000);
  tpl_ext_traits.plan (source, 0, target, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tpl_volume_get_fact (target, "inode_count", 0), >, 64536 * 5 / 4);
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
}

static void
test_too_small (void)
{
  TplVolume *source = described_source ();
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) error = NULL;

  target->size_bytes = 90 * TPL_MIB;
  g_assert_false (tpl_ext_traits.plan (source, 0, target, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_TOO_SMALL);
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
}

static gboolean
plan_size (const TplVolume *source, guint64 *size_bytes)
{
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  gboolean fits;

  target->size_bytes = *size_bytes;
  fits = tpl_ext_traits.plan (source, HEADROOM, target, NULL);
  *size_bytes = target->size_bytes;
  tpl_value_free (&tpl_volume_type, target);
  return fits;
}

/* The smallest size, rounded up to whole extents of a volume group, does as well: also where mke2fs
 * would give it a larger journal. */
static void
test_rounded_up (void)
{
  TplVolume *source = described_source ();

  tpl_volume_set_fact (source, "has_journal", 1);
  for (guint64 used = TPL_MIB; used < 2200 * TPL_MIB; used += TPL_MIB) {
    guint64 size = 0;

    source->used_bytes = used;
    g_assert_true (plan_size (source, &size));
    for (guint64 extent = TPL_MIB; extent <= 32 * TPL_MIB; extent *= 2) {
      guint64 rounded = tpl_size_round_up (size, extent);

      g_test_message ("%" G_GUINT64_FORMAT " used, %" G_GUINT64_FORMAT, used, rounded);
      g_assert_true (plan_size (source, &rounded));
    }
  }
  tpl_value_free (&tpl_volume_type, source);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ext/made-as-planned", test_made_as_planned);
  g_test_add_func ("/ext/next-to-nothing", test_next_to_nothing);
  g_test_add_func ("/ext/refused", test_refused);
  g_test_add_func ("/ext/inodes-follow-files", test_inodes_follow_files);
  g_test_add_func ("/ext/too-small", test_too_small);
  g_test_add_func ("/ext/rounded-up", test_rounded_up);
  return g_test_run ();
}
