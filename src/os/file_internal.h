/* SPDX-License-Identifier: Apache-2.0 */
/* What posix/file.c and windows/file.c do for os/file.c. */
#pragma once

#include "os/file.h"

/* Where the symbolic link PATH points, NULL if it is none; the caller frees it. */
char *file_follow_link(const char *path);
