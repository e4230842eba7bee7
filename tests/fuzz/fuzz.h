/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/** libFuzzer's entry point. A broken invariant aborts. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/** Aborts, saying what does not hold: libFuzzer then keeps the input. */
#define FUZZ_ASSERT(condition)                                                                     \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf (stderr, "does not hold: %s\n", #condition);                                         \
      abort ();                                                                                    \
    }                                                                                              \
  } while (0)
