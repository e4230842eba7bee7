/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map as a text: [uuid], [lv], ... with old=new; an empty new one says removed. */
#pragma once

#include "refs/ref-map.h"

/** Reads `path`; fails the test when it can't. Free with tpl_ref_map_free (). */
TplRefMap *map_from_file (const char *path);

/** The map of `text`, in the same form. */
TplRefMap *map_from_text (const char *text);
