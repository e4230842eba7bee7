/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refs/cmdline.h"

#include <string.h>

typedef TplRefVerdict (*TranslateValue) (const TplRefEdit *edit, const char *value, char **changed);

static TplRefVerdict
device_value (const TplRefEdit *edit, const char *value, char **changed)
{
  return tpl_ref_map_device (edit->map, value, changed);
}

/* rd.lvm.lv=VG/LV */
static TplRefVerdict
lv_value (const TplRefEdit *edit, const char *value, char **changed)
{
  return tpl_ref_map_name (edit->map, TPL_REF_LV, value, changed);
}

static TplRefVerdict
vg_value (const TplRefEdit *edit, const char *value, char **changed)
{
  return tpl_ref_map_name (edit->map, TPL_REF_VG, value, changed);
}

/* rd.luks.uuid=UUID, or luks-UUID as anaconda writes it. */
static TplRefVerdict
luks_value (const TplRefEdit *edit, const char *value, char **changed)
{
  const char *uuid = g_str_has_prefix (value, "luks-") ? value + strlen ("luks-") : value;
  g_autofree char *now = NULL;
  TplRefVerdict verdict = tpl_ref_map_name (edit->map, TPL_REF_UUID, uuid, &now);
  if (verdict == TPL_REF_CHANGED)
    *changed = g_strdup_printf ("%.*s%s", (int)(uuid - value), value, now);
  return verdict;
}

/* DEVICE:more, as cryptdevice= of Arch and systemd.swap-extra= have it. */
static TplRefVerdict
device_and_more (const TplRefEdit *edit, const char *value, char **changed)
{
  const char *rest = value + strcspn (value, ":");
  g_autofree char *device = g_strndup (value, (gsize)(rest - value));
  g_autofree char *now = NULL;
  TplRefVerdict verdict = tpl_ref_map_device (edit->map, device, &now);
  if (verdict == TPL_REF_CHANGED)
    *changed = g_strconcat (now, rest, NULL);
  return verdict;
}

/* Whether each option has its quotes in pairs and no backslash at its end: then others do not belong
 * together otherwise when one goes. */
static gboolean
are_whole (const char *options)
{
  g_auto (GStrv) parts = g_strsplit (options, ",", -1);
  for (guint i = 0; parts[i] != NULL; i++) {
    guint singles = 0, doubles = 0;
    for (const char *c = parts[i]; *c; c++) {
      singles += *c == '\'';
      doubles += *c == '"';
    }
    if (singles % 2 != 0 || doubles % 2 != 0 || g_str_has_suffix (parts[i], "\\"))
      return FALSE;
  }
  return TRUE;
}

static TplRefVerdict
mount_options (const TplRefEdit *edit, const char *value, char **changed)
{
  if (!are_whole (value))
    return TPL_REF_UNCHANGED;
  g_autoptr (GString) now = g_string_new (NULL);
  tpl_edit_mount_options (edit, value, now);
  if (now->len == 0)
    return TPL_REF_REMOVED;
  if (strcmp (now->str, value) == 0)
    return TPL_REF_UNCHANGED;
  *changed = g_strdup (now->str);
  return TPL_REF_CHANGED;
}

/* What a swap file's place on the disk was: it has moved, and nothing but the guest can tell where
 * to. */
static TplRefVerdict
resume_offset (const TplRefEdit *edit, const char *value, char **changed G_GNUC_UNUSED)
{
  tpl_ref_warn (edit,
                "resume_offset=%s is a place on the old disk; set it anew in the guest before "
                "it hibernates",
                value);
  return TPL_REF_UNCHANGED;
}

typedef struct {
  const char *key;
  TranslateValue translate;
  gboolean removable; /* the word goes away with its device */
} Rule;

/* dracut.cmdline(7), systemd's kernel-command-line(7), initramfs-tools(7), mkinitcpio's hooks. */
static const Rule rules[] = {
    {"root", device_value, FALSE},
    {"real_root", device_value, FALSE},
    {"mount.usr", device_value, FALSE},
    {"resume", device_value, TRUE},
    {"resume_offset", resume_offset, FALSE},
    {"rootflags", mount_options, TRUE},
    {"rd.lvm.lv", lv_value, TRUE},
    {"rd_LVM_LV", lv_value, TRUE},
    {"rd.lvm.vg", vg_value, TRUE},
    {"rd_LVM_VG", vg_value, TRUE},
    {"rd.luks.uuid", luks_value, TRUE},
    {"rd_LUKS_UUID", luks_value, TRUE},
    {"luks.uuid", luks_value, TRUE},
    {"cryptdevice", device_and_more, FALSE},
    {"systemd.swap-extra", device_and_more, TRUE},
    {"systemd.mount-extra", device_and_more, TRUE},
};

/* A key that we do not know may still stand before a device. */
static const Rule other_key = {NULL, device_value, FALSE};

static const Rule *
find_rule (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (strcmp (rules[i].key, key) == 0)
      return &rules[i];
  return &other_key;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Bytes of blanks at `text`; a backslash at a line's end is one, in the strings of a shell. */
static gsize
blanks (const char *text)
{
  gsize n = 0;
  while (is_blank (text[n]) || (text[n] == '\\' && text[n + 1] == '\n'))
    n += text[n] == '\\' ? 2 : 1;
  return n;
}

/* A quote that nothing closes is a character like others: an apostrophe. */
static gsize
word_length (const char *text)
{
  char quote = '\0';
  gsize n = 0;
  while (text[n] != '\0') {
    if (quote == '\0' && blanks (text + n) > 0)
      return n;
    gboolean opens = text[n] == '"' || text[n] == '\'';
    if (quote == '\0' && opens && strchr (text + n + 1, text[n]) != NULL)
      quote = text[n];
    else if (text[n] == quote)
      quote = '\0';
    n++;
  }
  return n;
}

static gsize
leading_quotes (const char *text)
{
  return strspn (text, "\\\"'");
}

static gsize
without_trailing_quotes (const char *text)
{
  gsize length = strlen (text);
  while (length > 0 && strchr ("\\\"'", text[length - 1]) != NULL)
    length--;
  return length;
}

/* Appends one word. FALSE when it must go away. Quotes around the word or its value stay around it.
 */
static gboolean
edit_word (const TplRefEdit *edit, const char *word, GString *out)
{
  const char *start = word + leading_quotes (word);
  const char *equals = strchr (start, '=');
  g_autofree char *whole = g_strndup (start, without_trailing_quotes (start));
  g_autofree char *changed = NULL;

  /* A word that is a device by itself: dracut's add_device, a shell variable's whole value. */
  if (tpl_ref_map_device (edit->map, whole, &changed) == TPL_REF_CHANGED) {
    g_string_append_len (out, word, start - word);
    g_string_append (out, changed);
    g_string_append (out, start + strlen (whole));
    return TRUE;
  }
  if (equals == NULL)
    return tpl_edit_line_keep (edit, word, out);

  const char *value = equals + 1 + leading_quotes (equals + 1);
  gsize length = without_trailing_quotes (value);
  g_autofree char *key = g_strndup (start, (gsize)(equals - start));
  g_autofree char *bare = g_strndup (value, length);
  const Rule *rule = find_rule (key);
  TplRefVerdict verdict = rule->translate (edit, bare, &changed);
  if (verdict == TPL_REF_REMOVED && rule->removable)
    return FALSE;
  if (verdict == TPL_REF_REMOVED || (verdict == TPL_REF_FOREIGN && rule != &other_key))
    tpl_ref_warn (edit,
                  "%s=%s names no device of the new disk and was left as it is; look whether "
                  "the new machine has it",
                  key, bare);
  if (verdict != TPL_REF_CHANGED)
    return tpl_edit_line_keep (edit, word, out);
  g_string_append_len (out, word, value - word);
  g_string_append (out, changed);
  g_string_append (out, value + length);
  return TRUE;
}

void
tpl_cmdline_edit (const TplRefEdit *edit, const char *text, GString *out)
{
  gsize begin = out->len;
  gboolean resume_is_gone = FALSE;
  while (*text != '\0') {
    gsize gap = blanks (text);
    gsize length = word_length (text + gap);
    g_autofree char *word = g_strndup (text + gap, length);
    gsize mark = out->len;
    /* The blanks before a word go with it; a first word takes those behind it. */
    g_string_append_len (out, text, (gssize)gap);
    text += gap + length;
    gboolean offset = g_str_has_prefix (word, "resume_offset=");
    if (!(offset && resume_is_gone) && edit_word (edit, word, out))
      continue;
    resume_is_gone = resume_is_gone || g_str_has_prefix (word, "resume=");
    if (mark == begin) {
      g_string_truncate (out, mark + gap);
      text += blanks (text);
    } else {
      /* A backslash stays before its blank, not before the quote that may follow. */
      g_string_truncate (out, out->str[mark - 1] == '\\' ? mark + gap : mark);
    }
  }
}
