/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "survey/inventory.h"

#include <string.h>

#include "adapt/mirror.h"
#include "adapt/probe.h"
#include "adapt/table.h"
#include "error.h"
#include "fs/fs.h"
#include "plan/size.h"
#include "survey/lvm-disk.h"
#include "survey/lvm-group.h"

/* Where libblkid looks for signatures, seen from the start and the end of a volume. */
#define HEAD_BYTES (512 * TPL_KIB)
#define TAIL_BYTES (256 * TPL_KIB)
#define MIRROR_CHUNK (32 * TPL_KIB)
/* Of one disk's filesystems. The largest that are real need some hundreds; what a hostile
 * superblock asks for is without end. */
#define READS_MOST 20000u

typedef struct {
  TplDisk *disk;
  TplFinding *finding;
  guint reads;
} Survey;

void
tpl_finding_free (TplFinding *finding)
{
  tpl_value_free (&tpl_inventory_type, finding->inventory);
  g_free (finding->estimate);
  g_free (finding->unknown);
  g_free (finding);
}

static void
note (char **notes, const char *volume_id, const char *what)
{
  char *more = g_strdup_printf ("%s%s%s %s", *notes ? *notes : "", *notes ? "; " : "", volume_id,
                                what);
  g_free (*notes);
  *notes = more;
}

static GBytes *
reader_read (const TplReader *reader, guint64 offset_bytes, gsize length, GError **error)
{
  return tpl_disk_read (reader->user_data, offset_bytes, length, error);
}

static TplReader
reader_of (TplDisk *disk)
{
  return (TplReader){ .read = reader_read, .user_data = disk };
}

/* A new mirror is zeros, so that holes are passed over: of hundreds of sparse disks they are
 * most. */
static gboolean
mirror_range (TplMirror *mirror, TplDisk *disk, guint64 start_bytes, guint64 end_bytes,
              GError **error)
{
  const TplReader from = reader_of (disk);
  for (guint64 at = disk->next_data (disk, start_bytes); at < end_bytes;
       at = disk->next_data (disk, at + MIRROR_CHUNK))
    if (!tpl_mirror_fill (mirror, &from, at, MIN (end_bytes - at, MIRROR_CHUNK), error))
      return FALSE;
  return TRUE;
}

/* A mirror of the first and last bytes of a disk. */
static TplMirror *
mirror_ends (TplDisk *disk, guint64 head_bytes, guint64 tail_bytes, GError **error)
{
  const guint64 size = disk->size_bytes;
  const guint64 head = MIN (size, head_bytes), tail = MIN (size, tail_bytes);
  g_autoptr (TplMirror) mirror = tpl_mirror_new (size, error);
  if (!mirror || !mirror_range (mirror, disk, 0, head, error)
      || !mirror_range (mirror, disk, size - tail, size, error))
    return NULL;
  return g_steal_pointer (&mirror);
}

/* Sets type, UUID and label. What bears no signature may still be somebody's data: only zeros are
 * nothing. */
static gboolean
probe (Survey *survey, TplDisk *disk, TplVolume *volume, GError **error)
{
  TplBlank blank;
  g_autoptr (TplMirror) mirror = mirror_ends (disk, HEAD_BYTES, TAIL_BYTES, error);
  if (!mirror || !tpl_probe_volume (mirror->fd, 0, disk->size_bytes, volume, error))
    return FALSE;
  if (strcmp (volume->type, "empty") != 0)
    return TRUE;
  if (!tpl_disk_is_blank (disk, &blank, error))
    return FALSE;
  if (blank == TPL_NOT_BLANK) {
    g_free (volume->type);
    volume->type = g_strdup ("unknown");
  }
  if (blank == TPL_BLANK_SO_FAR)
    note (&survey->finding->estimate, volume->id, "may hold something behind its first zeros");
  return TRUE;
}

typedef struct {
  TplFsDisk disk; /* the driver's */
  Survey *survey;
  TplDisk *volume;
} Filesystem;

static GBytes *
filesystem_read (const TplFsDisk *disk, guint64 offset_bytes, gsize length, GError **error)
{
  const Filesystem *filesystem = disk->user_data;
  if (++filesystem->survey->reads > READS_MOST) {
    tpl_fail (error, TPL_ERROR_REFUSED,
              "a filesystem on it has more parts than any: run its check in the guest");
    return NULL;
  }
  return tpl_disk_read (filesystem->volume, offset_bytes, length, error);
}

static gboolean
filesystem_run (const TplFsDisk *disk, const char *const *argv, int *status, char **output,
                GError **error)
{
  (void)disk, (void)status, (void)output;
  return tpl_fail (error, TPL_ERROR_FAILED, "%s runs in the appliance only", argv[0]);
}

static gboolean
measure (Survey *survey, TplDisk *disk, TplVolume *volume, GError **error)
{
  const TplFsDriver *driver = tpl_fs_find (volume->type);
  Filesystem filesystem = { .survey = survey, .volume = disk };
  filesystem.disk = (TplFsDisk){
    .device = volume->id, .read = filesystem_read, .run = filesystem_run, .user_data = &filesystem
  };
  gboolean is_exact = TRUE;
  if (strcmp (volume->type, "swsuspend") == 0)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "%s holds a hibernated system: start the guest and shut it down", volume->id);
  if (!driver)
    return TRUE; /* the planner judges it */
  if (!driver->inspect (&filesystem.disk, volume, error))
    return FALSE;
  if (!driver->read_options)
    return TRUE;
  if (!driver->count) {
    note (&survey->finding->unknown, volume->id,
          "has a filesystem that only the appliance can measure");
    return TRUE;
  }
  if (!driver->count (&filesystem.disk, volume, &is_exact, error))
    return FALSE;
  if (!is_exact)
    note (&survey->finding->estimate, volume->id, "was not unmounted");
  return TRUE;
}

/* Volumes are probed before any is measured, as the inspect stage does: what is refused is refused
 * for the same reason. */
static gboolean
read_partitions (Survey *survey, TplLayout *layout, GPtrArray *disks, GError **error)
{
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    TplVolume *volume = partition->volume;
    if (!volume)
      continue;
    const TplDiskPiece piece = { partition->start_bytes, volume->size_bytes };
    TplDisk *disk = tpl_disk_new_pieces (survey->disk, &piece, 1, error);
    if (!disk)
      return FALSE;
    g_ptr_array_add (disks, disk);
    if (tpl_partition_is_bios_boot (partition))
      volume->type = g_strdup ("boot-code"); /* stale signatures and all, it is a boot loader's */
    else if (!probe (survey, disk, volume, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_logical_volumes (Survey *survey, TplDisk *pv, const GPtrArray *places, GPtrArray *disks,
                      GError **error)
{
  for (guint i = 0; i < places->len; i++) {
    const TplLvmPlace *place = places->pdata[i];
    TplVolume *volume = place->logical->volume;
    if (g_strcmp0 (place->logical->segment_type, "linear") != 0 || place->pieces->len == 0) {
      volume->type = g_strdup ("empty"); /* not looked at: the planner refuses the group */
      g_ptr_array_add (disks, NULL);
      continue;
    }
    TplDisk *disk = tpl_disk_new_pieces (pv, (const TplDiskPiece *)(void *)place->pieces->data,
                                         place->pieces->len, error);
    if (!disk)
      return FALSE;
    g_ptr_array_add (disks, disk);
    if (!probe (survey, disk, volume, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_group (Survey *survey, const TplVolume *pv, TplDisk *disk, TplLayout *layout,
            GPtrArray *disks, GError **error)
{
  g_autoptr (GPtrArray) places
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_lvm_place_free);
  gsize length = 0;
  g_autoptr (GError) why = NULL;
  g_autofree char *text = tpl_lvm_disk_metadata (disk, &length, &why);
  if (why) {
    g_propagate_prefixed_error (error, g_steal_pointer (&why), "%s: ", pv->id);
    return FALSE;
  }
  if (!text)
    return TRUE; /* it belongs to no group: the planner says so */
  return tpl_lvm_group_add (text, length, pv, layout, places, error)
         && read_logical_volumes (survey, disk, places, disks, error);
}

static gboolean
read_groups (Survey *survey, TplLayout *layout, GPtrArray *disks, GError **error)
{
  const guint partitions = disks->len;
  for (guint i = 0, at = 0; i < layout->partitions->len && at < partitions; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    if (!partition->volume)
      continue;
    TplDisk *disk = disks->pdata[at++];
    if (strcmp (partition->volume->type, "LVM2_member") == 0
        && !read_group (survey, partition->volume, disk, layout, disks, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_table (TplDisk *disk, TplLayout *layout, GError **error)
{
  const TplReader from = reader_of (disk);
  g_autoptr (TplMirror) mirror = mirror_ends (disk, TPL_MIB, TPL_MIB, error);
  if (!mirror || !tpl_table_fetch (mirror, &from, error)
      || !tpl_table_read (mirror, layout, error))
    return FALSE;
  if (!layout->table)
    tpl_layout_add_whole_disk (layout);
  return TRUE;
}

static void
free_disk (gpointer disk)
{
  tpl_disk_free (disk);
}

static gboolean
read_all (Survey *survey, TplLayout *layout, GError **error)
{
  /* A disk for each volume, in the order of tpl_layout_volumes (). */
  g_autoptr (GPtrArray) disks = g_ptr_array_new_with_free_func (free_disk);
  if (!read_table (survey->disk, layout, error)
      || !read_partitions (survey, layout, disks, error)
      || !read_groups (survey, layout, disks, error))
    return FALSE;
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);
  for (guint i = 0; i < volumes->len && i < disks->len; i++)
    if (disks->pdata[i] && !measure (survey, disks->pdata[i], volumes->pdata[i], error))
      return FALSE;
  return TRUE;
}

TplFinding *
tpl_survey_find (TplDisk *disk, const char *name, GError **error)
{
  g_autoptr (TplFinding) finding = g_new0 (TplFinding, 1);
  Survey survey = { .disk = disk, .finding = finding };
  finding->inventory = tpl_value_new (&tpl_inventory_type);
  finding->inventory->source = g_strdup (name);
  finding->inventory->guest = tpl_value_new (&tpl_guest_type);
  finding->inventory->layout = tpl_value_new (&tpl_layout_type);
  if (disk->size_bytes == 0 || !tpl_size_is_sane (disk->size_bytes)) {
    tpl_fail (error, TPL_ERROR_REFUSED, "a disk of %" G_GUINT64_FORMAT " bytes can't be",
              disk->size_bytes);
    return NULL;
  }
  return read_all (&survey, finding->inventory->layout, error) ? g_steal_pointer (&finding) : NULL;
}
