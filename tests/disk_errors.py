"""A disk that fails: a library put before libc's says EIO for writes below a folder.

Real for the process under test: SQLite, FAISS and Python see what a broken disk gives them.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long done = 0;

/* Whether this write to a file below EIO_UNDER fails: those after the first EIO_AFTER, EIO_TIMES
   of them. */
static int fails(int fd) {
  const char *under = getenv("EIO_UNDER"), *after = getenv("EIO_AFTER");
  const char *times = getenv("EIO_TIMES");
  char link[64], path[4096];
  if (!under || !after || !times) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  if (strncmp(path, under, strlen(under)) != 0) return 0;
  long number = __sync_fetch_and_add(&done, 1);
  if (number < atol(after) || number >= atol(after) + atol(times)) return 0;
  errno = EIO;
  return 1;
}

#define REAL(name) \
  static __typeof__(&name) real = 0; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name);

ssize_t write(int fd, const void *data, size_t size) {
  REAL(write) return fails(fd) ? -1 : real(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  REAL(pwrite) return fails(fd) ? -1 : real(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  REAL(pwrite64) return fails(fd) ? -1 : real(fd, data, size, at);
}
size_t fwrite(const void *data, size_t size, size_t count, FILE *file) {
  REAL(fwrite) return fails(fileno(file)) ? 0 : real(data, size, count, file);
}
int fsync(int fd) { REAL(fsync) return fails(fd) ? -1 : real(fd); }
int fdatasync(int fd) { REAL(fdatasync) return fails(fd) ? -1 : real(fd); }

__attribute__((destructor)) static void report(void) {
  const char *name = getenv("EIO_REPORT");
  FILE *file = name ? fopen(name, "w") : 0;
  if (file) { fprintf(file, "%ld", done); fclose(file); }
}
"""


@dataclass(frozen=True)
class BadDisk:
    """The built library."""

    library: Path

    def environment(
        self, under: Path, after: int, times: int, report: Path | None = None
    ) -> dict[str, str]:
        """Gives the environment of a process whose writes below a folder fail.

        Args:
            under: the folder.
            after: so many writes and syncs succeed.
            times: so many fail then.
            report: a file for the count of all of them, written when the process ends.
        """
        return {
            **os.environ,
            "LD_PRELOAD": str(self.library),
            "EIO_UNDER": str(under.resolve()),
            "EIO_AFTER": str(after),
            "EIO_TIMES": str(times),
            **({"EIO_REPORT": str(report)} if report else {}),
        }


def bad_disk(folder: Path) -> BadDisk | None:
    """Builds the library in a folder; None where there is no compiler for Linux."""
    if os.uname().sysname != "Linux" or not shutil.which("gcc"):
        return None
    library = folder / "eio.so"
    command = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), "-x", "c", "-", "-ldl"]
    subprocess.run(command, input=_SOURCE, text=True, check=True)
    return BadDisk(library)
