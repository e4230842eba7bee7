/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A domain's disk is exchanged for another: one element of its saved definition, and nothing
 * else. */
#pragma once

#include "libvirt/domain-xml.h"
#include "libvirt/place.h"

/** One of the two disks of a swap. */
typedef struct {
  char *path;   /* on this host */
  char *pool;   /* NULL: in no pool */
  char *volume; /* with `pool` */
  char *key;    /* with `pool`: tpl_virt_volume_key () */
  TplDomainSource *source; /* as the domain's XML names it */
} TplVirtSwapSide;

typedef struct {
  char *uri;
  char *uuid; /* of the domain */
  char *name;
  char *disk; /* "vda" */
  TplVirtSwapSide before, after;
} TplVirtSwap;

/** Which disk the domain has. */
typedef enum {
  TPL_VIRT_SWAP_BEFORE,
  TPL_VIRT_SWAP_AFTER,
  TPL_VIRT_SWAP_OTHER,     /* neither: somebody else gave it another */
  TPL_VIRT_SWAP_NO_DOMAIN, /* it is not defined any more */
} TplVirtSwapState;

/**
 * Prepares the swap of the domain's disk, which must be `source`, for `target`, whose content is
 * `format`. Nothing is changed. Errors: TPL_ERROR_REFUSED, TPL_ERROR_RETRIABLE.
 */
TplVirtSwap *tpl_virt_swap_new (TplVirt *virt, const char *uri, const char *uuid, const char *disk,
                                const TplVirtPlace *source, const TplVirtPlace *target,
                                const char *format, GError **error);
/** The way back. The caller's. */
TplVirtSwap *tpl_virt_swap_reverse (const TplVirtSwap *swap);
void tpl_virt_swap_free (TplVirtSwap *swap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplVirtSwap, tpl_virt_swap_free)

/** As text (GLib's key file), and back. The caller's. Errors: TPL_ERROR_FAILED. */
char *tpl_virt_swap_to_text (const TplVirtSwap *swap);
TplVirtSwap *tpl_virt_swap_from_text (const char *text, GError **error);

/** Asks the saved definition. Errors: TPL_ERROR_RETRIABLE: it is not known. */
gboolean tpl_virt_swap_state (TplVirt *virt, const TplVirtSwap *swap, TplVirtSwapState *state,
                              GError **error);

/**
 * Exchanges the disk in the saved definition, and reads that again: if more than the disk's source
 * differs from before, it is put back. The domain must be guarded. When libvirt does not answer,
 * what it did is not known: ask tpl_virt_swap_state () then. Errors: TPL_ERROR_RETRIABLE.
 */
gboolean tpl_virt_swap_apply (TplVirt *virt, const TplVirtSwap *swap, GError **error);
