/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The definition of a new domain after another's. Pure. */
#pragma once

#include "libvirt/domain-xml.h"

/**
 * The definition of a domain `name` that boots from `source`, which takes the place of the disk
 * `target` of the domain `xml`: machine, firmware, processor, memory and network are as there. It
 * has no UUID and no MAC addresses, so that libvirt makes new ones, and no other disk or device but
 * a console. The caller's. Errors: TPL_ERROR_REFUSED (there is no such disk), TPL_ERROR_FAILED.
 * Format: https://libvirt.org/formatdomain.html
 */
char *tpl_domain_minimal (const char *xml, const char *name, const char *target,
                          const TplDomainSource *source, GError **error);
