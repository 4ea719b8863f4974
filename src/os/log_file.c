/* SPDX-License-Identifier: Apache-2.0 */
/* The log file: opening, reopening after rotation, closing. A relative name is resolved when it
 * is given, since daemons leave their directory; messages show it as given. Main thread; takes
 * the log's lock. */
#include "os/log_internal.h"

#include <uv.h>

#include "os/dirs.h"
#include "os/err_format.h"
#include "os/mem.h"

LOG_MODULE(vlog);

static int
open_append(const char *path)
{
    uv_fs_t req;
    int fd =
        uv_fs_open(NULL, &req, path, UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_APPEND, 0660, NULL);
    uv_fs_req_cleanup(&req);
    return fd;
}

static void
close_fd(int fd)
{
    uv_fs_t req;
    if (fd >= 0) {
        uv_fs_close(NULL, &req, fd, NULL);
        uv_fs_req_cleanup(&req);
    }
}

static bool
is_same_file(int a, int b)
{
    uv_fs_t x = {0}, y = {0};
    bool same = !uv_fs_fstat(NULL, &x, a, NULL) && !uv_fs_fstat(NULL, &y, b, NULL) &&
                x.statbuf.st_dev == y.statbuf.st_dev && x.statbuf.st_ino == y.statbuf.st_ino;
    uv_fs_req_cleanup(&x);
    uv_fs_req_cleanup(&y);
    return same;
}

void
log_announce_closing(void)
{
    if (log_settings.fd >= 0) {
        log_info("closing log file");
    }
}

/* Makes the file at PATH, shown as NAME, the log file. Takes both over. */
static int
use_file(char *path, char *name, struct err *e)
{
    int fd = open_append(path);
    if (fd < 0) {
        int code = err_from_uv(fd);
        log_warn("failed to open %s for logging: %s", name, err_text(code));
        err_fail(e, code, "%s", err_text(code));
        os_free(path);
        os_free(name);
        return code;
    }
    bool same = log_settings.fd >= 0 && is_same_file(log_settings.fd, fd);
    if (!same) {
        log_announce_closing();
    }
    log_lock();
    close_fd(log_settings.fd);
    os_free(log_settings.file_path);
    os_free(log_settings.file_name);
    log_settings.fd = fd;
    log_settings.file_path = path;
    log_settings.file_name = name;
    log_refresh_levels();
    log_unlock();
    if (!same) {
        log_info("opened log file %s", name);
    }
    return 0;
}

int
log_open_file(const char *given, struct err *e)
{
    char *name = NULL;
    if (given) {
        name = xstrdup(given);
    } else {
        char *file = xasprintf("%s.log", log_settings.program);
        name = os_path(os_log_dir(), file);
        os_free(file);
    }
    return use_file(os_path(NULL, name), name, e);
}

int
log_reopen_file(struct err *e)
{
    if (!log_settings.file_path) {
        return err_fail(e, -E_NOENT, "Logging to file not configured");
    }
    return use_file(xstrdup(log_settings.file_path), xstrdup(log_settings.file_name), e);
}

void
log_close_file(void)
{
    log_lock();
    close_fd(log_settings.fd);
    log_settings.fd = -1;
    log_refresh_levels();
    log_unlock();
}

bool
log_has_file(void)
{
    return log_settings.fd >= 0;
}
