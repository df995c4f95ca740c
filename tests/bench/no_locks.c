/* A file system that knows no locks, loaded before the C library (LD_PRELOAD). */
#include <errno.h>

int flock(int fd, int operation) {
  (void)fd;
  (void)operation;
  errno = ENOSYS;
  return -1;
}
