/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/events.h"

#include <glib-unix.h>
#include <libvirt/libvirt.h>

/* A file descriptor or a timer that libvirt waits for. It is freed in the loop's thread, so that
 * one that is removed while its callback runs there is still whole. */
typedef struct {
  int number; /* libvirt's handle of it */
  int fd;     /* -1: a timer */
  virEventHandleCallback on_ready;
  virEventTimeoutCallback on_time;
  void *data;
  virFreeCallback free_data;
  GSource *source; /* NULL: switched off */
} Watch;

static GMainContext *context;
static GMutex lock; /* of the two below */
static GHashTable *watches; /* number -> Watch */
static int last_number;

static const struct {
  int ours; /* virEventHandleType */
  GIOCondition glibs;
} conditions[] = { { VIR_EVENT_HANDLE_READABLE, G_IO_IN },
                   { VIR_EVENT_HANDLE_WRITABLE, G_IO_OUT },
                   { VIR_EVENT_HANDLE_ERROR, G_IO_ERR },
                   { VIR_EVENT_HANDLE_HANGUP, G_IO_HUP } };

static gboolean
on_ready (gint fd, GIOCondition condition, gpointer data)
{
  const Watch *watch = data;
  int events = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (conditions); i++)
    if (condition & conditions[i].glibs)
      events |= conditions[i].ours;
  watch->on_ready (watch->number, fd, events, watch->data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_time (gpointer data)
{
  const Watch *watch = data;
  watch->on_time (watch->number, watch->data);
  return G_SOURCE_CONTINUE;
}

static void
switch_off (Watch *watch)
{
  if (!watch->source)
    return;
  g_source_destroy (watch->source);
  g_clear_pointer (&watch->source, g_source_unref);
}

/* `setting`: of a descriptor, events; of a timer, milliseconds, where -1 is off. */
static void
switch_on (Watch *watch, int setting)
{
  switch_off (watch);
  if (watch->fd >= 0) {
    GIOCondition condition = 0;
    for (size_t i = 0; i < G_N_ELEMENTS (conditions); i++)
      if (setting & conditions[i].ours)
        condition |= conditions[i].glibs;
    if (!condition)
      return;
    watch->source = g_unix_fd_source_new (watch->fd, condition);
    g_source_set_callback (watch->source, G_SOURCE_FUNC (on_ready), watch, NULL);
  } else {
    if (setting < 0)
      return;
    watch->source = g_timeout_source_new ((guint)setting);
    g_source_set_callback (watch->source, on_time, watch, NULL);
  }
  g_source_attach (watch->source, context);
}

static int
add (Watch *watch, int setting)
{
  g_mutex_lock (&lock);
  watch->number = ++last_number;
  g_hash_table_insert (watches, GINT_TO_POINTER (watch->number), watch);
  switch_on (watch, setting);
  g_mutex_unlock (&lock);
  return watch->number;
}

static int
add_handle (int fd, int events, virEventHandleCallback callback, void *data,
            virFreeCallback free_data)
{
  Watch *watch = g_new0 (Watch, 1);
  *watch = (Watch){ .fd = fd, .on_ready = callback, .data = data, .free_data = free_data };
  return add (watch, events);
}

static int
add_timeout (int milliseconds, virEventTimeoutCallback callback, void *data,
             virFreeCallback free_data)
{
  Watch *watch = g_new0 (Watch, 1);
  *watch = (Watch){ .fd = -1, .on_time = callback, .data = data, .free_data = free_data };
  return add (watch, milliseconds);
}

static void
update (int number, int setting)
{
  g_mutex_lock (&lock);
  Watch *watch = g_hash_table_lookup (watches, GINT_TO_POINTER (number));
  if (watch)
    switch_on (watch, setting);
  g_mutex_unlock (&lock);
}

static gboolean
free_watch (gpointer data)
{
  Watch *watch = data;
  if (watch->free_data)
    watch->free_data (watch->data);
  g_free (watch);
  return G_SOURCE_REMOVE;
}

static int
take_away (int number)
{
  g_mutex_lock (&lock);
  Watch *watch = g_hash_table_lookup (watches, GINT_TO_POINTER (number));
  if (watch) {
    switch_off (watch);
    g_hash_table_remove (watches, GINT_TO_POINTER (number));
  }
  g_mutex_unlock (&lock);
  if (!watch)
    return -1;
  g_autoptr (GSource) later = g_idle_source_new ();
  g_source_set_priority (later, G_PRIORITY_DEFAULT);
  g_source_set_callback (later, free_watch, watch, NULL);
  g_source_attach (later, context);
  return 0;
}

static gpointer
run (gpointer data)
{
  for (;;)
    g_main_context_iteration (context, TRUE);
  return data;
}

void
tpl_virt_events_start (void)
{
  context = g_main_context_new ();
  watches = g_hash_table_new (NULL, NULL);
  virEventRegisterImpl (add_handle, update, take_away, add_timeout, update, take_away);
  g_thread_unref (g_thread_new ("libvirt-events", run, NULL));
}
