/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A preloaded clock of the day that can't be relied upon: 80 years ahead (2106 is where 32 bits of
 * seconds end) for 20 seconds from TPL_CLOCK_BEGAN (seconds since boot) on, later 46 years behind
 * every other second. What measures spans by another clock does not notice. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define YEAR_SECONDS 31556952

static time_t
shift (void)
{
  struct timespec since_boot;
  const char *began = getenv ("TPL_CLOCK_BEGAN");
  syscall (SYS_clock_gettime, CLOCK_BOOTTIME, &since_boot);
  const time_t passed = since_boot.tv_sec - (began != NULL ? atol (began) : 0);
  return (passed < 20 || passed % 2 == 0 ? 80 : -46) * (time_t)YEAR_SECONDS;
}

int
clock_gettime (clockid_t clock, struct timespec *now)
{
  const int result = (int)syscall (SYS_clock_gettime, clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += shift ();
  return result;
}

int
gettimeofday (struct timeval *restrict now, void *restrict zone)
{
  const int result = (int)syscall (SYS_gettimeofday, now, zone);
  if (result == 0)
    now->tv_sec += shift ();
  return result;
}

time_t
time (time_t *result)
{
  struct timespec now;
  clock_gettime (CLOCK_REALTIME, &now);
  if (result != NULL)
    *result = now.tv_sec;
  return now.tv_sec;
}
