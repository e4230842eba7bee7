/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The event loop that libvirt needs for its keepalive. */
#pragma once

/**
 * Gives libvirt a loop in a thread and a GMainContext of its own, for the rest of the process:
 * libvirt's own would run in GLib's default context, which belongs to the program. Call once,
 * before any other function of libvirt. (https://libvirt.org/html/libvirt-libvirt-event.html)
 */
void tpl_virt_events_start (void);
