/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What is needed of a host, and how each family of distributions calls it: data. */
#pragma once

#include "tpl-shrink.h"

typedef enum {
  TPL_HOST_DEBIAN,
  TPL_HOST_UBUNTU,
  TPL_HOST_FEDORA,
  TPL_HOST_RHEL,
  TPL_HOST_SUSE,
  TPL_HOST_ARCH,
  TPL_HOST_FAMILIES, /* how many; also: none of them */
} TplHostFamily;

/** A need that one of some programs meets, or that src/host.c looks for itself. */
typedef struct {
  const char *what;
  const char *why;
  gboolean required;
  const char *programs[3]; /* any of them will do; none: `what` is no program */
  const char *packages[TPL_HOST_FAMILIES];
} TplHostNeed;

/** All needs that programs meet; the last has no `what`. */
extern const TplHostNeed tpl_host_programs[];

/** A program that only an appliance needs that isn't fixed; and what is no program. */
extern const TplHostNeed tpl_host_supermin, tpl_host_appliance, tpl_host_kernel, tpl_host_space,
    tpl_host_kvm;

/** The family of an os-release(5) file's text, by ID and then ID_LIKE. TPL_HOST_FAMILIES: unknown.
 */
TplHostFamily tpl_host_family (const char *os_release);

/** The command that installs what `items` (TplHostItem) lack, or NULL if there is none. `is_root`:
 * no sudo(8) is needed. The caller's. */
char *tpl_host_remedy (const GArray *items, TplHostFamily family, gboolean is_root);
