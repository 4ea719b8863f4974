/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas: what is refused and how, what is read and written again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ovsdb/schema.h"

static json_t *
parse(const char *text)
{
    char *copy = xstrdup(text);
    for (char *p = copy; *p; p++) {
        *p = *p == '\'' ? '"' : *p;
    }
    json_t *v = NULL;
    assert_int_equal(json_read(copy, strlen(copy), &v, NULL), 0);
    os_free(copy);
    return v;
}

#define TABLE(T)  "{'name':'T','tables':{'A':" T "}}"
#define COLUMN(C) TABLE("{'columns':{'c':" C "}}")
#define TYPE(T)   COLUMN("{'type':" T "}")

static const struct {
    const char *schema, *details;
} refused[] = {
    {"{}", "Parsing database schema failed: Required 'name' member is missing."},
    {"[]", "Parsing database schema failed: Object expected."},
    {"{'name':'1T','tables':{}}",
     "Parsing database schema failed: Type mismatch for member 'name'."},
    {"{'name':'T','version':'1.2','tables':{}}", "schema version \"1.2\" not in format x.y.z"},
    {"{'name':'T','x':1,'tables':{}}",
     "Parsing database schema failed: Member 'x' is present but not allowed here."},
    {"{'name':'T','tables':{'_A':{'columns':{}}}}", "names beginning with \"_\" are reserved"},
    {"{'name':'T','tables':{'1A':{'columns':{}}}}", "name must be a valid id"},
    {TABLE("5"), "Parsing table schema for table A failed: Object expected."},
    {TABLE("{'columns':{}}"), "table must have at least one column"},
    {TABLE("{'columns':{'c':{'type':'integer'}},'maxRows':0}"), "maxRows must be at least 1"},
    {TABLE("{'columns':{'c':{'type':'integer'}},'indexes':[['d']]}"),
     "d is not a valid column name"},
    {TABLE("{'columns':{'c':{'type':'integer'}},'indexes':[['c','c']]}"),
     "array of distinct column names expected"},
    {TABLE("{'columns':{'c':{'type':'integer'}},'indexes':[[]]}"),
     "index must have at least one column"},
    {TABLE("{'columns':{'c':{'type':'integer','ephemeral':true}},'indexes':[['c']]}"),
     "ephemeral columns (such as c) may not be indexed"},
    {COLUMN("{}"), "Parsing schema for column c failed: Required 'type' member is missing."},
    {TYPE("'foo'"), "\"foo\" is not an atomic-type"},
    {TYPE("{'key':'void'}"), "\"void\" is not an atomic-type"},
    {TYPE("{'key':'integer','min':2}"), "ovsdb type fails constraint checks"},
    {TYPE("{'key':'integer','max':-1}"), "bad min or max value"},
    {TYPE("{'key':{'type':'integer','minInteger':3,'maxInteger':1}}"),
     "minInteger exceeds maxInteger"},
    {TYPE("{'key':{'type':'string','minInteger':1}}"),
     "Parsing ovsdb type failed: Member 'minInteger' is present but not allowed here."},
    {TYPE("{'key':{'type':'string','minLength':-1}}"),
     "minLength out of valid range 0 to 4294967295"},
    {TYPE("{'key':{'type':'uuid','refTable':'Z'}}"), "column c key refers to undefined table Z"},
    {TYPE("{'key':{'type':'uuid','refTable':'A','refType':'x'}}"),
     "refType must be \"strong\" or \"weak\" (not \"x\")"},
    {TYPE("{'key':{'type':'string','enum':['set',[]]}}"),
     "set must have 1 to 4294967295 members but 0 are present"},
    {TYPE("{'key':{'type':'string','enum':['set',['a','a']]}}"), "set contains duplicate"},
};

static void
test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        json_t *v = parse(refused[i].schema);
        struct db_schema *s = NULL;
        struct fault f = FAULT_INIT;
        assert_int_not_equal(db_schema_from_json(v, &s, &f), 0);
        assert_null(s);
        assert_string_equal(str_text(&f.details), refused[i].details);
        fault_fini(&f);
        json_decref(v);
    }
}

static void
test_read_write(void **state)
{
    (void)state;
    json_t *v =
        parse("{'name':'T','version':'1.2.3','cksum':'1 2','tables':{"
              "'B':{'isRoot':true,'maxRows':5,'indexes':[['y','x']],'columns':{"
              "'x':{'type':'integer'},'y':{'type':{'key':'string','min':0},'mutable':false},"
              "'w':{'type':{'key':{'type':'uuid','refTable':'A','refType':'weak'},'min':0,"
              "'max':'unlimited'},'mutable':false}}},"
              "'A':{'columns':{'e':{'type':{'key':{'type':'string','enum':['set',['a','b']]}},"
              "'ephemeral':true}}}}}");
    struct db_schema *s = NULL;
    assert_int_equal(db_schema_from_json(v, &s, NULL), 0);
    assert_int_equal(s->n_tables, 2);
    assert_string_equal(s->tables[0]->name, "A");
    assert_false(s->tables[0]->is_root);
    const struct table_schema *b = db_schema_find_table(s, "B");
    assert_true(b->is_root);
    assert_int_equal(b->n_columns, 3);
    assert_string_equal(b->columns[0]->name, "w");
    assert_true(b->columns[0]->is_mutable); /* weak references are, whatever the schema says */
    assert_false(table_schema_find_column(b, "y")->is_mutable);
    assert_int_equal(table_schema_find_column(b, "_uuid")->index, COLUMN_UUID);
    assert_null(table_schema_find_column(b, "z"));
    assert_string_equal(b->indexes[0].columns[0]->name, "y");
    struct db_schema *copy = db_schema_copy(s);
    assert_true(db_schema_equal(s, copy));
    db_schema_free(copy);

    json_t *other = parse("{'name':'T','version':'1.2.4','tables':{}}");
    assert_int_equal(db_schema_from_json(other, &copy, NULL), 0);
    assert_true(db_schema_needs_conversion(s, copy));
    db_schema_free(copy);
    json_decref(other);
    db_schema_free(s);
    json_decref(v);
}

/* A schema without roots has only roots. */
static void
test_implicit_roots(void **state)
{
    (void)state;
    json_t *v = parse(TYPE("'integer'"));
    struct db_schema *s = NULL;
    assert_int_equal(db_schema_from_json(v, &s, NULL), 0);
    assert_true(s->tables[0]->is_root);
    json_t *w = db_schema_to_json(s);
    assert_true(json_equal(v, w));
    json_decref(w);
    db_schema_free(s);
    json_decref(v);
}

/* The schema of the switch itself. */
static void
test_switch_schema(void **state)
{
    (void)state;
    const char *source = getenv("WEFT_SOURCE");
    char *path = xasprintf("%s/schema/vswitch.ovsschema", source ? source : ".");
    struct db_schema *s = NULL;
    struct fault f = FAULT_INIT;
    if (db_schema_from_file(path, &s, &f)) {
        fail_msg("%s", str_text(&f.details));
    }
    assert_string_equal(s->name, "Open_vSwitch");
    assert_non_null(db_schema_find_table(s, "Bridge"));
    assert_true(db_schema_find_table(s, "Open_vSwitch")->is_root);
    assert_false(db_schema_find_table(s, "Port")->is_root);
    db_schema_free(s);
    os_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_read_write),
        cmocka_unit_test(test_implicit_roots),
        cmocka_unit_test(test_switch_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
