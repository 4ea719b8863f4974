/* SPDX-License-Identifier: Apache-2.0 */
/* Why the database refuses something: the <error> object of RFC 7047. Unlike `struct err` its
 * texts have no fixed size, because peers and people get whole rows and values quoted in them.
 * It lives on the caller's stack, may be NULL where nobody asks, and is filled at most once.
 * Functions that take one return 0 or a negative code. Any thread. */
#pragma once

#include "text/json.h"

struct fault {
    const char *tag;    /* "constraint violation"…, static; "": none; NULL while unset */
    struct str details; /* a sentence for people, may be empty */
    struct str syntax;  /* JSON text of the culprit, may be empty */
};

#define FAULT_INIT                                                                                \
    {                                                                                             \
        NULL, STR_INIT, STR_INIT                                                                  \
    }

/* Tags that more than one file uses. */
#define FAULT_SYNTAX     "syntax error"
#define FAULT_CONSTRAINT "constraint violation"
#define FAULT_REFERENCE  "referential integrity violation"

void fault_fini(struct fault *);
/* Fills F (may be NULL) and gives CODE. TAG must be a static string. */
int fault_set(struct fault *f, int code, const char *tag, const char *fmt, ...) PORT_PRINTF(4, 5);
/* "syntax error" (TAG NULL) or another TAG about the JSON value V, which is borrowed; -E_SYNTAX.
 */
int fault_set_syntax(struct fault *f, const json_t *v, const char *tag, const char *fmt, ...)
    PORT_PRINTF(4, 5);
/* Moves what FROM says to F (may be NULL), and empties FROM. */
void fault_move(struct fault *f, struct fault *from);
/* Makes TO, which is empty, say what FROM (may be NULL) does. */
void fault_copy(struct fault *to, const struct fault *from);
/* Puts TEXT before the details that are there, no separator added. */
void fault_prepend(struct fault *, const char *fmt, ...) PORT_PRINTF(2, 3);
/* The RFC 7047 <error>, a new reference. */
json_t *fault_to_json(const struct fault *);
/* One line as programs print it: `syntax "…": tag: details`. The caller frees it. */
char *fault_to_text(const struct fault *);
/* The same cut to fit a `struct err`; gives CODE. */
int fault_to_err(const struct fault *, int code, struct err *);
