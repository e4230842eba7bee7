/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What will be done: the layout of the target, and the steps that make it, in order. */
#pragma once

#include "plan/inventory.h"
#include "plan/traits.h"

/** One step. `action` names what is done to which thing of the `after` layout. */
typedef struct {
  char *stage;  /* the stage that does it: "create", "copy", "bootfix", "verify", "publish" */
  char *action; /* "partition-table", "volume-group", "make-filesystem", "copy", "boot-code", ... */
  char *object; /* volume id, volume group's final name, or NULL */
  char *text;   /* for people: "XFS on /boot, 84 MiB" */
} TplStep;

/** The action of a step that says what the target's layout has no longer: the user is told of
 * it. */
#define TPL_STEP_SIMPLIFY "simplify"

struct TplPlan {
  char *identity; /* "new" or "keep" */
  TplInventory *before;
  TplLayout *after; /* volumes keep the source's ids */
  GPtrArray *steps; /* TplStep */
};
typedef struct TplPlan TplPlan;

/**
 * What the user asked for, and what the host's side fixes.
 *
 * Without size and capacity the target is the smallest that fits. With one of them, or both (the
 * disk has the capacity, what is planned on it ends at the size), the root takes what is left over;
 * the largest filesystem where there is no root. Swap "minimal" has two extents of its group, 1 MiB
 * at least, or is a partition of 8 MiB; all swaps of the guest are treated alike.
 */
typedef struct {
  guint64 size_bytes;     /* of the whole target; 0: the smallest */
  guint64 capacity_bytes; /* the most that the target can hold (a block device); 0: no limit */
  guint64 headroom_bytes; /* TPL_HEADROOM_DEFAULT: 5% of the content, at least 16 MiB */
  char *swap;             /* "minimal", "keep", "none" or "size" */
  guint64 swap_bytes;     /* for "size" */
  char *vg_name;          /* the root's volume group; NULL: keep the source's; only for "new" */
  char *identity;         /* "new" or "keep" */
  char *seed;             /* all new UUIDs come from it; never NULL */
} TplPlanOptions;

#define TPL_HEADROOM_DEFAULT G_MAXUINT64

extern const TplType tpl_step_type, tpl_plan_type, tpl_plan_options_type;

/**
 * Plans the target. Pure: the same arguments give the same plan. `lookup` finds filesystem drivers.
 * Returns a value of tpl_plan_type, the caller's. Errors: TPL_ERROR_REFUSED (by name, for whatever
 * in the inventory has no driver or can't be kept), TPL_ERROR_TOO_SMALL (size or capacity),
 * TPL_ERROR_NOTHING_TO_GAIN, TPL_ERROR_USAGE (a VG name that LVM refuses).
 */
TplPlan *tpl_plan_new (const TplInventory *inventory, const TplPlanOptions *options,
                       TplFsLookup lookup, GError **error);

/** Refuses a logical volume of a type that can't be made again, so that nobody has to activate it.
 * Errors: TPL_ERROR_REFUSED. */
gboolean tpl_plan_check_logical_volume (const TplLogicalVolume *logical_volume, GError **error);

/** Makes a volume group's name of a target's file name ("tpl.img" gives "tpl"): what LVM does not
 * allow becomes "_". The caller's. */
char *tpl_vg_name_from_target (const char *target);

/** A name that LVM takes for a volume group (lvm(8), VALID NAMES). */
gboolean tpl_vg_name_is_valid (const char *name);
