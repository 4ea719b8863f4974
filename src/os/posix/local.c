/* SPDX-License-Identifier: Apache-2.0 */
/* Unix domain sockets' places. A name that does not fit sockaddr_un is reached as
 * /proc/self/fd/N/FILE, where N is open on its directory as long as the place is in use. */
#include "os/local.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/daemon.h"
#include "os/dirs.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(stream_unix);

/* Makes L->name a short name of L->path. */
static int
shorten(struct os_local *l)
{
    const char *slash = strrchr(l->path, '/');
    char *dir = xmemdup0(l->path, (size_t)(slash - l->path) + 1);
    l->dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error = l->dir_fd < 0 ? err_from_errno(errno) : 0;
    os_free(dir);
    if (error) {
        return error;
    }
    l->name = xasprintf("/proc/self/fd/%d/%s", l->dir_fd, slash + 1);
    return strlen(l->name) < sizeof(((struct sockaddr_un *)0)->sun_path) ? 0 : -E_NAMETOOLONG;
}

int
os_local_open(const char *path, struct os_local *l)
{
    *l = (struct os_local){.path = os_path(os_run_dir(), path), .dir_fd = -1};
    if (l->path[0] != '/') {
        char *absolute = os_path(NULL, l->path);
        os_free(l->path);
        l->path = absolute;
    }
    if (strlen(l->path) < sizeof(((struct sockaddr_un *)0)->sun_path)) {
        l->name = xstrdup(l->path);
        return 0;
    }
    int error = shorten(l);
    if (error) {
        os_local_close(l);
    }
    return error;
}

void
os_local_close(struct os_local *l)
{
    if (l->is_bound) {
        daemon_keep_at_exit(l->path);
        unlink(l->path);
        l->is_bound = false;
    }
    if (l->dir_fd >= 0) {
        close(l->dir_fd);
    }
    os_free(l->path);
    os_free(l->name);
    *l = (struct os_local){.dir_fd = -1};
}

int
os_local_bind(struct os_local *l, uv_pipe_t *pipe)
{
    struct stat st;
    if (!lstat(l->path, &st) && S_ISSOCK(st.st_mode)) {
        unlink(l->path);
    }
    mode_t mask = umask(0);
    umask(mask | 07);
    int status = uv_pipe_bind(pipe, l->name);
    umask(mask);
    if (status) {
        /* libuv says EACCES for a folder that is not there, as Windows does. */
        char *dir = xmemdup0(l->path, (size_t)(strrchr(l->path, '/') - l->path) + 1);
        int error =
            status == UV_EACCES && stat(dir, &st) ? err_from_errno(errno) : err_from_uv(status);
        os_free(dir);
        log_err("%s: binding failed: %s", l->path, err_text(error));
        return error;
    }
    l->is_bound = true;
    daemon_remove_at_exit(l->path);
    return 0;
}

char *
os_local_control_name(const char *program, int pid)
{
    return xasprintf("%s.%d.ctl", program, pid);
}

bool
os_local_control_has_pid(void)
{
    return true;
}
