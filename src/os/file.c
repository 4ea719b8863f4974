/* SPDX-License-Identifier: Apache-2.0 */
/* Files, over libuv's blocking calls, which are the same on every system. What differs
 * (directories on stable storage, locks) is in posix/file.c and windows/file.c. Short reads and
 * writes are completed here. */
#include "os/file.h"

#include <uv.h>

#include "os/err_format.h"
#include "os/file_internal.h"
#include "os/mem.h"

struct os_file {
    uv_file fd;
};

/* The most that one request of libuv moves. */
enum { CHUNK = 1 << 30 };

static int
finish(uv_fs_t *req)
{
    int error = req->result < 0 ? err_from_uv((int)req->result) : 0;
    uv_fs_req_cleanup(req);
    return error;
}

int
os_file_open(const char *path, enum os_file_mode mode, struct os_file **filep)
{
    static const int flags[] = {
        [OS_FILE_READ] = UV_FS_O_RDONLY,
        [OS_FILE_WRITE] = UV_FS_O_RDWR,
        [OS_FILE_CREATE_EXCL] = UV_FS_O_RDWR | UV_FS_O_CREAT | UV_FS_O_EXCL,
        [OS_FILE_CREATE] = UV_FS_O_RDWR | UV_FS_O_CREAT,
    };
    uv_fs_t req;
    int fd = uv_fs_open(NULL, &req, path, flags[mode], 0660, NULL);
    int error = finish(&req);
    if (error) {
        return error;
    }
    struct os_file *file = xalloc(sizeof *file);
    file->fd = fd;
    *filep = file;
    return 0;
}

void
os_file_close(struct os_file *file)
{
    if (file) {
        uv_fs_t req;
        uv_fs_close(NULL, &req, file->fd, NULL);
        uv_fs_req_cleanup(&req);
        os_free(file);
    }
}

int
os_file_read_at(struct os_file *file, uint64_t offset, void *p, size_t n, size_t *got)
{
    size_t done = 0;
    while (done < n) {
        uv_buf_t buf = uv_buf_init((char *)p + done, (unsigned int)MIN(n - done, CHUNK));
        uv_fs_t req;
        int status = uv_fs_read(NULL, &req, file->fd, &buf, 1, (int64_t)(offset + done), NULL);
        int error = finish(&req);
        if (error) {
            return error;
        }
        if (!status) {
            break;
        }
        done += (size_t)status;
    }
    *got = done;
    return 0;
}

int
os_file_write_at(struct os_file *file, uint64_t offset, const void *p, size_t n)
{
    size_t done = 0;
    while (done < n) {
        uv_buf_t buf = uv_buf_init((char *)p + done, (unsigned int)MIN(n - done, CHUNK));
        uv_fs_t req;
        int status = uv_fs_write(NULL, &req, file->fd, &buf, 1, (int64_t)(offset + done), NULL);
        int error = finish(&req);
        if (error) {
            return error;
        }
        done += (size_t)status;
    }
    return 0;
}

int
os_file_size(struct os_file *file, uint64_t *size)
{
    uv_fs_t req;
    uv_fs_fstat(NULL, &req, file->fd, NULL);
    uint64_t found = req.statbuf.st_size;
    int error = finish(&req);
    if (!error) {
        *size = found;
    }
    return error;
}

int
os_file_truncate(struct os_file *file, uint64_t size)
{
    uv_fs_t req;
    uv_fs_ftruncate(NULL, &req, file->fd, (int64_t)size, NULL);
    return finish(&req);
}

int
os_file_sync(struct os_file *file)
{
    uv_fs_t req;
    uv_fs_fsync(NULL, &req, file->fd, NULL);
    return finish(&req);
}

int
os_file_rename(const char *from, const char *to)
{
    uv_fs_t req;
    uv_fs_rename(NULL, &req, from, to, NULL);
    return finish(&req);
}

int
os_file_replace(const char *from, const char *to)
{
    int error = os_file_rename(from, to);
    return error ? error : os_file_sync_directory_of(to);
}

int
os_file_remove(const char *path)
{
    uv_fs_t req;
    uv_fs_unlink(NULL, &req, path, NULL);
    return finish(&req);
}

bool
os_file_exists(const char *path)
{
    uv_fs_t req;
    uv_fs_stat(NULL, &req, path, NULL);
    return finish(&req) == 0;
}

int
os_file_slurp(const char *path, size_t max, char **text, size_t *n)
{
    struct os_file *file;
    int error = os_file_open(path, OS_FILE_READ, &file);
    if (error) {
        return error;
    }
    size_t size = 0, capacity = 0;
    char *p = NULL;
    while (size <= max) {
        if (capacity - size < 2) {
            capacity = MIN(capacity ? capacity * 2 : 4096, max + 2);
            p = xrealloc(p, capacity);
        }
        size_t got;
        error = os_file_read_at(file, size, p + size, capacity - size - 1, &got);
        if (error || !got) {
            break;
        }
        size += got;
    }
    os_file_close(file);
    if (!error && size > max) {
        error = -E_FBIG;
    }
    if (error) {
        os_free(p);
        return error;
    }
    p[size] = '\0';
    *text = p;
    if (n) {
        *n = size;
    }
    return 0;
}

char *
os_file_follow_links(const char *path)
{
    enum { MOST_LINKS = 40 };
    char *file = xstrdup(path);
    for (int i = 0; i < MOST_LINKS; i++) {
        char *next = file_follow_link(file);
        if (!next) {
            break;
        }
        os_free(file);
        file = next;
    }
    return file;
}
