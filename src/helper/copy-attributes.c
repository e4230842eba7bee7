#include "helper/command.h"
#include "helper/copy.h"
int
tpl_copy_attributes (struct tpl_copy *copy)
{
  (void)copy;
  return tpl_fail (NULL, 0, "not yet");
}
