/* SPDX-License-Identifier: Apache-2.0 */
/* Building, searching and comparing datums. A datum is one block: a head of 8 bytes, then its
 * keys in order, then, for maps, the values of these keys. Everything here relies on the order and
 * on there being no duplicates; whoever builds one ends with datum_sort(). The empty datum is
 * NULL. Set algebra is in datum_algebra.c. */
#include "ovsdb/datum.h"

#include <stdlib.h>
#include <string.h>

struct datum *
datum_new(enum atom_type key, enum atom_type value, size_t n)
{
    VERIFY(n > 0 && n <= DATUM_MAX_N);
    size_t n_atoms = value == ATOM_VOID ? datum_room(n) : 2 * n;
    struct datum *d = xzalloc(sizeof *d + n_atoms * sizeof d->atoms[0]);
    d->refs = 1;
    d->n = (uint32_t)n & DATUM_MAX_N;
    d->key_type = (uint32_t)key & 7;
    d->value_type = (uint32_t)value & 7;
    return d;
}

void
datum_free(struct datum *d)
{
    if (d->key_type == ATOM_STRING) {
        for (size_t i = 0; i < d->n; i++) {
            atom_fini(&d->atoms[i], ATOM_STRING);
        }
    }
    if (d->value_type == ATOM_STRING) {
        for (size_t i = 0; i < d->n; i++) {
            atom_fini(&d->atoms[d->n + i], ATOM_STRING);
        }
    }
    os_free(d);
}

/* What qsort moves: a key and, for maps, its value. */
struct pair {
    union atom key, value;
};

#define DEFINE_COMPARE(NAME, TYPE)                                                                \
    static int NAME(const void *a, const void *b)                                                 \
    {                                                                                             \
        return atom_compare(a, b, TYPE);                                                          \
    }
DEFINE_COMPARE(compare_integer, ATOM_INTEGER)
DEFINE_COMPARE(compare_real, ATOM_REAL)
DEFINE_COMPARE(compare_boolean, ATOM_BOOLEAN)
DEFINE_COMPARE(compare_string, ATOM_STRING)
DEFINE_COMPARE(compare_uuid, ATOM_UUID)

static int (*const compare_functions[ATOM_N_TYPES])(const void *, const void *) = {
    [ATOM_INTEGER] = compare_integer, [ATOM_REAL] = compare_real, [ATOM_BOOLEAN] = compare_boolean,
    [ATOM_STRING] = compare_string,   [ATOM_UUID] = compare_uuid,
};

static bool
is_sorted(const struct datum *d)
{
    for (size_t i = 1; i < d->n; i++) {
        if (atom_compare(&d->atoms[i - 1], &d->atoms[i], (enum atom_type)d->key_type) >= 0) {
            return false;
        }
    }
    return true;
}

static void
sort_pairs(struct datum *d)
{
    size_t n = d->n;
    struct pair *pairs = xalloc(n * sizeof *pairs);
    for (size_t i = 0; i < n; i++) {
        pairs[i] = (struct pair){d->atoms[i], d->atoms[n + i]};
    }
    qsort(pairs, n, sizeof *pairs, compare_functions[d->key_type]);
    for (size_t i = 0; i < n; i++) {
        d->atoms[i] = pairs[i].key;
        d->atoms[n + i] = pairs[i].value;
    }
    os_free(pairs);
}

/* True when it was strictly ascending before, or is now. */
static bool
sort(struct datum *d)
{
    if (is_sorted(d)) {
        return true;
    }
    if (d->value_type == ATOM_VOID) {
        qsort(d->atoms, d->n, sizeof d->atoms[0], compare_functions[d->key_type]);
    } else {
        sort_pairs(d);
    }
    return is_sorted(d);
}

int
datum_sort(struct datum *d)
{
    return sort(d) ? 0 : -E_EXIST;
}

struct datum *
datum_sort_unique(struct datum *d)
{
    if (!d || sort(d)) {
        return d;
    }
    enum atom_type key = (enum atom_type)d->key_type, value = (enum atom_type)d->value_type;
    size_t n = 1;
    for (size_t i = 1; i < d->n; i++) {
        n += !atom_equal(&d->atoms[i - 1], &d->atoms[i], key);
    }
    struct datum *unique = datum_new(key, value, n);
    size_t to = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (i > 0 && atom_equal(&d->atoms[i - 1], &d->atoms[i], key)) {
            continue;
        }
        atom_copy(&unique->atoms[to], &d->atoms[i], key);
        if (value != ATOM_VOID) {
            atom_copy(&unique->atoms[n + to], &d->atoms[d->n + i], value);
        }
        to++;
    }
    datum_unref(d);
    return unique;
}

struct datum *
datum_from_integer(int64_t x)
{
    struct datum *d = datum_new(ATOM_INTEGER, ATOM_VOID, 1);
    d->atoms[0].integer = x;
    return d;
}

struct datum *
datum_from_real(double x)
{
    struct datum *d = datum_new(ATOM_REAL, ATOM_VOID, 1);
    d->atoms[0].real = x;
    return d;
}

struct datum *
datum_from_boolean(bool x)
{
    struct datum *d = datum_new(ATOM_BOOLEAN, ATOM_VOID, 1);
    d->atoms[0].boolean = x;
    return d;
}

struct datum *
datum_from_string(const char *s)
{
    return datum_from_strings(&s, 1);
}

struct datum *
datum_from_uuid(const struct uuid *u)
{
    struct datum *d = datum_new(ATOM_UUID, ATOM_VOID, 1);
    d->atoms[0].uuid = *u;
    return d;
}

struct datum *
datum_from_strings(const char *const *s, size_t n)
{
    if (!n) {
        return NULL;
    }
    struct datum *d = datum_new(ATOM_STRING, ATOM_VOID, n);
    for (size_t i = 0; i < n; i++) {
        atom_init_string(&d->atoms[i], s[i], strlen(s[i]));
    }
    return datum_sort_unique(d);
}

struct datum *
datum_from_pairs(const char *const *keys, const char *const *values, size_t n)
{
    if (!n) {
        return NULL;
    }
    struct datum *d = datum_new(ATOM_STRING, ATOM_STRING, n);
    for (size_t i = 0; i < n; i++) {
        atom_init_string(&d->atoms[i], keys[i], strlen(keys[i]));
        atom_init_string(&d->atoms[n + i], values[i], strlen(values[i]));
    }
    return datum_sort_unique(d);
}

struct datum *
datum_default(const struct datum_type *t)
{
    if (t->n_min == 0) {
        return NULL;
    }
    struct datum *d = datum_new(t->key.type, t->value.type, 1);
    atom_init_default(&d->atoms[0], t->key.type);
    if (t->value.type != ATOM_VOID) {
        atom_init_default(&d->atoms[1], t->value.type);
    }
    return d;
}

bool
datum_is_default(const struct datum *d, const struct datum_type *t)
{
    if (t->n_min == 0) {
        return d == NULL;
    }
    return d && d->n == 1 && atom_is_default(&d->atoms[0], t->key.type) &&
           (t->value.type == ATOM_VOID || atom_is_default(&d->atoms[1], t->value.type));
}

bool
datum_search(const struct datum *d, const union atom *a, size_t *at)
{
    size_t low = 0, high = datum_n(d);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int cmp = atom_compare(a, &d->atoms[middle], (enum atom_type)d->key_type);
        if (cmp == 0) {
            *at = middle;
            return true;
        }
        if (cmp < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    *at = low;
    return false;
}

size_t
datum_find(const struct datum *d, const union atom *a)
{
    size_t at;
    return datum_search(d, a, &at) ? at : SIZE_MAX;
}

const char *
datum_get_string(const struct datum *map, const char *key)
{
    if (!map || map->key_type != ATOM_STRING || map->value_type != ATOM_STRING) {
        return NULL;
    }
    union atom a;
    atom_init_string(&a, key, strlen(key));
    size_t i = datum_find(map, &a);
    atom_fini(&a, ATOM_STRING);
    return i == SIZE_MAX ? NULL : atom_string(datum_value(map, i));
}

static void
prefetch_texts(const union atom *a, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        PORT_PREFETCH(atom_string(&a[i]));
    }
}

void
datum_prefetch_texts(const struct datum *d)
{
    size_t n = MIN(datum_n(d), 8); /* the first of a set bring their neighbours */
    if (n && d->key_type == ATOM_STRING) {
        prefetch_texts(d->atoms, n);
    }
    if (n && d->value_type == ATOM_STRING) {
        prefetch_texts(d->atoms + d->n, n);
    }
}

static bool
atoms_equal(const union atom *a, const union atom *b, size_t n, enum atom_type type)
{
    for (size_t i = 0; i < n; i++) {
        if (!atom_equal(&a[i], &b[i], type)) {
            return false;
        }
    }
    return true;
}

bool
datum_equal(const struct datum *a, const struct datum *b)
{
    if (a == b) {
        return true;
    }
    return a && b && a->n == b->n &&
           atoms_equal(a->atoms, b->atoms, a->n, (enum atom_type)a->key_type) &&
           (a->value_type == ATOM_VOID ||
            atoms_equal(a->atoms + a->n, b->atoms + b->n, a->n, (enum atom_type)a->value_type));
}

static int
compare_atoms(const union atom *a, const union atom *b, size_t n, enum atom_type type)
{
    for (size_t i = 0; i < n; i++) {
        int cmp = atom_compare(&a[i], &b[i], type);
        if (cmp) {
            return cmp;
        }
    }
    return 0;
}

int
datum_compare(const struct datum *a, const struct datum *b)
{
    size_t na = datum_n(a), nb = datum_n(b);
    if (na != nb) {
        return na < nb ? -1 : 1;
    }
    if (!na) {
        return 0;
    }
    int cmp = compare_atoms(a->atoms, b->atoms, na, (enum atom_type)a->key_type);
    if (cmp || a->value_type == ATOM_VOID) {
        return cmp;
    }
    return compare_atoms(a->atoms + na, b->atoms + na, na, (enum atom_type)a->value_type);
}

uint32_t
datum_hash(const struct datum *d, uint32_t basis)
{
    size_t n = datum_n(d);
    uint32_t h = hash_u32((uint32_t)n, basis);
    for (size_t i = 0; i < n; i++) {
        h = atom_hash(&d->atoms[i], (enum atom_type)d->key_type, h);
        if (d->value_type != ATOM_VOID) {
            h = atom_hash(&d->atoms[n + i], (enum atom_type)d->value_type, h);
        }
    }
    return h;
}
