/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What g_autoptr and g_auto need to know of handles that are not GLib's. */
#pragma once

#include <glib.h>
#include <unistd.h>

/** A file descriptor that closes itself; -1 is none. */
typedef int TplFd;

static inline void
tpl_fd_clear (TplFd *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TplFd, tpl_fd_clear)
