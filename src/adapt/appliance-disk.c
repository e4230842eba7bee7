/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The appliance's devices, which the toolbox has in its /dev, too, and what is mounted of them. */
#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "adapt/appliance-handle.h"
#include "error.h"

#define SYSFS_SECTOR_BYTES 512 /* whatever the device's own are */

/* What the kernel says of a device, which libguestfs asks programs for. FALSE: it does not say. */
static gboolean
attribute (TplAppliance *appliance, const char *device, const char *name, guint64 *value)
{
  struct guestfs_statns *status = guestfs_statns (appliance->handle, device);
  if (!status)
    return FALSE;
  const dev_t number = (dev_t)status->st_rdev;
  guestfs_free_statns (status);
  g_autofree char *file
      = g_strdup_printf ("/sys/dev/block/%u:%u/%s", major (number), minor (number), name);
  g_autoptr (GBytes) content = tpl_appliance_content (appliance, file);
  g_autofree char *text = content ? g_strndup (g_bytes_get_data (content, NULL),
                                               g_bytes_get_size (content))
                                  : NULL;
  return text && g_ascii_string_to_unsigned (g_strchomp (text), 10, 1, G_MAXINT64, value, NULL);
}

gboolean
tpl_appliance_device_size (TplAppliance *appliance, const char *device, guint64 *size_bytes,
                           GError **error)
{
  guint64 sectors = 0;
  if (attribute (appliance, device, "size", &sectors)
      && g_uint64_checked_mul (size_bytes, sectors, SYSFS_SECTOR_BYTES))
    return TRUE;
  int64_t size = guestfs_blockdev_getsize64 (appliance->handle, device);
  if (size < 0)
    return tpl_appliance_failed (appliance, "asking for a device's size", error);
  *size_bytes = (guint64)size;
  return TRUE;
}

gboolean
tpl_appliance_sector_size (TplAppliance *appliance, const char *device, guint64 *sector_bytes,
                           GError **error)
{
  if (attribute (appliance, device, "queue/logical_block_size", sector_bytes))
    return TRUE;
  int size = guestfs_blockdev_getss (appliance->handle, device);
  *sector_bytes = (guint64)MAX (size, 0);
  return size > 0 || tpl_appliance_failed (appliance, "asking for a device's sector size", error);
}

GBytes *
tpl_appliance_read (TplAppliance *appliance, const char *device, guint64 offset_bytes,
                    gsize length, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new ((guint)length);
  while (bytes->len < length) {
    size_t got = 0;
    int want = (int)MIN (length - bytes->len, TPL_APPLIANCE_CHUNK_BYTES);
    char *part = guestfs_pread (appliance->handle, device, want,
                                (int64_t)(offset_bytes + bytes->len), &got);
    if (part)
      g_byte_array_append (bytes, (const guint8 *)part, (guint)got);
    free (part);
    if (!part || got == 0) {
      g_autofree char *doing = g_strdup_printf ("reading %s at byte %" G_GUINT64_FORMAT, device,
                                                offset_bytes + bytes->len);
      tpl_appliance_failed (appliance, doing, error);
      return NULL;
    }
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static GBytes *
reader_read (const TplReader *reader, guint64 offset_bytes, gsize length, GError **error)
{
  return tpl_appliance_read (reader->user_data, reader->device, offset_bytes, length, error);
}

TplReader
tpl_appliance_reader (TplAppliance *appliance, const char *device)
{
  return (TplReader){ .read = reader_read, .device = device, .user_data = appliance };
}

gboolean
tpl_appliance_write (TplAppliance *appliance, const char *device, guint64 offset_bytes,
                     GBytes *bytes, GError **error)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  for (gsize done = 0; done < length;) {
    int wrote = guestfs_pwrite (appliance->handle, device, data + done,
                                MIN (length - done, TPL_APPLIANCE_CHUNK_BYTES),
                                (int64_t)(offset_bytes + done));
    if (wrote <= 0)
      return tpl_appliance_failed (appliance,
                                   "writing the target's partition table and boot code", error);
    done += (gsize)wrote;
  }
  return TRUE;
}

gboolean
tpl_appliance_is_blank (TplAppliance *appliance, const char *device, gboolean *blank,
                        GError **error)
{
  int result = guestfs_is_zero_device (appliance->handle, device);
  *blank = result == 1;
  return result != -1 || tpl_appliance_failed (appliance, "looking for data on a device", error);
}

gboolean
tpl_appliance_reread_table (TplAppliance *appliance, const char *device, GError **error)
{
  /* The second call waits for the appliance's udev before it does anything: the partitions have
   * their names then. */
  return (guestfs_blockdev_rereadpt (appliance->handle, device) == 0
          && guestfs_blockdev_getro (appliance->handle, device) >= 0)
         || tpl_appliance_failed (appliance, "reading the new partition table", error);
}

gboolean
tpl_appliance_is_plain_folder (TplAppliance *appliance, const char *path)
{
  for (const char *slash = path; slash; slash = strchr (slash + 1, '/')) {
    const char *next = strchr (slash + 1, '/');
    g_autofree char *part = next ? g_strndup (path, (gsize)(next - path)) : g_strdup (path);
    if (strcmp (part, "/") != 0 && guestfs_is_dir (appliance->handle, part) != 1)
      return FALSE;
  }
  return TRUE;
}

gboolean
tpl_appliance_mount (TplAppliance *appliance, const char *device, const char *type,
                     const char *options, const char *folder, GError **error)
{
  if (!tpl_appliance_is_plain_folder (appliance, folder)
      && guestfs_mkdir_p (appliance->handle, folder) == -1)
    return tpl_appliance_failed (appliance, "making a folder in the appliance", error);
  const char *const argv[] = { "tpl-helper", "mount", type, options, device, folder, NULL };
  return tpl_appliance_run (appliance, argv, NULL, NULL, error);
}

gboolean
tpl_appliance_unmount (TplAppliance *appliance, const char *folder, GError **error)
{
  const char *const argv[] = { "tpl-helper", "unmount", folder, NULL };
  return tpl_appliance_run (appliance, argv, NULL, NULL, error);
}

gboolean
tpl_appliance_space (TplAppliance *appliance, const char *folder, TplSpace *space, GError **error)
{
  struct guestfs_statvfs *found = guestfs_statvfs (appliance->handle, folder);
  if (!found)
    return tpl_appliance_failed (appliance, "asking a filesystem how full it is", error);
  guint64 unit = (guint64)found->frsize;
  gboolean fits = g_uint64_checked_mul (&space->total_bytes, (guint64)found->blocks, unit)
                  && g_uint64_checked_mul (&space->free_bytes, (guint64)found->bfree, unit)
                  && space->free_bytes <= space->total_bytes;
  guestfs_free_statvfs (found);
  return fits || tpl_fail (error, TPL_ERROR_REFUSED, "%s claims to be impossibly large", folder);
}
