/* SPDX-License-Identifier: Apache-2.0 */
/* Types of columns (RFC 7047 section 3.2 <type>, <base-type>) and the checks of values against
 * them. A type is a key and maybe a value base type with counts; base types carry limits. Texts
 * of errors are those of Open vSwitch. */
#include "ovsdb/datum.h"

#include <float.h>
#include <string.h>

#include "ovsdb/object.h"

void
base_type_init(struct base_type *b, enum atom_type type)
{
    *b = (struct base_type){.type = type,
                            .min_integer = INT64_MIN,
                            .max_integer = INT64_MAX,
                            .min_real = -DBL_MAX,
                            .max_real = DBL_MAX,
                            .max_length = UINT32_MAX};
}

void
base_type_copy(struct base_type *dst, const struct base_type *src)
{
    *dst = *src;
    datum_ref(dst->allowed);
    dst->ref_table_name = src->ref_table_name ? xstrdup(src->ref_table_name) : NULL;
}

void
base_type_fini(struct base_type *b)
{
    datum_unref(b->allowed);
    os_free(b->ref_table_name);
    base_type_init(b, ATOM_VOID);
}

void
datum_type_init(struct datum_type *t, enum atom_type key)
{
    base_type_init(&t->key, key);
    base_type_init(&t->value, ATOM_VOID);
    t->n_min = t->n_max = 1;
}

void
datum_type_copy(struct datum_type *dst, const struct datum_type *src)
{
    *dst = *src;
    base_type_copy(&dst->key, &src->key);
    base_type_copy(&dst->value, &src->value);
}

void
datum_type_fini(struct datum_type *t)
{
    base_type_fini(&t->key);
    base_type_fini(&t->value);
}

/* ---- From JSON ---- */

static int
atom_type_from_json(enum atom_type *type, const json_t *v, struct fault *f)
{
    if (json_is_string(v)) {
        enum atom_type t = atom_type_from_name(json_string_value(v));
        if (t != ATOM_N_TYPES) {
            *type = t;
            return 0;
        }
    }
    const char *name = json_is_string(v) ? json_string_value(v) : "";
    return fault_set_syntax(f, v, NULL, "\"%s\" is not an atomic-type", name);
}

static int
parse_enum(struct base_type *b, const json_t *v, struct fault *f)
{
    struct datum_type set;
    datum_type_init(&set, b->type);
    set.n_max = DATUM_UNLIMITED;
    return datum_from_json(&set, v, NULL, &b->allowed, f);
}

static int
parse_length(const json_t *v, const char *name, uint32_t *length, struct fault *f)
{
    int64_t x;
    if (!v) {
        return 0;
    }
    if (!json_to_integer(v, &x) || x < 0 || x > UINT32_MAX) {
        return fault_set_syntax(f, v, NULL, "%s out of valid range 0 to %u", name, UINT32_MAX);
    }
    *length = (uint32_t)x;
    return 0;
}

static int
parse_integer_limits(struct base_type *b, struct object *o)
{
    const json_t *min = object_member(o, "minInteger", OBJECT_INTEGER | OBJECT_OPTIONAL);
    const json_t *max = object_member(o, "maxInteger", OBJECT_INTEGER | OBJECT_OPTIONAL);
    if (min) {
        json_to_integer(min, &b->min_integer);
    }
    if (max) {
        json_to_integer(max, &b->max_integer);
    }
    if (b->min_integer > b->max_integer) {
        return fault_set_syntax(o->f, o->v, NULL, "minInteger exceeds maxInteger");
    }
    return 0;
}

static int
parse_real_limits(struct base_type *b, struct object *o)
{
    const json_t *min = object_member(o, "minReal", OBJECT_NUMBER | OBJECT_OPTIONAL);
    const json_t *max = object_member(o, "maxReal", OBJECT_NUMBER | OBJECT_OPTIONAL);
    b->min_real = min ? json_number_value(min) : b->min_real;
    b->max_real = max ? json_number_value(max) : b->max_real;
    if (b->min_real > b->max_real) {
        return fault_set_syntax(o->f, o->v, NULL, "minReal exceeds maxReal");
    }
    return 0;
}

static int
parse_string_limits(struct base_type *b, struct object *o)
{
    const json_t *min = object_member(o, "minLength", OBJECT_INTEGER | OBJECT_OPTIONAL);
    const json_t *max = object_member(o, "maxLength", OBJECT_INTEGER | OBJECT_OPTIONAL);
    int code = parse_length(min, "minLength", &b->min_length, o->f);
    if (!code) {
        code = parse_length(max, "maxLength", &b->max_length, o->f);
    }
    if (!code && b->min_length > b->max_length) {
        code = fault_set_syntax(o->f, o->v, NULL, "minLength exceeds maxLength");
    }
    return code;
}

static int
parse_reference(struct base_type *b, struct object *o)
{
    const json_t *table = object_member(o, "refTable", OBJECT_ID | OBJECT_OPTIONAL);
    if (!table) {
        return 0;
    }
    b->ref_table_name = xstrdup(json_string_value(table));
    const json_t *kind = object_member(o, "refType", OBJECT_ID | OBJECT_OPTIONAL);
    if (!kind || strcmp(json_string_value(kind), "strong") == 0) {
        return 0;
    }
    if (strcmp(json_string_value(kind), "weak") != 0) {
        return fault_set_syntax(o->f, o->v, NULL,
                                "refType must be \"strong\" or \"weak\" (not \"%s\")",
                                json_string_value(kind));
    }
    b->ref_kind = REF_WEAK;
    return 0;
}

static int
parse_limits(struct base_type *b, struct object *o)
{
    const json_t *allowed = object_member(o, "enum", OBJECT_ANY | OBJECT_OPTIONAL);
    if (allowed) {
        return parse_enum(b, allowed, o->f);
    }
    switch (b->type) {
    case ATOM_INTEGER:
        return parse_integer_limits(b, o);
    case ATOM_REAL:
        return parse_real_limits(b, o);
    case ATOM_STRING:
        return parse_string_limits(b, o);
    case ATOM_UUID:
        return parse_reference(b, o);
    default:
        return 0;
    }
}

int
base_type_from_json(struct base_type *out, const json_t *v, struct fault *f)
{
    enum atom_type type = ATOM_VOID;
    if (json_is_string(v)) {
        int code = atom_type_from_json(&type, v, f);
        if (!code) {
            base_type_init(out, type);
        }
        return code;
    }
    struct object o;
    object_start(&o, v, "ovsdb type", f);
    const json_t *name = object_member(&o, "type", OBJECT_STRING);
    if (o.code) {
        return o.code;
    }
    int code = atom_type_from_json(&type, name, f);
    if (code) {
        return code;
    }
    struct base_type b;
    base_type_init(&b, type);
    code = parse_limits(&b, &o);
    if (!code) {
        code = object_end(&o);
    }
    if (code) {
        base_type_fini(&b);
        return code;
    }
    *out = b;
    return 0;
}

static int
parse_count(const json_t *v, uint32_t *n, struct fault *f)
{
    int64_t x;
    if (!v) {
        return 0;
    }
    if (json_is_string(v) && strcmp(json_string_value(v), "unlimited") == 0) {
        *n = DATUM_UNLIMITED;
        return 0;
    }
    if (!json_to_integer(v, &x) || x < 0 || x >= UINT32_MAX) {
        return fault_set_syntax(f, v, NULL, "bad min or max value");
    }
    *n = (uint32_t)x;
    return 0;
}

static int
parse_counts(struct datum_type *t, struct object *o)
{
    const json_t *min = object_member(o, "min", OBJECT_INTEGER | OBJECT_OPTIONAL);
    const json_t *max = object_member(o, "max", OBJECT_INTEGER | OBJECT_STRING | OBJECT_OPTIONAL);
    int code = object_end(o);
    if (!code) {
        code = parse_count(min, &t->n_min, o->f);
    }
    if (!code) {
        code = parse_count(max, &t->n_max, o->f);
    }
    if (!code && (t->n_min > 1 || t->n_max < 1 || t->n_max < t->n_min)) {
        code = fault_set_syntax(o->f, o->v, NULL, "ovsdb type fails constraint checks");
    }
    return code;
}

int
datum_type_from_json(struct datum_type *out, const json_t *v, struct fault *f)
{
    struct datum_type t;
    datum_type_init(&t, ATOM_VOID);
    if (json_is_string(v)) {
        int code = base_type_from_json(&t.key, v, f);
        if (!code) {
            *out = t;
        }
        return code;
    }
    struct object o;
    object_start(&o, v, "ovsdb type", f);
    const json_t *key = object_member(&o, "key", OBJECT_STRING | OBJECT_OBJECT);
    const json_t *value =
        object_member(&o, "value", OBJECT_STRING | OBJECT_OBJECT | OBJECT_OPTIONAL);
    int code = o.code;
    if (!code) {
        code = base_type_from_json(&t.key, key, f);
    }
    if (!code && value) {
        code = base_type_from_json(&t.value, value, f);
    }
    if (!code) {
        code = parse_counts(&t, &o);
    }
    if (code) {
        datum_type_fini(&t);
        return code;
    }
    *out = t;
    return 0;
}

/* ---- To JSON and text ---- */

static bool
base_type_is_plain(const struct base_type *b)
{
    struct base_type plain;
    base_type_init(&plain, b->type);
    return !b->allowed && !b->ref_table_name && b->min_integer == plain.min_integer &&
           b->max_integer == plain.max_integer && b->min_real == plain.min_real &&
           b->max_real == plain.max_real && b->min_length == 0 &&
           b->max_length == plain.max_length;
}

static void
put_limits(json_t *v, const struct base_type *b)
{
    if (b->allowed) {
        struct datum_type set;
        datum_type_init(&set, b->type);
        json_object_set_new(v, "enum", datum_to_json(b->allowed, &set));
    }
    if (b->min_integer != INT64_MIN) {
        json_object_set_new(v, "minInteger", json_integer(b->min_integer));
    }
    if (b->max_integer != INT64_MAX) {
        json_object_set_new(v, "maxInteger", json_integer(b->max_integer));
    }
    if (b->min_real != -DBL_MAX) {
        json_object_set_new(v, "minReal", json_real(b->min_real));
    }
    if (b->max_real != DBL_MAX) {
        json_object_set_new(v, "maxReal", json_real(b->max_real));
    }
    if (b->min_length) {
        json_object_set_new(v, "minLength", json_integer(b->min_length));
    }
    if (b->max_length != UINT32_MAX) {
        json_object_set_new(v, "maxLength", json_integer(b->max_length));
    }
    if (b->ref_table_name) {
        json_object_set_new(v, "refTable", json_string(b->ref_table_name));
        if (b->ref_kind == REF_WEAK) {
            json_object_set_new(v, "refType", json_string("weak"));
        }
    }
}

static json_t *
base_type_to_json(const struct base_type *b)
{
    if (base_type_is_plain(b)) {
        return json_string(atom_type_name(b->type));
    }
    json_t *v = json_object();
    json_object_set_new(v, "type", json_string(atom_type_name(b->type)));
    put_limits(v, b);
    return v;
}

json_t *
datum_type_to_json(const struct datum_type *t)
{
    if (datum_type_is_scalar(t) && base_type_is_plain(&t->key)) {
        return base_type_to_json(&t->key);
    }
    json_t *v = json_object();
    json_object_set_new(v, "key", base_type_to_json(&t->key));
    if (datum_type_is_map(t)) {
        json_object_set_new(v, "value", base_type_to_json(&t->value));
    }
    if (t->n_min != 1) {
        json_object_set_new(v, "min", json_integer(t->n_min));
    }
    if (t->n_max == DATUM_UNLIMITED) {
        json_object_set_new(v, "max", json_string("unlimited"));
    } else if (t->n_max != 1) {
        json_object_set_new(v, "max", json_integer(t->n_max));
    }
    return v;
}

char *
datum_type_to_text(const struct datum_type *t)
{
    const char *key = atom_type_name(t->key.type);
    if (datum_type_is_scalar(t)) {
        return xstrdup(key);
    }
    struct str out = STR_INIT;
    str_puts(&out, datum_type_is_map(t) ? "map of " : "set of ");
    if (t->n_max == DATUM_UNLIMITED) {
        str_puts(&out, t->n_min ? "1 or more " : "");
    } else if (t->n_min) {
        str_putf(&out, "%u to %u ", t->n_min, t->n_max);
    } else {
        str_putf(&out, "up to %u ", t->n_max);
    }
    if (datum_type_is_map(t)) {
        str_putf(&out, "(%s, %s) pairs", key, atom_type_name(t->value.type));
    } else {
        str_putf(&out, "%ss", key);
    }
    return str_take(&out);
}

/* ---- Checks ---- */

static int
check_enum(const union atom *a, const struct base_type *b, struct fault *f)
{
    if (datum_find(b->allowed, a) != SIZE_MAX) {
        return 0;
    }
    struct datum_type set;
    datum_type_init(&set, b->type);
    set.n_max = DATUM_UNLIMITED;
    struct str value = STR_INIT, allowed = STR_INIT;
    atom_write_text(&value, a, b->type);
    datum_write_text(&allowed, b->allowed, &set);
    int code = fault_set(f, -E_INVAL, FAULT_CONSTRAINT, "%s is not one of the allowed values (%s)",
                         str_text(&value), str_text(&allowed));
    str_fini(&value);
    str_fini(&allowed);
    return code;
}

static int
check_integer(int64_t x, const struct base_type *b, struct fault *f)
{
    if (x >= b->min_integer && x <= b->max_integer) {
        return 0;
    }
    long long value = x, min = b->min_integer, max = b->max_integer;
    if (max == INT64_MAX) {
        return fault_set(f, -E_RANGE, FAULT_CONSTRAINT,
                         "%lld is less than minimum allowed value %lld", value, min);
    }
    if (min == INT64_MIN) {
        return fault_set(f, -E_RANGE, FAULT_CONSTRAINT,
                         "%lld is greater than maximum allowed value %lld", value, max);
    }
    return fault_set(f, -E_RANGE, FAULT_CONSTRAINT,
                     "%lld is not in the valid range %lld to %lld (inclusive)", value, min, max);
}

static int
check_real(double x, const struct base_type *b, struct fault *f)
{
    if (x >= b->min_real && x <= b->max_real) {
        return 0;
    }
    if (b->max_real == DBL_MAX) {
        return fault_set(f, -E_RANGE, FAULT_CONSTRAINT,
                         "%.*g is less than minimum allowed value %.*g", DBL_DIG, x, DBL_DIG,
                         b->min_real);
    }
    if (b->min_real == -DBL_MAX) {
        return fault_set(f, -E_RANGE, FAULT_CONSTRAINT,
                         "%.*g is greater than maximum allowed value %.*g", DBL_DIG, x, DBL_DIG,
                         b->max_real);
    }
    return fault_set(f, -E_RANGE, FAULT_CONSTRAINT,
                     "%.*g is not in the valid range %.*g to %.*g (inclusive)", DBL_DIG, x,
                     DBL_DIG, b->min_real, DBL_DIG, b->max_real);
}

static int
check_string(const union atom *a, const struct base_type *b, struct fault *f)
{
    if (!b->min_length && b->max_length == UINT32_MAX) {
        return 0;
    }
    const char *s = atom_string(a);
    size_t n = 0; /* characters: bytes that do not continue one */
    for (size_t i = 0; i < atom_string_len(a); i++) {
        n += ((unsigned char)s[i] & 0xc0) != 0x80;
    }
    if (n < b->min_length) {
        return fault_set(f, -E_RANGE, FAULT_CONSTRAINT,
                         "\"%s\" length %zu is less than minimum allowed length %u", s, n,
                         b->min_length);
    }
    if (n > b->max_length) {
        return fault_set(f, -E_RANGE, FAULT_CONSTRAINT,
                         "\"%s\" length %zu is greater than maximum allowed length %u", s, n,
                         b->max_length);
    }
    return 0;
}

int
atom_check(const union atom *a, const struct base_type *b, struct fault *f)
{
    if (b->allowed) {
        return check_enum(a, b, f);
    }
    switch (b->type) {
    case ATOM_INTEGER:
        return check_integer(a->integer, b, f);
    case ATOM_REAL:
        return check_real(a->real, b, f);
    case ATOM_STRING:
        return check_string(a, b, f);
    default:
        return 0;
    }
}

int
datum_check(const struct datum *d, const struct datum_type *t, struct fault *f)
{
    for (size_t i = 0; i < datum_n(d); i++) {
        int code = atom_check(datum_key(d, i), &t->key, f);
        if (!code && datum_type_is_map(t)) {
            code = atom_check(datum_value(d, i), &t->value, f);
        }
        if (code) {
            return code;
        }
    }
    return 0;
}
