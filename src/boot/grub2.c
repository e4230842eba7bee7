/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * GRUB 2 for the BIOS: boot.img in the master boot record; core.img in the sectors behind it, or on
 * a GPT disk in the BIOS boot partition. Both are carried over byte for byte, which is right as
 * long as what the core was told at installation stays true: the partition number of /boot (numbers
 * never change), or, if /boot is in LVM or grub-install wrote a load.cfg, names and UUIDs
 * (util/grub-install.c). The latter are put right inside the core, which keeps its place and its
 * length.
 */
#include <string.h>

#include "boot/boot.h"
#include "boot/grub-core.h"
#include "error.h"
#include "refs/sweep.h"

/* Where boot.img has the text "GRUB " differs from version to version. */
#define BOOT_CODE_BYTES 440u

static const char *const texts[]
    = { "/boot/grub/i386-pc/load.cfg", "/boot/grub2/i386-pc/load.cfg", "/grub/i386-pc/load.cfg",
        "/grub2/i386-pc/load.cfg", NULL };
static const char *const legacy[] = { "/boot/grub/stage2", "/grub/stage2", NULL };

static gboolean
detect (GBytes *head, GHashTable *files)
{
  (void)files;
  gsize length = 0;
  const char *code = g_bytes_get_data (head, &length);
  return length >= BOOT_CODE_BYTES && memmem (code, BOOT_CODE_BYTES, "GRUB ", 5) != NULL;
}

/* What GRUB's core image on that disk unpacks to; NULL: it can't be read. */
static GBytes *
read_core (GBytes *head, GArray **places, GBytes **core)
{
  *places = tpl_grub_core_places (head);
  *core = *places ? tpl_grub_core_join (head, *places) : NULL;
  return *core ? tpl_grub_core_unpack (*core) : NULL;
}

/* `*result` is NULL when it has no old name in it. */
static gboolean
rename_payload (GBytes *payload, const TplRefMap *map, GBytes **result, GError **error)
{
  gsize length = 0;
  const char *text = g_bytes_get_data (payload, &length);
  g_autofree char *renamed = NULL;
  TplSweepHit hit;
  for (gsize at = 0; tpl_sweep_next (map, text, length, at, &hit); at = hit.start + hit.length) {
    g_autofree char *now = hit.now;
    if (!now || strlen (now) != hit.length)
      return tpl_fail (error, TPL_ERROR_REFUSED,
                       "GRUB's core image names %.*s, and has no room for what takes its place: "
                       "use --identity keep",
                       (int)hit.length, text + hit.start);
    if (!renamed)
      renamed = g_memdup2 (text, length);
    memcpy (renamed + hit.start, now, hit.length);
  }
  if (renamed)
    *result = g_bytes_new_take (g_steal_pointer (&renamed), length);
  return TRUE;
}

static void
add_patches (const GArray *places, GBytes *core, GPtrArray *patches)
{
  gsize at = 0;
  for (guint i = 0; i < places->len; i++) {
    const TplGrubPlace *place = &g_array_index (places, TplGrubPlace, i);
    gsize length = (gsize)(place->end_bytes - place->start_bytes);
    TplBootPatch *patch = g_new (TplBootPatch, 1);
    patch->start_bytes = place->start_bytes;
    patch->bytes = g_bytes_new_from_bytes (core, at, length);
    g_ptr_array_add (patches, patch);
    at += length;
  }
}

static gboolean
rename_core (GBytes *head, const TplRefMap *map, GPtrArray *patches, GError **error)
{
  g_autoptr (GArray) places = NULL;
  g_autoptr (GBytes) core = NULL;
  g_autoptr (GBytes) payload = read_core (head, &places, &core);
  g_autoptr (GBytes) renamed = NULL;
  if (!payload)
    return TRUE; /* check () has refused what must not stay as it is */
  if (!rename_payload (payload, map, &renamed, error))
    return FALSE;
  if (!renamed)
    return TRUE;
  g_autoptr (GBytes) packed = tpl_grub_core_pack (core, renamed);
  if (!packed)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "GRUB's core image holds names of this disk, and no room is left to change "
                     "them: use --identity keep");
  add_patches (places, packed, patches);
  return TRUE;
}

/* Whether its names can be seen. */
static gboolean
is_readable (GBytes *head)
{
  g_autoptr (GArray) places = NULL;
  g_autoptr (GBytes) core = NULL;
  g_autoptr (GBytes) payload = read_core (head, &places, &core);
  return payload != NULL;
}

static gboolean
refuse_block_lists (GError **error)
{
  return tpl_fail (error, TPL_ERROR_REFUSED,
                   "GRUB's core is neither in the gap of an MBR disk nor in a BIOS boot partition, "
                   "but in a file that is found by its place (block lists): give the disk a BIOS "
                   "boot partition and run grub-install in the guest");
}

/* The core must be where it is carried over, and come to lie at the same sectors. */
static gboolean
check_place (const TplPlan *plan, const TplGrubPlace *core, GError **error)
{
  const TplLayout *before = plan->before->layout;
  guint64 first = before->size_bytes;
  for (guint i = 0; i < before->partitions->len; i++) {
    const TplPartition *partition = before->partitions->pdata[i];
    first = MIN (first, partition->start_bytes);
    if (core->start_bytes < partition->start_bytes || core->end_bytes > partition->end_bytes
        || !tpl_partition_is_bios_boot (partition))
      continue;
    const TplPartition *after = tpl_layout_partition (plan->after, partition->number);
    return (after && after->start_bytes == partition->start_bytes)
           || tpl_fail (error, TPL_ERROR_REFUSED,
                        "GRUB's core is in the BIOS boot partition %" G_GUINT64_FORMAT
                        ", which lies behind others and would move: that is not supported yet",
                        partition->number);
  }
  return (g_strcmp0 (before->table, "msdos") == 0 && core->end_bytes <= first)
         || refuse_block_lists (error);
}

static gboolean
check_places (const TplPlan *plan, GBytes *head, GError **error)
{
  TplGrubPlace start = tpl_grub_core_start (head);
  g_autoptr (GArray) places = tpl_grub_core_places (head);
  if (!check_place (plan, &start, error))
    return FALSE;
  for (guint i = 0; places && i < places->len; i++)
    if (!check_place (plan, &g_array_index (places, TplGrubPlace, i), error))
      return FALSE;
  return TRUE;
}

/* What the core was told can only be guessed. */
static gboolean
check_unread (const TplPlan *plan, const TplRefMap *map, GHashTable *files, GError **error)
{
  const TplVolume *boot = tpl_boot_volume (plan);
  if (boot && g_str_has_prefix (boot->id, "lv:"))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "/boot is in LVM, whose names GRUB's core image holds, and it is of a kind "
                     "that can't be read: use --identity keep");
  g_autoptr (TplRefLeftover) old = tpl_boot_old_name (map, files);
  return !old
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "GRUB's core image was installed with %s in it (%s), and is of a kind that "
                      "can't be read: run grub-install in the guest without it, or use --identity "
                      "keep",
                      old->found, old->path);
}

static gboolean
check (const TplPlan *plan, const TplRefMap *map, GBytes *head, GHashTable *files, GError **error)
{
  if (tpl_boot_has_file (files, legacy))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the disk's boot loader is GRUB Legacy (0.97), which is not supported: "
                     "install GRUB 2 in the guest, and remove its stage2");
  if (!check_places (plan, head, error))
    return FALSE;
  if (tpl_ref_map_is_identity (map))
    return TRUE;
  const TplVolume *boot = tpl_boot_volume (plan);
  if (boot && g_str_has_prefix (boot->id, "luks:"))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "/boot is encrypted, and GRUB's core image opens it by its UUID: a new identity "
                     "is not supported there; use --identity keep");
  if (!is_readable (head))
    return check_unread (plan, map, files, error);
  g_autoptr (GPtrArray) patches
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_boot_patch_free);
  return rename_core (head, map, patches, error);
}

const TplBootDriver tpl_boot_grub2 = { .name = "grub2",
                                       .texts = texts,
                                       .programs = legacy,
                                       .detect = detect,
                                       .check = check,
                                       .rename = rename_core };
