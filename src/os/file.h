/* SPDX-License-Identifier: Apache-2.0 */
/* Files as the OVSDB log and the daemons need them: explicit offsets, durable writes, locks,
 * atomic replacement. Blocking; any thread, one at a time per file. */
#pragma once

#include "base/err.h"

struct os_file;

enum os_file_mode {
    OS_FILE_READ,
    OS_FILE_WRITE /* read and write, must exist */,
    OS_FILE_CREATE_EXCL,
    OS_FILE_CREATE /* or keep what is there */
};

int os_file_open(const char *path, enum os_file_mode, struct os_file **);
void os_file_close(struct os_file *); /* NULL is fine */
/* Reads up to N bytes at OFFSET; *GOT < N only at the end of the file. */
int os_file_read_at(struct os_file *, uint64_t offset, void *p, size_t n, size_t *got);
/* Writes all N bytes at OFFSET. */
int os_file_write_at(struct os_file *, uint64_t offset, const void *p, size_t n);
int os_file_size(struct os_file *, uint64_t *size);
int os_file_truncate(struct os_file *, uint64_t size);
/* Returns when the data is on stable storage. */
int os_file_sync(struct os_file *);
/* Replaces the file TO by FROM in one step, and makes that durable. */
int os_file_replace(const char *from, const char *to);
/* The two halves of it: after the first, a crash may bring the old file back. */
int os_file_rename(const char *from, const char *to);
int os_file_sync_directory_of(const char *path);
/* May a file that is open be replaced? Its blocks are then freed when the last who has it open
 * closes it, which can take as long as reading some of it. */
bool os_file_may_replace_open(void);
int os_file_remove(const char *path);
bool os_file_exists(const char *path);
/* The whole of a small file (at most MAX bytes), NUL-terminated; the caller frees it. */
int os_file_slurp(const char *path, size_t max, char **text, size_t *n);
/* The file that symbolic links at PATH lead to; the caller frees it. */
char *os_file_follow_links(const char *path);

/* An advisory lock for one process, on the file .NAME.~lock~ beside PATH, as Open vSwitch locks
 * a database. -E_AGAIN while another process holds it; *HOLDER (may be NULL) is its pid or 0. */
struct os_lock;
int os_lock_take(const char *path, struct os_lock **, int *holder);
void os_lock_release(struct os_lock *);
