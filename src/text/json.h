/* SPDX-License-Identifier: Apache-2.0 */
/* The bridge to JSON. Values are Jansson's `json_t` (reference counted; see its manual); parsing
 * is Jansson's as well. Writing is ours: it is on OVSDB's hot path, prints reals so that they
 * read back exactly, and can indent as Open vSwitch's tools do. Framing finds where one JSON text
 * ends in a stream of bytes. Any thread, one at a time per value. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "text/str.h"

enum {
    JSON_WRITE_PRETTY = 1, /* two spaces a level, as the tools' --pretty */
    JSON_WRITE_SORTED = 2  /* members of objects in order of their names */
};

/* Appends the text of V to OUT. */
void json_write(struct str *out, const json_t *v, unsigned int flags);
/* The text, the caller's to free. */
char *json_text(const json_t *v, unsigned int flags);
/* Appends S (N bytes of UTF-8) as a JSON string, quotes included. */
void json_write_string(struct str *out, const char *s, size_t n);
/* Appends X in decimal. */
void json_write_integer(struct str *out, int64_t x);
/* Appends the shortest decimal that reads back as X. */
void json_write_real(struct str *out, double x);

/* Reads one JSON text of N bytes that fills the whole input but for white space. The new
 * reference goes to *V. -E_SYNTAX with a line for people in E. Depth is bounded. */
int json_read(const char *p, size_t n, json_t **v, struct err *e);
/* The same of an object or an array, as a JSON text must be one to Open vSwitch. */
int json_read_document(const char *p, size_t n, json_t **v, struct err *e);
/* The same, of a file of any size; or why it cannot be read. */
int json_read_file(const char *path, json_t **v, struct err *e);

/* Finds ends of JSON texts (objects or arrays) in a byte stream. */
struct json_framer {
    size_t depth;
    bool in_string, escaped, started;
};

void json_framer_init(struct json_framer *);
/* Looks at N more bytes. *USED is how many belong to the current text (including leading white
 * space). 1: the text ends there, and the framer is ready for the next; 0: all N used, more is
 * needed; -E_SYNTAX: this cannot start a JSON object or array. */
int json_framer_feed(struct json_framer *, const char *p, size_t n, size_t *used);
