/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The start of a filesystem from a guest, as each driver measures it on the host. */
#include "fuzz.h"

#include <string.h>

#include "error.h"
#include "fs/fs.h"
#include "plan/size.h"

#define VOLUME_BYTES (64 * TPL_GIB)

typedef struct {
  const uint8_t *data;
  size_t size;
  guint reads;
} Input;

/* What the input does not have is zeros, so that its numbers may point anywhere. */
static GBytes *
read_input (const TplFsDisk *disk, guint64 offset_bytes, gsize length, GError **error)
{
  Input *input = disk->user_data;
  g_autofree uint8_t *bytes = g_malloc0 (length);
  if (++input->reads > 1000 || offset_bytes > VOLUME_BYTES || length > VOLUME_BYTES - offset_bytes) {
    tpl_fail (error, TPL_ERROR_REFUSED, "it is not there");
    return NULL;
  }
  if (offset_bytes < input->size)
    memcpy (bytes, input->data + offset_bytes, MIN (length, input->size - offset_bytes));
  return g_bytes_new_take (g_steal_pointer (&bytes), length);
}

static gboolean
measure (const TplFsDriver *driver, TplFsDisk *disk, TplVolume *volume, GError **error)
{
  gboolean is_exact = TRUE;
  return driver->inspect (disk, volume, error) && driver->count
         && driver->count (disk, volume, &is_exact, error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const types[] = { "xfs", "ext4", "vfat" };
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    Input input = { data, size, 0 };
    TplFsDisk disk = { .device = "part:1", .read = read_input, .user_data = &input };
    TplVolume *volume = tpl_value_new (&tpl_volume_type);
    volume->id = g_strdup ("part:1");
    volume->type = g_strdup (types[i]);
    volume->size_bytes = VOLUME_BYTES;
    if (measure (tpl_fs_find (types[i]), &disk, volume, NULL))
      FUZZ_ASSERT (tpl_size_add (volume->used_bytes, volume->free_bytes) <= VOLUME_BYTES);
    tpl_value_free (&tpl_volume_type, volume);
  }
  return 0;
}
