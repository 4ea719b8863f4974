/* SPDX-License-Identifier: Apache-2.0 */
/* The places that the build was told, on POSIX. Any thread. */
#include "os/dirs_internal.h"

#include <stdlib.h>
#include <unistd.h>

#include "config.h"
#include "os/mem.h"

const char *
dirs_pkgdata(void)
{
    return DIR_PKGDATA;
}

const char *
dirs_localstate(void)
{
    return DIR_LOCALSTATE;
}

const char *
dirs_sysconf(void)
{
    return DIR_SYSCONF;
}

bool
dirs_is_separator(char c)
{
    return c == '/';
}

bool
os_path_is_absolute(const char *name)
{
    return name[0] == '/';
}

char *
dirs_from_working(const char *name)
{
    char *cwd = getcwd(NULL, 0);
    if (!cwd) {
        return xstrdup(name);
    }
    char *path = xasprintf("%s/%s", cwd[1] ? cwd : "", name);
    free(cwd);
    return path;
}
