/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Only the headers of GIO are needed for the error domain: libplan does not link it. */
#include "tpl-shrink.h"

GQuark
tpl_error_quark (void)
{
  return g_quark_from_static_string ("tpl-error-quark");
}
