/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The host's UEFI firmware for x86-64 guests, by the descriptors that distributions install
 * (qemu's docs/interop/firmware.json, which gives their places and precedence). */
#pragma once

#include <glib.h>

/** Paths of flash images; the strings belong to it. Clear with tpl_firmware_clear (). */
typedef struct {
  char *code;      /* never written */
  char *variables; /* an empty store, to be copied */
  char *code_format, *variables_format; /* "raw" or "qcow2" */
} TplFirmware;

void tpl_firmware_clear (TplFirmware *firmware);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TplFirmware, tpl_firmware_clear)

/** The first one without a need for SMM and without keys. `root` stands before the descriptors'
 * folders: "" for this host, a folder for a test. FALSE if there is none. */
gboolean tpl_firmware_find (const char *root, TplFirmware *firmware);
