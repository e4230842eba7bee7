/* `tpl-helper digest`: the digest of a device that is no filesystem, or of a part of a disk. */
#include "helper/command.h"
#include "helper/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int
run (int argc, char **argv)
{
  uint64_t size_bytes;
  char hex[TPL_DIGEST_HEX];

  if (argc != 3 || !tpl_parse_bytes (argv[2], &size_bytes))
    return tpl_usage_error ("needs a device and a number of bytes");
  /* From the disk, whichever of its devices it was written through. */
  sync ();
  int fd = open (argv[1], O_RDONLY | O_CLOEXEC | O_DIRECT);
  if (fd < 0 && errno == EINVAL)
    fd = open (argv[1], O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return tpl_fail (argv[1], errno, "open the device");
  int errnum = tpl_digest_fd (fd, size_bytes, hex);
  close (fd);
  if (errnum != 0)
    return tpl_fail (argv[1], errnum, "read the device");
  puts (hex);
  return TPL_EXIT_OK;
}

const struct tpl_command tpl_command_digest = {
    .name = "digest",
    .usage = "DEVICE BYTES",
    .run = run,
};
