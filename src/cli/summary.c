/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/summary.h"

#include "cli/draw.h"
#include "cli/table.h"

static const CliTableColumn columns_of_volumes[] = {
    {.title = ""},
    {.title = "volume", .may_shrink = TRUE},
    {.title = "mounted at", .may_shrink = TRUE},
    {.title = "type"},
    {.title = "source", .is_right = TRUE},
    {.title = "target", .is_right = TRUE},
    {.title = "used", .is_right = TRUE},
    {.title = "free", .is_right = TRUE},
};

/* "tpl/root" of the logical volume with this id, "partition 1" of a partition (number 0 is the
 * whole disk, without a table), "in partition 1" of what is encrypted there. */
static char *
name_of_volume (const TplLayout *layout, const char *id, CliCharset charset)
{
  const TplPartition *partition = tpl_layout_partition_of (layout, id);
  if (partition != NULL)
    return partition->number > 0
               ? g_strdup_printf ("partition %" G_GUINT64_FORMAT, partition->number)
               : g_strdup ("the disk");
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = layout->volume_groups->pdata[i];
    for (guint j = 0; j < group->logical_volumes->len; j++) {
      const TplLogicalVolume *lv = group->logical_volumes->pdata[j];
      if (g_strcmp0 (lv->volume->id, id) != 0)
        continue;
      g_autofree char *name = g_strdup_printf ("%s/%s", group->name, lv->name);
      return cli_escape (name, charset);
    }
  }
  for (guint i = 0; i < layout->encrypted->len; i++) {
    const TplEncrypted *encrypted = layout->encrypted->pdata[i];
    if (g_strcmp0 (encrypted->volume->id, id) != 0)
      continue;
    g_autofree char *carrier = name_of_volume (layout, encrypted->id, charset);
    return g_strdup_printf ("in %s", carrier);
  }
  return cli_escape (id, charset);
}

static char *
escape_or_empty (const char *text, CliCharset charset)
{
  return cli_escape (text != NULL ? text : "", charset);
}

static void
add_volume (CliTable *table, const TplPlan *plan, const TplVolume *before, GHashTable *keys,
            CliCharset charset)
{
  const TplVolume *after = tpl_layout_find (plan->after, before->id);
  gboolean has_files = after != NULL && after->used_bytes > 0;
  const char *key = g_hash_table_lookup (keys, before->id);
  char *cells[] = {
      g_strdup (key),
      name_of_volume (after != NULL ? plan->after : plan->before->layout, before->id, charset),
      escape_or_empty (before->mountpoint, charset),
      escape_or_empty (before->type, charset),
      cli_size (before->size_bytes),
      after != NULL ? cli_size (after->size_bytes) : g_strdup ("none"),
      has_files ? cli_size (after->used_bytes) : NULL,
      has_files ? cli_size (after->free_bytes) : NULL,
  };
  G_STATIC_ASSERT (G_N_ELEMENTS (cells) == G_N_ELEMENTS (columns_of_volumes));
  cli_table_add (table, cells);
}

/* Volume by volume, and the whole disk last. */
static char *
table_of (const TplPlan *plan, CliCharset charset, int columns)
{
  const TplLayout *before = plan->before->layout;
  g_autoptr (CliTable) table =
      cli_table_new (columns_of_volumes, G_N_ELEMENTS (columns_of_volumes));
  g_autoptr (GHashTable) keys = cli_draw_keys (before);
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (before);
  guint64 used_bytes = 0, free_bytes = 0;
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = volumes->pdata[i];
    if (g_strcmp0 (volume->type, "LVM2_member") == 0)
      continue; /* what is on it has rows of its own */
    add_volume (table, plan, volume, keys, charset);
    const TplVolume *after = tpl_layout_find (plan->after, volume->id);
    used_bytes += after != NULL ? after->used_bytes : 0;
    free_bytes += after != NULL ? after->free_bytes : 0;
  }
  char *cells[] = {
      NULL,
      g_strdup ("in all"),
      NULL,
      NULL,
      cli_size (before->size_bytes),
      cli_size (plan->after->size_bytes),
      cli_size (used_bytes),
      cli_size (free_bytes),
  };
  G_STATIC_ASSERT (G_N_ELEMENTS (cells) == G_N_ELEMENTS (columns_of_volumes));
  cli_table_add (table, cells);
  return cli_table_render (table, columns);
}

/* "before  tpl004.img: 5 GiB, MBR" and the picture. */
static void
append_picture (GString *text, const char *when, const char *disk, const TplLayout *layout,
                GHashTable *keys, guint64 scale_bytes, CliCharset charset, int columns)
{
  g_autofree char *name = cli_escape (disk, charset);
  g_autofree char *size = cli_size (layout->size_bytes);
  g_autofree char *picture = cli_draw_layout (layout, keys, scale_bytes, columns, charset);
  const char *table = g_strcmp0 (layout->table, "gpt") == 0     ? ", GPT"
                      : g_strcmp0 (layout->table, "msdos") == 0 ? ", MBR"
                                                                : "";
  g_string_append_printf (text, "%s: %s, %s%s\n%s\n", when, name, size, table, picture);
}

static void
append_guest (GString *text, const TplPlan *plan, CliCharset charset)
{
  const TplGuest *guest = plan->before->guest;
  if (guest != NULL && guest->os_name != NULL) {
    g_autofree char *os = cli_escape (guest->os_name, charset);
    g_autofree char *loader = escape_or_empty (guest->boot_loader, charset);
    g_string_append_printf (text, "Guest: %s%s%s\n", os, loader[0] != '\0' ? ", started by " : "",
                            loader);
  }
  g_string_append (text, g_strcmp0 (plan->identity, "keep") == 0
                             ? "Identity: kept, all names and UUIDs stay\n"
                             : "Identity: new UUIDs, and all that names them follows\n");
  for (guint i = 0; i < plan->after->volume_groups->len; i++) {
    const TplVolumeGroup *after = plan->after->volume_groups->pdata[i];
    for (guint j = 0; j < plan->before->layout->volume_groups->len; j++) {
      const TplVolumeGroup *before = plan->before->layout->volume_groups->pdata[j];
      if (g_strcmp0 (before->pv_id, after->pv_id) != 0 ||
          g_strcmp0 (before->name, after->name) == 0)
        continue;
      g_autofree char *old = cli_escape (before->name, charset);
      g_autofree char *new = cli_escape (after->name, charset);
      g_string_append_printf (text, "Volume group: %s becomes %s\n", old, new);
    }
  }
  g_string_append_c (text, '\n');
}

static void
append_steps (GString *text, const TplPlan *plan, CliCharset charset, int columns)
{
  if (plan->steps->len == 0)
    return;
  g_string_append (text, "Steps\n");
  const char *stage = NULL;
  for (guint i = 0; i < plan->steps->len; i++) {
    const TplStep *step = plan->steps->pdata[i];
    /* The stage's name stands before its first step. */
    g_autofree char *name =
        escape_or_empty (g_strcmp0 (stage, step->stage) == 0 ? NULL : step->stage, charset);
    g_autofree char *what = escape_or_empty (step->text, charset);
    g_autofree char *wrapped = cli_wrap (what, 12, columns);
    g_string_append_printf (text, "  %-8s  %s\n", name, wrapped);
    stage = step->stage;
  }
  g_string_append_c (text, '\n');
}

/* 78 for a quarter of what it was, and a bit less. */
static int
percent_less (guint64 before_bytes, guint64 after_bytes)
{
  if (before_bytes == 0 || after_bytes >= before_bytes)
    return 0;
  return (int)(100 * (1 - (double)after_bytes / (double)before_bytes));
}

char *
cli_plan_text (const TplPlan *plan, const char *target, CliCharset charset, int columns)
{
  const TplLayout *before = plan->before->layout;
  guint64 scale_bytes = MAX (before->size_bytes, plan->after->size_bytes);
  g_autoptr (GHashTable) keys = cli_draw_keys (before);
  g_autofree char *legend = cli_draw_legend (charset);
  g_autofree char *table = table_of (plan, charset, columns);
  g_autofree char *column = cli_size (scale_bytes / (guint64)MAX (columns - 1, 1));
  g_autofree char *size = cli_size (plan->after->size_bytes);

  GString *text = g_string_new (NULL);
  append_picture (text, "Before", plan->before->source, before, keys, scale_bytes, charset,
                  columns);
  append_picture (text, "After", target != NULL ? target : "TARGET", plan->after, keys, scale_bytes,
                  charset, columns);
  g_string_append_printf (text, "One column is %s, and the least that is drawn.\n%s\n%s\n", column,
                          legend, table);
  append_guest (text, plan, charset);
  append_steps (text, plan, charset, columns);
  g_string_append_printf (text, "The target takes %s (%" G_GUINT64_FORMAT " bytes), %d%% less.\n",
                          size, plan->after->size_bytes,
                          percent_less (before->size_bytes, plan->after->size_bytes));
  return g_string_free (text, FALSE);
}

char *
cli_run_text (const TplPlan *plan, const char *target, const char *verify, double seconds,
              CliCharset charset, int columns)
{
  g_autofree char *table = table_of (plan, charset, columns);
  g_autofree char *name = cli_escape (target, charset);
  g_autofree char *before = cli_size (plan->before->layout->size_bytes);
  g_autofree char *after = cli_size (plan->after->size_bytes);
  g_autofree char *duration = cli_duration (seconds);
  return g_strdup_printf (
      "\n%s\n%s: %s instead of %s (%d%% less), made in %s%s\n", table, name, after, before,
      percent_less (plan->before->layout->size_bytes, plan->after->size_bytes), duration,
      g_str_equal (verify, "none")       ? "\nNot verified (--verify=none)"
      : g_str_equal (verify, "metadata") ? "\nMetadata was verified, content was not "
                                           "(--verify=metadata)"
                                         : "");
}
