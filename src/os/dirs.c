/* SPDX-License-Identifier: Apache-2.0 */
/* Where things are kept. Each place is computed once: an environment variable, else what the
 * build was told, which posix/dirs.c and windows/dirs.c know. Main thread. */
#include "os/dirs.h"

#include <stdlib.h>
#include <string.h>

#include "os/dirs_internal.h"
#include "os/mem.h"

static const char *
place(const char **cache, const char *variable, const char *dir, const char *sub)
{
    if (!*cache) {
        const char *set = getenv(variable);
        if (set && set[0]) {
            *cache = xstrdup(set);
        } else {
            *cache = sub ? xasprintf("%s%c%s", dir, DIRS_SEPARATOR, sub) : xstrdup(dir);
        }
    }
    return *cache;
}

const char *
os_pkgdata_dir(void)
{
    static const char *cache;
    return place(&cache, "OVS_PKGDATADIR", dirs_pkgdata(), NULL);
}

const char *
os_run_dir(void)
{
    static const char *cache;
    return place(&cache, "OVS_RUNDIR", dirs_localstate(), DIRS_RUN);
}

const char *
os_log_dir(void)
{
    static const char *cache;
    return place(&cache, "OVS_LOGDIR", dirs_localstate(), DIRS_LOG);
}

const char *
os_sysconf_dir(void)
{
    static const char *cache;
    return place(&cache, "OVS_SYSCONFDIR", dirs_sysconf(), NULL);
}

const char *
os_db_dir(void)
{
    static const char *cache;
    /* OVS_SYSCONFDIR moves the database along. */
    return place(&cache, "OVS_DBDIR", os_sysconf_dir(), "openvswitch");
}

char *
os_path(const char *dir, const char *name)
{
    if (os_path_is_absolute(name)) {
        return xstrdup(name);
    }
    if (!dir) {
        return dirs_from_working(name);
    }
    size_t n = strlen(dir);
    bool separated = n && dirs_is_separator(dir[n - 1]);
    return separated ? xasprintf("%s%s", dir, name)
                     : xasprintf("%s%c%s", dir, DIRS_SEPARATOR, name);
}
