/* SPDX-License-Identifier: Apache-2.0 */
/* One error idiom for the whole tree: fallible functions return 0 or a negative E_* code. Where
 * a person or a peer reads the reason, the last parameter is a `struct err *`, on the caller's
 * stack and possibly NULL; os/err_format.h fills it and prepends context on the way up. */
#pragma once

#include "base/types.h"

enum {
    E_OK = 0,
#define ERR(NAME, TEXT, ERRNO) E_##NAME,
#include "base/err.def"
#undef ERR
    E_COUNT
};

struct err {
    int code;        /* a negative E_*, 0 while unset */
    char tag[40];    /* what a protocol calls the error ("constraint violation"), or "" */
    char text[1024]; /* one line, no newline; cut short if longer */
};

/* The text for CODE, which may be negative or positive. Never NULL. Any context. */
const char *err_text(int code);
