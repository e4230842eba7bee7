/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Programs of the toolbox, and the files that they read and write.
 *
 * guestfs_command () mounts and unmounts five folders around each program, which costs more than
 * most of ours do. So one shell is started by it, which stays, and runs a script each time that it
 * is asked to through a FIFO; another FIFO tells that the script has ended.
 *
 * Of libguestfs's calls those that take a path and nothing else are used, for files and devices
 * alike: where a device may be meant, its daemon runs udevadm settle(8) before it looks, once or
 * twice.
 */
#include <stdint.h>
#include <string.h>

#include "adapt/appliance-handle.h"
#include "error.h"

gboolean
tpl_appliance_put (TplAppliance *appliance, const char *path, GBytes *content, GError **error)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (content, &length);
  g_autofree char *doing = g_strdup_printf ("handing %s to the appliance", path);
  gsize first = MIN (length, TPL_APPLIANCE_CHUNK_BYTES);
  if (guestfs_write (appliance->handle, path, data ? data : "", first) == -1)
    return tpl_appliance_failed (appliance, doing, error);
  for (gsize done = first; done < length;) {
    gsize part = MIN (length - done, TPL_APPLIANCE_CHUNK_BYTES);
    if (guestfs_write_append (appliance->handle, path, data + done, part) == -1)
      return tpl_appliance_failed (appliance, doing, error);
    done += part;
  }
  return TRUE;
}

GBytes *
tpl_appliance_content (TplAppliance *appliance, const char *path)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  size_t got = 0;
  do {
    char *part = guestfs_pread (appliance->handle, path, TPL_APPLIANCE_CHUNK_BYTES, bytes->len,
                                &got);
    if (!part)
      return NULL;
    g_byte_array_append (bytes, (const guint8 *)part, (guint)got);
    free (part);
  } while (got == TPL_APPLIANCE_CHUNK_BYTES);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

GBytes *
tpl_appliance_get (TplAppliance *appliance, const char *path, GError **error)
{
  GBytes *content = tpl_appliance_content (appliance, path);
  if (!content) {
    g_autofree char *doing = g_strdup_printf ("fetching %s from the appliance", path);
    tpl_appliance_failed (appliance, doing, error);
  }
  return content;
}

gboolean
tpl_appliance_download (TplAppliance *appliance, const char *path, const char *local,
                        GError **error)
{
  g_autofree char *doing = g_strdup_printf ("fetching %s from the appliance", path);
  return guestfs_download (appliance->handle, path, local) == 0
         || tpl_appliance_failed (appliance, doing, error);
}

/* guestfs_command () unmounts its folders when it ends, but for one that is in use, as /dev may be
 * by a shell in the background. So they are made the runner's own after that: with the first
 * request. Where memory is short a program may be ended, not it: who would answer? */
static const char runner[] = "exec <&- >&- 2>&-\n"
                             "unset LVM_SYSTEM_DIR\n" /* the appliance's, where ours is not */
                             "{\n"
                             "  read -r request </tmp/request\n"
                             "  [ -e /dev/null ] || tpl-helper mount devtmpfs rw dev /dev\n"
                             "  [ -e /proc/self ] || tpl-helper mount proc rw proc /proc\n"
                             "  [ -e /sys/class ] || tpl-helper mount sysfs rw sys /sys\n"
                             "  echo -1000 >/proc/self/oom_score_adj\n"
                             "  echo $? >/tmp/answer\n"
                             "  : </tmp/done\n"
                             "  read -r request </tmp/request\n"
                             "  while [ $request = run ]; do\n"
                             "    (echo 0 >/proc/self/oom_score_adj; . /tmp/script)\n"
                             "    [ $? = 0 ] || echo 137 sh >/tmp/answer\n"
                             "    : </tmp/done\n"
                             "    read -r request </tmp/request\n"
                             "  done\n"
                             "  tpl-helper unmount /sys /proc /dev\n"
                             "  exec >/tmp/ended\n"
                             "} &\n";

static const char *const fifos[] = { "/tmp/request", "/tmp/done", "/tmp/ended" };

static char *
text_in (GBytes *bytes)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  return g_strndup (data ? data : "", length);
}

static gboolean
tell (TplAppliance *appliance, const char *fifo, const char *words)
{
  return guestfs_write (appliance->handle, fifo, words, strlen (words)) == 0;
}

/* Asks the shell, and waits for its answer, the caller's: a FIFO can't be opened for writing before
 * somebody reads it. */
static char *
ask (TplAppliance *appliance, const char *request, GError **error)
{
  g_autoptr (GBytes) answer = NULL;
  if (tell (appliance, "/tmp/request", request) && tell (appliance, "/tmp/done", ""))
    answer = tpl_appliance_content (appliance, "/tmp/answer");
  if (answer)
    return text_in (answer);
  tpl_appliance_failed (appliance, "running a program in the appliance", error);
  return NULL;
}

static gboolean
make_fifos (TplAppliance *appliance)
{
  for (size_t i = 0; i < G_N_ELEMENTS (fifos); i++)
    if (guestfs_mkfifo (appliance->handle, 0600, fifos[i]) == -1)
      return FALSE;
  return TRUE;
}

gboolean
tpl_appliance_start_runner (TplAppliance *appliance, GError **error)
{
  const char *const argv[] = { "/bin/sh", "-c", runner, NULL };
  char *said = make_fifos (appliance)
                   ? guestfs_command (appliance->handle, (char **)(uintptr_t)argv)
                   : NULL;
  if (!said)
    return tpl_appliance_failed (appliance, "starting the appliance's toolbox", error);
  free (said);
  g_autofree char *answer = ask (appliance, "start\n", error);
  return answer
         && (strcmp (answer, "0\n") == 0
             || tpl_fail (error, TPL_ERROR_FAILED,
                          "the appliance's toolbox does not start: status %s", answer));
}

gboolean
tpl_appliance_end_runner (TplAppliance *appliance, GError **error)
{
  size_t length = 0;
  char *nothing = tell (appliance, "/tmp/request", "end\n")
                      ? guestfs_read_file (appliance->handle, "/tmp/ended", &length)
                      : NULL; /* all of what comes out of it: nothing, when the shell ends */
  if (!nothing)
    return tpl_appliance_failed (appliance, "ending the appliance's toolbox", error);
  free (nothing);
  return TRUE;
}

struct TplScript {
  GString *text;
};

TplScript *
tpl_script_new (void)
{
  TplScript *script = g_new0 (TplScript, 1);
  script->text = g_string_new ("set -e\n"
                               "exec </dev/null >/tmp/stdout 2>/tmp/stderr\n"
                               "trap 'echo $? $command >/tmp/answer; exit 0' EXIT\n");
  return script;
}

void
tpl_script_free (TplScript *script)
{
  if (!script)
    return;
  g_string_free (script->text, TRUE);
  g_free (script);
}

void
tpl_script_add (TplScript *script, const char *const *argv)
{
  g_autofree char *name = g_shell_quote (argv[0]);
  g_string_append_printf (script->text, "command=%s\n", name);
  for (size_t i = 0; argv[i]; i++) {
    g_autofree char *quoted = g_shell_quote (argv[i]);
    g_string_append_printf (script->text, "%s ", quoted);
  }
  g_string_append_c (script->text, '\n');
}

void
tpl_script_add_words (TplScript *script, const char *word, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  va_list words;
  va_start (words, word);
  for (; word; word = va_arg (words, const char *))
    g_ptr_array_add (argv, (gpointer)(uintptr_t)word);
  va_end (words);
  g_ptr_array_add (argv, NULL);
  tpl_script_add (script, (const char *const *)argv->pdata);
}

static char *
text_of (TplAppliance *appliance, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = tpl_appliance_get (appliance, path, error);
  return bytes ? text_in (bytes) : NULL;
}

static gboolean
run (TplAppliance *appliance, const TplScript *script, int *status, char **output, GError **error)
{
  g_autoptr (GBytes) text = g_bytes_new_static (script->text->str, script->text->len);
  if (!tpl_appliance_put (appliance, "/tmp/script", text, error))
    return FALSE;
  g_autofree char *said = ask (appliance, "run\n", error);
  if (!said)
    return FALSE;
  char *command = NULL;
  int code = (int)g_ascii_strtoll (said, &command, 10);
  if (status)
    *status = code;
  if (output && !(*output = text_of (appliance, "/tmp/stdout", error)))
    return FALSE;
  if (code == 0 || (status && code < 126))
    return TRUE;
  g_autofree char *complaint = text_of (appliance, "/tmp/stderr", NULL);
  g_autofree char *safe = complaint ? g_strescape (g_strstrip (complaint), "\"'") : NULL;
  return tpl_fail (error, TPL_ERROR_FAILED, "running %s in the appliance: status %d: %s",
                   g_strstrip (command), code, safe && *safe ? safe : "it printed no reason");
}

gboolean
tpl_appliance_run_script (TplAppliance *appliance, const TplScript *script, char **output,
                          GError **error)
{
  return run (appliance, script, NULL, output, error);
}

gboolean
tpl_appliance_run (TplAppliance *appliance, const char *const *argv, int *status, char **output,
                   GError **error)
{
  g_autoptr (TplScript) script = tpl_script_new ();
  tpl_script_add (script, argv);
  return run (appliance, script, status, output, error);
}
