/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * A manifest: what each file of a target is, with its digest, a line each, in a gzip file beside the
 * receipt. Volume by volume, sorted by name, so that millions of lines are written and compared as they
 * come: memory for two lines is all that is needed.
 *
 *   {"format":"tpl-shrink manifest 1"}
 *   {"volume":"part:1"}
 *   {"path":"/","side":"both","type":"directory",...}
 *   ...
 */
#pragma once

#include "tpl-shrink.h"

/** The longest line that is taken: a path, escaped, and some hundred bytes. */
#define TPL_MANIFEST_LINE_BYTES (1u << 20)

typedef struct TplManifestWriter TplManifestWriter;

/** Begins a manifest in the empty file `fd`, which stays the caller's. */
TplManifestWriter *tpl_manifest_writer_new (int fd, GError **error);
/** The line that begins a volume, without its newline. The caller's. */
char *tpl_manifest_volume_line (const char *volume);
/** Adds a volume with the lines of a sorted file. */
gboolean tpl_manifest_writer_add (TplManifestWriter *writer, const char *volume, const char *sorted,
                                  GError **error);
/** Writes what is left; the file is complete then, if not yet on its disk. */
gboolean tpl_manifest_writer_finish (TplManifestWriter *writer, GError **error);
void tpl_manifest_writer_free (TplManifestWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplManifestWriter, tpl_manifest_writer_free)

/** SHA-256 and size of a file, as it is. The caller's. */
char *tpl_manifest_sum (int fd, guint64 *size_bytes, GError **error);

/** Whether a file is a manifest, as far as its first line tells: then another may take its place. */
gboolean tpl_manifest_is_one (const char *path);

typedef struct TplManifestReader TplManifestReader;

/** Opens a manifest, or the lines of one volume (sorted, not packed). Errors: TPL_ERROR_REFUSED. */
TplManifestReader *tpl_manifest_reader_open (const char *path, GError **error);
void tpl_manifest_reader_free (TplManifestReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplManifestReader, tpl_manifest_reader_free)

/** Hears one difference: the name, escaped as tpl-helper does, and what differs. */
typedef void (*TplManifestReport) (const char *name, const char *what, gpointer user_data);

/**
 * Compares the recorded lines of the volume, which must be the next one of the manifest, with those
 * that were found. `compared` is raised by the number of names. Errors: TPL_ERROR_REFUSED if one of
 * both is damaged.
 */
gboolean tpl_manifest_compare (TplManifestReader *recorded, const char *volume,
                               TplManifestReader *found, TplManifestReport report,
                               gpointer user_data, guint64 *compared, GError **error);

/** Whether the manifest ends here, as it must after its last volume. */
gboolean tpl_manifest_check_end (TplManifestReader *recorded, GError **error);
