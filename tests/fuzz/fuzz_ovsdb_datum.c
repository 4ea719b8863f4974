/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: values of the database. The first byte chooses a type, the second whether the rest
 * is JSON or the notation of ovs-vsctl. What is accepted is written and read again, in both
 * forms, and must be the same. */
#include <string.h>

#include "ovsdb/datum.h"

static const char *const types[] = {
    "\"integer\"",
    "\"real\"",
    "\"boolean\"",
    "\"string\"",
    "\"uuid\"",
    "{\"key\":\"integer\",\"min\":0,\"max\":\"unlimited\"}",
    "{\"key\":\"string\",\"min\":0,\"max\":3}",
    "{\"key\":{\"type\":\"string\",\"enum\":[\"set\",[\"a\",\"b\"]]},\"min\":0}",
    "{\"key\":\"string\",\"value\":\"string\",\"min\":0,\"max\":\"unlimited\"}",
    "{\"key\":\"real\",\"value\":\"uuid\",\"min\":0,\"max\":\"unlimited\"}",
    "{\"key\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":20},\"min\":0}",
};

static int
read_json(const struct datum_type *type, const char *p, size_t n, struct datum **d)
{
    json_t *v = NULL;
    if (json_read(p, n, &v, NULL)) {
        return -E_SYNTAX;
    }
    struct fault f = FAULT_INIT;
    int code = datum_from_json(type, v, NULL, d, &f);
    VERIFY(!code == !f.tag);
    fault_fini(&f);
    json_decref(v);
    return code;
}

static void
check(const struct datum_type *type, struct datum *d)
{
    struct str json = STR_INIT, text = STR_INIT;
    struct datum *again = NULL;
    datum_write_json(&json, d, type);
    VERIFY(read_json(type, json.s, json.n, &again) == 0 && datum_equal(d, again));
    datum_unref(again);
    /* Reals are shortened in the notation for people. */
    if (type->key.type != ATOM_REAL && type->value.type != ATOM_REAL) {
        datum_write_text(&text, d, type);
        again = NULL;
        VERIFY(datum_from_text(type, str_text(&text), NULL, &again, NULL) == 0 &&
               datum_equal(d, again));
        datum_unref(again);
    }
    str_fini(&json);
    str_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    const char *t = types[data[0] % ARRAY_LEN(types)];
    json_t *v = NULL;
    struct datum_type type;
    struct datum *d = NULL;
    VERIFY(json_read(t, strlen(t), &v, NULL) == 0 && datum_type_from_json(&type, v, NULL) == 0);
    char *rest = xmemdup0((const char *)data + 2, size - 2);
    struct fault f = FAULT_INIT;
    int code = data[1] % 2 ? datum_from_text(&type, rest, NULL, &d, &f)
                           : read_json(&type, rest, size - 2, &d);
    if (!code) {
        check(&type, d);
    }
    fault_fini(&f);
    datum_unref(d);
    os_free(rest);
    datum_type_fini(&type);
    json_decref(v);
    return 0;
}
