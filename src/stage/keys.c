/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "error.h"

/* cryptsetup takes no longer passphrases than 512 bytes, and key files of up to 8 MiB; 64 KiB are
 * more than anybody's. */
#define KEY_BYTES_MOST (64u * 1024)

typedef struct {
  char *id; /* a LUKS UUID, or "all" */
  char *path;
  TplFd fd; /* memory of KEY_BYTES_MOST */
  guint64 size_bytes;
  gboolean has_newline; /* at its end */
} Key;

static void
free_key (gpointer data)
{
  Key *key = data;
  tpl_fd_clear (&key->fd);
  g_free (key->id);
  g_free (key->path);
  g_free (key);
}

/* Not by way of GLib's buffers, which would leave copies behind. */
static gboolean
read_file (Key *key, GError **error)
{
  g_auto (TplFd) file = open (key->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  key->fd = memfd_create ("tpl-shrink-key", MFD_CLOEXEC);
  if (file < 0 || key->fd < 0 || ftruncate (key->fd, KEY_BYTES_MOST) != 0)
    return tpl_fail (error, TPL_ERROR_REFUSED, "--key: reading \"%s\": %s", key->path,
                     g_strerror (errno));
  guint8 *memory = mmap (NULL, KEY_BYTES_MOST, PROT_READ | PROT_WRITE, MAP_SHARED, key->fd, 0);
  if (memory == MAP_FAILED)
    return tpl_fail (error, TPL_ERROR_RETRIABLE, "--key: making room for \"%s\": %s", key->path,
                     g_strerror (errno));
  ssize_t got = 1;
  while (got > 0 && key->size_bytes < KEY_BYTES_MOST) {
    got = read (file, memory + key->size_bytes, KEY_BYTES_MOST - key->size_bytes);
    key->size_bytes += got > 0 ? (guint64)got : 0;
  }
  int why = got < 0 ? errno : 0;
  key->has_newline = key->size_bytes > 1 && memory[key->size_bytes - 1] == '\n';
  munmap (memory, KEY_BYTES_MOST);
  if (why != 0)
    return tpl_fail (error, TPL_ERROR_REFUSED, "--key: reading \"%s\": %s", key->path,
                     g_strerror (why));
  if (key->size_bytes == 0 || key->size_bytes == KEY_BYTES_MOST)
    return tpl_fail (error, TPL_ERROR_REFUSED, "--key: \"%s\" is %s, and can't be a key", key->path,
                     key->size_bytes ? "too large" : "empty");
  return TRUE;
}

gboolean
tpl_keys_read (TplRun *run, GError **error)
{
  const GPtrArray *said = run->request->keys;
  if (said->len > TPL_KEYS_MOST)
    return tpl_fail (error, TPL_ERROR_USAGE, "--key: %u keys are more than %d", said->len,
                     TPL_KEYS_MOST);
  run->keys = g_ptr_array_new_with_free_func (free_key);
  for (guint i = 0; i < said->len; i++) {
    const TplRequestKey *from = said->pdata[i];
    Key *key = g_new0 (Key, 1);
    g_ptr_array_add (run->keys, key);
    key->fd = -1;
    key->id = g_strdup (from->id);
    key->path = g_strdup (from->path);
    if (!read_file (key, error))
      return FALSE;
  }
  return TRUE;
}

static char *
label_of (guint i)
{
  return g_strdup_printf ("key%c", 'a' + (char)i); /* libguestfs takes letters alone */
}

gboolean
tpl_keys_attach (TplRun *run, GError **error)
{
  for (guint i = 0; i < run->keys->len; i++) {
    const Key *key = run->keys->pdata[i];
    g_autofree char *label = label_of (i);
    if (!tpl_appliance_add_memory (run->appliance, key->fd, label, error))
      return FALSE;
  }
  return TRUE;
}

void
tpl_key_try_free (gpointer data)
{
  TplKeyTry *key_try = data;
  g_free (key_try->device);
  g_free (key_try);
}

static void
add_try (GPtrArray *tries, const Key *key, guint i, guint64 size_bytes)
{
  g_autofree char *label = label_of (i);
  TplKeyTry *key_try = g_new0 (TplKeyTry, 1);
  key_try->device = tpl_appliance_device (label, 0);
  key_try->size_bytes = size_bytes;
  key_try->path = key->path;
  g_ptr_array_add (tries, key_try);
}

GPtrArray *
tpl_keys_for (const TplRun *run, const char *uuid)
{
  GPtrArray *tries = g_ptr_array_new_with_free_func (tpl_key_try_free);
  for (guint i = 0; i < run->keys->len; i++) {
    const Key *key = run->keys->pdata[i];
    if (strcmp (key->id, "all") != 0 && g_ascii_strcasecmp (key->id, uuid ? uuid : "") != 0)
      continue;
    if (key->has_newline)
      add_try (tries, key, i, key->size_bytes - 1);
    add_try (tries, key, i, key->size_bytes);
  }
  return tries;
}
