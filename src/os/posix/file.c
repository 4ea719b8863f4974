/* SPDX-License-Identifier: Apache-2.0 */
/* Directories and locks on POSIX. A lock is a record lock (fcntl) on the whole lock file, as
 * Open vSwitch takes it, so the two exclude each other; since such locks do not exclude the
 * process that has them, the files this process locked are listed. Main thread for locks. */
#include "os/file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/list.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(lockfile);

int
os_file_sync_directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash ? xmemdup0(path, (size_t)(slash - path) + 1) : xstrdup(".");
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    os_free(dir);
    if (fd < 0) {
        return err_from_errno(errno);
    }
    int error = 0;
    if (fsync(fd) && errno != EINVAL && errno != EROFS) {
        error = err_from_errno(errno);
    }
    close(fd);
    return error;
}

bool
os_file_may_replace_open(void)
{
    return true;
}

char *
file_follow_link(const char *path)
{
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof target - 1);
    if (n <= 0) {
        return NULL;
    }
    target[n] = '\0';
    const char *slash = strrchr(path, '/');
    return target[0] == '/' || !slash ? xstrdup(target)
                                      : xasprintf("%.*s/%s", (int)(slash - path), path, target);
}

struct os_lock {
    struct list node;
    char *path;
    dev_t dev;
    ino_t ino;
    int fd;
};

static struct list locks = LIST_INIT(&locks);

static char *
lock_name(const char *path)
{
    char *file = os_file_follow_links(path);
    char *slash = strrchr(file, '/');
    const char *base = slash ? slash + 1 : file;
    char *name = xasprintf("%.*s.%s.~lock~", (int)(base - file), file, base);
    os_free(file);
    return name;
}

static bool
is_locked_here(const struct stat *st)
{
    LIST_FOR_EACH (struct os_lock, lock, node, &locks) {
        if (lock->dev == st->st_dev && lock->ino == st->st_ino) {
            return true;
        }
    }
    return false;
}

/* Opens and locks the file NAME into LOCK. */
static int
take(const char *name, struct os_lock *lock, int *holder)
{
    struct stat st;
    if (!stat(name, &st) && is_locked_here(&st)) {
        *holder = getpid();
        log_warn("%s: cannot lock file because this process has already locked it", name);
        return -E_AGAIN;
    }
    lock->fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock->fd < 0 || fstat(lock->fd, &st)) {
        int error = err_from_errno(errno);
        log_warn("%s: failed to open lock file: %s", name, err_text(error));
        return error;
    }
    lock->dev = st.st_dev;
    lock->ino = st.st_ino;
    struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (!fcntl(lock->fd, F_SETLK, &fl)) {
        return 0;
    }
    int error = errno == EACCES || errno == EAGAIN ? -E_AGAIN : err_from_errno(errno);
    struct flock held = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (error == -E_AGAIN && !fcntl(lock->fd, F_GETLK, &held) && held.l_type != F_UNLCK) {
        *holder = held.l_pid;
        log_warn("%s: cannot lock file because it is already locked by pid %ld", name,
                 (long)held.l_pid);
    } else {
        log_warn("%s: failed to lock file: %s", name, err_text(error));
    }
    return error;
}

int
os_lock_take(const char *path, struct os_lock **lockp, int *holder)
{
    int nobody = 0;
    struct os_lock *lock = xzalloc(sizeof *lock);
    lock->fd = -1;
    lock->path = lock_name(path);
    if (holder) {
        *holder = 0;
    }
    int error = take(lock->path, lock, holder ? holder : &nobody);
    if (error) {
        if (lock->fd >= 0) {
            close(lock->fd);
        }
        os_free(lock->path);
        os_free(lock);
        return error;
    }
    list_push_back(&locks, &lock->node);
    *lockp = lock;
    return 0;
}

void
os_lock_release(struct os_lock *lock)
{
    if (lock) {
        list_remove(&lock->node);
        close(lock->fd);
        os_free(lock->path);
        os_free(lock);
    }
}
