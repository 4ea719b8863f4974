/* SPDX-License-Identifier: Apache-2.0 */
/* What posix/dirs.c and windows/dirs.c tell os/dirs.c. */
#pragma once

#include "os/dirs.h"

#ifdef _WIN32
#define DIRS_SEPARATOR '\\'
#define DIRS_RUN       "run\\openvswitch"
#define DIRS_LOG       "log\\openvswitch"
#else
#define DIRS_SEPARATOR '/'
#define DIRS_RUN       "run/openvswitch"
#define DIRS_LOG       "log/openvswitch"
#endif

/* The built-in places. */
const char *dirs_pkgdata(void);
const char *dirs_localstate(void);
const char *dirs_sysconf(void);
bool dirs_is_separator(char c);
/* NAME made absolute by the working directory; the caller frees it. */
char *dirs_from_working(const char *name);
