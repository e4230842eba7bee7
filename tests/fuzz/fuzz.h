/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

/** libFuzzer's entry point. A broken invariant aborts. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/** Aborts, saying what does not hold. */
#define FUZZ_ASSERT(condition)                                                                     \
  do {                                                                                             \
    if (!(condition))                                                                              \
      g_error ("does not hold: %s", #condition);                                                   \
  } while (0)
