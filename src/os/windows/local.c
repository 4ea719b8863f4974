/* SPDX-License-Identifier: Apache-2.0 */
/* Named pipes' places: \\.\pipe\ and the path without (back)slashes, so that a client finds the
 * pipe C:openvswitchvarrunopenvswitchdb.sock for C:\openvswitch\var\run\openvswitch\db.sock. */
#include "os/local.h"

#include <string.h>

#include "os/dirs.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(stream_unix);

int
os_local_open(const char *path, struct os_local *l)
{
    static const char prefix[] = "\\\\.\\pipe\\";
    *l = (struct os_local){.path = os_path(os_run_dir(), path), .dir_fd = -1};
    if (!strncmp(path, prefix, strlen(prefix))) {
        l->name = xstrdup(path);
        return 0;
    }
    l->name = xalloc(strlen(prefix) + strlen(l->path) + 1);
    strcpy(l->name, prefix);
    char *out = l->name + strlen(prefix);
    for (const char *p = l->path; *p; p++) {
        if (*p != '\\' && *p != '/') { /* both separate folders on Windows */
            *out++ = *p;
        }
    }
    *out = '\0';
    return 0;
}

void
os_local_close(struct os_local *l)
{
    os_free(l->path);
    os_free(l->name);
    *l = (struct os_local){.dir_fd = -1};
}

int
os_local_bind(struct os_local *l, uv_pipe_t *pipe)
{
    int error = err_from_uv(uv_pipe_bind(pipe, l->name));
    if (error) {
        log_err("%s: binding failed: %s", l->path, err_text(error));
    }
    return error;
}

char *
os_local_control_name(const char *program, int pid UNUSED)
{
    return xasprintf("%s.ctl", program);
}

bool
os_local_control_has_pid(void)
{
    return false;
}
