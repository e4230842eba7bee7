/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refs/gathered.h"

#include "helper/newc.h"
#include "refs/initramfs.h"
#include "refs/refs.h"

#include <string.h>
#include <tpl-shrink.h>

static const char *const images[] = {
    "/boot/initrd.img-*",    "/boot/initrd-*",        "/boot/initramfs-*",
    "/boot/initramfs-*.img", "/boot/*/*/initrd*",     "/boot/efi/*/*/initrd*",
    "/efi/*/*/initrd*",      "/boot/efi/initr*",      "/efi/initr*",
    NULL,
};

char *
tpl_gathered_list (gboolean again)
{
  g_autoptr (GString) list = g_string_new (NULL);
  const TplRefKind *const *kinds = tpl_ref_kinds ();
  for (guint i = 0; kinds[i] != NULL; i++)
    for (guint j = 0; kinds[i]->paths[j] != NULL; j++)
      g_string_append_printf (list, "%s %s\n",
                              tpl_ref_kind_edits (kinds[i]) ? "file" : "exists",
                              kinds[i]->paths[j]);
  for (guint i = 0; images[i] != NULL; i++)
    g_string_append_printf (list, "%s %s\n", again ? "added" : "initrd", images[i]);
  const char *const *globs = tpl_initramfs_globs ();
  for (guint i = 0; globs[i] != NULL; i++)
    g_string_append_printf (list, "member %s\n", globs[i]);
  return g_strdup (list->str);
}

char *
tpl_gathered_scan_list (gboolean files)
{
  g_autoptr (GString) list
      = g_string_new (files ? "file /etc/**\nfile /boot/**\nfile /efi/**\n" : NULL);
  for (guint i = 0; images[i] != NULL; i++)
    g_string_append_printf (list, "initrd %s\n", images[i]);
  return g_strdup (list->str);
}

/* One member of the archive that gather made. */
typedef struct {
  const char *kind; /* "file", "exists", "initrd", "member" */
  const char *path;
  const char *member; /* of kind "member": its name in the image; else NULL */
  guint32 mode;
  guint32 nlink;
  GBytes *content;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;
  g_bytes_unref (entry->content);
  g_free ((char *)entry->kind);
  g_free (entry);
}

/* Splits KIND!PATH or member!PATH!NAME. NULL: it is neither. */
static Entry *
entry_new (const struct tpl_newc_member *member, GBytes *archive)
{
  char *text = g_strdup (member->name);
  char *path = strchr (text, '!');
  if (path == NULL) {
    g_free (text);
    return NULL;
  }
  *path++ = '\0';
  Entry *entry = g_new0 (Entry, 1);
  entry->kind = text;
  entry->path = path;
  entry->mode = member->header.mode;
  entry->nlink = member->header.nlink;
  gsize offset = (gsize)(member->content - (const char *)g_bytes_get_data (archive, NULL));
  entry->content = g_bytes_new_from_bytes (archive, offset, member->header.size_bytes);
  char *name = strcmp (text, "member") == 0 ? strchr (path, '!') : NULL;
  if (name != NULL) {
    *name = '\0';
    entry->member = name + 1;
  }
  return entry;
}

static GPtrArray *
parse (GBytes *gathered, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  struct tpl_newc_reader reader = {g_bytes_get_data (gathered, NULL), g_bytes_get_size (gathered),
                                   0};
  struct tpl_newc_member member;
  enum tpl_newc_step step;
  while ((step = tpl_newc_next (&reader, &member)) == TPL_NEWC_MEMBER) {
    Entry *entry = entry_new (&member, gathered);
    if (entry == NULL)
      break;
    g_ptr_array_add (entries, entry);
  }
  if (step == TPL_NEWC_END && reader.at > 0)
    return g_steal_pointer (&entries);
  g_set_error (error, TPL_ERROR, TPL_ERROR_FAILED,
               "the archive of the guest's files is malformed at byte %" G_GSIZE_FORMAT, reader.at);
  return NULL;
}

static void
change_free (gpointer data)
{
  TplGatheredChange *change = data;
  g_clear_pointer (&change->before, g_bytes_unref);
  g_bytes_unref (change->after);
  g_free (change->path);
  g_free (change);
}

void
tpl_gathered_edits_free (TplGatheredEdits *edits)
{
  g_clear_pointer (&edits->archive, g_bytes_unref);
  g_ptr_array_unref (edits->changes);
  g_ptr_array_unref (edits->warnings);
  g_free (edits);
}

/* An archive for apply being made: its members have an initramfs member's form too. */
typedef struct {
  const TplRefMap *map;
  TplGatheredEdits *edits;
  GPtrArray *actions;
} Session;

static void
add_action (const Session *session, const char *action, const char *path, GBytes *before,
            GBytes *content)
{
  g_autofree char *name = g_strconcat (action, "!", path, NULL);
  g_ptr_array_add (session->actions, tpl_initramfs_member_new (name, 0100600, 1, content));
  TplGatheredChange *change = g_new0 (TplGatheredChange, 1);
  change->action = action;
  change->path = g_strdup (path);
  change->before = before != NULL ? g_bytes_ref (before) : NULL;
  change->after = g_bytes_ref (content);
  g_ptr_array_add (session->edits->changes, change);
}

static gboolean
edit_file (const Session *session, const Entry *entry, GError **error)
{
  const TplRefKind *kind = tpl_ref_kind_for_path (entry->path);
  if (kind == NULL)
    return TRUE;
  g_autoptr (GBytes) after = NULL;
  if (tpl_refs_removes (kind, session->map, entry->path)) {
    after = g_bytes_new_static ("", 0);
    add_action (session, "remove", entry->path, NULL, after);
    return TRUE;
  }
  if (!tpl_refs_edit (kind, session->map, entry->path, entry->content, &after,
                      session->edits->warnings, error))
    return FALSE;
  if (after != NULL)
    add_action (session, "write", entry->path, entry->content, after);
  return TRUE;
}

/* The members of the image at `at` follow it. */
static GPtrArray *
members_of (const GPtrArray *entries, guint at)
{
  GPtrArray *members = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_initramfs_member_free);
  for (guint i = at + 1; i < entries->len; i++) {
    const Entry *entry = g_ptr_array_index (entries, i);
    if (entry->member == NULL)
      break;
    g_ptr_array_add (members, tpl_initramfs_member_new (entry->member, entry->mode, entry->nlink,
                                                        entry->content));
  }
  return members;
}

/* Why an image can't be read; NULL: it can. g_free () it. */
static char *
trouble_of (const Entry *image)
{
  gsize size = 0;
  const char *text = g_bytes_get_data (image->content, &size);
  return size > 0 ? g_strndup (text, size) : NULL;
}

static gboolean
edit_image (const Session *session, const GPtrArray *entries, guint at, GError **error)
{
  const Entry *image = g_ptr_array_index (entries, at);
  g_autofree char *trouble = trouble_of (image);
  if (tpl_ref_map_is_identity (session->map))
    return TRUE;
  /* The crash kernel's image goes; another list found it too. */
  const TplRefKind *kind = tpl_ref_kind_for_path (image->path);
  if (kind != NULL && tpl_refs_removes (kind, session->map, image->path))
    return TRUE;
  if (trouble != NULL) {
    const TplRefEdit edit = {session->map, image->path, session->edits->warnings};
    tpl_ref_warn (&edit,
                  "can't be read (%s): if it names the old disk, the guest must make it anew",
                  trouble);
    return TRUE;
  }

  g_autoptr (GPtrArray) members = members_of (entries, at);
  g_autoptr (GPtrArray) overrides =
      tpl_initramfs_overrides (session->map, image->path, members, session->edits->warnings, error);
  if (overrides == NULL)
    return FALSE;
  if (overrides->len == 0)
    return TRUE;
  g_autoptr (GBytes) archive = tpl_initramfs_archive (overrides);
  if (archive == NULL) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_RETRIABLE,
                 "%s: no memory for what overrides its texts", image->path);
    return FALSE;
  }
  add_action (session, "append", image->path, NULL, archive);
  return TRUE;
}

static GPtrArray *
new_strings (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

TplGatheredEdits *
tpl_gathered_edit (const TplRefMap *map, GBytes *gathered, GError **error)
{
  g_autoptr (GPtrArray) entries = parse (gathered, error);
  if (entries == NULL)
    return NULL;
  g_autoptr (TplGatheredEdits) edits = g_new0 (TplGatheredEdits, 1);
  edits->changes = g_ptr_array_new_with_free_func (change_free);
  edits->warnings = new_strings ();
  g_autoptr (GPtrArray) actions =
      g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_initramfs_member_free);
  const Session session = {map, edits, actions};

  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = g_ptr_array_index (entries, i);
    gboolean fine = TRUE;
    if (strcmp (entry->kind, "initrd") == 0)
      fine = edit_image (&session, entries, i, error);
    else if (entry->member == NULL)
      fine = edit_file (&session, entry, error);
    if (!fine)
      return NULL;
  }
  if (actions->len > 0)
    edits->archive = tpl_initramfs_archive (actions);
  if (actions->len > 0 && edits->archive == NULL) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_RETRIABLE, "no memory for the edited files");
    return NULL;
  }
  return g_steal_pointer (&edits);
}

/* IMAGE!NAME of a member, else the path. */
static char *
name_of (const Entry *entry)
{
  return entry->member != NULL ? g_strconcat (entry->path, "!", entry->member, NULL)
                               : g_strdup (entry->path);
}

static GHashTable *
names_of (const GPtrArray *entries)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < entries->len; i++)
    g_hash_table_add (names, name_of (g_ptr_array_index (entries, i)));
  return names;
}

static void
scan_entry (const TplRefMap *map, const Entry *entry, GPtrArray *leftovers)
{
  g_autofree char *name = name_of (entry);
  tpl_refs_scan (map, name, entry->content, leftovers);
}

/* The members of images that are still there, and not replaced. */
static gboolean
scan_kept (const TplRefMap *map, GBytes *before, const GPtrArray *now, GPtrArray *leftovers,
           GError **error)
{
  g_autoptr (GPtrArray) entries = parse (before, error);
  g_autoptr (GHashTable) names = names_of (now);
  for (guint i = 0; entries != NULL && i < entries->len; i++) {
    const Entry *entry = g_ptr_array_index (entries, i);
    g_autofree char *name = name_of (entry);
    if (entry->member != NULL && g_hash_table_contains (names, entry->path) &&
        !g_hash_table_contains (names, name))
      scan_entry (map, entry, leftovers);
  }
  return entries != NULL;
}

gboolean
tpl_gathered_scan (const TplRefMap *map, GBytes *before, GBytes *gathered, GPtrArray *leftovers,
                   GError **error)
{
  g_autoptr (GPtrArray) entries = parse (gathered, error);
  if (entries == NULL)
    return FALSE;
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = g_ptr_array_index (entries, i);
    if (strcmp (entry->kind, "initrd") == 0 && g_bytes_get_size (entry->content) > 0) {
      g_autofree char *trouble = trouble_of (entry);
      g_set_error (error, TPL_ERROR, TPL_ERROR_VERIFICATION, "%s can't be read: %s", entry->path,
                   trouble);
      return FALSE;
    }
    scan_entry (map, entry, leftovers);
  }
  return before == NULL || scan_kept (map, before, entries, leftovers, error);
}

char *
tpl_gathered_still_found (const char *found, GBytes *gathered, GError **error)
{
  g_autoptr (GPtrArray) entries = parse (gathered, error);
  if (entries == NULL)
    return NULL;
  g_autoptr (GHashTable) names = names_of (entries);
  g_autoptr (GString) still = g_string_new (NULL);
  g_auto (GStrv) lines = g_strsplit (found, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++) {
    g_autofree char *escaped = g_strndup (lines[i], strcspn (lines[i], "\t"));
    g_autofree char *name = g_strcompress (escaped);
    if (!g_hash_table_contains (names, name))
      g_string_append_printf (still, "%s\n", lines[i]);
  }
  return g_strdup (still->str);
}
