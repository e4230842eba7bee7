/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the user asked for: every option with its value, checked. */
#pragma once

#include "tpl-shrink.h"

typedef struct {
  char *source;
  char *target;        /* NULL: a plan alone */
  char *source_format; /* "raw" or "qcow2"; NULL: find out */
  char *format;        /* of a target that is made; NULL: by its suffix */
  guint64 size_bytes;
  guint64 headroom_bytes;
  char *swap; /* "minimal", "keep", "none" or "size" */
  guint64 swap_bytes;
  char *vg; /* NULL: after the target */
  char *identity; /* "new" or "keep"; NULL: see tpl_request_identity () */
  char *engine;
  char *verify;
  char *receipt; /* a file to write, or with tpl_job_verify () to read; NULL: none */
  char *snapshots; /* btrfs's: "refuse", "drop" or "flatten" */
  char *seed; /* NULL: random */
  guint64 appliance_seconds; /* without a sign of life, after which it is ended; 0: never */
  gboolean force;
  gboolean boot_test;
  char *connect; /* libvirt's URI; NULL: LIBVIRT_DEFAULT_URI, or the daemon that is there */
  gboolean swap_into_domain;
  gboolean rename;
  gboolean replace;
  char *define; /* name of a new domain; NULL: none */
  gboolean yes;
} TplRequest;

/** A request with every option at its default. Free with tpl_request_free (). */
TplRequest *tpl_request_new (const char *source, const char *target);
void tpl_request_free (TplRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplRequest, tpl_request_free)

/** What becomes of the guest's identity: "keep" for a replacement, "new" for a copy. */
const char *tpl_request_identity (const TplRequest *request);

/** See tpl_job_set (). */
gboolean tpl_request_set (TplRequest *request, const char *option, const char *value,
                          GError **error);

/** Whether the options go together. Errors: TPL_ERROR_USAGE. */
gboolean tpl_request_check (const TplRequest *request, GError **error);

/** Whether there is an option of this name, and it takes no value. */
gboolean tpl_request_is_flag (const char *option);
