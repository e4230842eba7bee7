/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/child.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <linux/ioprio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_BYTES      4096
#define LINE_MOST_BYTES (64 * 1024) /* a longer one is none of tpl-shrink's */
#define COMPLAINT_BYTES 2048        /* of what it said last on stderr */

typedef struct {
  int fd;
  guint source; /* 0: at its end */
  GString *text;
} Stream;

struct TplBatchChild {
  GPid pid; /* 0: it has ended */
  Stream output, complaints;
  gboolean skips_line;
  TplBatchListener listener;
  gpointer user_data;
  gboolean has_result;
  TplBatchResult result;
};

typedef struct {
  const TplBatchManners *manners;
  const int *locks;
  pid_t parent;
} Setup;

/* In the child, between fork and exec: system calls alone. */
static void
set_up (gpointer data)
{
  const Setup *setup = data;
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != setup->parent)
    _exit (128 + SIGTERM); /* it died before that was asked for */
  setpgid (0, 0);
  if (setup->manners->nice != 0)
    setpriority (PRIO_PROCESS, 0, getpriority (PRIO_PROCESS, 0) + setup->manners->nice);
  if (setup->manners->ionice_class != 0)
    syscall (SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
             IOPRIO_PRIO_VALUE (setup->manners->ionice_class, setup->manners->ionice_level));
  for (int i = 0; i < 2; i++)
    if (setup->locks[i] >= 0)
      fcntl (setup->locks[i], F_SETFD, 0);
}

static void
take_line (TplBatchChild *child, const char *line, gsize length)
{
  g_autoptr (GStringChunk) owner = g_string_chunk_new (256);
  TplEvent event;
  TplBatchResult result = {0};
  switch (tpl_batch_line_read (line, length, owner, &event, &result)) {
  case TPL_LINE_EVENT:
    child->listener.event (&event, child->user_data);
    return;
  case TPL_LINE_RESULT:
    tpl_batch_result_clear (&child->result);
    child->result = result;
    child->has_result = TRUE;
    return;
  case TPL_LINE_OTHER:
    return;
  }
}

static void
take_output (TplBatchChild *child)
{
  GString *text = child->output.text;
  const char *newline;
  while ((newline = memchr (text->str, '\n', text->len)) != NULL) {
    gsize length = (gsize)(newline - text->str);
    if (!child->skips_line)
      take_line (child, text->str, length);
    child->skips_line = FALSE;
    g_string_erase (text, 0, (gssize)length + 1);
  }
  if (text->len > LINE_MOST_BYTES) {
    g_string_truncate (text, 0);
    child->skips_line = TRUE;
  }
}

static void
take_complaint (TplBatchChild *child)
{
  GString *text = child->complaints.text;
  if (text->len > COMPLAINT_BYTES)
    g_string_erase (text, 0, (gssize)(text->len - COMPLAINT_BYTES));
}

/* Reads what is there. FALSE: the stream is at its end. */
static gboolean
read_some (TplBatchChild *child, Stream *stream)
{
  char bytes[READ_BYTES];
  ssize_t length = read (stream->fd, bytes, sizeof bytes);
  if (length < 0)
    return errno == EAGAIN || errno == EINTR;
  g_string_append_len (stream->text, bytes, length);
  if (stream == &child->output)
    take_output (child);
  else
    take_complaint (child);
  return length > 0;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  (void)condition;
  TplBatchChild *child = data;
  Stream *stream = fd == child->output.fd ? &child->output : &child->complaints;
  if (read_some (child, stream))
    return G_SOURCE_CONTINUE;
  stream->source = 0;
  return G_SOURCE_REMOVE;
}

static void
stream_open (TplBatchChild *child, Stream *stream, int fd)
{
  stream->fd = fd;
  stream->text = g_string_new (NULL);
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  stream->source = g_unix_fd_add (fd, G_IO_IN | G_IO_HUP, on_readable, child);
}

/* What is left in the pipe, without waiting: something that outlives the child may hold it. */
static void
stream_close (TplBatchChild *child, Stream *stream)
{
  struct pollfd poll_for = {.fd = stream->fd, .events = POLLIN};
  while (stream->source != 0 && poll (&poll_for, 1, 0) > 0 && read_some (child, stream))
    ;
  if (stream->source != 0)
    g_source_remove (stream->source);
  stream->source = 0;
  close (stream->fd);
}

/* The exit status is the kernel's word, whatever the child has printed. */
static void
settle_result (TplBatchChild *child, int wait_status)
{
  TplBatchResult *result = &child->result;
  result->status =
      WIFSIGNALED (wait_status) ? 128 + WTERMSIG (wait_status) : WEXITSTATUS (wait_status);
  if (WIFSIGNALED (wait_status)) {
    g_free (result->message);
    result->message =
        g_strdup_printf ("tpl-shrink was ended by signal %d (%s)", WTERMSIG (wait_status),
                         g_strsignal (WTERMSIG (wait_status)));
  } else if (result->status != 0 && result->message == NULL) {
    g_autofree char *said = g_utf8_make_valid (child->complaints.text->str, -1);
    g_strstrip (said);
    result->message = said[0] != '\0' ? g_steal_pointer (&said) : g_strdup ("it gave no reason");
  } else if (result->status == 0 && !child->has_result) {
    result->status = TPL_ERROR_FAILED;
    result->message = g_strdup ("tpl-shrink ended without a result: is it another program?");
  }
}

static void
on_child_exit (GPid pid, int wait_status, gpointer data)
{
  (void)pid;
  TplBatchChild *child = data;
  child->pid = 0;
  stream_close (child, &child->output);
  stream_close (child, &child->complaints);
  settle_result (child, wait_status);
  child->listener.end (&child->result, child->user_data);
}

TplBatchChild *
tpl_batch_child_start (char **argv, const char *folder, const TplBatchManners *manners,
                       const int locks[2], const TplBatchListener *listener, gpointer user_data,
                       GError **error)
{
  Setup setup = {manners, locks, getpid ()};
  GPid pid;
  int output, complaints;
  g_autoptr (GError) why = NULL;
  if (!g_spawn_async_with_pipes (folder, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, set_up, &setup,
                                 &pid, NULL, &output, &complaints, &why)) {
    gboolean is_missing = g_error_matches (why, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
    tpl_fail (error, is_missing ? TPL_ERROR_HOST : TPL_ERROR_RETRIABLE, "running \"%s\": %s",
              argv[0], why->message);
    return NULL;
  }
  TplBatchChild *child = g_new0 (TplBatchChild, 1);
  child->pid = pid;
  child->listener = *listener;
  child->user_data = user_data;
  stream_open (child, &child->output, output);
  stream_open (child, &child->complaints, complaints);
  g_child_watch_add (pid, on_child_exit, child);
  return child;
}

void
tpl_batch_child_signal (TplBatchChild *child, int signal)
{
  if (child->pid != 0)
    kill (child->pid, signal);
}

void
tpl_batch_child_free (TplBatchChild *child)
{
  if (child == NULL)
    return;
  tpl_batch_result_clear (&child->result);
  g_string_free (child->output.text, TRUE);
  g_string_free (child->complaints.text, TRUE);
  g_free (child);
}
