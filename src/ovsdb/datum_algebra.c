/* SPDX-License-Identifier: Apache-2.0 */
/* Set algebra on datums: inclusion, union, subtraction, difference. All walk two sorted arrays
 * side by side, so they cost the sum of the lengths; only inclusion of a short one in a long one
 * searches. Results are new datums, or the argument itself, referenced, when nothing changes. */
#include "ovsdb/datum.h"

static enum atom_type
key_type(const struct datum *d)
{
    return (enum atom_type)d->key_type;
}

static enum atom_type
value_type(const struct datum *d)
{
    return (enum atom_type)d->value_type;
}

/* Does B, if it is a map of pairs, hold the value of A's pair I at J? Sets of keys always do. */
static bool
values_match(const struct datum *a, size_t i, const struct datum *b, size_t j)
{
    return a->value_type == ATOM_VOID || b->value_type == ATOM_VOID ||
           atom_equal(datum_value(a, i), datum_value(b, j), value_type(a));
}

static bool
contains(const struct datum *d, const struct datum *of, size_t i)
{
    size_t at;
    return datum_search(d, datum_key(of, i), &at) && values_match(of, i, d, at);
}

bool
datum_includes_all(const struct datum *a, const struct datum *b)
{
    if (datum_n(a) > datum_n(b)) {
        return false;
    }
    for (size_t i = 0; i < datum_n(a); i++) {
        if (!contains(b, a, i)) {
            return false;
        }
    }
    return true;
}

bool
datum_excludes_all(const struct datum *a, const struct datum *b)
{
    for (size_t i = 0; i < datum_n(a); i++) {
        if (contains(b, a, i)) {
            return false;
        }
    }
    return true;
}

/* A result being put together in order: first into arrays of the largest size, then trimmed. */
struct build {
    struct datum *d;
    size_t room, n;
};

static struct build
build_start(const struct datum *like, size_t room)
{
    return (struct build){datum_new(key_type(like), value_type(like), room), room, 0};
}

static void
build_put(struct build *b, const struct datum *from, size_t i)
{
    atom_copy(&b->d->atoms[b->n], datum_key(from, i), key_type(b->d));
    if (b->d->value_type != ATOM_VOID) {
        atom_copy(&b->d->atoms[b->room + b->n], datum_value(from, i), value_type(b->d));
    }
    b->n++;
}

static struct datum *
build_end(struct build *b)
{
    struct datum *d = b->d;
    if (b->n == b->room) {
        return d;
    }
    if (b->n == 0) {
        os_free(d);
        return NULL;
    }
    size_t n_atoms = datum_room(b->n);
    if (d->value_type != ATOM_VOID) {
        memmove(&d->atoms[b->n], &d->atoms[b->room], b->n * sizeof d->atoms[0]);
        n_atoms = 2 * b->n;
    }
    d->n = (uint32_t)b->n & DATUM_MAX_N;
    return xrealloc(d, sizeof *d + n_atoms * sizeof d->atoms[0]);
}

struct datum *
datum_union(const struct datum *a, const struct datum *b)
{
    if (!a || !b) {
        return datum_ref(a ? a : b);
    }
    struct build out = build_start(a, (size_t)a->n + b->n);
    size_t i = 0, j = 0;
    while (i < a->n && j < b->n) {
        int cmp = atom_compare(&a->atoms[i], &b->atoms[j], key_type(a));
        if (cmp <= 0) {
            build_put(&out, a, i++);
            j += cmp == 0;
        } else {
            build_put(&out, b, j++);
        }
    }
    for (; i < a->n; i++) {
        build_put(&out, a, i);
    }
    for (; j < b->n; j++) {
        build_put(&out, b, j);
    }
    return build_end(&out);
}

struct datum *
datum_subtract(const struct datum *a, const struct datum *b)
{
    if (!a || !b) {
        return datum_ref(a);
    }
    struct build out = build_start(a, a->n);
    if (b->n / 8 > a->n) {
        for (size_t i = 0; i < a->n; i++) {
            if (!contains(b, a, i)) {
                build_put(&out, a, i);
            }
        }
        return build_end(&out);
    }
    size_t j = 0;
    for (size_t i = 0; i < a->n; i++) {
        int cmp = 1;
        while (j < b->n && (cmp = atom_compare(&a->atoms[i], &b->atoms[j], key_type(a))) > 0) {
            j++;
        }
        if (j >= b->n || cmp != 0 || !values_match(a, i, b, j)) {
            build_put(&out, a, i);
        }
    }
    return build_end(&out);
}

/* What is in one of A and B only; of keys in both with different values, B's pair. */
static struct datum *
symmetric_difference(const struct datum *a, const struct datum *b)
{
    if (a == b) {
        return NULL;
    }
    if (!a || !b) {
        return datum_ref(a ? a : b);
    }
    struct build out = build_start(a, (size_t)a->n + b->n);
    size_t i = 0, j = 0;
    while (i < a->n && j < b->n) {
        int cmp = atom_compare(&a->atoms[i], &b->atoms[j], key_type(a));
        if (cmp < 0) {
            build_put(&out, a, i++);
        } else if (cmp > 0) {
            build_put(&out, b, j++);
        } else {
            if (!values_match(a, i, b, j)) {
                build_put(&out, b, j);
            }
            i++;
            j++;
        }
    }
    for (; i < a->n; i++) {
        build_put(&out, a, i);
    }
    for (; j < b->n; j++) {
        build_put(&out, b, j);
    }
    return build_end(&out);
}

struct datum *
datum_diff(const struct datum *old, const struct datum *new, const struct datum_type *type)
{
    if (type->n_max == 1) {
        return datum_ref(new);
    }
    return symmetric_difference(old, new);
}

int
datum_apply_diff(const struct datum *old, const struct datum *diff, const struct datum_type *type,
                 struct datum **out, struct fault *f)
{
    struct datum *new = type->n_max == 1 ? datum_ref(diff) : symmetric_difference(old, diff);
    size_t n = datum_n(new);
    if (n < type->n_min || n > type->n_max) {
        datum_unref(new);
        return fault_set(f, -E_INVAL, FAULT_CONSTRAINT,
                         "Number of elements in the diff cannot be applied to the row");
    }
    *out = new;
    return 0;
}
