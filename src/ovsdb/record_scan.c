/* SPDX-License-Identifier: Apache-2.0 */
/* The fast reader of values in records. A compacted database is one record of maybe 100 MB; as
 * JSON values it would take ten times as much memory, and most of the time of starting. So plain
 * values are read straight from the text. Strings with escapes or beyond ASCII, and anything
 * unexpected, are left to the JSON parser, which checks them. */
#include "ovsdb/record_scan.h"

#include <stdlib.h>
#include <string.h>

char
scan_peek(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r')) {
        s->p++;
    }
    return s->p < s->end ? *s->p : '\0';
}

bool
scan_take(struct scan *s, char c)
{
    if (scan_peek(s) != c) {
        return false;
    }
    s->p++;
    return true;
}

/* Skips the rest of a string whose first quote was taken. */
static bool
skip_string(struct scan *s)
{
    while (s->p < s->end) {
        const char *quote = memchr(s->p, '"', (size_t)(s->end - s->p));
        if (!quote) {
            break;
        }
        size_t backslashes = 0;
        while (quote - backslashes > s->p && quote[-1 - (ptrdiff_t)backslashes] == '\\') {
            backslashes++;
        }
        s->p = quote + 1;
        if (backslashes % 2 == 0) {
            return true;
        }
    }
    s->p = s->end;
    return false;
}

bool
scan_skip_value(struct scan *s)
{
    size_t depth = 0;
    scan_peek(s);
    while (s->p < s->end) {
        char c = *s->p;
        if (c == '"') {
            s->p++;
            if (!skip_string(s)) {
                return false;
            }
            if (!depth) {
                return true;
            }
            continue;
        }
        bool closes = c == ']' || c == '}';
        if (!depth && (closes || c == ',')) {
            return true; /* a number or a word ended here */
        }
        s->p++;
        if (c == '[' || c == '{') {
            depth++;
        } else if (closes && --depth == 0) {
            return true;
        }
    }
    return false;
}

bool
scan_plain_string(struct scan *s, const char **text, size_t *n)
{
    if (scan_peek(s) != '"') {
        return false;
    }
    const char *start = s->p + 1, *p = start;
    while (p < s->end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20 &&
           (unsigned char)*p < 0x80) {
        p++;
    }
    if (p >= s->end || *p != '"') {
        return false;
    }
    *text = start;
    *n = (size_t)(p - start);
    s->p = p + 1;
    return true;
}

/* Takes WORD, without white space before it. */
static bool
take_word(struct scan *s, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0) {
        return false;
    }
    s->p += n;
    return true;
}

static bool
scan_integer(struct scan *s, int64_t *x)
{
    const char *p = s->p;
    bool negative = p < s->end && *p == '-';
    uint64_t magnitude = 0;
    p += negative;
    const char *digits = p;
    while (p < s->end && *p >= '0' && *p <= '9' && p - digits < 18) {
        magnitude = magnitude * 10 + (uint64_t)(*p++ - '0');
    }
    bool ends = p < s->end && (*p == ',' || *p == ']' || *p == '}');
    if (p == digits || !ends) {
        return false;
    }
    *x = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    s->p = p;
    return true;
}

static bool
scan_real(struct scan *s, double *x)
{
    int64_t integer;
    if (scan_integer(s, &integer)) {
        *x = (double)integer;
        return true;
    }
    return false;
}

static bool
scan_atom(struct scan *s, enum atom_type type, union atom *a)
{
    const char *text;
    size_t n;
    scan_peek(s);
    switch (type) {
    case ATOM_STRING:
        if (!scan_plain_string(s, &text, &n)) {
            return false;
        }
        atom_init_string(a, text, n);
        return true;
    case ATOM_UUID:
        return take_word(s, "[\"uuid\",") && scan_plain_string(s, &text, &n) &&
               uuid_parse(text, n, &a->uuid) && scan_take(s, ']');
    case ATOM_INTEGER:
        return scan_integer(s, &a->integer);
    case ATOM_REAL:
        return scan_real(s, &a->real);
    case ATOM_BOOLEAN:
        a->boolean = take_word(s, "true");
        return a->boolean || take_word(s, "false");
    case ATOM_VOID:
    case ATOM_N_TYPES:
        break;
    }
    return false;
}

/* The elements of a set or map being read. */
struct elements {
    union atom *keys, *values;
    size_t n, capacity, value_capacity;
};

static bool
scan_element(struct scan *s, const struct datum_type *type, struct elements *e)
{
    bool is_map = type->value.type != ATOM_VOID;
    if (e->n == e->capacity) {
        e->keys = xgrow(e->keys, &e->capacity, sizeof *e->keys);
        if (is_map) {
            e->values = xgrow(e->values, &e->value_capacity, sizeof *e->values);
        }
    }
    union atom *key = &e->keys[e->n];
    memset(key, 0, sizeof *key);
    if (!is_map) {
        if (!scan_atom(s, type->key.type, key)) {
            return false;
        }
        e->n++;
        return true;
    }
    union atom *value = &e->values[e->n];
    memset(value, 0, sizeof *value);
    if (!scan_take(s, '[') || !scan_atom(s, type->key.type, key)) {
        return false;
    }
    if (!scan_take(s, ',') || !scan_atom(s, type->value.type, value)) {
        atom_fini(key, type->key.type);
        return false;
    }
    e->n++;
    return scan_take(s, ']');
}

static bool
scan_elements(struct scan *s, const struct datum_type *type, struct elements *e)
{
    if (scan_take(s, ']')) {
        return scan_take(s, ']');
    }
    do {
        if (!scan_element(s, type, e)) {
            return false;
        }
    } while (scan_take(s, ','));
    return scan_take(s, ']') && scan_take(s, ']');
}

static struct datum *
make_datum(const struct datum_type *type, const struct elements *e)
{
    struct datum *d = datum_new(type->key.type, type->value.type, e->n);
    memcpy(d->atoms, e->keys, e->n * sizeof d->atoms[0]);
    if (type->value.type != ATOM_VOID) {
        memcpy(d->atoms + e->n, e->values, e->n * sizeof d->atoms[0]);
    }
    return d;
}

static void
drop_elements(const struct datum_type *type, struct elements *e)
{
    for (size_t i = 0; i < e->n; i++) {
        atom_fini(&e->keys[i], type->key.type);
        if (e->values) {
            atom_fini(&e->values[i], type->value.type);
        }
    }
}

static bool
scan_many(struct scan *s, const struct datum_type *type, struct datum **out)
{
    struct elements e = {NULL, NULL, 0, 0, 0};
    bool good = scan_elements(s, type, &e) && e.n <= DATUM_MAX_N;
    struct datum *d = NULL;
    if (good && e.n) {
        d = make_datum(type, &e);
        if (datum_sort(d)) {
            datum_unref(d);
            good = false;
        }
    } else {
        drop_elements(type, &e);
    }
    os_free(e.keys);
    os_free(e.values);
    *out = good ? d : NULL;
    return good;
}

bool
scan_datum(struct scan *s, const struct datum_type *type, struct datum **out)
{
    const char *start = s->p;
    bool is_map = type->value.type != ATOM_VOID;
    scan_peek(s);
    bool good;
    if (take_word(s, is_map ? "[\"map\",[" : "[\"set\",[")) {
        good = scan_many(s, type, out);
    } else if (is_map) {
        good = false;
    } else {
        union atom a;
        memset(&a, 0, sizeof a);
        good = scan_atom(s, type->key.type, &a);
        if (good) {
            *out = datum_new(type->key.type, ATOM_VOID, 1);
            (*out)->atoms[0] = a;
        }
    }
    if (!good) {
        s->p = start;
    }
    return good;
}
