/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library's error domain, which the targets do not link. */
#include <tpl-shrink.h>

G_DEFINE_QUARK (tpl - error - quark, tpl_error)
