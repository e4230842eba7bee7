/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a receipt says: how a target was made, of what, and what is in it. The digests of its files
 * are in a file of their own beside it (manifest.h), since there may be millions. */
#pragma once

#include "plan/plan.h"

#define TPL_RECEIPT_FORMAT "tpl-shrink receipt 1"

typedef struct {
  char *tpl_shrink;
  char *libguestfs;
  char *qemu;
  char *kernel; /* of the appliance */
} TplReceiptVersions;

/** A disk of the host's. What is on it says the plan: `before` and `after`. */
typedef struct {
  char *path;
  char *format;
  guint64 size_bytes;
  char *pool;   /* libvirt's; NULL: in none */
  char *volume;
  char *domain; /* UUID of the one that it was named by; NULL: none */
} TplReceiptDisk;

/** What bootfix did to a file. */
typedef struct TplReceiptEdit {
  char *action; /* "edited", "appended", "created" or "removed" */
  char *volume;
  char *path;   /* below the volume's root, escaped as tpl-helper does */
  char *diff;   /* unified; NULL: not of text, or too long */
  guint64 bytes_before;
  guint64 bytes_after; /* "appended": of what was */
  char *sha256_before;
  char *sha256_after;
} TplReceiptEdit;

typedef struct {
  char *stage;
  guint64 milliseconds;
} TplReceiptTime;

/** What was compared of one of the plan's volumes. */
typedef struct {
  char *id;
  char *digest; /* of the whole volume, where it is no tree of files (helper/digest.h) */
  guint64 entries;
  guint64 directories;
  guint64 files;
  guint64 compared_bytes;
} TplReceiptVolume;

/** The manifest: a file beside the receipt. */
typedef struct {
  char *name;
  char *sha256;
  guint64 size_bytes;
} TplReceiptManifest;

typedef struct TplReceipt {
  char *format; /* TPL_RECEIPT_FORMAT */
  char *made;   /* ISO 8601, UTC */
  TplReceiptVersions *versions;
  TplReceiptDisk *source;
  TplReceiptDisk *target;
  char *verification; /* "full", "metadata" or "none" */
  char *boot_test;    /* what showed that it boots; NULL: not asked for */
  GPtrArray *times;   /* TplReceiptTime */
  GPtrArray *volumes; /* TplReceiptVolume */
  TplReceiptManifest *manifest; /* NULL: nothing was compared */
  guint64 head_bytes;           /* before the first partition: table and boot code */
  char *head_digest;            /* NULL: there is none */
  GPtrArray *edits;             /* TplReceiptEdit */
  TplPlan *plan;
} TplReceipt;

extern const TplType tpl_receipt_type, tpl_receipt_versions_type, tpl_receipt_disk_type,
    tpl_receipt_edit_type, tpl_receipt_time_type, tpl_receipt_volume_type,
    tpl_receipt_manifest_type;

/** Reads a receipt's text, which may come from anywhere. The caller's: tpl_value_free (). Errors:
 * TPL_ERROR_REFUSED. */
TplReceipt *tpl_receipt_parse (const char *text, gsize length, GError **error);

/** Whether it begins as a receipt of ours does: then another may take its place. */
gboolean tpl_receipt_is_one (const char *text, gsize length);

/** How the layout of a disk differs from what the receipt says of the target: appends lines (char
 * *). Sizes of disk and last free space are not looked at. */
void tpl_receipt_compare_layouts (const TplLayout *recorded, const TplLayout *found,
                                  GPtrArray *differences);

/** The volume of `found` that has the place of the recorded one with that id: its number, or its
 * group and name. NULL: there is none. */
TplVolume *tpl_receipt_find_volume (const TplLayout *recorded, const TplLayout *found,
                                    const char *id);
