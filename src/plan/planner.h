/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The planner's own parts: what they share while one plan is made. Only src/plan includes this.
 *
 * The order is that of tpl_plan_new (): check, simplify, drop, size, place, fill, name, list the
 * steps.
 */
#pragma once

#include "plan/plan.h"

typedef struct {
  const TplInventory *before;
  const TplPlanOptions *options;
  TplFsLookup lookup;
  TplLayout *after; /* being made: a copy of the source's layout whose sizes are replaced */
} TplPlanning;

/** How the planner treats what a partition or a logical volume holds. */
typedef enum {
  TPL_CONTENT_FILESYSTEM, /* has a driver: made anew, files copied */
  TPL_CONTENT_SWAP,       /* has a driver: made anew, empty */
  TPL_CONTENT_DATA,       /* nobody knows what it is: copied block by block */
  TPL_CONTENT_PV,         /* of a volume group */
  TPL_CONTENT_EMPTY,      /* nothing: keeps its number, and becomes tiny */
  TPL_CONTENT_BOOT_CODE,  /* GPT's BIOS boot partition: keeps its size, copied byte by byte */
  TPL_CONTENT_ENCRYPTED,  /* opened: keeps its header, and what is in it is planned */
  TPL_CONTENT_UNKNOWN,    /* no driver */
} TplContent;

/** `partition` is NULL for a logical volume. */
TplContent tpl_planning_classify (const TplPlanning *planning, const TplPartition *partition,
                                  const TplVolume *volume);

/** The same for a volume of `planning->after`, wherever it lies. */
TplContent tpl_planning_content (const TplPlanning *planning, const TplVolume *volume);

/** The driver of a volume of `planning->after`; NULL for what no driver makes, whatever its type
 * says: a BIOS boot partition may hold the remains of a filesystem. */
const TplFsTraits *tpl_planning_traits (const TplPlanning *planning, const TplVolume *volume);

/** Refuses, by name, what can't be planned (plan-check.c). */
gboolean tpl_planning_check_options (const TplPlanOptions *options, GError **error);
gboolean tpl_planning_check_disk (const TplPlanning *planning, GError **error);
gboolean tpl_planning_check_volumes (const TplPlanning *planning, GError **error);
/** The same for a volume group, and for a volume that is a physical one (plan-lvm.c). */
gboolean tpl_planning_check_group (const TplPlanning *planning, const TplVolumeGroup *group,
                                   GError **error);
gboolean tpl_planning_check_pv (const TplPlanning *planning, const TplVolume *volume,
                                GError **error);
gboolean tpl_planning_check_encrypted (const TplPlanning *planning, const TplEncrypted *encrypted,
                                       GError **error);
/** Says what the volume holds that no driver takes, and what would help (plan-foreign.c). */
void tpl_planning_refuse_foreign (const TplVolume *volume, GError **error);

/** Makes every group one of linear and thin volumes on one physical volume; what its other ones lie
 * on is left empty (plan-lvm.c). */
void tpl_planning_simplify_groups (TplPlanning *planning);
/** The group's extents from its logical volumes', and its physical volume's size from them
 * (plan-lvm.c). */
void tpl_planning_size_group (const TplPlanning *planning, TplVolumeGroup *group);

/** The sizes of all that other volumes lie on, from theirs (plan-encrypted.c). */
void tpl_planning_settle (TplPlanning *planning);
/** What the sizes of a volume of `planning->after` are multiples of, with its header if it lies in
 * an encrypted one (plan-encrypted.c). */
guint64 tpl_planning_unit (const TplPlanning *planning, const TplVolume *volume);

/** With --swap-size none: takes swap out of the layout (plan-swap.c). */
gboolean tpl_planning_drop_swap (TplPlanning *planning, GError **error);
/** Gives every volume the smallest size, and groups their extents (plan-volumes.c). */
gboolean tpl_planning_size_volumes (TplPlanning *planning, GError **error);
/** Makes root (or the largest filesystem) larger until the disk takes `limit_bytes`, which is what
 * it takes now, or more (plan-volumes.c). */
gboolean tpl_planning_fill (TplPlanning *planning, guint64 limit_bytes, GError **error);

/** Gives every partition its place, and returns the disk's size (plan-partitions.c). */
guint64 tpl_planning_place (TplPlanning *planning);

/** Chooses names and UUIDs (plan-identities.c). */
gboolean tpl_planning_name (TplPlanning *planning, GError **error);

/** The steps that make the layout (plan-steps.c). */
void tpl_planning_list_steps (const TplPlanning *planning, GPtrArray *steps);
