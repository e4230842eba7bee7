/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/watchdog.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* An idle guest's kernel still wakes up now and then: less than this is no work. */
#define BUSY_SHARE 0.05
#define BUSY_BYTES (64u * 1024)
/* Work that neither reads nor writes, nor says anything, is a loop if it lasts so many limits. */
#define LOOP_LIMITS 10
/* How often it looks within the limit, and how often at most and at least. */
#define LOOKS       10
#define LOOK_LEAST_SECONDS 0.1
#define LOOK_MOST_SECONDS  10.0

struct TplWatchdog {
  pid_t owner; /* the thread whose children are watched */
  double limit_seconds;
  GThread *thread;
  GMutex lock; /* guards what follows */
  GCond changed;
  gboolean is_ending;
  gboolean is_alive; /* said so since the last look */
  gboolean has_bitten;
};

/* What the children have done since they began. */
typedef struct {
  guint children;
  double cpu_seconds;
  guint64 bytes;
} Work;

static GArray *
list_children (const TplWatchdog *watchdog)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  g_autofree char *path
      = g_strdup_printf ("/proc/self/task/%d/children", (int)watchdog->owner);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return pids;
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  for (size_t i = 0; words[i]; i++) {
    pid_t pid = (pid_t)g_ascii_strtoll (words[i], NULL, 10);
    if (pid > 0)
      g_array_append_val (pids, pid);
  }
  return pids;
}

/* proc(5): utime and stime are the 14th and 15th field; the 2nd, in brackets, may hold blanks. */
static double
cpu_seconds_of (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int)pid);
  g_autofree char *text = NULL;
  unsigned long user = 0, kernel = 0;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  const char *name_end = strrchr (text, ')');
  if (!name_end
      || sscanf (name_end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                 &kernel) != 2)
    return 0;
  return (double)(user + kernel) / (double)sysconf (_SC_CLK_TCK);
}

static guint64
bytes_of (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/io", (int)pid);
  g_autofree char *text = NULL;
  unsigned long long in = 0, out = 0;
  if (!g_file_get_contents (path, &text, NULL, NULL)
      || sscanf (text, "rchar: %llu wchar: %llu", &in, &out) != 2)
    return 0;
  return in + out;
}

static Work
look (const TplWatchdog *watchdog)
{
  Work work = { 0 };
  g_autoptr (GArray) children = list_children (watchdog);
  work.children = children->len;
  for (guint i = 0; i < children->len; i++) {
    pid_t pid = g_array_index (children, pid_t, i);
    work.cpu_seconds += cpu_seconds_of (pid);
    work.bytes += bytes_of (pid);
  }
  return work;
}

static gboolean
was_busy (const Work *before, const Work *now, double elapsed_seconds)
{
  return now->cpu_seconds - before->cpu_seconds > BUSY_SHARE * elapsed_seconds;
}

/* A child that came or went is a sign of life, too; and without one there is nothing to end (the
 * appliance is then not ours, but libvirt's). */
static gboolean
has_moved (const Work *before, const Work *now)
{
  return now->children == 0 || now->children != before->children
         || now->bytes - before->bytes > BUSY_BYTES;
}

/* FALSE when it is to end. */
static gboolean
wait_for_next_look (TplWatchdog *watchdog, double seconds)
{
  gint64 until_us = g_get_monotonic_time () + (gint64)(seconds * G_USEC_PER_SEC);
  while (!watchdog->is_ending)
    if (!g_cond_wait_until (&watchdog->changed, &watchdog->lock, until_us))
      break;
  return !watchdog->is_ending;
}

static gpointer
watch (gpointer data)
{
  TplWatchdog *watchdog = data;
  double interval = CLAMP (watchdog->limit_seconds / LOOKS, LOOK_LEAST_SECONDS, LOOK_MOST_SECONDS);
  double silent_seconds = 0, still_seconds = 0;
  gint64 looked_us = g_get_monotonic_time ();
  Work before = look (watchdog);
  g_mutex_lock (&watchdog->lock);
  while (silent_seconds < watchdog->limit_seconds
         && still_seconds < LOOP_LIMITS * watchdog->limit_seconds
         && wait_for_next_look (watchdog, interval)) {
    gint64 now_us = g_get_monotonic_time ();
    double elapsed = (double)(now_us - looked_us) / G_USEC_PER_SEC;
    Work now = look (watchdog);
    gboolean still = !watchdog->is_alive && !has_moved (&before, &now);
    gboolean silent = still && !was_busy (&before, &now, elapsed);
    /* If this process itself was stopped for long, that says nothing of its children. */
    elapsed = MIN (elapsed, 2 * interval);
    silent_seconds = silent ? silent_seconds + elapsed : 0;
    still_seconds = still ? still_seconds + elapsed : 0;
    watchdog->is_alive = FALSE;
    looked_us = now_us;
    before = now;
  }
  watchdog->has_bitten = !watchdog->is_ending;
  g_mutex_unlock (&watchdog->lock);
  if (watchdog->has_bitten)
    tpl_watchdog_end_children (watchdog);
  return NULL;
}

TplWatchdog *
tpl_watchdog_new (double limit_seconds)
{
  TplWatchdog *watchdog = g_new0 (TplWatchdog, 1);
  watchdog->owner = gettid ();
  watchdog->limit_seconds = limit_seconds;
  g_mutex_init (&watchdog->lock);
  g_cond_init (&watchdog->changed);
  if (limit_seconds > 0)
    watchdog->thread = g_thread_new ("watchdog", watch, watchdog);
  return watchdog;
}

void
tpl_watchdog_free (TplWatchdog *watchdog)
{
  if (!watchdog)
    return;
  g_mutex_lock (&watchdog->lock);
  watchdog->is_ending = TRUE;
  g_cond_signal (&watchdog->changed);
  g_mutex_unlock (&watchdog->lock);
  if (watchdog->thread)
    g_thread_join (watchdog->thread);
  g_cond_clear (&watchdog->changed);
  g_mutex_clear (&watchdog->lock);
  g_free (watchdog);
}

void
tpl_watchdog_alive (TplWatchdog *watchdog)
{
  g_mutex_lock (&watchdog->lock);
  watchdog->is_alive = TRUE;
  g_mutex_unlock (&watchdog->lock);
}

void
tpl_watchdog_end_children (TplWatchdog *watchdog)
{
  g_autoptr (GArray) children = list_children (watchdog);
  for (guint i = 0; i < children->len; i++)
    kill (g_array_index (children, pid_t, i), SIGKILL);
}

gboolean
tpl_watchdog_has_bitten (TplWatchdog *watchdog)
{
  g_mutex_lock (&watchdog->lock);
  gboolean has_bitten = watchdog->has_bitten;
  g_mutex_unlock (&watchdog->lock);
  return has_bitten;
}
