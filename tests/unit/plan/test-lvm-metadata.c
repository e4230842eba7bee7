/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"
#include "golden.h"
#include "plan/lvm-metadata.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define NO_KERNEL "global/activation=0 backup/backup=0 backup/archive=0"

static TplPlan *
read_plan (const char *name)
{
  g_autofree char *directory = g_build_filename (g_getenv ("TPL_PLANS"), name, NULL);

  return golden_read (directory, "plan.json", &tpl_plan_type);
}

static void
test_text (void)
{
  TplPlan *plan = read_plan ("seed-new");
  TplVolumeGroup *group = g_ptr_array_index (plan->after->volume_groups, 0);
  g_autofree char *work = NULL;
  g_autofree char *final = NULL;

  g_free (group->uuid);
  group->uuid = g_strdup ("a\"b\\c");
  work = tpl_lvm_metadata (group, 1145 * 1024 * 1024, TRUE);
  final = tpl_lvm_metadata (group, 1145 * 1024 * 1024, FALSE);
  g_assert_nonnull (strstr (work, "\ntplshrink1fa46723 {\n"));
  g_assert_null (strstr (work, "\ntpl {\n"));
  g_assert_nonnull (strstr (final, "\ntpl {\n"));
  g_assert_null (strstr (final, "tplshrink"));
  g_assert_nonnull (strstr (final, "dev_size = 2344960\n"));
  g_assert_nonnull (strstr (final, "pe_start = 2048\n"));
  g_assert_nonnull (strstr (final, "extent_size = 8192\n"));
  g_assert_nonnull (strstr (final, "id = \"a\\\"b\\\\c\"\n"));
  tpl_value_free (&tpl_plan_type, plan);
}

/* The commands that the create stage runs, and the publish stage again. */
static void
restore (const TplVolumeGroup *group, guint64 pv_bytes, gboolean work, const char *device,
         const char *file)
{
  g_autofree char *text = tpl_lvm_metadata (group, pv_bytes, work);
  g_autofree char *created = NULL;
  g_autofree char *restored = NULL;

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  created = command_run_words ("lvm", "pvcreate", "--config", NO_KERNEL, "--devices", device,
                               "--uuid", work ? group->work_pv_uuid : group->pv_uuid,
                               "--restorefile", file, "-ff", "-y", device, NULL);
  restored = command_run_words ("lvm", "vgcfgrestore", "--config", NO_KERNEL, "--devices", device,
                                "--force", "-f", file, work ? group->work_name : group->name, NULL);
}

/* One field a line, without the warnings that LVM has for a host without device-mapper. */
static char *
report (const char *program, const char *device, const char *fields)
{
  const char *const argv[] = {"lvm",        program,        "--config",    NO_KERNEL, "--devices",
                              device,       "-o",           fields,        "--units", "b",
                              "--nosuffix", "--noheadings", "--separator", "|",       NULL};
  g_autofree char *output = command_run (argv);
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  g_autoptr (GString) rows = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++) {
    if (strchr (lines[i], '|') != NULL)
      g_string_append_printf (rows, "%s\n", g_strstrip (lines[i]));
  }
  return g_strdup (rows->str);
}

static void
check_report (const TplVolumeGroup *group, guint64 pv_bytes, gboolean work, const char *device)
{
  g_autofree char *groups = report ("vgs", device, "vg_name,vg_uuid,vg_extent_count,vg_free_count");
  g_autofree char *logical = report ("lvs", device, "lv_name,lv_uuid,lv_size,devices");
  g_autofree char *physical = report ("pvs", device, "pv_uuid,pe_start,dev_size");
  g_autofree char *expected_groups =
      g_strdup_printf ("%s|%s|%" G_GUINT64_FORMAT "|0\n", work ? group->work_name : group->name,
                       work ? group->work_uuid : group->uuid, group->extents);
  g_autofree char *expected_physical = g_strdup_printf (
      "%s|%" G_GUINT64_FORMAT "|%" G_GUINT64_FORMAT "\n",
      work ? group->work_pv_uuid : group->pv_uuid, group->pe_start_bytes, pv_bytes);

  g_assert_cmpstr (groups, ==, expected_groups); /* and no other group */
  g_assert_cmpstr (physical, ==, expected_physical);
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *volume = g_ptr_array_index (group->logical_volumes, i);
    g_autofree char *line =
        g_strdup_printf ("%s|%s|%" G_GUINT64_FORMAT "|%s(%" G_GUINT64_FORMAT ")\n", volume->name,
                         work ? volume->work_uuid : volume->uuid, volume->volume->size_bytes,
                         device, volume->start_extent);

    g_assert_nonnull (strstr (logical, line));
  }
}

/* Every byte behind pe_start is the copy's: no command may touch it. */
static void
fill (int fd, guint64 start, guint64 end)
{
  static const char mark[] = "tpl-shrink";

  for (guint64 at = start; at < end; at += 1024 * 1024)
    g_assert_cmpint (pwrite (fd, mark, sizeof mark, (off_t)at), ==, sizeof mark);
}

static void
check_fill (int fd, guint64 start, guint64 end)
{
  char found[sizeof "tpl-shrink"];

  for (guint64 at = start; at < end; at += 1024 * 1024) {
    g_assert_cmpint (pread (fd, found, sizeof found, (off_t)at), ==, sizeof found);
    g_assert_cmpstr (found, ==, "tpl-shrink");
  }
}

static void
test_restore (void)
{
  TplPlan *plan;
  const TplVolumeGroup *group;
  guint64 bytes;
  char *disk;
  g_autofree char *device = NULL;
  g_autofree char *file = NULL;
  int fd;

  if (!command_need_root () || !command_need ("lvm", "losetup", NULL))
    return;
  plan = read_plan ("seed-new");
  group = g_ptr_array_index (plan->after->volume_groups, 0);
  bytes = tpl_layout_find (plan->after, group->pv_id)->size_bytes;
  disk = command_make_disk ("pv.img", bytes);
  file = g_strconcat (disk, ".vg", NULL);
  device = command_attach (disk, &fd);
  restore (group, bytes, TRUE, device, file);
  check_report (group, bytes, TRUE, device);
  fill (fd, group->pe_start_bytes, bytes);
  restore (group, bytes, FALSE, device, file);
  check_report (group, bytes, FALSE, device);
  check_fill (fd, group->pe_start_bytes, bytes);
  close (fd);
  g_unlink (file);
  command_remove_disk (disk);
  tpl_value_free (&tpl_plan_type, plan);
}

/* The pool's two volumes that lvconvert makes it of, and the pool with its volumes at the end. */
static void
test_thin_pool (void)
{
  static const char fields[] = "lv_name,segtype,lv_size,pool_lv,chunk_size,lv_metadata_size,thin_id";
  TplPlan *plan;
  const TplVolumeGroup *group;
  guint64 bytes;
  char *disk;
  g_autofree char *device = NULL;
  g_autofree char *file = NULL;
  g_autofree char *work = NULL;
  g_autofree char *final = NULL;
  int fd;

  if (!command_need_root () || !command_need ("lvm", "losetup", NULL))
    return;
  plan = read_plan ("thin-pool");
  group = g_ptr_array_index (plan->after->volume_groups, 0);
  bytes = tpl_layout_find (plan->after, group->pv_id)->size_bytes;
  disk = command_make_disk ("pv.img", bytes);
  file = g_strconcat (disk, ".vg", NULL);
  device = command_attach (disk, &fd);
  restore (group, bytes, TRUE, device, file);
  work = report ("lvs", device, fields);
  restore (group, bytes, FALSE, device, file);
  final = report ("lvs", device, fields);
  g_assert_cmpstr (work, ==,
                   "pool|linear|1182793728||0||\n"
                   "pool.tpl-tables|linear|4194304||0||\n"
                   "swap|linear|4194304||0||\n");
  g_assert_cmpstr (final, ==,
                   "pool|thin-pool|1182793728||196608|4194304|\n"
                   "root|thin|1178599424|pool|0||1\n"
                   "swap|linear|4194304||0||\n");
  close (fd);
  g_unlink (file);
  command_remove_disk (disk);
  tpl_value_free (&tpl_plan_type, plan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lvm-metadata/text", test_text);
  g_test_add_func ("/lvm-metadata/restore", test_restore);
  g_test_add_func ("/lvm-metadata/thin-pool", test_thin_pool);
  return g_test_run ();
}
