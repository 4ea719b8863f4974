/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a JSON object apart by member names, with the texts of Open vSwitch for what is missing,
 * of the wrong type or not allowed. The first mistake is kept and the rest of the calls give
 * NULL, so a reader checks once, at object_end(). The object must outlive the reader. */
#pragma once

#include "ovsdb/fault.h"

enum {
    OBJECT_STRING = 1 << 0,
    OBJECT_INTEGER = 1 << 1,
    OBJECT_REAL = 1 << 2,
    OBJECT_BOOLEAN = 1 << 3,
    OBJECT_ARRAY = 1 << 4,
    OBJECT_OBJECT = 1 << 5,
    OBJECT_NULL = 1 << 6,
    OBJECT_ID = 1 << 7, /* a string that is an <id> */
    OBJECT_NUMBER = OBJECT_INTEGER | OBJECT_REAL,
    OBJECT_ANY = 0x7f,
    OBJECT_OPTIONAL = 1 << 8
};

struct object {
    const char *what; /* in messages: "Parsing <what> failed" */
    const json_t *v;
    struct fault *f;
    int code; /* of the first mistake */
    size_t n_used;
    const char *used[24];
};

/* V may be NULL or anything; not an object is a mistake. */
void object_start(struct object *, const json_t *v, const char *what, struct fault *);
/* The member NAME if it is of one of TYPES, else NULL. */
const json_t *object_member(struct object *, const char *name, unsigned int types);
/* 0, or the first mistake's code; members nobody asked for are one. */
int object_end(struct object *);
/* JSON reals without a fraction are integers here, as in Open vSwitch. */
bool json_to_integer(const json_t *, int64_t *);
