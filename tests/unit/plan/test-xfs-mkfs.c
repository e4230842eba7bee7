/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"
#include "fs/fs-plan.h"
#include "fs/xfs-mkfs.h"
#include "plan/size.h"
#include "tpl-shrink.h"
#include "xfs-source.h"

#include <string.h>

#define UUID "5f1c0d6e-8a67-4a0f-9d2b-3c1e7d1b2a44"

/* xfsprogs 4.5 (CentOS 7) and 5.0, shortened; the usage text of 4.5 has no metadata but crc. */
static const char usage_old[] =
    "mkfs.xfs: invalid option -- '-'\n"
    "unknown option --\n"
    "Usage: mkfs.xfs\n"
    "/* blocksize */ [-b log=n|size=num]\n"
    "/* metadata */ [-m crc=0|1,finobt=0|1,uuid=xxx]\n"
    "/* data subvol */ [-d agcount=n,agsize=n,file,name=xxx,size=num,\n"
    " (sunit=value,swidth=value|su=num,sw=num|noalign),\n"
    " sectlog=n|sectsize=num\n"
    "/* inode size */ [-i log=n|perblock=n|size=num,maxpct=n,attr=0|1|2,\n"
    " projid32bit=0|1]\n"
    "/* no discard */ [-K]\n"
    "/* naming */ [-n log=n|size=num,version=2|ci,ftype=0|1]\n"
    "/* sectorsize */ [-s log=n|size=num]\n";

static const char usage_ancient[] = "Usage: mkfs.xfs\n"
                                    "/* data subvol */ [-d agcount=n,size=num]\n"
                                    "/* naming */ [-n log=n|size=num,version=2|ci]\n";

static char *
argument_of (char **argv, const char *option)
{
  for (guint i = 0; argv[i] != NULL; i++) {
    if (strcmp (argv[i], option) == 0)
      return argv[i + 1];
  }
  return NULL;
}

static TplVolume *
plan (const TplVolume *source, guint64 size_bytes)
{
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) error = NULL;

  target->id = g_strdup (source->id);
  target->uuid = g_strdup (UUID);
  target->label = g_strdup ("-root");
  target->size_bytes = size_bytes;
  if (!tpl_xfs_traits.plan (source, 16 * TPL_MIB, target, &error))
    g_assert_no_error (error);
  return target;
}

static void
test_caps (void)
{
  g_autoptr (TplMkfsXfsCaps) caps = tpl_mkfs_xfs_caps_parse (usage_old);

  g_assert_false (caps->unsupported);
  g_assert_true (tpl_mkfs_xfs_caps_has (caps, "K", NULL));
  g_assert_true (tpl_mkfs_xfs_caps_has (caps, "m", "crc"));
  g_assert_true (tpl_mkfs_xfs_caps_has (caps, "m", "uuid"));
  g_assert_false (tpl_mkfs_xfs_caps_has (caps, "m", "reflink"));
  g_assert_true (tpl_mkfs_xfs_caps_has (caps, "i", "projid32bit"));
  g_assert_false (tpl_mkfs_xfs_caps_has (caps, "i", "sparse"));
  g_assert_true (tpl_mkfs_xfs_caps_has (caps, "n", "ftype"));
  g_assert_true (tpl_mkfs_xfs_caps_has (caps, "d", "noalign"));
  g_assert_false (tpl_mkfs_xfs_caps_has (caps, "d", "crc"));
}

static void
test_old_tool_gets_no_new_option (void)
{
  g_autoptr (TplMkfsXfsCaps) caps = tpl_mkfs_xfs_caps_parse (usage_old);
  TplVolume *source = xfs_source (84 * TPL_MIB, "reflink finobt sparse_inodes bigtime");
  TplVolume *target = plan (source, 0);
  g_auto (GStrv) argv = tpl_xfs_mkfs_argv (target, caps, "/dev/x", NULL);

  g_assert_false (g_strv_contains ((const char *const *)argv, "--unsupported"));
  g_assert_cmpstr (argument_of (argv, "-m"), ==, "uuid=" UUID ",crc=1,finobt=1");
  g_assert_cmpstr (argument_of (argv, "-i"), ==, "size=512,maxpct=25,attr=2,projid32bit=1");
  g_assert_cmpstr (argument_of (argv, "-L"), ==, "-root");
  g_assert_cmpstr (argument_of (argv, "-root"), ==, "/dev/x");
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
}

static void
test_ancient_tool_is_refused (void)
{
  g_autoptr (TplMkfsXfsCaps) caps = tpl_mkfs_xfs_caps_parse (usage_ancient);
  TplVolume *source = xfs_source (84 * TPL_MIB, "");
  TplVolume *target = plan (source, 0);
  g_autoptr (GError) error = NULL;

  g_assert_null (tpl_xfs_mkfs_argv (target, caps, "/dev/x", &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_HOST);
  g_assert_nonnull (strstr (error->message, "-m crc"));
  g_clear_error (&error);
  tpl_volume_set_fact (target, "crc", 0);
  tpl_volume_set_fact (target, "ftype", 0);
  g_assert_null (tpl_xfs_mkfs_argv (target, caps, "/dev/x", &error)); /* for the UUID's sake */
  g_assert_error (error, TPL_ERROR, TPL_ERROR_HOST);
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
}

static TplMkfsXfsCaps *
read_caps (void)
{
  g_autofree char *usage = NULL;

  g_assert_false (command_try (tpl_mkfs_xfs_probe, &usage)); /* -Z is no option */
  return tpl_mkfs_xfs_caps_parse (usage);
}

/* Makes the planned filesystem with this host's mkfs.xfs and reads it back. */
static void
make_and_compare (const TplVolume *source, const TplMkfsXfsCaps *caps)
{
  static const char *const kept[] = {
      "block_bytes",   "sector_bytes", "inode_bytes", "dirblock_bytes", "imax_pct",
      "agcount",       "log_bytes",    "crc",         "ftype",          "finobt",
      "rmapbt",        "reflink",      "bigtime",     "inobtcount",     "nrext64",
      "sparse_inodes", "projid32",     "lazy_count",  "attr2",          "ascii_ci",
  };
  TplVolume *target = plan (source, 0);
  char *disk = command_make_disk ("xfs.img", target->size_bytes);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = tpl_xfs_mkfs_argv (target, caps, disk, &error);
  g_autofree char *output = NULL;
  g_autofree char *uuid = NULL;
  g_autofree char *checked = NULL;
  TplVolume *made;

  g_assert_no_error (error);
  output = command_run ((const char *const *)argv);
  g_assert_null (strstr (output, "arning"));
  made = xfs_read (disk);
  g_assert_cmpuint (made->size_bytes, ==, target->size_bytes);
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++) {
    const guint64 planned = tpl_volume_get_fact (target, kept[i], 0);

    if (tpl_volume_get_fact (made, kept[i], 0) != planned)
      g_test_message ("%s differs", kept[i]);
    g_assert_cmpuint (tpl_volume_get_fact (made, kept[i], 0), ==, planned);
  }
  uuid = command_run_words ("xfs_admin", "-ul", disk, NULL);
  g_assert_nonnull (strstr (uuid, UUID));
  g_assert_nonnull (strstr (uuid, "\"-root\""));
  checked = command_run_words ("xfs_repair", "-n", disk, NULL);
  tpl_value_free (&tpl_volume_type, made);
  tpl_value_free (&tpl_volume_type, target);
  command_remove_disk (disk);
}

static void
test_features_read_back (void)
{
  static const char *const features[] = {
      "finobt sparse_inodes reflink bigtime inobtcount", /* Debian 12 */
      "finobt sparse_inodes reflink",                    /* EL 8 */
      "finobt sparse_inodes reflink bigtime inobtcount nrext64",
      "finobt rmapbt sparse_inodes reflink bigtime inobtcount",
      "",              /* EL 7 */
      "finobt",        /* EL 7, later */
      "sparse_inodes", /* by hand */
      "ascii_ci",
  };
  g_autoptr (TplMkfsXfsCaps) caps = NULL;

  if (!command_need ("mkfs.xfs", "xfs_db", "xfs_info", "xfs_admin", "xfs_repair", NULL))
    return;
  caps = read_caps ();
  for (guint i = 0; i < G_N_ELEMENTS (features); i++) {
    TplVolume *source = xfs_source (84 * TPL_MIB, features[i]);

    make_and_compare (source, caps);
    tpl_value_free (&tpl_volume_type, source);
  }
}

static void
test_v4_reads_back (void)
{
  g_autoptr (TplMkfsXfsCaps) caps = NULL;
  TplVolume *source;

  if (!command_need ("mkfs.xfs", "xfs_db", "xfs_info", "xfs_admin", "xfs_repair", NULL))
    return;
  caps = read_caps ();
  source = xfs_source (84 * TPL_MIB, "");
  tpl_volume_set_fact (source, "crc", 0);
  tpl_volume_set_fact (source, "ftype", 0);
  tpl_volume_set_fact (source, "inode_bytes", 256);
  tpl_volume_set_fact (source, "projid32", 0);
  make_and_compare (source, caps);
  tpl_value_free (&tpl_volume_type, source);
}

/* mkfs.xfs takes the log and the AGs of every plan (-N: it makes nothing). */
static void
check_accepted (guint64 block, guint64 sector, guint64 dirblock, const char *features,
                guint64 size_bytes, const TplMkfsXfsCaps *caps)
{
  TplVolume *source = xfs_source (16 * TPL_MIB, features);
  TplVolume *target;
  char *disk;
  g_autofree char *output = NULL;
  g_auto (GStrv) argv = NULL;

  tpl_volume_set_fact (source, "block_bytes", block);
  tpl_volume_set_fact (source, "sector_bytes", sector);
  tpl_volume_set_fact (source, "dirblock_bytes", MAX (dirblock, block));
  tpl_volume_set_fact (source, "log_bytes", TPL_MIB); /* none larger than it must be */
  target = plan (source, size_bytes);
  disk = command_make_disk ("xfs.img", target->size_bytes);
  argv = tpl_xfs_mkfs_argv (target, caps, disk, NULL);
  g_free (argv[2]);
  argv[2] = g_strdup ("-N"); /* in -q's place */
  output = command_run ((const char *const *)argv);
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
  command_remove_disk (disk);
}

static void
test_logs_are_accepted (void)
{
  static const guint64 sizes[] = {
      0, 900 * TPL_MIB, 3 * TPL_GIB, 17 * TPL_GIB, 300 * TPL_GIB, 3 * TPL_TIB};
  static const char *const features[] = {"",
                                         "finobt reflink",
                                         "finobt reflink rmapbt",
                                         "nrext64",
                                         "finobt reflink nrext64 sparse_inodes",
                                         "finobt reflink rmapbt nrext64 sparse_inodes"};
  g_autoptr (TplMkfsXfsCaps) caps = NULL;

  if (!command_need ("mkfs.xfs", NULL))
    return;
  caps = read_caps ();
  for (guint64 block = 1024; block <= 65536; block *= 2) {
    for (guint f = 0; f < G_N_ELEMENTS (features); f++) {
      for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
        check_accepted (block, 512, s % 2 == 0 ? 4096 : 65536, features[f], sizes[s], caps);
        if (block >= 4096)
          check_accepted (block, 4096, s % 2 == 1 ? 4096 : 65536, features[f], sizes[s], caps);
      }
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/xfs-mkfs/caps", test_caps);
  g_test_add_func ("/xfs-mkfs/old-tool-gets-no-new-option", test_old_tool_gets_no_new_option);
  g_test_add_func ("/xfs-mkfs/ancient-tool-is-refused", test_ancient_tool_is_refused);
  g_test_add_func ("/xfs-mkfs/features-read-back", test_features_read_back);
  g_test_add_func ("/xfs-mkfs/v4-reads-back", test_v4_reads_back);
  g_test_add_func ("/xfs-mkfs/logs-are-accepted", test_logs_are_accepted);
  return g_test_run ();
}
