/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the database (RFC 7047 section 3.2, 5.1): atoms, and datums, which are sets or maps of
 * atoms. A column's value is always a datum; a scalar is a set of one.
 *
 * A datum is immutable once built, shared by reference counting, and always sorted by key without
 * duplicates. The empty datum is NULL, whatever its type. Strings up to 15 bytes lie inside the
 * atom, longer ones are shared heap blocks. Not thread-safe: one owner thread.
 * Texts of errors are those of Open vSwitch. */
#pragma once

#include "base/hmap.h"
#include "base/uuid.h"
#include "ovsdb/fault.h"

/* ---- Atoms ---- */

enum atom_type {
    ATOM_VOID, /* the value type of sets */
    ATOM_INTEGER,
    ATOM_REAL,
    ATOM_BOOLEAN,
    ATOM_STRING,
    ATOM_UUID,
    ATOM_N_TYPES
};

#define ATOM_INLINE_MAX 15 /* longest string kept inside the atom */

struct atom_text; /* a longer one, reference counted */

union atom {
    int64_t integer;
    double real;
    bool boolean;
    struct uuid uuid;
    char small[ATOM_INLINE_MAX + 1]; /* NUL-terminated; the last byte is 15 - length */
    struct {
        struct atom_text *text;
        char unused_[7];
        char mark; /* ATOM_MARK_HEAP: `text` holds the string */
    } heap;
};
#define ATOM_MARK_HEAP 0x7f

const char *atom_type_name(enum atom_type);
/* ATOM_N_TYPES when there is no such type. */
enum atom_type atom_type_from_name(const char *);

void atom_init_default(union atom *, enum atom_type);
void atom_init_string(union atom *, const char *s, size_t n);
void atom_copy(union atom *dst, const union atom *src, enum atom_type);
void atom_fini(union atom *, enum atom_type);
/* The string of a string atom, NUL-terminated, valid as long as the atom stays where it is. */
const char *atom_string(const union atom *);
size_t atom_string_len(const union atom *);
/* Order: numbers by value, false before true, strings by byte, UUIDs by text. */
int atom_compare(const union atom *, const union atom *, enum atom_type);
bool atom_equal(const union atom *, const union atom *, enum atom_type);
uint32_t atom_hash(const union atom *, enum atom_type, uint32_t basis);
bool atom_is_default(const union atom *, enum atom_type);

/* ---- Types ---- */

enum ref_kind { REF_STRONG, REF_WEAK };

struct datum;
struct table_schema;

struct base_type {
    enum atom_type type;
    struct datum *allowed; /* enum: a set of atoms, or NULL */
    /* Limits of integer; real; length of string. Unlimited unless narrowed. */
    int64_t min_integer, max_integer;
    double min_real, max_real;
    uint32_t min_length, max_length; /* in characters, not bytes */
    /* References of uuid. */
    char *ref_table_name;                 /* or NULL */
    const struct table_schema *ref_table; /* resolved by the schema, or NULL */
    enum ref_kind ref_kind;
};

#define DATUM_UNLIMITED UINT32_MAX

struct datum_type {
    struct base_type key;
    struct base_type value; /* ATOM_VOID: a set */
    uint32_t n_min;         /* 0 or 1 */
    uint32_t n_max;         /* 1 … DATUM_UNLIMITED */
};

void base_type_init(struct base_type *, enum atom_type);
void base_type_copy(struct base_type *dst, const struct base_type *src);
void base_type_fini(struct base_type *);
void datum_type_init(struct datum_type *, enum atom_type key); /* exactly one KEY */
void datum_type_copy(struct datum_type *dst, const struct datum_type *src);
void datum_type_fini(struct datum_type *);
/* RFC 7047 <type>. The result is the caller's to finish. Reference tables are not resolved. */
int datum_type_from_json(struct datum_type *, const json_t *, struct fault *);
int base_type_from_json(struct base_type *, const json_t *, struct fault *);
json_t *datum_type_to_json(const struct datum_type *);
/* As people read it: "map of (string, string) pairs", "set of up to 3 integers"…; the caller
 * frees it. */
char *datum_type_to_text(const struct datum_type *);

static inline bool
datum_type_is_scalar(const struct datum_type *t)
{
    return t->n_min == 1 && t->n_max == 1 && t->value.type == ATOM_VOID;
}
static inline bool
datum_type_is_map(const struct datum_type *t)
{
    return t->value.type != ATOM_VOID;
}
static inline bool
datum_type_is_set(const struct datum_type *t)
{
    return t->value.type == ATOM_VOID && (t->n_min != 1 || t->n_max != 1);
}
static inline bool
datum_type_is_optional_scalar(const struct datum_type *t)
{
    return t->n_min == 0 && t->n_max == 1 && t->value.type == ATOM_VOID;
}
static inline bool
base_type_is_ref(const struct base_type *b, enum ref_kind kind)
{
    return b->type == ATOM_UUID && b->ref_table_name && b->ref_kind == kind;
}

/* ---- Symbols: named UUIDs of one transaction or one ovs-vsctl command line ---- */

struct symbol {
    struct hnode node;
    char *name;
    struct uuid uuid;
    bool created;    /* a row with this UUID is made */
    bool strong_ref; /* something refers to it */
    bool weak_ref;   /* only weakly */
};

struct symbol_table {
    struct hmap symbols;
};

void symbol_table_init(struct symbol_table *);
void symbol_table_fini(struct symbol_table *);
struct symbol *symbol_find(const struct symbol_table *, const char *name); /* or NULL */
/* The symbol, new with a random UUID when there was none. */
struct symbol *symbol_get(struct symbol_table *, const char *name);

/* ---- Datums ---- */

#define DATUM_MAX_N ((1u << 26) - 1)

struct datum {
    uint32_t refs;
    uint32_t n : 26; /* never 0 */
    uint32_t key_type : 3;
    uint32_t value_type : 3;
    union atom atoms[]; /* n keys in order, then (maps) their n values */
};

static inline size_t
datum_n(const struct datum *d)
{
    return d ? d->n : 0;
}
static inline const union atom *
datum_key(const struct datum *d, size_t i)
{
    return &d->atoms[i];
}
static inline const union atom *
datum_value(const struct datum *d, size_t i)
{
    return &d->atoms[d->n + i];
}

static inline struct datum *
datum_ref(const struct datum *d_)
{
    struct datum *d = (struct datum *)d_;
    if (d) {
        d->refs++;
    }
    return d;
}
void datum_free(struct datum *); /* for datum_unref */
static inline void
datum_unref(struct datum *d)
{
    if (d && --d->refs == 0) {
        datum_free(d);
    }
}

/* Atoms for which a set of N has memory: sets grow in steps, so that one can be added to cheaply
 * by the one place that changes a datum of its own in place (txn.c). */
static inline size_t
datum_room(size_t n)
{
    return n < 64 ? n : ROUND_UP(n, (size_t)1 << (60 - PORT_CLZ64(n)));
}

/* Has the memory of long strings in D on its way before somebody looks. */
void datum_prefetch_texts(const struct datum *);

/* Building: datum_new, fill all atoms (they are zero: fine to finish), then datum_sort. N > 0. */
struct datum *datum_new(enum atom_type key, enum atom_type value, size_t n);
/* Sorts by key; -E_EXIST when a key is there twice (D stays the caller's). */
int datum_sort(struct datum *);
/* The same, but of equal keys keeps one. Consumes D, gives it back, maybe another block. */
struct datum *datum_sort_unique(struct datum *);
/* Sets of one. */
struct datum *datum_from_integer(int64_t);
struct datum *datum_from_real(double);
struct datum *datum_from_boolean(bool);
struct datum *datum_from_string(const char *);
struct datum *datum_from_uuid(const struct uuid *);
/* Set of strings, map of strings; N may be 0; duplicates are dropped. */
struct datum *datum_from_strings(const char *const *s, size_t n);
struct datum *datum_from_pairs(const char *const *keys, const char *const *values, size_t n);
/* What an insert gives a column: empty if that is allowed, else one default atom (pair). */
struct datum *datum_default(const struct datum_type *);
bool datum_is_default(const struct datum *, const struct datum_type *);

/* Index of the key equal to A, or SIZE_MAX. */
size_t datum_find(const struct datum *, const union atom *a);
/* Where A is (true) or would have to be inserted (false). */
bool datum_search(const struct datum *, const union atom *a, size_t *at);
/* Value of the string key KEY in a map of strings, or NULL. */
const char *datum_get_string(const struct datum *map, const char *key);

bool datum_equal(const struct datum *, const struct datum *);
/* First by number of keys, then by key, then by value. */
int datum_compare(const struct datum *, const struct datum *);
uint32_t datum_hash(const struct datum *, uint32_t basis);
/* Is every element (pair, for maps) of A in B?  None of them? */
bool datum_includes_all(const struct datum *a, const struct datum *b);
bool datum_excludes_all(const struct datum *a, const struct datum *b);

/* New datums from old ones; arguments are borrowed. Keys of A win over those of B. */
struct datum *datum_union(const struct datum *a, const struct datum *b);
/* A without what is in B. B may be a set of keys when A is a map; a pair of B takes away only an
 * equal pair. */
struct datum *datum_subtract(const struct datum *a, const struct datum *b);
/* The difference of <table-updates2> and of the log: NEW itself for columns of at most one
 * element, else what is in one of them only, with NEW's values. */
struct datum *datum_diff(const struct datum *old, const struct datum *new,
                         const struct datum_type *);
/* OLD with DIFF applied. Fails when the result cannot be of this type (count). */
int datum_apply_diff(const struct datum *old, const struct datum *diff, const struct datum_type *,
                     struct datum **out, struct fault *);

/* -- JSON, RFC 7047 <value> -- */

/* With SYMBOLS (may be NULL), ["named-uuid", name] is accepted. Constraints are checked. *OUT is
 * the caller's, untouched on failure. */
int datum_from_json(const struct datum_type *, const json_t *, struct symbol_table *,
                    struct datum **out, struct fault *);
/* The same for a difference or an argument: any number of elements, values not checked. */
int datum_from_json_unchecked(const struct datum_type *, const json_t *, struct datum **out,
                              struct fault *);
int atom_from_json(union atom *, const struct base_type *, const json_t *, struct symbol_table *,
                   struct fault *);
/* ATOM against enum and range. */
int atom_check(const union atom *, const struct base_type *, struct fault *);
/* Checks every atom, not the count. */
int datum_check(const struct datum *, const struct datum_type *, struct fault *);
json_t *datum_to_json(const struct datum *, const struct datum_type *);
json_t *atom_to_json(const union atom *, enum atom_type);
/* Appends the JSON text: the hot path, no json_t made. */
void datum_write_json(struct str *, const struct datum *, const struct datum_type *);
void atom_write_json(struct str *, const union atom *, enum atom_type);

/* -- Text, the notation of ovs-vsctl -- */

/* Reads `[a, b]`, `{k=v}`, `a,b`, `@name`. Constraints are checked. Faults about the text have an
 * empty tag: print fault_to_text(). A symbol's name includes its "@". */
int datum_from_text(const struct datum_type *, const char *, struct symbol_table *,
                    struct datum **out, struct fault *);
/* One atom at *S, which moves past it. */
int atom_from_text(union atom *, const struct base_type *, const char **s, struct symbol_table *,
                   struct fault *);
/* Appends the text; strings are quoted when they would read differently bare. */
void datum_write_text(struct str *, const struct datum *, const struct datum_type *);
void atom_write_text(struct str *, const union atom *, enum atom_type);
/* Appends elements separated by spaces, nothing quoted (--data=bare). */
void datum_write_bare(struct str *, const struct datum *, const struct datum_type *);
void atom_write_bare(struct str *, const union atom *, enum atom_type);
