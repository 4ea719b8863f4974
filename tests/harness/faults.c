/* SPDX-License-Identifier: Apache-2.0 */
/* A library to preload: it lets calls that change a file fail. WEFT_FAULT_FILE names the plan,
 * "AFTER ERRNO COUNT": the first AFTER calls from now on go well, then COUNT of them fail with
 * ERRNO. It is written anew as calls are made. Only files below WEFT_FAULT_BELOW count. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Is this call to fail? Sets errno then. */
static int
strikes(const char *path)
{
    const char *plan = getenv("WEFT_FAULT_FILE"), *below = getenv("WEFT_FAULT_BELOW");
    int after, code, count;
    if (!plan || !below || strncmp(path, below, strlen(below)) != 0) {
        return 0;
    }
    FILE *f = fopen(plan, "r");
    if (!f) {
        return 0;
    }
    int n = fscanf(f, "%d %d %d", &after, &code, &count);
    fclose(f);
    if (n != 3 || (after <= 0 && count <= 0)) {
        return 0;
    }
    int fails = after <= 0;
    f = fopen(plan, "w");
    fprintf(f, "%d %d %d\n", fails ? 0 : after - 1, code, fails ? count - 1 : count);
    fclose(f);
    errno = code;
    return fails;
}

static int
strikes_fd(int fd)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    path[n < 0 ? 0 : n] = '\0';
    return n > 0 && strikes(path);
}

#define CALL(RESULT, NAME, PARAMETERS, ARGUMENTS, STRIKES)                                        \
    RESULT NAME PARAMETERS                                                                        \
    {                                                                                             \
        RESULT(*real) PARAMETERS = (RESULT(*) PARAMETERS)dlsym(RTLD_NEXT, #NAME);                 \
        return STRIKES ? -1 : real ARGUMENTS;                                                     \
    }

CALL(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at), strikes_fd(fd))
CALL(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at),
     strikes_fd(fd))
CALL(int, fsync, (int fd), (fd), strikes_fd(fd))
CALL(int, fdatasync, (int fd), (fd), strikes_fd(fd))
CALL(int, ftruncate, (int fd, off_t n), (fd, n), strikes_fd(fd))
CALL(int, ftruncate64, (int fd, off64_t n), (fd, n), strikes_fd(fd))
CALL(int, rename, (const char *from, const char *to), (from, to), strikes(to))
