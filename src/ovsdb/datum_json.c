/* SPDX-License-Identifier: Apache-2.0 */
/* Datums and atoms as JSON (RFC 7047 section 5.1 <value>, <atom>, <set>, <map>): reading with the
 * column's constraints, and writing straight into a text buffer, which is the server's hot path.
 * Input comes from peers and files; its size was bounded by the JSON parser. */
#include "ovsdb/datum.h"

#include <string.h>

#include "os/random.h"
#include "ovsdb/object.h"
#include "ovsdb/schema.h"

/* The second element of ["TAG", x]; NULL if V is not such an array. */
static const json_t *
tagged(const json_t *v, const char *tag)
{
    if (json_array_size(v) != 2) {
        return NULL;
    }
    const char *first = json_string_value(json_array_get(v, 0));
    return first && strcmp(first, tag) == 0 ? json_array_get(v, 1) : NULL;
}

static int
uuid_from_json(struct uuid *u, const json_t *v, struct symbol_table *symbols, struct fault *f)
{
    const json_t *text = tagged(v, "uuid");
    if (json_is_string(text)) {
        if (!uuid_parse(json_string_value(text), json_string_length(text), u)) {
            return fault_set_syntax(f, v, NULL, "\"%s\" is not a valid UUID",
                                    json_string_value(text));
        }
        return 0;
    }
    const json_t *name = symbols ? tagged(v, "named-uuid") : NULL;
    if (json_is_string(name)) {
        if (!schema_is_id(json_string_value(name))) {
            return fault_set_syntax(f, v, NULL, "named-uuid string is not a valid <id>");
        }
        *u = symbol_get(symbols, json_string_value(name))->uuid;
        return 0;
    }
    return fault_set_syntax(f, v, NULL, "expected [\"uuid\", <string>]");
}

/* What V means as an atom of TYPE, without constraints. *A is untouched on failure. */
static int
parse_atom(union atom *a, enum atom_type type, const json_t *v, struct symbol_table *symbols,
           struct fault *f)
{
    union atom x;
    memset(&x, 0, sizeof x);
    switch (type) {
    case ATOM_STRING:
        if (!json_is_string(v)) {
            return fault_set_syntax(f, v, NULL, "expected string");
        }
        atom_init_string(a, json_string_value(v), json_string_length(v));
        return 0;
    case ATOM_UUID: {
        int code = uuid_from_json(&x.uuid, v, symbols, f);
        if (code) {
            return code;
        }
        break;
    }
    case ATOM_INTEGER:
        if (!json_to_integer(v, &x.integer)) {
            return fault_set_syntax(f, v, NULL, "expected integer");
        }
        break;
    case ATOM_REAL:
        if (!json_is_number(v)) {
            return fault_set_syntax(f, v, NULL, "expected real");
        }
        x.real = json_number_value(v);
        break;
    case ATOM_BOOLEAN:
        if (!json_is_boolean(v)) {
            return fault_set_syntax(f, v, NULL, "expected boolean");
        }
        x.boolean = json_is_true(v);
        break;
    case ATOM_VOID:
    case ATOM_N_TYPES:
        PORT_TRAP();
    }
    *a = x;
    return 0;
}

int
atom_from_json(union atom *out, const struct base_type *base, const json_t *v,
               struct symbol_table *symbols, struct fault *f)
{
    union atom a;
    int code = parse_atom(&a, base->type, v, symbols, f);
    if (!code) {
        code = atom_check(&a, base, f);
        if (code) {
            atom_fini(&a, base->type);
        } else {
            *out = a;
        }
    }
    return code;
}

struct reader {
    const struct datum_type *type;
    struct symbol_table *symbols;
    bool checked; /* count and values must satisfy the type */
    struct fault *f;
};

static int
read_atom(const struct reader *r, union atom *a, const struct base_type *base, const json_t *v)
{
    if (r->checked) {
        return atom_from_json(a, base, v, r->symbols, r->f);
    }
    return parse_atom(a, base->type, v, r->symbols, r->f);
}

static int
read_pair(const struct reader *r, struct datum *d, size_t i, const json_t *v)
{
    if (json_array_size(v) != 2) {
        return fault_set_syntax(r->f, v, NULL, "expected 2-element array");
    }
    int code = read_atom(r, &d->atoms[i], &r->type->key, json_array_get(v, 0));
    if (code) {
        return code;
    }
    return read_atom(r, &d->atoms[d->n + i], &r->type->value, json_array_get(v, 1));
}

static int
bad_count(const struct reader *r, const json_t *v, size_t n)
{
    const char *what = datum_type_is_map(r->type) ? "map" : "set";
    if (r->type->n_min == r->type->n_max) {
        return fault_set_syntax(r->f, v, NULL,
                                "%s must have exactly one member but %zu are present", what, n);
    }
    return fault_set_syntax(r->f, v, NULL, "%s must have %u to %u members but %zu are present",
                            what, r->type->n_min, r->type->n_max, n);
}

/* Reads ELEMENTS, the array inside of V. */
static int
read_elements(const struct reader *r, const json_t *v, const json_t *elements, struct datum **out)
{
    size_t n = json_array_size(elements);
    if (n > DATUM_MAX_N || (r->checked && (n < r->type->n_min || n > r->type->n_max))) {
        return bad_count(r, v, n);
    }
    if (n == 0) {
        *out = NULL;
        return 0;
    }
    bool is_map = datum_type_is_map(r->type);
    struct datum *d = datum_new(r->type->key.type, r->type->value.type, n);
    int code = 0;
    for (size_t i = 0; i < n && !code; i++) {
        const json_t *element = json_array_get(elements, i);
        code = is_map ? read_pair(r, d, i, element)
                      : read_atom(r, &d->atoms[i], &r->type->key, element);
    }
    if (!code && datum_sort(d)) {
        code = fault_set(r->f, -E_EXIST, "ovsdb error",
                         is_map ? "map contains duplicate key" : "set contains duplicate");
    }
    if (code) {
        datum_unref(d);
        return code;
    }
    *out = d;
    return 0;
}

static bool
starts_with_tag(const json_t *v, const char *tag)
{
    const char *first = json_string_value(json_array_get(v, 0));
    return first && strcmp(first, tag) == 0;
}

static int
read_datum(const struct reader *r, const json_t *v, struct datum **out)
{
    const char *tag = datum_type_is_map(r->type) ? "map" : "set";
    if (datum_type_is_map(r->type) || starts_with_tag(v, tag)) {
        const json_t *elements = tagged(v, tag);
        if (!json_is_array(elements)) {
            return fault_set_syntax(r->f, v, NULL, "expected [\"%s\", <array>]", tag);
        }
        return read_elements(r, v, elements, out);
    }
    union atom a;
    int code = read_atom(r, &a, &r->type->key, v);
    if (!code) {
        struct datum *d = datum_new(r->type->key.type, ATOM_VOID, 1);
        d->atoms[0] = a;
        *out = d;
    }
    return code;
}

int
datum_from_json(const struct datum_type *type, const json_t *v, struct symbol_table *symbols,
                struct datum **out, struct fault *f)
{
    struct reader r = {type, symbols, true, f};
    return read_datum(&r, v, out);
}

int
datum_from_json_unchecked(const struct datum_type *type, const json_t *v, struct datum **out,
                          struct fault *f)
{
    struct reader r = {type, NULL, false, f};
    return read_datum(&r, v, out);
}

/* ---- Writing ---- */

static void
write_uuid(struct str *out, const struct uuid *u)
{
    char text[UUID_TEXT_LEN + 12] = "[\"uuid\",\"";
    uuid_format(u, text + 9);
    memcpy(text + 9 + UUID_TEXT_LEN, "\"]", 2);
    str_put(out, text, 9 + UUID_TEXT_LEN + 2);
}

void
atom_write_json(struct str *out, const union atom *a, enum atom_type type)
{
    switch (type) {
    case ATOM_INTEGER:
        json_write_integer(out, a->integer);
        break;
    case ATOM_REAL:
        json_write_real(out, a->real);
        break;
    case ATOM_BOOLEAN:
        str_puts(out, a->boolean ? "true" : "false");
        break;
    case ATOM_STRING:
        json_write_string(out, atom_string(a), atom_string_len(a));
        break;
    case ATOM_UUID:
        write_uuid(out, &a->uuid);
        break;
    case ATOM_VOID:
    case ATOM_N_TYPES:
        break;
    }
}

void
datum_write_json(struct str *out, const struct datum *d, const struct datum_type *type)
{
    size_t n = datum_n(d);
    enum atom_type key = type->key.type, value = type->value.type;
    if (value == ATOM_VOID && n == 1) {
        atom_write_json(out, &d->atoms[0], key);
        return;
    }
    str_puts(out, value == ATOM_VOID ? "[\"set\",[" : "[\"map\",[");
    for (size_t i = 0; i < n; i++) {
        if (i) {
            str_putc(out, ',');
        }
        if (value == ATOM_VOID) {
            atom_write_json(out, datum_key(d, i), key);
            continue;
        }
        str_putc(out, '[');
        atom_write_json(out, datum_key(d, i), key);
        str_putc(out, ',');
        atom_write_json(out, datum_value(d, i), value);
        str_putc(out, ']');
    }
    str_puts(out, "]]");
}

json_t *
atom_to_json(const union atom *a, enum atom_type type)
{
    switch (type) {
    case ATOM_INTEGER:
        return json_integer(a->integer);
    case ATOM_REAL:
        return json_real(a->real);
    case ATOM_BOOLEAN:
        return json_boolean(a->boolean);
    case ATOM_STRING:
        return json_stringn_nocheck(atom_string(a), atom_string_len(a));
    case ATOM_UUID: {
        char text[UUID_TEXT_LEN + 1];
        uuid_format(&a->uuid, text);
        return json_pack("[ss]", "uuid", text);
    }
    case ATOM_VOID:
    case ATOM_N_TYPES:
        break;
    }
    return json_null();
}

json_t *
datum_to_json(const struct datum *d, const struct datum_type *type)
{
    size_t n = datum_n(d);
    enum atom_type key = type->key.type, value = type->value.type;
    if (value == ATOM_VOID && n == 1) {
        return atom_to_json(&d->atoms[0], key);
    }
    json_t *elements = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *element = atom_to_json(datum_key(d, i), key);
        if (value != ATOM_VOID) {
            element = json_pack("[oo]", element, atom_to_json(datum_value(d, i), value));
        }
        json_array_append_new(elements, element);
    }
    return json_pack("[so]", value == ATOM_VOID ? "set" : "map", elements);
}

/* ---- Symbols ---- */

void
symbol_table_init(struct symbol_table *t)
{
    hmap_init(&t->symbols);
}

void
symbol_table_fini(struct symbol_table *t)
{
    HMAP_FOR_EACH_SAFE (struct symbol, s, node, &t->symbols) {
        hmap_remove(&t->symbols, &s->node);
        os_free(s->name);
        os_free(s);
    }
    hmap_fini(&t->symbols);
}

struct symbol *
symbol_find(const struct symbol_table *t, const char *name)
{
    HMAP_FOR_EACH_WITH_HASH (struct symbol, s, node, hash_string(name, 0), &t->symbols) {
        if (strcmp(s->name, name) == 0) {
            return s;
        }
    }
    return NULL;
}

struct symbol *
symbol_get(struct symbol_table *t, const char *name)
{
    struct symbol *s = symbol_find(t, name);
    if (!s) {
        s = xzalloc(sizeof *s);
        s->name = xstrdup(name);
        s->uuid = os_uuid_new();
        hmap_insert(&t->symbols, &s->node, hash_string(name, 0));
    }
    return s;
}
