/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps that make the planned layout, in the order in which they are done. */
#include <string.h>

#include "plan/planner.h"
#include "plan/size.h"

static void add_step (GPtrArray *steps, const char *stage, const char *action, const char *object,
                      const char *format, ...) G_GNUC_PRINTF (5, 6);

static void
add_step (GPtrArray *steps, const char *stage, const char *action, const char *object,
          const char *format, ...)
{
  TplStep *step = tpl_value_new (&tpl_step_type);
  va_list args;

  step->stage = g_strdup (stage);
  step->action = g_strdup (action);
  step->object = g_strdup (object);
  va_start (args, format);
  step->text = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (steps, step);
}

/* A mountpoint is the guest's text: nothing of it may move a terminal's cursor. */
static char *
printable (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *safe = g_string_new (NULL);

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c)) {
    const gunichar letter = g_utf8_get_char (c);

    g_string_append_unichar (safe, g_unichar_isprint (letter) ? letter : '?');
  }
  return g_string_free (safe, FALSE);
}

/* "/boot (part:1)", or "part:1" for what is not mounted. */
static char *
place_of (const TplVolume *volume)
{
  g_autofree char *mountpoint = NULL;

  if (volume->mountpoint == NULL)
    return g_strdup (volume->id);
  mountpoint = printable (volume->mountpoint);
  return g_strdup_printf ("%s (%s)", mountpoint, volume->id);
}

static gboolean
has_driver (const TplPlanning *planning, const TplVolume *volume)
{
  return tpl_planning_traits (planning, volume) != NULL;
}

/* Whether its content is copied. */
static gboolean
has_content (const TplPlanning *planning, const TplVolume *volume)
{
  const TplContent content = tpl_planning_content (planning, volume);

  return content == TPL_CONTENT_FILESYSTEM || content == TPL_CONTENT_DATA;
}

static gboolean
is_filesystem (const TplPlanning *planning, const TplVolume *volume)
{
  const TplFsTraits *traits = tpl_planning_traits (planning, volume);

  return traits != NULL && !traits->is_swap;
}

static void
list_table (const TplLayout *layout, GPtrArray *steps)
{
  g_autofree char *size = tpl_size_to_text (layout->size_bytes);

  if (layout->table == NULL)
    return;
  add_step (steps, "create", "partition-table", NULL,
            "%s partition table with %u partition%s on %s",
            strcmp (layout->table, "gpt") == 0 ? "GPT" : "MBR", layout->partitions->len,
            layout->partitions->len == 1 ? "" : "s", size);
  add_step (steps, "create", "boot-code", NULL,
            "boot code before the first partition%s, as it is on the source",
            strcmp (layout->table, "gpt") == 0 ? " and in a BIOS boot partition" : "");
}

/* What the group no longer is: on several physical volumes, striped, mirrored. */
static void
list_simplified (const TplVolumeGroup *before, const TplVolumeGroup *group, GPtrArray *steps)
{
  for (guint i = 0; i < before->other_pvs->len; i++) {
    const TplPhysicalVolume *other = g_ptr_array_index (before->other_pvs, i);

    add_step (steps, "create", TPL_STEP_SIMPLIFY, before->name,
              "what volume group %s has on %s moves to %s: the target's group has one physical volume",
              before->name, other->id, before->pv_id);
  }
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *volume = g_ptr_array_index (group->logical_volumes, i);
    const TplLogicalVolume *old = tpl_volume_group_logical (before, volume->volume->id);

    if (strcmp (old->segment_type, volume->segment_type) != 0)
      add_step (steps, "create", TPL_STEP_SIMPLIFY, volume->volume->id,
                "%s is %s on the source, and becomes %s", volume->volume->id, old->segment_type,
                volume->segment_type);
  }
}

static void
list_pools (const TplVolumeGroup *group, GPtrArray *steps)
{
  for (guint i = 0; i < group->thin_pools->len; i++) {
    const TplThinPool *pool = g_ptr_array_index (group->thin_pools, i);
    g_autofree char *size =
        tpl_size_to_text (tpl_size_multiply (pool->extents, group->extent_bytes));
    g_autofree char *chunk = tpl_size_to_text (pool->chunk_bytes);

    add_step (steps, "create", "thin-pool", pool->name,
              "thin pool %s/%s with chunks of %s, %s: room for all of its volumes", group->name,
              pool->name, chunk, size);
  }
}

static void
list_groups (const TplLayout *before, const TplLayout *layout, GPtrArray *steps)
{
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = g_ptr_array_index (layout->volume_groups, i);
    g_autofree char *size =
        tpl_size_to_text (tpl_size_multiply (group->extents, group->extent_bytes));

    add_step (steps, "create", "volume-group", group->name,
              "volume group %s on %s: %u logical volume%s, %s, under the name %s until all is done",
              group->name, group->pv_id, group->logical_volumes->len,
              group->logical_volumes->len == 1 ? "" : "s", size, group->work_name);
    list_simplified (g_ptr_array_index (before->volume_groups, i), group, steps);
    list_pools (group, steps);
  }
}

static void
list_encrypted (const TplLayout *layout, GPtrArray *steps)
{
  for (guint i = 0; i < layout->encrypted->len; i++) {
    const TplEncrypted *encrypted = g_ptr_array_index (layout->encrypted, i);

    add_step (steps, "create", "encryption", encrypted->id,
              "LUKS on %s with the source's header: the same volume key, and what opened the source "
              "opens it",
              encrypted->id);
  }
}

static void
list_making (const TplPlanning *planning, const GPtrArray *volumes, GPtrArray *steps)
{
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = g_ptr_array_index (volumes, i);
    g_autofree char *place = place_of (volume);
    g_autofree char *size = tpl_size_to_text (volume->size_bytes);
    g_autofree char *free_text = tpl_size_to_text (volume->free_bytes);

    if (!has_driver (planning, volume))
      continue;
    if (is_filesystem (planning, volume))
      add_step (steps, "create", "make-filesystem", volume->id, "%s on %s, %s, %s of it free",
                volume->type, place, size, free_text);
    else
      add_step (steps, "create", "make-swap", volume->id, "%s on %s, %s", volume->type, place,
                size);
  }
}

static void
list_contents (const TplPlanning *planning, const GPtrArray *volumes, const char *stage,
                  const char *action, const char *verb, GPtrArray *steps)
{
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = g_ptr_array_index (volumes, i);
    const TplVolume *source = tpl_layout_find (planning->before->layout, volume->id);
    g_autofree char *place = place_of (volume);
    g_autofree char *used = tpl_size_to_text (source->used_bytes);

    if (has_content (planning, volume))
      add_step (steps, stage, action, volume->id, "%s %s, %s", verb, place, used);
  }
}

static void
list_publishing (const TplLayout *layout, GPtrArray *steps)
{
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = g_ptr_array_index (layout->volume_groups, i);

    add_step (steps, "publish", "name-volume-group", group->name,
              "volume group %s gets its name %s and its UUIDs", group->work_name, group->name);
  }
  add_step (steps, "publish", "publish", NULL,
            "everything is written out, then the target appears");
}

void
tpl_planning_list_steps (const TplPlanning *planning, GPtrArray *steps)
{
  const TplLayout *layout = planning->after;
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);

  list_table (layout, steps);
  list_groups (planning->before->layout, layout, steps);
  list_encrypted (layout, steps);
  list_making (planning, volumes, steps);
  list_contents (planning, volumes, "copy", "copy", "everything in", steps);
  add_step (steps, "bootfix", "edit-references", NULL, "%s",
            strcmp (planning->options->identity, "new") == 0
                ? "whatever names the old disk names the new one"
                : "whatever names what is no longer there is mended");
  list_contents (planning, volumes, "verify", "compare", "source and target of", steps);
  add_step (steps, "verify", "scan", NULL,
            "nothing names what is not on the new disk, every name resolves");
  list_publishing (layout, steps);
}
