/* SPDX-License-Identifier: GPL-3.0-or-later */
/* qemu is driven by its protocol, QMP (its docs/interop/qmp-spec.txt and qapi/run-state.json). */
#include "adapt/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapt/handles.h"
#include "adapt/process.h"
#include "error.h"

#define PRESS_SECONDS      5 /* between pushes of the power button: the service may not be up yet */
#define SCREENSHOT_SECONDS 10
#define MEMORY_MEBIBYTES   "1024"
#define CONSOLE_BYTES      4096 /* of its end, that are kept: a guest may say much */
#define CONSOLE_LINES      12   /* of it that a message shows */
#define READ_BYTES         16384

typedef enum { STATE_RUNNING, STATE_OFF, STATE_RESET, STATE_GONE } State;

typedef struct {
  GPid pid;
  int channel;   /* qemu's stdin and stdout */
  GString *line; /* of its answers, unfinished */
  int console;       /* our end of the pipe that the guest's serial console is */
  GString *said;     /* the end of what it said there */
  gboolean prompted; /* it has asked for a login */
  char *console_path, *complaints; /* paths */
  State state;
  guint answered; /* commands that were answered */
} Session;

static void
session_clear (Session *session)
{
  if (session->pid > 0)
    tpl_process_reap (session->pid, TRUE);
  if (session->channel >= 0)
    close (session->channel);
  if (session->console >= 0)
    close (session->console);
  g_string_free (session->line, TRUE);
  g_string_free (session->said, TRUE);
  g_free (session->console_path);
  g_free (session->complaints);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

/* qemu's option syntax doubles commas. */
static char *
drive (const char *options, const char *format, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ",", -1);
  g_autofree char *escaped = g_strjoinv (",,", parts);
  return g_strdup_printf ("%s,format=%s,file=%s", options, format, escaped);
}

static gboolean
add_firmware (GPtrArray *words, const TplMachine *machine, GError **error)
{
  if (!machine->firmware)
    return TRUE;
  const TplFirmware *firmware = machine->firmware;
  g_autofree char *variables = g_build_filename (machine->folder, "nvram", NULL);
  g_autofree char *template = NULL;
  gsize length = 0;
  if (!g_file_get_contents (firmware->variables, &template, &length, error)
      || !g_file_set_contents (variables, template, (gssize)length, error)) {
    tpl_error_adopt (error, TPL_ERROR_RETRIABLE);
    return FALSE;
  }
  g_ptr_array_add (words, g_strdup ("-drive"));
  g_ptr_array_add (words,
                   drive ("if=pflash,readonly=on", firmware->code_format, firmware->code));
  g_ptr_array_add (words, g_strdup ("-drive"));
  g_ptr_array_add (words, drive ("if=pflash", firmware->variables_format, variables));
  return TRUE;
}

static GPtrArray *
command_line (const TplMachine *machine, const char *console, GError **error)
{
  const char *const fixed[] = { machine->hypervisor, "-no-user-config", "-nodefaults",
                                "-machine", machine->kvm ? "q35,accel=kvm" : "q35,accel=tcg",
                                "-cpu", "max", "-m", MEMORY_MEBIBYTES, "-display", "none",
                                "-vga", "std", "-nic", "none", "-no-reboot", "-qmp", "stdio",
                                "-device", "virtio-rng-pci" };
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (words, g_strdup (fixed[i]));
  g_ptr_array_add (words, g_strdup ("-serial"));
  g_ptr_array_add (words, g_strconcat ("file:", console, NULL));
  g_ptr_array_add (words, g_strdup ("-drive"));
  g_ptr_array_add (words, drive ("if=virtio,cache=unsafe", "qcow2", machine->disk));
  if (machine->sandbox) {
    g_ptr_array_add (words, g_strdup ("-sandbox"));
    g_ptr_array_add (words, g_strdup (machine->sandbox));
  }
  if (!add_firmware (words, machine, error))
    return NULL;
  g_ptr_array_add (words, NULL);
  return g_steal_pointer (&words);
}

/* qemu writes to it as to a file. It is held open for writing too, so that it has no end. */
static gboolean
make_console (Session *session, GError **error)
{
  (void)unlink (session->console_path);
  if (mkfifo (session->console_path, 0600) == 0)
    session->console = open (session->console_path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  return session->console >= 0
         || tpl_fail (error, TPL_ERROR_RETRIABLE, "making a pipe at \"%s\": %s",
                      session->console_path, g_strerror (errno));
}

static gboolean
session_start (Session *session, const TplMachine *machine, GError **error)
{
  g_autoptr (GPtrArray) words = command_line (machine, session->console_path, error);
  if (!words || !make_console (session, error))
    return FALSE;
  int ends[2];
  int complaints = open (session->complaints, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (complaints < 0 || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    tpl_fail (error, TPL_ERROR_RETRIABLE, "preparing a virtual machine: %s", g_strerror (errno));
    if (complaints >= 0)
      close (complaints);
    return FALSE;
  }
  session->channel = ends[0];
  gboolean started
      = g_spawn_async_with_fds (NULL, (char **)words->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                NULL, &session->pid, ends[1], ends[1], complaints, error);
  close (complaints);
  close (ends[1]);
  tpl_error_adopt (error, TPL_ERROR_HOST);
  return started;
}

static void
say (Session *session, const char *command)
{
  /* If it has ended, the end of its answers will tell. */
  (void)!send (session->channel, command, strlen (command), MSG_NOSIGNAL);
}

static void
heard (Session *session, const char *line)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  if (!json_parser_load_from_data (parser, line, -1, NULL)
      || !json_parser_get_root (parser) || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return;
  JsonObject *object = json_node_get_object (json_parser_get_root (parser));
  if (json_object_has_member (object, "return") || json_object_has_member (object, "error"))
    session->answered++;
  const char *event = json_object_get_string_member_with_default (object, "event", "");
  if (strcmp (event, "SHUTDOWN") != 0 || !json_object_has_member (object, "data"))
    return;
  JsonObject *data = json_object_get_object_member (object, "data");
  const char *reason = json_object_get_string_member_with_default (data, "reason", "");
  session->state = strcmp (reason, "guest-shutdown") == 0 ? STATE_OFF
                   : strcmp (reason, "guest-reset") == 0  ? STATE_RESET
                                                          : STATE_GONE;
}

static void
listen_to (Session *session)
{
  char bytes[READ_BYTES];
  ssize_t length = read (session->channel, bytes, sizeof bytes);
  if (length <= 0 && session->state == STATE_RUNNING)
    session->state = STATE_GONE;
  for (ssize_t i = 0; i < length; i++) {
    if (bytes[i] != '\n') {
      g_string_append_c (session->line, bytes[i]);
      continue;
    }
    heard (session, session->line->str);
    g_string_truncate (session->line, 0);
  }
}

/* Keeps its end. */
static void
listen_to_guest (Session *session)
{
  char bytes[READ_BYTES];
  ssize_t length = read (session->console, bytes, sizeof bytes);
  if (length > 0)
    g_string_append_len (session->said, bytes, length);
  if (memmem (session->said->str, session->said->len, "login:", strlen ("login:")))
    session->prompted = TRUE;
  if (session->said->len > CONSOLE_BYTES)
    g_string_erase (session->said, 0, (gssize)(session->said->len - CONSOLE_BYTES));
}

/* Waits for qemu's or the guest's word, a second at most. FALSE if the user wants it to stop. */
static gboolean
wait_a_second (Session *session, GCancellable *cancellable)
{
  GPollFD polls[] = { { session->channel, G_IO_IN | G_IO_HUP, 0 },
                      { session->console, G_IO_IN, 0 },
                      { g_cancellable_get_fd (cancellable), G_IO_IN, 0 } };
  int ready = g_poll (polls, G_N_ELEMENTS (polls), 1000);
  g_cancellable_release_fd (cancellable);
  if (ready > 0 && polls[0].revents)
    listen_to (session);
  if (ready > 0 && polls[1].revents)
    listen_to_guest (session);
  return !g_cancellable_is_cancelled (cancellable);
}

/* Without what a terminal would obey; the caller's. */
static char *
plain_text (const char *text, gsize length)
{
  GString *plain = g_string_new (NULL);
  for (gsize i = 0; i < length; i++)
    if (g_ascii_isprint (text[i]) || text[i] == '\n')
      g_string_append_c (plain, text[i]);
  return g_string_free (plain, FALSE);
}

/* The last lines, each indented; the caller's. */
static char *
last_lines (const char *text, gsize length)
{
  g_autofree char *plain = plain_text (text, length);
  g_auto (GStrv) lines = g_strsplit (g_strstrip (plain), "\n", -1);
  guint count = g_strv_length (lines);
  GString *last = g_string_new (NULL);
  for (guint i = count > CONSOLE_LINES ? count - CONSOLE_LINES : 0; i < count; i++)
    if (*g_strstrip (lines[i]))
      g_string_append_printf (last, "\n  %s", lines[i]);
  return g_string_free (last, FALSE);
}

/* qemu's own; the caller's. */
static char *
complaints_of (const Session *session)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  return g_file_get_contents (session->complaints, &text, &length, NULL)
             ? last_lines (text, length)
             : g_strdup ("");
}

static gboolean
take_screenshot (Session *session, const char *path, GCancellable *cancellable)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "execute");
  json_builder_add_string_value (builder, "screendump");
  json_builder_set_member_name (builder, "arguments");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "filename");
  json_builder_add_string_value (builder, path);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *json = json_to_string (root, FALSE);
  g_autofree char *command = g_strconcat (json, "\n", NULL);
  guint before = session->answered;
  say (session, command);
  for (int i = 0; i < SCREENSHOT_SECONDS && session->state == STATE_RUNNING; i++)
    if (!wait_a_second (session, cancellable) || session->answered > before)
      break;
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
no_boot (Session *session, const TplMachine *machine, const char *why, GCancellable *cancellable,
         GError **error)
{
  gboolean shot = session->state == STATE_RUNNING
                  && take_screenshot (session, machine->screenshot, cancellable);
  listen_to_guest (session);
  g_autofree char *lines = last_lines (session->said->str, session->said->len);
  return tpl_fail (error, TPL_ERROR_VERIFICATION, "the guest does not come up: %s%s%s%s%s", why,
                   *lines ? "\nIts serial console's last lines:" : "\nIts serial console is silent",
                   lines, shot ? "\nIts screen: " : "", shot ? machine->screenshot : "");
}

/* What has come of it so far: TRUE with evidence, FALSE without an error as long as nothing has. */
static gboolean
judge (Session *session, const TplMachine *machine, const char **evidence,
       GCancellable *cancellable, GError **error)
{
  if (session->prompted) {
    *evidence = "it asks for a login on its serial console";
    return TRUE;
  }
  if (session->state == STATE_OFF) {
    *evidence = "it obeyed its power button";
    return TRUE;
  }
  if (session->state == STATE_RESET)
    return no_boot (session, machine, "it reset itself", cancellable, error);
  if (session->state == STATE_GONE) {
    g_autofree char *complaints = complaints_of (session);
    return tpl_fail (error, TPL_ERROR_RETRIABLE, "%s ended:%s", machine->hypervisor,
                     *complaints ? complaints : " it gave no reason");
  }
  return FALSE;
}

gboolean
tpl_machine_boot (const TplMachine *machine, const char **evidence, GCancellable *cancellable,
                  GError **error)
{
  g_auto (Session) session = { .channel = -1, .console = -1, .line = g_string_new (NULL),
                               .said = g_string_new (NULL) };
  session.console_path = g_build_filename (machine->folder, "console", NULL);
  session.complaints = g_build_filename (machine->folder, "complaints", NULL);
  g_autoptr (GError) trouble = NULL;
  if (!session_start (&session, machine, error))
    return FALSE;
  say (&session, "{\"execute\": \"qmp_capabilities\"}\n");
  gint64 began_us = g_get_monotonic_time (), pressed_us = began_us;
  while (wait_a_second (&session, cancellable)) {
    if (judge (&session, machine, evidence, cancellable, &trouble))
      return TRUE;
    gint64 now_us = g_get_monotonic_time ();
    if (!trouble && (double)(now_us - began_us) > machine->limit_seconds * G_USEC_PER_SEC) {
      g_autofree char *why = g_strdup_printf (
          "within %.0f s it neither asked for a login on its serial console nor obeyed its power "
          "button", machine->limit_seconds);
      no_boot (&session, machine, why, cancellable, &trouble);
    }
    if (trouble) {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return FALSE;
    }
    if (now_us - pressed_us >= PRESS_SECONDS * G_USEC_PER_SEC) {
      say (&session, "{\"execute\": \"system_powerdown\"}\n");
      pressed_us = now_us;
    }
  }
  return tpl_fail (error, TPL_ERROR_CANCELLED, "starting the guest: stopped on request");
}
