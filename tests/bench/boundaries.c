/*
 * Kills its process at the n-th time that it is about to make, rename, remove or synchronise a file
 * below a folder. Loaded before the C library (LD_PRELOAD); BOUNDARY_ROOT is the folder, BOUNDARY_AT
 * is n, 0 for never, and every such call is written to the file BOUNDARY_LOG, where that is set.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile int count = 0;

static void reach(const char *what, const char *path) {
  const char *root = getenv("BOUNDARY_ROOT");
  if (root == NULL || path == NULL || strncmp(path, root, strlen(root)) != 0) return;
  int now = __sync_add_and_fetch(&count, 1);
  const char *log = getenv("BOUNDARY_LOG");
  if (log != NULL) {
    char line[4400];
    int length = snprintf(line, sizeof line, "%s %s\n", what, path + strlen(root));
    int fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd >= 0) { syscall(SYS_write, fd, line, length); syscall(SYS_close, fd); }
  }
  const char *at = getenv("BOUNDARY_AT");
  if (at != NULL && atoi(at) == now) kill(getpid(), SIGKILL);
}

static void reach_fd(const char *what, int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  reach(what, path);
}

#define REAL(name, type) \
  static __typeof__(type) real; \
  if (!real) real = (__typeof__(type))dlsym(RTLD_NEXT, #name)

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    REAL(name, int (*)(const char *, int, ...)); \
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
    if (flags & O_CREAT) reach("create", path); \
    return real(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
  int name(int folder, const char *path, int flags, ...) { \
    REAL(name, int (*)(int, const char *, int, ...)); \
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
    if (flags & O_CREAT) reach("create", path); \
    return real(folder, path, flags, mode); \
  }
OPENAT(openat)
OPENAT(openat64)

#define ONE(name, what) \
  int name(const char *path) { \
    REAL(name, int (*)(const char *)); \
    reach(what, path); \
    return real(path); \
  }
ONE(unlink, "remove")
ONE(rmdir, "remove")

int unlinkat(int folder, const char *path, int flags) {
  REAL(unlinkat, int (*)(int, const char *, int));
  reach("remove", path);
  return real(folder, path, flags);
}

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir, int (*)(const char *, mode_t));
  reach("create", path);
  return real(path, mode);
}

int rename(const char *from, const char *to) {
  REAL(rename, int (*)(const char *, const char *));
  reach("rename", to);
  return real(from, to);
}

int fsync(int fd) {
  REAL(fsync, int (*)(int));
  reach_fd("sync", fd);
  return real(fd);
}

int fdatasync(int fd) {
  REAL(fdatasync, int (*)(int));
  reach_fd("sync", fd);
  return real(fd);
}
