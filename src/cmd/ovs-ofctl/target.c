/* SPDX-License-Identifier: Apache-2.0 */
/* What a user may call a switch (ovs-ofctl(8)): a connection method has a colon; a bridge has the
 * socket RUNDIR/NAME.mgmt; a file is below RUNDIR unless it begins at the root; and a datapath,
 * TYPE@NAME, is meant to be that of bridge NAME. */
#include "cmd/ovs-ofctl/target.h"

#include <string.h>

#include "os/dirs.h"
#include "os/file.h"
#include "os/log.h"
#include "os/mem.h"

static struct target
of_file(char *path, char *failure)
{
    struct target t = {xasprintf("unix:%s", path), failure};
    os_free(path);
    return t;
}

/* The socket SUFFIX of bridge NAME, if it is there. */
static bool
find_bridge(const char *name, const char *suffix, struct target *t)
{
    char *path = xasprintf("%s/%s.%s", os_run_dir(), name, suffix);
    if (!os_file_exists(path)) {
        os_free(path);
        return false;
    }
    char *failure = xasprintf("%s: failed to open socket", path);
    *t = of_file(path, failure);
    return true;
}

struct target
target_resolve(const char *name, const char *suffix)
{
    struct target t;
    if (strchr(name, ':')) {
        return (struct target){xstrdup(name), xasprintf("connecting to %s", name)};
    }
    if (find_bridge(name, suffix, &t)) {
        return t;
    }
    char *path = os_path(os_run_dir(), name);
    if (os_file_exists(path)) {
        return of_file(path, xasprintf("%s: failed to open socket", name));
    }
    os_free(path);
    const char *at = strchr(name, '@');
    if (at && find_bridge(at + 1, suffix, &t)) {
        return t;
    }
    log_fatal("%s is not a bridge or a socket", name);
}
