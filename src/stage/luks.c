/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/luks.h"

#include <string.h>

#include "adapt/luks-status.h"
#include "error.h"
#include "stage/keys.h"
#include "stage/volumes.h"

/* cryptsetup(8), EXIT STATUS */
#define STATUS_NO_KEY 2

/* Other programs' locks and the kernel's keyring are of no use in the appliance. */
#define COMMON "--batch-mode", "--disable-locks"

static char *
mapping_name (const char *side, guint i)
{
  return g_strdup_printf ("tpl%s%u", side, i);
}

static char *
mapping_device (const char *side, guint i)
{
  return g_strdup_printf ("/dev/mapper/tpl%s%u", side, i);
}

static char *
bytes_text (guint64 bytes)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, bytes);
}

static GStrv
open_argv (const TplKeyTry *key, const char *device, const char *name)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autofree char *size = bytes_text (key->size_bytes);
  g_strv_builder_add_many (argv, "cryptsetup", "open", COMMON, "--disable-keyring", "--type", "luks",
                           "--key-file", key->device, "--keyfile-size", size, device, name, NULL);
  return g_strv_builder_end (argv);
}

/* The key that opened it, an index of `keys`; -1 on error. */
static int
try_keys (TplRun *run, const GPtrArray *keys, const TplVolume *carrier, const char *name,
          GError **error)
{
  const char *device = g_hash_table_lookup (run->source_devices, carrier->id);
  for (guint i = 0; i < keys->len; i++) {
    int status = 0;
    g_auto (GStrv) argv = open_argv (keys->pdata[i], device, name);
    if (!tpl_appliance_run (run->appliance, (const char *const *)argv, &status, NULL, error))
      return -1;
    if (status == 0)
      return (int)i;
    if (status != STATUS_NO_KEY) {
      tpl_fail (error, TPL_ERROR_REFUSED,
                "opening %s, which is encrypted: cryptsetup ended with status %d: see whether the "
                "guest itself can open it",
                carrier->id, status);
      return -1;
    }
  }
  const TplKeyTry *last = keys->pdata[keys->len - 1];
  tpl_fail (error, TPL_ERROR_REFUSED,
            "%s, which is encrypted (LUKS %s), is not opened by the key in \"%s\": give another "
            "with --key",
            carrier->id, carrier->uuid ? carrier->uuid : "without UUID", last->path);
  return -1;
}

/* What cryptsetup says of the container, and of its mapping. */
static gboolean
ask (TplRun *run, const TplVolume *carrier, const char *name, TplLuksStatus *found, GError **error)
{
  const char *device = g_hash_table_lookup (run->source_devices, carrier->id);
  const char *dump[] = { "cryptsetup", "luksDump", COMMON, device, NULL };
  const char *status[] = { "cryptsetup", "status", COMMON, name, NULL };
  g_autofree char *header = NULL;
  g_autofree char *mapping = NULL;
  return tpl_appliance_run (run->appliance, dump, NULL, &header, error)
         && tpl_appliance_run (run->appliance, status, NULL, &mapping, error)
         && tpl_luks_status_read (header, mapping, found, error);
}

gboolean
tpl_luks_open (TplRun *run, TplLayout *layout, const TplVolume *carrier, GError **error)
{
  g_autoptr (GPtrArray) keys = tpl_keys_for (run, carrier->uuid);
  if (keys->len == 0)
    return TRUE;
  g_autofree char *name = mapping_name ("src", layout->encrypted->len);
  g_autofree char *device = mapping_device ("src", layout->encrypted->len);
  TplLuksStatus found = { 0 };
  int key = try_keys (run, keys, carrier, name, error);
  if (key < 0)
    return FALSE;
  if (!ask (run, carrier, name, &found, error)) {
    g_prefix_error (error, "%s is encrypted: ", carrier->id);
    return FALSE;
  }
  g_ptr_array_add (run->open_keys, g_ptr_array_steal_index (keys, (guint)key));
  TplEncrypted *encrypted = tpl_value_new (&tpl_encrypted_type);
  encrypted->id = g_strdup (carrier->id);
  encrypted->header_bytes = found.header_bytes;
  encrypted->volume = tpl_value_new (&tpl_volume_type);
  encrypted->volume->id = g_strdup_printf ("luks:%s", carrier->id);
  encrypted->volume->size_bytes = carrier->size_bytes - MIN (carrier->size_bytes, found.header_bytes);
  g_ptr_array_add (layout->encrypted, encrypted);
  return tpl_volumes_probe (run, encrypted->volume, device, error);
}

static gboolean
is_on_logical (const TplEncrypted *encrypted)
{
  return g_str_has_prefix (encrypted->id, "lv:");
}

/* Everything before the content: both copies of the header, and the key slots. */
static void
add_header (TplRun *run, TplScript *script, const TplEncrypted *encrypted, const char *device)
{
  const TplVolume *before = tpl_layout_find (run->plan->before->layout, encrypted->id);
  const TplVolume *after = tpl_layout_find (run->plan->after, encrypted->id);
  g_autofree char *from = g_strconcat (
      "if=", (const char *)g_hash_table_lookup (run->source_devices, encrypted->id), NULL);
  g_autofree char *to = g_strconcat ("of=", device, NULL);
  g_autofree char *bytes = bytes_text (encrypted->header_bytes);
  g_autofree char *count = g_strconcat ("count=", bytes, NULL);
  tpl_script_add_words (script, "dd", from, to, count, "iflag=count_bytes", "bs=1M",
                        "conv=notrunc,nocreat", "status=none", NULL);
  if (g_strcmp0 (before->uuid, after->uuid) != 0)
    tpl_script_add_words (script, "cryptsetup", "luksUUID", COMMON, "--uuid", after->uuid, device,
                          NULL);
}

void
tpl_luks_create (TplRun *run, TplScript *script, gboolean on_logical)
{
  const GPtrArray *all = run->plan->after->encrypted;
  for (guint i = 0; i < all->len; i++) {
    const TplEncrypted *encrypted = all->pdata[i];
    if (is_on_logical (encrypted) != on_logical)
      continue;
    const char *device = g_hash_table_lookup (run->target_devices, encrypted->id);
    g_autofree char *name = mapping_name ("tgt", i);
    g_auto (GStrv) argv = open_argv (run->open_keys->pdata[i], device, name);
    add_header (run, script, encrypted, device);
    tpl_script_add (script, (const char *const *)argv);
    g_hash_table_insert (run->target_devices, g_strdup (encrypted->volume->id),
                         mapping_device ("tgt", i));
  }
}

gboolean
tpl_luks_close (TplRun *run, gboolean on_logical, GError **error)
{
  const GPtrArray *all = run->plan->after->encrypted;
  g_autoptr (TplScript) script = tpl_script_new ();
  gboolean any = FALSE;
  for (guint i = 0; i < all->len; i++) {
    g_autofree char *source = mapping_name ("src", i);
    g_autofree char *target = mapping_name ("tgt", i);
    if (is_on_logical (all->pdata[i]) != on_logical)
      continue;
    any = TRUE;
    if (on_logical)
      tpl_script_add_words (script, "cryptsetup", "close", source, NULL);
    tpl_script_add_words (script, "cryptsetup", "close", target, NULL);
  }
  return !any || tpl_appliance_run_script (run->appliance, script, NULL, error);
}
