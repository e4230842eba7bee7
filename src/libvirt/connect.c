/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/connect.h"

#include <libvirt/virterror.h>
#include <libxml/uri.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "libvirt/events.h"

/* A daemon that hangs is given up after 5 s x 3. */
#define KEEPALIVE_SECONDS 5
#define KEEPALIVE_TRIES   3

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlURI, xmlFreeURI)

gboolean
tpl_virt_check_uri (const char *uri, GError **error)
{
  g_autoptr (xmlURI) parsed = xmlParseURI (uri);
  if (!parsed || !parsed->scheme)
    return tpl_fail (error, TPL_ERROR_USAGE,
                     "\"%s\" is no libvirt URI: say for instance qemu:///system", uri);
  const char *transport = strchr (parsed->scheme, '+');
  if ((!parsed->server || !*parsed->server) && (!transport || strcmp (transport, "+unix") == 0))
    return TRUE;
  return tpl_fail (error, TPL_ERROR_USAGE,
                   "\"%s\" leads to another host, whose disks can't be read from here: run "
                   "tpl-shrink there, with a local URI such as qemu:///system",
                   uri);
}

const char *
tpl_virt_named_uri (const char *said)
{
  const char *uri = said ? said : g_getenv ("LIBVIRT_DEFAULT_URI");
  return uri && *uri ? uri : NULL;
}

static gboolean
has_socket (const char *runtime_folder)
{
  static const char *const names[] = { "libvirt-sock", "virtqemud-sock" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (runtime_folder, "libvirt", names[i], NULL);
    if (access (path, R_OK | W_OK) == 0)
      return TRUE;
  }
  return FALSE;
}

const char *
tpl_virt_present_uri (void)
{
  if (has_socket ("/run"))
    return "qemu:///system";
  return geteuid () != 0 && has_socket (g_get_user_runtime_dir ()) ? "qemu:///session" : NULL;
}

static void
keep_quiet (void *user_data, virErrorPtr error)
{
  (void)user_data;
  (void)error; /* libvirt would print it */
}

static gpointer
begin (gpointer data)
{
  virSetErrorFunc (NULL, keep_quiet);
  tpl_virt_events_start ();
  virInitialize ();
  return data;
}

static gboolean
is_local (virConnectPtr connection, GError **error)
{
  g_auto (TplVirtText) uri = virConnectGetURI (connection); /* an alias may have stood for it */
  return uri ? tpl_virt_check_uri (uri, error)
             : tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "asking libvirt for its URI");
}

TplVirt *
tpl_virt_open (const char *uri, GError **error)
{
  static GOnce once = G_ONCE_INIT;
  if (strchr (uri, ':') && !tpl_virt_check_uri (uri, error))
    return NULL;
  g_once (&once, begin, NULL);
  g_autoptr (TplVirt) virt = g_new0 (TplVirt, 1);
  virt->connection = virConnectOpen (uri);
  if (!virt->connection) {
    tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "connecting to libvirt (%s)", uri);
    return NULL;
  }
  if (!is_local (virt->connection, error))
    return NULL;
  virConnectSetKeepAlive (virt->connection, KEEPALIVE_SECONDS, KEEPALIVE_TRIES);
  return g_steal_pointer (&virt);
}

void
tpl_virt_free (TplVirt *virt)
{
  if (!virt)
    return;
  if (virt->connection)
    virConnectClose (virt->connection);
  g_free (virt);
}

gboolean
tpl_virt_fail (GError **error, TplError code, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  const char *said = virGetLastErrorMessage ();
  g_autofree char *line = g_strdup (said ? said : "unknown error");
  return tpl_fail (error, code, "%s: %s", what, g_strstrip (g_strdelimit (line, "\n", ' ')));
}
