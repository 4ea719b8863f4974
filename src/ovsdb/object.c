/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of JSON objects behind schemas, operations and requests. It remembers which members
 * were asked for; only if there are more does it look for the one to blame. */
#include "ovsdb/object.h"

#include <math.h>
#include <string.h>

#include "ovsdb/schema.h"

void
object_start(struct object *o, const json_t *v, const char *what, struct fault *f)
{
    *o = (struct object){.what = what, .v = v, .f = f};
    if (!json_is_object(v)) {
        o->code = fault_set_syntax(f, NULL, NULL, "Parsing %s failed: Object expected.", what);
    }
}

static unsigned int
type_of(const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_STRING:
        return OBJECT_STRING;
    case JSON_INTEGER:
        return OBJECT_INTEGER;
    case JSON_REAL: {
        int64_t unused;
        return json_to_integer(v, &unused) ? OBJECT_NUMBER : OBJECT_REAL;
    }
    case JSON_TRUE:
    case JSON_FALSE:
        return OBJECT_BOOLEAN;
    case JSON_ARRAY:
        return OBJECT_ARRAY;
    case JSON_OBJECT:
        return OBJECT_OBJECT;
    case JSON_NULL:
        break;
    }
    return OBJECT_NULL;
}

static bool
is_one_of(const json_t *v, unsigned int types)
{
    return (type_of(v) & types) ||
           ((types & OBJECT_ID) && json_is_string(v) && schema_is_id(json_string_value(v)));
}

const json_t *
object_member(struct object *o, const char *name, unsigned int types)
{
    if (o->code) {
        return NULL;
    }
    const json_t *v = json_object_get(o->v, name);
    if (!v) {
        if (!(types & OBJECT_OPTIONAL)) {
            o->code = fault_set_syntax(o->f, o->v, NULL,
                                       "Parsing %s failed: Required '%s' member is missing.",
                                       o->what, name);
        }
        return NULL;
    }
    VERIFY(o->n_used < ARRAY_LEN(o->used));
    o->used[o->n_used++] = name;
    if (!is_one_of(v, types)) {
        o->code = fault_set_syntax(
            o->f, o->v, NULL, "Parsing %s failed: Type mismatch for member '%s'.", o->what, name);
        return NULL;
    }
    return v;
}

static bool
was_used(const struct object *o, const char *name)
{
    for (size_t i = 0; i < o->n_used; i++) {
        if (strcmp(o->used[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static int
blame_unused(struct object *o)
{
    const char *first = NULL;
    size_t n_others = 0;
    json_t *v = (json_t *)o->v; /* Jansson's iterators are not const-correct */
    for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it)) {
        const char *name = json_object_iter_key(it);
        if (was_used(o, name)) {
            continue;
        }
        if (first) {
            n_others++;
        } else {
            first = name;
        }
    }
    if (n_others) {
        return fault_set_syntax(
            o->f, o->v, NULL,
            "Parsing %s failed: Member '%s' and %zu other member%s are present "
            "but not allowed here.",
            o->what, first, n_others, n_others == 1 ? "" : "s");
    }
    return fault_set_syntax(o->f, o->v, NULL,
                            "Parsing %s failed: Member '%s' is present but not allowed here.",
                            o->what, first);
}

int
object_end(struct object *o)
{
    if (!o->code && o->n_used < json_object_size(o->v)) {
        o->code = blame_unused(o);
    }
    return o->code;
}

bool
json_to_integer(const json_t *v, int64_t *x)
{
    if (json_is_integer(v)) {
        *x = json_integer_value(v);
        return true;
    }
    double real = json_is_real(v) ? json_real_value(v) : NAN;
    if (real >= -9223372036854775808.0 && real < 9223372036854775808.0 && real == floor(real)) {
        *x = (int64_t)real;
        return true;
    }
    return false;
}
