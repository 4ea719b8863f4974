/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the database: JSON and text forms, constraints, order, set algebra. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ovsdb/datum.h"

#define ANY    "\"max\":\"unlimited\",\"min\":0"
#define INT    "\"integer\""
#define STRING "\"string\""
#define REAL   "\"real\""
#define UUID   "\"uuid\""
#define INTS   "{\"key\":\"integer\"," ANY "}"
#define STRS   "{\"key\":\"string\"," ANY "}"
#define MAP    "{\"key\":\"string\",\"value\":\"string\"," ANY "}"
#define OPT    "{\"key\":\"integer\",\"min\":0}"
#define ENUM   "{\"key\":{\"type\":\"string\",\"enum\":[\"set\",[\"x\",\"y\"]]},\"min\":0}"
#define RANGE  "{\"key\":{\"type\":\"integer\",\"minInteger\":-3,\"maxInteger\":10},\"min\":0}"
#define LENGTH "{\"key\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}}"
#define U1     "550e8400-e29b-41d4-a716-446655440000"

static json_t *
parse(const char *text)
{
    json_t *v = NULL;
    assert_int_equal(json_read(text, strlen(text), &v, NULL), 0);
    return v;
}

static struct datum_type
type_of(const char *text)
{
    struct datum_type t;
    json_t *v = parse(text);
    assert_int_equal(datum_type_from_json(&t, v, NULL), 0);
    json_decref(v);
    return t;
}

static struct datum *
read_datum(const struct datum_type *t, const char *text)
{
    struct datum *d = NULL;
    struct fault f = FAULT_INIT;
    json_t *v = parse(text);
    if (datum_from_json(t, v, NULL, &d, &f)) {
        fail_msg("%s: %s", text, str_text(&f.details));
    }
    json_decref(v);
    return d;
}

/* What is read and written: JSON in, JSON out, text form, bare form. */
static const struct {
    const char *type, *json, *out, *text, *bare;
} values[] = {
    {INT, "5", "5", "5", "5"},
    {INT, "5.0", "5", "5", "5"},
    {INT, "[\"set\",[-7]]", "-7", "-7", "-7"},
    {INT, "9223372036854775807", "9223372036854775807", "9223372036854775807", NULL},
    {INT, "-9223372036854775808", "-9223372036854775808", NULL, NULL},
    {REAL, "1.5", "1.5", "1.5", "1.5"},
    {REAL, "3", "3", "3", "3"},
    {STRING, "\"\"", "\"\"", "\"\"", ""},
    {STRING, "\"fifteen bytes..\"", "\"fifteen bytes..\"", "\"fifteen bytes..\"",
     "fifteen bytes.."},
    {STRING, "\"sixteen bytes...\"", "\"sixteen bytes...\"", "\"sixteen bytes...\"",
     "sixteen bytes..."},
    {STRING, "\"br0\"", "\"br0\"", "br0", "br0"},
    {STRING, "\"true\"", "\"true\"", "\"true\"", "true"},
    {STRING, "\"1a\"", "\"1a\"", "\"1a\"", "1a"},
    {STRING, "\"a.b-c_d\"", "\"a.b-c_d\"", "a.b-c_d", NULL},
    {STRING, "\"" U1 "\"", "\"" U1 "\"", "\"" U1 "\"", U1},
    {STRING, "\"a\\nb\\u00e9\"", "\"a\\nb\xc3\xa9\"", "\"a\\nb\xc3\xa9\"", "a\nb\xc3\xa9"},
    {"\"boolean\"", "true", "true", "true", "true"},
    {UUID, "[\"uuid\",\"" U1 "\"]", "[\"uuid\",\"" U1 "\"]", U1, U1},
    {OPT, "[\"set\",[]]", "[\"set\",[]]", "[]", ""},
    {OPT, "4", "4", "4", "4"},
    {INTS, "4", "4", "[4]", "4"},
    {INTS, "[\"set\",[3,1,2]]", "[\"set\",[1,2,3]]", "[1, 2, 3]", "1 2 3"},
    {STRS, "[\"set\",[\"b b\",\"a\"]]", "[\"set\",[\"a\",\"b b\"]]", "[a, \"b b\"]", "a b b"},
    {MAP, "[\"map\",[]]", "[\"map\",[]]", "{}", ""},
    {MAP, "[\"map\",[[\"k\",\"v\"],[\"a\",\"1\"]]]", "[\"map\",[[\"a\",\"1\"],[\"k\",\"v\"]]]",
     "{a=\"1\", k=v}", "a=1 k=v"},
};

static void
test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        struct datum_type t = type_of(values[i].type);
        struct datum *d = read_datum(&t, values[i].json);
        struct str out = STR_INIT;
        datum_write_json(&out, d, &t);
        assert_string_equal(str_text(&out), values[i].out);
        json_t *v = datum_to_json(d, &t);
        char *written = json_text(v, 0);
        assert_string_equal(written, values[i].out);
        os_free(written);
        json_decref(v);
        str_clear(&out);
        datum_write_text(&out, d, &t);
        if (values[i].text) {
            assert_string_equal(str_text(&out), values[i].text);
        }
        struct datum *again = NULL;
        assert_int_equal(datum_from_text(&t, str_text(&out), NULL, &again, NULL), 0);
        assert_true(datum_equal(d, again));
        assert_int_equal(datum_hash(d, 0), datum_hash(again, 0));
        assert_int_equal(datum_compare(d, again), 0);
        datum_unref(again);
        str_clear(&out);
        datum_write_bare(&out, d, &t);
        if (values[i].bare) {
            assert_string_equal(str_text(&out), values[i].bare);
        }
        str_fini(&out);
        datum_unref(d);
        datum_type_fini(&t);
    }
}

static const struct {
    const char *type, *json, *tag, *details, *syntax;
} refused[] = {
    {INT, "1.5", "syntax error", "expected integer", "1.5"},
    {INT, "[\"set\",[]]", "syntax error", "set must have exactly one member but 0 are present",
     "[\"set\",[]]"},
    {INT, "[\"set\",1]", "syntax error", "expected [\"set\", <array>]", "[\"set\",1]"},
    {OPT, "[\"set\",[1,2]]", "syntax error", "set must have 0 to 1 members but 2 are present",
     "[\"set\",[1,2]]"},
    {STRING, "1", "syntax error", "expected string", "1"},
    {REAL, "\"1\"", "syntax error", "expected real", "\"1\""},
    {UUID, "[\"uuid\",\"x\"]", "syntax error", "\"x\" is not a valid UUID", "[\"uuid\",\"x\"]"},
    {UUID, "[\"named-uuid\",\"x\"]", "syntax error", "expected [\"uuid\", <string>]",
     "[\"named-uuid\",\"x\"]"},
    {INTS, "[\"set\",[1,1]]", "ovsdb error", "set contains duplicate", ""},
    {MAP, "[\"map\",[[\"a\",\"b\"],[\"a\",\"c\"]]]", "ovsdb error", "map contains duplicate key",
     ""},
    {MAP, "[\"map\",[[\"a\"]]]", "syntax error", "expected 2-element array", "[\"a\"]"},
    {MAP, "[\"set\",[]]", "syntax error", "expected [\"map\", <array>]", "[\"set\",[]]"},
    {ENUM, "\"q\"", "constraint violation", "q is not one of the allowed values ([x, y])", ""},
    {RANGE, "11", "constraint violation", "11 is not in the valid range -3 to 10 (inclusive)", ""},
    {"{\"key\":{\"type\":\"integer\",\"minInteger\":1}}", "0", "constraint violation",
     "0 is less than minimum allowed value 1", ""},
    {"{\"key\":{\"type\":\"real\",\"maxReal\":2.5}}", "3", "constraint violation",
     "3 is greater than maximum allowed value 2.5", ""},
    {LENGTH, "\"\xc3\xa9\"", "constraint violation",
     "\"\xc3\xa9\" length 1 is less than minimum allowed length 2", ""},
    {LENGTH, "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"", "constraint violation",
     "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\" length 4 is greater than maximum allowed length 3", ""},
};

static void
test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct datum_type t = type_of(refused[i].type);
        struct fault f = FAULT_INIT;
        struct datum *d = NULL;
        json_t *v = parse(refused[i].json);
        assert_int_not_equal(datum_from_json(&t, v, NULL, &d, &f), 0);
        assert_null(d);
        assert_string_equal(f.tag, refused[i].tag);
        assert_string_equal(str_text(&f.details), refused[i].details);
        assert_string_equal(str_text(&f.syntax), refused[i].syntax);
        fault_fini(&f);
        json_decref(v);
        datum_type_fini(&t);
    }
}

/* The notation of ovs-vsctl: what it reads as (JSON), or what is wrong with it. */
static const struct {
    const char *type, *text, *json, *wrong;
} texts[] = {
    {MAP, "a=b,c=d", "[\"map\",[[\"a\",\"b\"],[\"c\",\"d\"]]]", NULL},
    {MAP, "{ a = b  c=d }", "[\"map\",[[\"a\",\"b\"],[\"c\",\"d\"]]]", NULL},
    {MAP, "{\"a b\"=\"c,d\"}", "[\"map\",[[\"a b\",\"c,d\"]]]", NULL},
    {MAP, "{}", "[\"map\",[]]", NULL},
    {MAP, "a=b,", "[\"map\",[[\"a\",\"b\"]]]", NULL},
    {INTS, "[1,]", "1", NULL},
    {INTS, "3, 5-7", "[\"set\",[3,5,6,7]]", NULL},
    {INTS, "-5--3", "[\"set\",[-5,-4,-3]]", NULL},
    {INTS, "[ ]", "[\"set\",[]]", NULL},
    {STRING, "a\\b", "\"ab\"", NULL},
    {STRING, "\"\\u0041\\/\\b\"", "\"A/\\b\"", NULL},
    {STRING, "\"\\uD83D\\uDE00\"", "\"\xf0\x9f\x98\x80\"", NULL},
    {"\"boolean\"", "yes", "true", NULL},
    {"\"boolean\"", "off", "false", NULL},
    {UUID, U1, "[\"uuid\",\"" U1 "\"]", NULL},
    {MAP, "[a=b]", NULL, "[a=b]: unexpected \"[\" parsing map of (string, string) pairs"},
    {MAP, "{a}", NULL, "a}: syntax error at \"}\" expecting \"=\""},
    {MAP, "{a=}", NULL,
     "An empty string is not valid as input; use \"\" to represent the empty string"},
    {MAP, "{a=b", NULL, "{a=b: missing \"}\" at end of data"},
    {MAP, "{a=b}}", NULL, "{a=b}}: trailing garbage after \"}\""},
    {MAP, "{a=b,a=c}", NULL, "{a=b,a=c}: map contains duplicate key"},
    {MAP, "", NULL, "use \"{}\" to specify the empty map"},
    {INTS, " ", NULL, "use \"[]\" to specify the empty set"},
    {INTS, "1,,2", NULL, "1,,2: unexpected \",\" parsing set of integers"},
    {INTS, "x", NULL, "\"x\" is not a valid integer or range"},
    {INTS, "5-1", NULL, "\"5-1\" is not a valid range. Range end cannot be before start."},
    {INTS, "[1,1]", NULL, "[1,1]: set contains duplicate value"},
    {INT, "1 2", NULL, "1 2: 2 value(s) specified but the maximum number is 1"},
    {INT, "[]", NULL, "[]: 0 value(s) specified but the minimum number is 1"},
    {STRING, "a=b", NULL, "a=b: unexpected \"=\" parsing string"},
    {STRING, "a\"b", NULL, "a\"b: quoted string extends past end of argument"},
    {STRING, "\"x\"y", NULL, "\"x\"y: missing quote at end of quoted string"},
    {STRING, "\"\\q\"", NULL, "\"\\q\": bad escape \\q"},
    {STRING, "\"\\u00\"", NULL, "\"\\u00\": quoted string ends within \\u escape"},
    {STRING, "\"\\u0000\"", NULL, "\"\\u0000\": null bytes not supported in quoted strings"},
    {"\"boolean\"", "maybe", NULL, "\"maybe\" is not a valid boolean (use \"true\" or \"false\")"},
    {UUID, "x", NULL, "\"x\" is not a valid UUID"},
    {STRING, "\xc3(", NULL,
     "constraint violation: not a valid UTF-8 string: invalid UTF-8 sequence 0xc3 0x28"},
    {STRING, "\"\xff\"", NULL,
     "constraint violation: not a valid UTF-8 string: invalid UTF-8 sequence 0xff"},
    {STRING, "\xe2\x82", NULL,
     "constraint violation: not a valid UTF-8 string: invalid UTF-8 sequence 0xe2 0x82 0x00"},
    {RANGE, "4090", NULL,
     "constraint violation: 4090 is not in the valid range -3 to 10 (inclusive)"},
};

static void
test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct datum_type t = type_of(texts[i].type);
        struct fault f = FAULT_INIT;
        struct datum *d = NULL;
        int code = datum_from_text(&t, texts[i].text, NULL, &d, &f);
        if (texts[i].json) {
            struct datum *expected = read_datum(&t, texts[i].json);
            assert_int_equal(code, 0);
            assert_true(datum_equal(d, expected));
            datum_unref(expected);
        } else {
            char *text = fault_to_text(&f);
            assert_int_not_equal(code, 0);
            assert_string_equal(text, texts[i].wrong);
            os_free(text);
        }
        datum_unref(d);
        fault_fini(&f);
        datum_type_fini(&t);
    }
}

/* a op b, as JSON: union, subtraction, difference; and the difference applied to a gives b. */
static const struct {
    const char *type, *a, *b, *both, *minus, *diff;
    bool a_in_b, disjoint;
} pairs[] = {
    {INTS, "[\"set\",[1,2]]", "[\"set\",[2,3]]", "[\"set\",[1,2,3]]", "1", "[\"set\",[1,3]]",
     false, false},
    {INTS, "[\"set\",[]]", "[\"set\",[2]]", "2", "[\"set\",[]]", "2", true, true},
    {INTS, "[\"set\",[2]]", "[\"set\",[]]", "2", "2", "2", false, true},
    {INTS, "[\"set\",[1,2]]", "[\"set\",[1,2]]", "[\"set\",[1,2]]", "[\"set\",[]]", "[\"set\",[]]",
     true, false},
    {MAP, "[\"map\",[[\"a\",\"1\"],[\"b\",\"2\"]]]", "[\"map\",[[\"a\",\"9\"],[\"c\",\"3\"]]]",
     "[\"map\",[[\"a\",\"1\"],[\"b\",\"2\"],[\"c\",\"3\"]]]",
     "[\"map\",[[\"a\",\"1\"],[\"b\",\"2\"]]]",
     "[\"map\",[[\"a\",\"9\"],[\"b\",\"2\"],[\"c\",\"3\"]]]", false, true},
    {OPT, "4", "5", NULL, "4", "5", false, true},
    {OPT, "4", "[\"set\",[]]", NULL, "4", "[\"set\",[]]", false, true},
};

static void
expect(const struct datum_type *t, struct datum *d, const char *json)
{
    struct datum *expected = read_datum(t, json);
    assert_true(datum_equal(d, expected));
    datum_unref(expected);
    datum_unref(d);
}

static void
test_algebra(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        struct datum_type t = type_of(pairs[i].type);
        struct datum *a = read_datum(&t, pairs[i].a), *b = read_datum(&t, pairs[i].b);
        if (pairs[i].both) {
            expect(&t, datum_union(a, b), pairs[i].both);
        }
        expect(&t, datum_subtract(a, b), pairs[i].minus);
        struct datum *diff = datum_diff(a, b, &t), *again = NULL;
        assert_int_equal(datum_apply_diff(a, diff, &t, &again, NULL), 0);
        assert_true(datum_equal(again, b));
        datum_unref(again);
        expect(&t, diff, pairs[i].diff);
        assert_int_equal(datum_includes_all(a, b), pairs[i].a_in_b);
        assert_int_equal(datum_excludes_all(a, b), pairs[i].disjoint);
        datum_unref(a);
        datum_unref(b);
        datum_type_fini(&t);
    }
}

/* Random sets against bit masks. */
static void
test_algebra_random(void **state)
{
    (void)state;
    struct datum_type t = type_of(INTS);
    uint32_t seed = 12345;
    for (int round = 0; round < 2000; round++) {
        uint64_t masks[2] = {0, 0};
        struct datum *sets[2] = {NULL, NULL};
        for (int s = 0; s < 2; s++) {
            seed = seed * 1103515245 + 12345;
            int n = (int)(seed >> 16) % (s ? 60 : 6);
            for (int i = 0; i < n; i++) {
                seed = seed * 1103515245 + 12345;
                masks[s] |= UINT64_C(1) << (seed >> 16) % 64;
            }
            size_t count = PORT_POPCOUNT64(masks[s]), at = 0;
            sets[s] = count ? datum_new(ATOM_INTEGER, ATOM_VOID, count) : NULL;
            for (int bit = 0; bit < 64; bit++) {
                if (masks[s] >> bit & 1) {
                    sets[s]->atoms[at++].integer = bit;
                }
            }
        }
        struct datum *results[] = {datum_union(sets[0], sets[1]), datum_subtract(sets[0], sets[1]),
                                   datum_diff(sets[0], sets[1], &t)};
        uint64_t expected[] = {masks[0] | masks[1], masks[0] & ~masks[1], masks[0] ^ masks[1]};
        for (size_t r = 0; r < ARRAY_LEN(results); r++) {
            uint64_t mask = 0;
            for (size_t i = 0; i < datum_n(results[r]); i++) {
                mask |= UINT64_C(1) << datum_key(results[r], i)->integer;
            }
            assert_int_equal(mask, expected[r]);
            datum_unref(results[r]);
        }
        datum_unref(sets[0]);
        datum_unref(sets[1]);
    }
    datum_type_fini(&t);
}

static void
test_symbols(void **state)
{
    (void)state;
    struct datum_type t = type_of(UUID);
    struct symbol_table symbols;
    symbol_table_init(&symbols);
    struct datum *a = NULL, *b = NULL;
    json_t *v = parse("[\"named-uuid\",\"x\"]");
    assert_int_equal(datum_from_json(&t, v, &symbols, &a, NULL), 0);
    assert_int_equal(datum_from_json(&t, v, &symbols, &b, NULL), 0);
    assert_true(datum_equal(a, b));
    assert_non_null(symbol_find(&symbols, "x"));
    assert_null(symbol_find(&symbols, "y"));
    datum_unref(a);
    datum_unref(b);
    json_decref(v);
    assert_int_equal(datum_from_text(&t, "@x", &symbols, &a, NULL), 0);
    assert_true(uuid_equal(&symbol_find(&symbols, "@x")->uuid, &datum_key(a, 0)->uuid));
    datum_unref(a);
    symbol_table_fini(&symbols);
    datum_type_fini(&t);
}

static void
test_types(void **state)
{
    (void)state;
    static const struct {
        const char *type, *text;
    } types[] = {
        {INT, "integer"},
        {OPT, "set of up to 1 integers"},
        {STRS, "set of strings"},
        {MAP, "map of (string, string) pairs"},
        {"{\"key\":\"uuid\",\"min\":1,\"max\":\"unlimited\"}", "set of 1 or more uuids"},
        {"{\"key\":\"string\",\"min\":1,\"max\":3}", "set of 1 to 3 strings"},
        {"{\"key\":\"integer\",\"value\":\"real\",\"min\":0,\"max\":2}",
         "map of up to 2 (integer, real) pairs"},
    };
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        struct datum_type t = type_of(types[i].type);
        char *text = datum_type_to_text(&t);
        assert_string_equal(text, types[i].text);
        os_free(text);
        json_t *v = datum_type_to_json(&t);
        struct datum_type again;
        assert_int_equal(datum_type_from_json(&again, v, NULL), 0);
        json_t *w = datum_type_to_json(&again);
        assert_true(json_equal(v, w));
        json_decref(v);
        json_decref(w);
        struct datum *d = datum_default(&t);
        assert_true(datum_is_default(d, &t));
        datum_unref(d);
        datum_type_fini(&again);
        datum_type_fini(&t);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),  cmocka_unit_test(test_refused),
        cmocka_unit_test(test_texts),   cmocka_unit_test(test_algebra),
        cmocka_unit_test(test_symbols), cmocka_unit_test(test_algebra_random),
        cmocka_unit_test(test_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
