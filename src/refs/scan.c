/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The proof that nothing old is left: by form (sweep), and by the names that only a whole word
 * shows. */
#include "refs/refs.h"
#include "refs/sweep.h"
#include "refs/unit-name.h"

#include <string.h>

void
tpl_ref_leftover_free (TplRefLeftover *leftover)
{
  g_free (leftover->path);
  g_free (leftover->found);
  g_free (leftover);
}

static gboolean
is_gone (const TplRefMap *map, TplRefType type, const char *name)
{
  g_autofree char *changed = NULL;
  TplRefVerdict verdict = tpl_ref_map_name (map, type, name, &changed);
  return verdict == TPL_REF_CHANGED || verdict == TPL_REF_REMOVED;
}

static char *
mapper_of (const char *lv)
{
  g_auto (GStrv) parts = g_strsplit (lv, "/", 2);
  return parts[0] != NULL && parts[1] != NULL ? tpl_lvm_mapper_name (parts[0], parts[1]) : NULL;
}

/* Words that name an old LV or VG, beyond what the sweep finds. A VG's bare name is no such word:
 * it may be as common as "os" or "root". */
static GPtrArray *
words_of (const TplRefMap *map)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  const GPtrArray *entries = tpl_ref_map_entries (map);
  for (guint i = 0; i < entries->len; i++) {
    const TplRefEntry *entry = g_ptr_array_index (entries, i);
    if ((entry->type != TPL_REF_LV && entry->type != TPL_REF_VG) ||
        !is_gone (map, entry->type, entry->old))
      continue;
    if (entry->type == TPL_REF_VG) {
      g_ptr_array_add (words, g_strconcat ("rd.lvm.vg=", entry->old, NULL));
      g_ptr_array_add (words, g_strconcat ("/dev/", entry->old, NULL));
      continue;
    }
    char *mapper = mapper_of (entry->old);
    g_ptr_array_add (words, g_strdup (entry->old));
    if (mapper != NULL)
      g_ptr_array_add (words, mapper);
  }
  return words;
}

typedef struct {
  const char *path;
  const char *text;
  gsize length;
  gboolean binary;
  GPtrArray *leftovers;
} Scan;

static void
report (const Scan *scan, gsize start, gsize length)
{
  TplRefLeftover *leftover = g_new0 (TplRefLeftover, 1);
  leftover->path = g_strdup (scan->path);
  leftover->offset = start;
  leftover->found = g_strndup (scan->text + start, length);
  g_ptr_array_add (scan->leftovers, leftover);
  if (scan->binary)
    return;

  gsize line_start = 0;
  leftover->line = 1;
  for (gsize i = 0; i < start; i++)
    if (scan->text[i] == '\n') {
      leftover->line++;
      line_start = i + 1;
    }
  while (scan->text[line_start] == ' ' || scan->text[line_start] == '\t')
    line_start++;
  leftover->comment = scan->text[line_start] == '#';
}

static gboolean
is_word_byte (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '+' || c == '-';
}

static void
scan_word (const Scan *scan, const char *word)
{
  gsize length = strlen (word);
  for (gsize at = 0; length > 0 && at + length <= scan->length;) {
    const char *found = memmem (scan->text + at, scan->length - at, word, length);
    if (found == NULL)
      return;
    gsize start = (gsize)(found - scan->text);
    char before = start > 0 ? found[-1] : '\0';
    char after = start + length < scan->length ? found[length] : '\0';
    /* Behind a slash a name is part of a path: those of devices are the sweep's. */
    if (!is_word_byte (before) && before != '/' && before != '.' && !is_word_byte (after) &&
        after != '/')
      report (scan, start, length);
    at = start + length;
  }
}

void
tpl_refs_scan (const TplRefMap *map, const char *path, GBytes *content, GPtrArray *leftovers)
{
  gsize length = 0;
  const char *text = g_bytes_get_data (content, &length);
  if (length == 0 || tpl_ref_map_is_identity (map))
    return;
  const Scan scan = {path, text, length, memchr (text, '\0', length) != NULL, leftovers};

  TplSweepHit hit;
  for (gsize at = 0; tpl_sweep_next (map, text, length, at, &hit); at = hit.start + hit.length) {
    report (&scan, hit.start, hit.length);
    g_free (hit.now);
  }

  g_autoptr (GPtrArray) words = words_of (map);
  for (guint i = 0; i < words->len; i++)
    scan_word (&scan, g_ptr_array_index (words, i));
}

static void
lv_needles (const char *lv, GString *out)
{
  g_autofree char *mapper = mapper_of (lv);
  if (mapper == NULL)
    return;
  g_autofree char *unit = tpl_unit_name_from_path (mapper);
  g_string_append_printf (out, "word %s\n", mapper);
  g_string_append_printf (out, "word /dev/%s\n", lv);
  g_string_append_printf (out, "word rd.lvm.lv=%s\n", lv);
  g_string_append_printf (out, "bytes \\x2fmapper\\x2f%s\n", mapper);
  if (strcmp (unit, mapper) != 0)
    g_string_append_printf (out, "bytes -%s\n", unit);
}

char *
tpl_refs_needles (const TplRefMap *map)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const GPtrArray *entries = tpl_ref_map_entries (map);
  for (guint i = 0; i < entries->len; i++) {
    const TplRefEntry *entry = g_ptr_array_index (entries, i);
    if (!is_gone (map, entry->type, entry->old))
      continue;
    g_autofree char *undashed = tpl_uuid_undashed (entry->old);
    gboolean id = entry->type == TPL_REF_UUID || entry->type == TPL_REF_PARTUUID ||
                  entry->type == TPL_REF_PTUUID || entry->type == TPL_REF_LVM_UUID;
    if (id && strlen (entry->old) >= 32)
      g_string_append_printf (out, "bytes %s\nbytes %s\n", entry->old, undashed);
    else if (id && entry->type != TPL_REF_PTUUID)
      g_string_append_printf (out, "word %s\n", entry->old);
    else if (entry->type == TPL_REF_VG)
      g_string_append_printf (out, "word rd.lvm.vg=%s\n", entry->old);
    else if (entry->type == TPL_REF_LV)
      lv_needles (entry->old, out);
  }
  return g_strdup (out->str);
}
