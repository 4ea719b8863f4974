/* SPDX-License-Identifier: Apache-2.0 */
/* Atoms: the scalars of the database. A string atom holds up to 15 bytes itself; its last byte is
 * then 15 minus the length, so that a string of 15 bytes ends in the NUL it needs anyway. A longer
 * string is a reference-counted block that copies of the atom share. Other types are plain
 * values. Nothing here fails; lengths were bounded by whoever read the value. */
#include "ovsdb/datum.h"

#include <string.h>

struct atom_text {
    uint32_t refs;
    uint32_t n;
    char s[];
};

static const char *const type_names[ATOM_N_TYPES] = {
    [ATOM_VOID] = "void",       [ATOM_INTEGER] = "integer", [ATOM_REAL] = "real",
    [ATOM_BOOLEAN] = "boolean", [ATOM_STRING] = "string",   [ATOM_UUID] = "uuid",
};

static_assert(sizeof(union atom) == 16, "atoms are laid out in arrays of 16 bytes");

const char *
atom_type_name(enum atom_type type)
{
    return type_names[type];
}

enum atom_type
atom_type_from_name(const char *name)
{
    int type = ATOM_INTEGER;
    while (type < ATOM_N_TYPES && strcmp(type_names[type], name) != 0) {
        type++;
    }
    return (enum atom_type)type;
}

void
atom_init_default(union atom *a, enum atom_type type)
{
    memset(a, 0, sizeof *a);
    if (type == ATOM_STRING) {
        a->heap.mark = ATOM_INLINE_MAX;
    }
}

void
atom_init_string(union atom *a, const char *s, size_t n)
{
    memset(a, 0, sizeof *a);
    if (n <= ATOM_INLINE_MAX) {
        memcpy(a->small, s, n);
        a->heap.mark = (char)(ATOM_INLINE_MAX - n);
        return;
    }
    VERIFY(n < UINT32_MAX);
    struct atom_text *text = xalloc(sizeof *text + n + 1);
    text->refs = 1;
    text->n = (uint32_t)n;
    memcpy(text->s, s, n);
    text->s[n] = '\0';
    a->heap.text = text;
    a->heap.mark = ATOM_MARK_HEAP;
}

static bool
is_heap(const union atom *a)
{
    return a->heap.mark == ATOM_MARK_HEAP;
}

void
atom_copy(union atom *dst, const union atom *src, enum atom_type type)
{
    *dst = *src;
    if (type == ATOM_STRING && is_heap(src)) {
        src->heap.text->refs++;
    }
}

void
atom_fini(union atom *a, enum atom_type type)
{
    if (type == ATOM_STRING && is_heap(a) && --a->heap.text->refs == 0) {
        os_free(a->heap.text);
    }
}

const char *
atom_string(const union atom *a)
{
    return is_heap(a) ? a->heap.text->s : a->small;
}

size_t
atom_string_len(const union atom *a)
{
    /* A zeroed atom, as datum_new() gives, counts as 15 NULs; strlen keeps it harmless. */
    return is_heap(a) ? a->heap.text->n : (size_t)(ATOM_INLINE_MAX - a->heap.mark);
}

static int
compare_strings(const union atom *a, const union atom *b)
{
    size_t na = atom_string_len(a), nb = atom_string_len(b);
    int cmp = memcmp(atom_string(a), atom_string(b), MIN(na, nb));
    return cmp ? cmp : (na > nb) - (na < nb);
}

int
atom_compare(const union atom *a, const union atom *b, enum atom_type type)
{
    switch (type) {
    case ATOM_INTEGER:
        return (a->integer > b->integer) - (a->integer < b->integer);
    case ATOM_REAL:
        return (a->real > b->real) - (a->real < b->real);
    case ATOM_BOOLEAN:
        return a->boolean - b->boolean;
    case ATOM_STRING:
        return compare_strings(a, b);
    case ATOM_UUID:
        return uuid_compare(&a->uuid, &b->uuid);
    case ATOM_VOID:
    case ATOM_N_TYPES:
        break;
    }
    return 0;
}

bool
atom_equal(const union atom *a, const union atom *b, enum atom_type type)
{
    switch (type) {
    case ATOM_STRING:
        if (!is_heap(a) || !is_heap(b)) {
            return memcmp(a, b, sizeof *a) == 0;
        }
        return a->heap.text == b->heap.text || compare_strings(a, b) == 0;
    case ATOM_UUID:
        return uuid_equal(&a->uuid, &b->uuid);
    default:
        return atom_compare(a, b, type) == 0;
    }
}

uint32_t
atom_hash(const union atom *a, enum atom_type type, uint32_t basis)
{
    switch (type) {
    case ATOM_STRING:
        return hash_bytes(atom_string(a), atom_string_len(a), basis);
    case ATOM_UUID:
        return hash_u32(uuid_hash(&a->uuid), basis);
    case ATOM_BOOLEAN:
        return hash_u32(a->boolean, basis);
    case ATOM_REAL: {
        double positive_zero = a->real == 0 ? 0 : a->real; /* -0.0 equals 0.0 */
        return hash_bytes(&positive_zero, sizeof positive_zero, basis);
    }
    default:
        return hash_bytes(&a->integer, sizeof a->integer, basis);
    }
}

bool
atom_is_default(const union atom *a, enum atom_type type)
{
    union atom zero;
    atom_init_default(&zero, type);
    return atom_equal(a, &zero, type);
}
