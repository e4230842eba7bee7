/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/table.h"

#include <parted/parted.h>
#include <string.h>

#include "adapt/ebr.h"
#include "adapt/gpt.h"
#include "error.h"

/* The master boot record: disk signature at 440, four entries of 16 bytes from 446 (UEFI
 * specification 2.10, 5.2.1). libparted 3.5 can neither read nor set a type byte or the
 * signature. */
#define MBR_BYTES            512u
#define MBR_SIGNATURE_OFFSET 440u
#define MBR_ENTRY_OFFSET     446u
#define MBR_ENTRY_BYTES      16u
#define MBR_TYPE_OFFSET      4u

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PedDisk, ped_disk_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PedDevice, ped_device_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PedConstraint, ped_constraint_destroy)

/* libparted reports through one callback of the process; a job runs in one thread. */
static _Thread_local GString *complaints;

static PedExceptionOption
remember (PedException *exception)
{
  if (!complaints)
    complaints = g_string_new (NULL);
  g_string_append_printf (complaints, "%s%s", complaints->len ? "; " : "", exception->message);
  return PED_EXCEPTION_UNHANDLED;
}

/* Reading: that the disk is larger than its table says is no reason to stop. */
static PedExceptionOption
remember_and_go_on (PedException *exception)
{
  remember (exception);
  gboolean harmless = exception->type <= PED_EXCEPTION_WARNING
                      && (exception->options & PED_EXCEPTION_IGNORE) != 0;
  return harmless ? PED_EXCEPTION_IGNORE : PED_EXCEPTION_UNHANDLED;
}

static void
listen (PedExceptionHandler *handler)
{
  ped_exception_set_handler (handler);
  if (complaints)
    g_string_truncate (complaints, 0);
}

static gboolean
refused (const char *doing, GError **error)
{
  return tpl_fail (error, TPL_ERROR_REFUSED, "%s: %s", doing,
                   complaints && complaints->len ? complaints->str : "libparted gave no reason");
}

/* libparted looks for filesystems, too, in each partition and on the disk as a whole: it asks some
 * forty readers of superblocks, old ones among them, which a disk that is not trusted need not meet
 * here, and nobody wants their answers. It has no way to say so, but they can be taken from it. */
static GPtrArray *
take_filesystems (void)
{
  GPtrArray *taken = g_ptr_array_new ();
  for (PedFileSystemType *type; (type = ped_file_system_type_get_next (NULL));) {
    ped_file_system_type_unregister (type);
    g_ptr_array_add (taken, type);
  }
  return taken;
}

/* They are its own: it ends them at the process's exit. */
static void
give_back_filesystems (GPtrArray *taken)
{
  for (guint i = taken->len; i > 0; i--)
    ped_file_system_type_register (taken->pdata[i - 1]);
  g_ptr_array_free (taken, TRUE);
}

/* Where, on the disk, a partition's type byte is; 0 if it can't be found. */
static guint64
type_offset (const TplMirror *mirror, const TplPartition *partition, guint64 sector)
{
  if (strcmp (partition->role, "logical") == 0)
    return tpl_ebr_type_offset (mirror, partition->start_bytes, sector);
  return MBR_ENTRY_OFFSET + (partition->number - 1) * MBR_ENTRY_BYTES + MBR_TYPE_OFFSET;
}

static TplPartition *
partition_of (PedPartition *found, guint64 sector)
{
  TplPartition *partition = tpl_value_new (&tpl_partition_type);
  partition->number = (guint64)found->num;
  partition->start_bytes = (guint64)found->geom.start * sector;
  partition->end_bytes = ((guint64)found->geom.end + 1) * sector;
  partition->role = g_strdup (found->type & PED_PARTITION_EXTENDED  ? "extended"
                              : found->type & PED_PARTITION_LOGICAL ? "logical"
                                                                    : "primary");
  if (found->type & PED_PARTITION_EXTENDED)
    return partition;
  partition->volume = tpl_value_new (&tpl_volume_type);
  partition->volume->id = g_strdup_printf ("part:%d", found->num);
  partition->volume->size_bytes = partition->end_bytes - partition->start_bytes;
  return partition;
}

static void
read_partitions (PedDisk *disk, TplLayout *layout)
{
  guint64 sector = (guint64)disk->dev->sector_size;
  gboolean is_mbr = strcmp (layout->table, "msdos") == 0;
  for (PedPartition *found = ped_disk_next_partition (disk, NULL); found;
       found = ped_disk_next_partition (disk, found)) {
    if (!ped_partition_is_active (found))
      continue; /* free space, the table itself */
    TplPartition *partition = partition_of (found, sector);
    /* In a GPT, libparted calls an EFI system partition so. */
    partition->bootable = is_mbr && ped_partition_get_flag (found, PED_PARTITION_BOOT) != 0;
    g_ptr_array_add (layout->partitions, partition);
  }
}

/* Types, and the identities that follow from the disk's signature. */
static gboolean
read_mbr (const TplMirror *mirror, TplLayout *layout, GError **error)
{
  g_autoptr (GBytes) first = tpl_mirror_read (mirror, 0, MBR_BYTES, error);
  if (!first)
    return FALSE;
  const guint8 *mbr = g_bytes_get_data (first, NULL);
  guint32 signature;
  memcpy (&signature, mbr + MBR_SIGNATURE_OFFSET, sizeof signature);
  layout->table_uuid = g_strdup_printf ("%08x", GUINT32_FROM_LE (signature));
  for (guint i = 0; i < layout->partitions->len; i++) {
    TplPartition *partition = layout->partitions->pdata[i];
    guint64 offset = type_offset (mirror, partition, layout->sector_bytes);
    g_autoptr (GBytes) type = offset ? tpl_mirror_read (mirror, offset, 1, error) : NULL;
    if (!type)
      return offset ? FALSE
                    : tpl_fail (error, TPL_ERROR_REFUSED,
                                "the tables of the extended partition are damaged");
    partition->type = g_strdup_printf ("0x%02x", *(const guint8 *)g_bytes_get_data (type, NULL));
    partition->uuid
        = g_strdup_printf ("%s-%02x", layout->table_uuid, (unsigned)partition->number);
  }
  return TRUE;
}

/* A mirror is a file, for which libparted guesses sectors of 512 bytes. */
static PedDevice *
open_device (const TplMirror *mirror)
{
  PedDevice *device = ped_device_get (mirror->path);
  if (!device)
    return NULL;
  device->sector_size = device->phys_sector_size = (long long)mirror->sector_bytes;
  device->length = (PedSector)(mirror->size_bytes / mirror->sector_bytes);
  return device;
}

gboolean
tpl_table_fetch (TplMirror *mirror, const TplReader *from, GError **error)
{
  return tpl_ebr_fetch (mirror, from, mirror->sector_bytes, error);
}

static gboolean
read_table (const TplMirror *mirror, TplLayout *layout, GError **error)
{
  listen (remember_and_go_on);
  layout->size_bytes = mirror->size_bytes;
  g_autoptr (PedDevice) device = open_device (mirror);
  if (!device)
    return refused ("opening the disk with libparted", error);
  layout->sector_bytes = (guint64)device->sector_size;
  const PedDiskType *type = ped_disk_probe (device);
  if (!type || strcmp (type->name, "loop") == 0)
    return TRUE; /* whatever it holds, it is no table */
  gboolean is_gpt = strcmp (type->name, "gpt") == 0;
  if (!is_gpt && strcmp (type->name, "msdos") != 0)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the disk has a partition table of kind \"%s\"; only \"msdos\" (MBR) and "
                     "\"gpt\" are supported",
                     type->name);
  if (is_gpt && !tpl_gpt_check (mirror, layout->sector_bytes, error))
    return FALSE;
  g_autoptr (PedDisk) disk = ped_disk_new (device);
  if (!disk)
    return refused ("reading the partition table", error);
  layout->table = g_strdup (type->name);
  read_partitions (disk, layout);
  return is_gpt ? tpl_gpt_read (mirror, layout->sector_bytes, layout, error)
                : read_mbr (mirror, layout, error);
}

gboolean
tpl_table_read (const TplMirror *mirror, TplLayout *layout, GError **error)
{
  GPtrArray *taken = take_filesystems ();
  gboolean is_read = read_table (mirror, layout, error);
  give_back_filesystems (taken);
  return is_read;
}

static gboolean
add_partition (PedDisk *disk, const TplPartition *partition, GError **error)
{
  guint64 sector = (guint64)disk->dev->sector_size;
  PedPartitionType type = strcmp (partition->role, "extended") == 0  ? PED_PARTITION_EXTENDED
                          : strcmp (partition->role, "logical") == 0 ? PED_PARTITION_LOGICAL
                                                                     : PED_PARTITION_NORMAL;
  PedPartition *made = ped_partition_new (disk, type, NULL,
                                          (PedSector)(partition->start_bytes / sector),
                                          (PedSector)(partition->end_bytes / sector) - 1);
  if (!made)
    return refused ("making a partition", error);
  /* libparted keeps the number of a primary partition, or a GPT's, that has one. */
  made->num = (int)partition->number;
  g_autoptr (PedConstraint) exact = ped_constraint_exact (&made->geom);
  if (!ped_disk_add_partition (disk, made, exact)) {
    ped_partition_destroy (made);
    return refused ("adding a partition to the target's table", error);
  }
  if (made->num != (int)partition->number)
    return tpl_fail (error, TPL_ERROR_FAILED,
                     "libparted numbered partition %" G_GUINT64_FORMAT " as %d", partition->number,
                     made->num);
  if (partition->bootable && !ped_partition_set_flag (made, PED_PARTITION_BOOT, 1))
    return refused ("setting the boot flag", error);
  return TRUE;
}

static gboolean
write_types (TplMirror *mirror, const TplLayout *layout, GError **error)
{
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    guint64 offset = type_offset (mirror, partition, layout->sector_bytes);
    guint8 type = (guint8)g_ascii_strtoull (partition->type, NULL, 16);
    g_autoptr (GBytes) byte = g_bytes_new (&type, sizeof type);
    if (offset == 0)
      return tpl_fail (error, TPL_ERROR_FAILED,
                       "libparted made no table for partition %" G_GUINT64_FORMAT,
                       partition->number);
    if (!tpl_mirror_write (mirror, offset, byte, error))
      return FALSE;
  }
  return TRUE;
}

/* What libparted can't set: type bytes and disk signature. */
static gboolean
finish_mbr (TplMirror *mirror, const TplLayout *layout, GError **error)
{
  g_autoptr (GBytes) first = tpl_mirror_read (mirror, 0, MBR_BYTES, error);
  if (!first)
    return FALSE;
  guint8 mbr[MBR_BYTES];
  memcpy (mbr, g_bytes_get_data (first, NULL), sizeof mbr);
  guint32 signature
      = GUINT32_TO_LE ((guint32)g_ascii_strtoull (layout->table_uuid, NULL, 16));
  memcpy (mbr + MBR_SIGNATURE_OFFSET, &signature, sizeof signature);
  g_autoptr (GBytes) finished = g_bytes_new (mbr, MBR_BYTES);
  return tpl_mirror_write (mirror, 0, finished, error) && tpl_ebr_chain (mirror, layout, error)
         && write_types (mirror, layout, error);
}

static gboolean
finish_table (TplMirror *mirror, const TplLayout *layout, GError **error)
{
  if (strcmp (layout->table, "gpt") == 0)
    return tpl_gpt_finish (mirror, layout->sector_bytes, layout, error);
  return finish_mbr (mirror, layout, error);
}

/* libparted numbers logical partitions as they are added, once there is an extended one. */
static gint
logical_by_number (gconstpointer a, gconstpointer b)
{
  const TplPartition *const *left = a, *const *right = b;
  guint64 of_left = strcmp ((*left)->role, "logical") == 0 ? (*left)->number : 0;
  guint64 of_right = strcmp ((*right)->role, "logical") == 0 ? (*right)->number : 0;
  return (of_left > of_right) - (of_left < of_right);
}

gboolean
tpl_table_write (TplMirror *mirror, const TplLayout *layout, GError **error)
{
  listen (remember);
  g_autoptr (PedDevice) device = open_device (mirror);
  if (!device)
    return refused ("opening the scratch file with libparted", error);
  g_autoptr (PedDisk) disk = ped_disk_new_fresh (device, ped_disk_type_get (layout->table));
  if (!disk)
    return refused ("making the target's partition table", error);
  g_autoptr (GPtrArray) ordered = g_ptr_array_copy (layout->partitions, NULL, NULL);
  g_ptr_array_sort (ordered, logical_by_number);
  for (guint i = 0; i < ordered->len; i++)
    if (!add_partition (disk, ordered->pdata[i], error))
      return FALSE;
  if (!ped_disk_commit_to_dev (disk))
    return refused ("writing the target's partition table", error);
  return finish_table (mirror, layout, error);
}
