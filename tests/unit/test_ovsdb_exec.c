/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of RFC 7047 section 5.2 on a database in memory. A step is a request and the
 * results that must come; UUIDs are replaced by #0, #1, … in the order in which they appear in
 * a test. Requests may use them in the same way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ovsdb/exec.h"
#include "ovsdb/record.h"

static const char schema_text[] =
    "{'name':'T','version':'1.0.0','tables':{"
    "'R':{'isRoot':true,'columns':{'i':{'type':'integer'},'s':{'type':'string'},"
    "'e':{'type':'string','ephemeral':true},'fixed':{'type':'integer','mutable':false},"
    "'ints':{'type':{'key':'integer','min':0,'max':'unlimited'}},"
    "'m':{'type':{'key':'string','value':'string','min':0,'max':2}},"
    "'r':{'type':'real'},"
    "'strong':{'type':{'key':{'type':'uuid','refTable':'N'},'min':0,'max':'unlimited'}},"
    "'weak':{'type':{'key':{'type':'uuid','refTable':'N','refType':'weak'},"
    "'min':0,'max':'unlimited'}}}},"
    "'N':{'columns':{'name':{'type':'string'},"
    "'next':{'type':{'key':{'type':'uuid','refTable':'N'},'min':0,'max':'unlimited'}}},"
    "'indexes':[['name']]},"
    "'W':{'isRoot':true,'columns':{'name':{'type':'string'},"
    "'peer':{'type':{'key':{'type':'uuid','refTable':'W','refType':'weak'},"
    "'min':1,'max':'unlimited'}}}},"
    "'M':{'isRoot':true,'maxRows':2,'columns':{'k':{'type':'integer'}}}}}";

struct step {
    const char *request, *results;
};

struct fixture {
    struct db *db;
    char uuids[64][UUID_TEXT_LEN + 1];
    size_t n_uuids;
    struct str log; /* the records of what was committed, one a line */
};

/* TEXT with ' for ". */
static char *
quoted(const char *text)
{
    char *copy = xstrdup(text);
    for (char *p = copy; *p; p++) {
        *p = *p == '\'' ? '"' : *p;
    }
    return copy;
}

static struct db *
new_db(void)
{
    char *text = quoted(schema_text);
    json_t *v = NULL;
    struct db_schema *schema = NULL;
    assert_int_equal(json_read(text, strlen(text), &v, NULL), 0);
    assert_int_equal(db_schema_from_json(v, &schema, NULL), 0);
    json_decref(v);
    os_free(text);
    return db_new(schema);
}

/* Puts the UUIDs that REQUEST names as #N into it. */
static char *
expand(const struct fixture *x, const char *request)
{
    struct str out = STR_INIT;
    for (const char *p = request; *p; p++) {
        if (*p == '#') {
            size_t i = (size_t)(*++p - '0');
            assert_true(i < x->n_uuids);
            str_puts(&out, x->uuids[i]);
        } else {
            str_putc(&out, *p == '\'' ? '"' : *p);
        }
    }
    return str_take(&out);
}

/* Replaces UUIDs by #N, and " by '. */
static char *
contract(struct fixture *x, const char *text)
{
    struct str out = STR_INIT;
    struct uuid unused;
    for (const char *p = text; *p;) {
        if (strlen(p) >= UUID_TEXT_LEN && uuid_parse(p, UUID_TEXT_LEN, &unused)) {
            size_t i = 0;
            while (i < x->n_uuids && memcmp(x->uuids[i], p, UUID_TEXT_LEN) != 0) {
                i++;
            }
            if (i == x->n_uuids) {
                memcpy(x->uuids[x->n_uuids++], p, UUID_TEXT_LEN);
            }
            str_putf(&out, "#%zu", i);
            p += UUID_TEXT_LEN;
        } else {
            str_putc(&out, *p == '"' ? '\'' : *p);
            p++;
        }
    }
    return str_take(&out);
}

static bool
holds_lock(void *aux, const char *lock)
{
    (void)aux;
    return strcmp(lock, "mine") == 0;
}

static void
run(struct fixture *x, const char *request, const char *expected)
{
    char *ops = expand(x, request), *text = xasprintf("[\"T\"%s%s]", *ops ? "," : "", ops);
    json_t *params = NULL;
    assert_int_equal(json_read(text, strlen(text), &params, NULL), 0);
    struct exec_request r = {.db = x->db, .params = params, .holds_lock = holds_lock};
    struct exec_result result;
    exec_transact(&r, &result);
    if (result.txn) {
        if (record_write_txn(result.txn, true, 0, &x->log)) {
            str_putc(&x->log, '\n');
        }
        txn_commit(result.txn);
    }
    str_puts(&result.json, result.waits ? "waits" : "]");
    char *results = contract(x, result.json.s);
    if (strcmp(results, expected) != 0) {
        fail_msg("%s\n  gives    %s\n  expected %s", request, results, expected);
    }
    os_free(results);
    str_fini(&result.json);
    json_decref(params);
    os_free(text);
    os_free(ops);
}

/* The database as a record, rows in order of their UUIDs not being guaranteed: counts only. */
static void
check_reload(struct fixture *x)
{
    struct db *copy = new_db();
    char *save = NULL;
    char *text = xstrdup(str_text(&x->log));
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        struct fault f = FAULT_INIT;
        if (record_apply(copy, line, strlen(line), &f)) {
            fail_msg("%s: %s", line, str_text(&f.details));
        }
    }
    assert_int_equal(record_end_loading(copy, NULL), 0);
    for (size_t t = 0; t < x->db->schema->n_tables; t++) {
        assert_int_equal(hmap_count(&copy->tables[t].rows), hmap_count(&x->db->tables[t].rows));
        HMAP_FOR_EACH (struct row, row, node, &x->db->tables[t].rows) {
            struct row *other = table_find_row(&copy->tables[t], &row->uuid);
            assert_non_null(other);
            assert_int_equal(other->n_refs, row->n_refs);
            for (size_t c = 0; c < row->table->schema->n_columns; c++) {
                if (row->table->schema->columns[c]->is_persistent) {
                    assert_true(datum_equal(row->cells[c], other->cells[c]));
                }
            }
        }
    }
    assert_int_equal(hmap_count(&copy->weak_refs), hmap_count(&x->db->weak_refs));
    db_free(copy);
    os_free(text);
}

static void
run_steps(const struct step *steps, size_t n)
{
    struct fixture x = {.db = new_db()};
    for (size_t i = 0; i < n; i++) {
        run(&x, steps[i].request, steps[i].results);
    }
    check_reload(&x);
    str_fini(&x.log);
    db_free(x.db);
}

#define INSERT(TABLE, ROW) "{'op':'insert','table':'" TABLE "','row':{" ROW "}}"
#define NAMED(TABLE, NAME, ROW)                                                                   \
    "{'op':'insert','table':'" TABLE "','uuid-name':'" NAME "','row':{" ROW "}}"
#define SELECT(TABLE, WHERE, COLUMNS)                                                             \
    "{'op':'select','table':'" TABLE "','where':[" WHERE "],'columns':[" COLUMNS "]}"
#define UPDATE(TABLE, WHERE, ROW)                                                                 \
    "{'op':'update','table':'" TABLE "','where':[" WHERE "],'row':{" ROW "}}"
#define MUTATE(TABLE, WHERE, MUTATIONS)                                                           \
    "{'op':'mutate','table':'" TABLE "','where':[" WHERE "],'mutations':[" MUTATIONS "]}"
#define DELETE(TABLE, WHERE) "{'op':'delete','table':'" TABLE "','where':[" WHERE "]}"

static void
test_basic(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"", "[]"},
        {INSERT("R", "'i':1,'s':'one','ints':['set',[3,1,2]]"), "[{'uuid':['uuid','#0']}]"},
        {SELECT("R", "", "'i','s','ints','strong','r','m'"),
         "[{'rows':[{'i':1,'s':'one','ints':['set',[1,2,3]],'strong':['set',[]],'r':0,"
         "'m':['map',[]]}]}]"},
        {SELECT("R", "['_uuid','==',['uuid','#0']]", "'i','_uuid'"),
         "[{'rows':[{'i':1,'_uuid':['uuid','#0']}]}]"},
        {UPDATE("R", "['i','==',1]", "'s':'two'") "," SELECT("R", "['s','==','two']", "'i'"),
         "[{'count':1},{'rows':[{'i':1}]}]"},
        {UPDATE("R", "['i','==',9]", "'s':'x'"), "[{'count':0}]"},
        {MUTATE("R", "",
                "['i','+=',4],['i','*=',3],['ints','insert',['set',[5,1]]],['ints','delete',"
                "2]") "," SELECT("R", "", "'i','ints'"),
         "[{'count':1},{'rows':[{'i':15,'ints':['set',[1,3,5]]}]}]"},
        {MUTATE("R", "",
                "['m','insert',['map',[['a','1'],['b','2']]]],['m','delete','a'],"
                "['m','delete',['map',[['b','9']]]]") "," SELECT("R", "", "'m'"),
         "[{'count':1},{'rows':[{'m':['map',[['b','2']]]}]}]"},
        {MUTATE("R", "", "['i','/=',0]"),
         "[{'error':'domain error','details':'Division by zero.'}]"},
        {"{'op':'comment','comment':'x'},{'op':'commit','durable':true}", "[{},{}]"},
        {INSERT("R", "") ",{'op':'abort'}," DELETE("R", ""),
         "[{'uuid':['uuid','#1']},{'error':'aborted','details':'aborted by request'},null]"},
        {DELETE("R", ""), "[{'count':1}]"},
        {DELETE("R", ""), "[{'count':0}]"},
        {"{'op':'assert','lock':'mine'},{'op':'assert','lock':'other'}",
         "[{},{'error':'not owner','details':'Asserted lock other not held.'}]"},
    };
    run_steps(steps, ARRAY_LEN(steps));
}

static void
test_conditions(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {INSERT("R", "'i':1,'ints':['set',[1,2]]") "," INSERT("R", "'i':2,'ints':5"),
         "[{'uuid':['uuid','#0']},{'uuid':['uuid','#1']}]"},
        {SELECT("R", "['i','<',2]", "'i'"), "[{'rows':[{'i':1}]}]"},
        {SELECT("R", "['i','>=',2]", "'i'"), "[{'rows':[{'i':2}]}]"},
        {SELECT("R", "['i','!=',1]", "'i'"), "[{'rows':[{'i':2}]}]"},
        {SELECT("R", "['ints','includes',['set',[1]]]", "'i'"), "[{'rows':[{'i':1}]}]"},
        {SELECT("R", "['ints','excludes',['set',[5,6]]]", "'i'"), "[{'rows':[{'i':1}]}]"},
        {SELECT("R", "['ints','==',['set',[2,1]]]", "'i'"), "[{'rows':[{'i':1}]}]"},
        {SELECT("R", "['i','==',1],['ints','==',5]", "'i'"), "[{'rows':[]}]"},
        {SELECT("R", "false", "'i'"), "[{'rows':[]}]"},
        {SELECT("R", "true,['i','==',2]", "'i'"), "[{'rows':[{'i':2}]}]"},
    };
    run_steps(steps, ARRAY_LEN(steps));
}

static void
test_references(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* Without a reference a row of a table that is no root goes at once. */
        {INSERT("N", "'name':'a'"), "[{'uuid':['uuid','#0']}]"},
        {SELECT("N", "", "'name'"), "[{'rows':[]}]"},
        {NAMED("N", "n1", "'name':'n1','next':['named-uuid','n2']") "," NAMED(
             "N", "n2", "'name':'n2'") "," INSERT("R", "'strong':['named-uuid','n1'],"
                                                       "'weak':['named-uuid','n2']"),
         "[{'uuid':['uuid','#1']},{'uuid':['uuid','#2']},{'uuid':['uuid','#3']}]"},
        {DELETE("N", "['name','==','n2']"),
         "[{'count':1},{'error':'referential integrity violation','details':'cannot delete N row "
         "#2 because of 1 remaining reference(s)'}]"},
        {UPDATE("N", "['name','==','n1']", "'next':['set',[]]"), "[{'count':1}]"},
        /* n2 went, and with it the weak reference to it. */
        {SELECT("N", "", "'name'") "," SELECT("R", "", "'weak'"),
         "[{'rows':[{'name':'n1'}]},{'rows':[{'weak':['set',[]]}]}]"},
        {UPDATE("R", "", "'strong':['uuid','#2']"),
         "[{'count':1},{'error':'referential integrity violation','details':'Table R column "
         "strong row #3 references nonexistent row #2 in table N.'}]"},
        /* A row's own reference does not keep it. */
        {NAMED("N", "self", "'name':'self','next':['named-uuid','self']"),
         "[{'uuid':['uuid','#4']}]"},
        {SELECT("N", "['name','==','self']", "'name'"), "[{'rows':[]}]"},
        {DELETE("R", ""), "[{'count':1}]"},
        {SELECT("N", "", "'name'"), "[{'rows':[]}]"},
        /* Weak references that a column cannot do without. */
        {NAMED("W", "w", "'name':'w1','peer':['named-uuid','w']"), "[{'uuid':['uuid','#5']}]"},
        {INSERT("W", "'name':'w2','peer':['uuid','#5']"), "[{'uuid':['uuid','#6']}]"},
        {DELETE("W", "['name','==','w1']"),
         "[{'count':1},{'error':'constraint violation','details':'Deletion of 1 weak reference(s) "
         "to deleted (or never-existing) rows from column \\'peer\\' in \\'W\\' row #6 caused "
         "this column to become empty, but constraints on this column disallow an empty "
         "column.'}]"},
    };
    run_steps(steps, ARRAY_LEN(steps));
}

static void
test_constraints(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {INSERT("M", "'k':1") "," INSERT("M", "'k':2"),
         "[{'uuid':['uuid','#0']},{'uuid':['uuid','#1']}]"},
        {INSERT("M", "'k':3"),
         "[{'uuid':['uuid','#2']},{'error':'constraint violation','details':'transaction causes "
         "\\'M\\' table to contain 3 rows, greater than the schema-defined limit of 2 row(s)'}]"},
        {DELETE("M", "['k','==',1]") "," INSERT("M", "'k':3"),
         "[{'count':1},{'uuid':['uuid','#3']}]"},
        {NAMED("N", "a", "'name':'x'") "," NAMED("N", "b", "'name':'x'") "," INSERT(
             "R", "'strong':['set',[['named-uuid','a'],['named-uuid','b']]]"),
         "[{'uuid':['uuid','#4']},{'uuid':['uuid','#5']},{'uuid':['uuid','#6']},{'error':"
         "'constraint violation','details':'Transaction causes multiple rows in \\'N\\' table to "
         "have identical values (x) for index on column \\'name\\'.  First row, with UUID #4, "
         "was inserted by this transaction.  Second row, with UUID #5, was inserted by this "
         "transaction.'}]"},
        {NAMED("N", "a", "'name':'x'") "," NAMED("N", "b", "'name':'y'") "," INSERT(
             "R", "'strong':['set',[['named-uuid','a'],['named-uuid','b']]]"),
         "[{'uuid':['uuid','#7']},{'uuid':['uuid','#8']},{'uuid':['uuid','#9']}]"},
        /* Names may be exchanged within one transaction. */
        {UPDATE("N", "['name','==','x']", "'name':'z'") "," UPDATE(
             "N", "['name','==','y']", "'name':'x'") "," UPDATE("N", "['name','==','z']",
                                                                "'name':'y'"),
         "[{'count':1},{'count':1},{'count':1}]"},
        {SELECT("N", "['name','==','x']", "'_uuid'"), "[{'rows':[{'_uuid':['uuid','#8']}]}]"},
        {UPDATE("N", "['name','==','x']", "'name':'y'"),
         "[{'count':1},{'error':'constraint violation','details':'Transaction causes multiple "
         "rows in \\'N\\' table to have identical values (y) for index on column \\'name\\'.  "
         "First row, with UUID #7, existed in the database before this transaction and was not "
         "modified by the transaction.  Second row, with UUID #8, had the following index values "
         "before the transaction: x.'}]"},
        {UPDATE("R", "", "'fixed':1"),
         "[{'error':'constraint violation','details':'Cannot update immutable column fixed in "
         "table R.','syntax':'{\\'op\\':\\'update\\',\\'row\\':{\\'fixed\\':1},\\'table\\':"
         "\\'R\\',\\'where\\':[]}'}]"},
        {MUTATE("R", "",
                "['m','insert',['map',[['a','b'],['c','d']]]],"
                "['m','insert',['map',[['e','f']]]]"),
         "[{'error':'constraint violation','details':'Attempted to store 3 elements in map of up "
         "to 2 (string, string) pairs.'}]"},
    };
    run_steps(steps, ARRAY_LEN(steps));
}

static void
test_wait(void **state)
{
    (void)state;
#define WAIT(UNTIL, ROWS, MORE)                                                                   \
    "{'op':'wait','table':'R','where':[],'columns':['i'],'until':'" UNTIL "','rows':[" ROWS       \
    "]" MORE "}"
    static const struct step steps[] = {
        {INSERT("R", "'i':5"), "[{'uuid':['uuid','#0']}]"},
        {WAIT("==", "{'i':5}", ""), "[{}]"},
        {WAIT("==", "{'i':5},{'i':5}", ""), "[{}]"},
        {WAIT("!=", "{'i':5}", ",'timeout':0"),
         "[{'error':'timed out','details':'\\'where\\' clause test failed'}]"},
        {WAIT("==", "{'i':6}", ""), "waits"},
        {WAIT("==", "{'i':6}", ",'timeout':1000"), "waits"},
        {UPDATE("R", "", "'i':6") "," WAIT("==", "{'i':6}", ""), "[{'count':1},{}]"},
    };
    run_steps(steps, ARRAY_LEN(steps));
}

/* A set that is changed in place: aborts must bring back what was there. */
static void
test_large_set(void **state)
{
    (void)state;
    struct fixture x = {.db = new_db()};
    run(&x, INSERT("R", "'i':1"), "[{'uuid':['uuid','#0']}]");
    char op[256];
    for (int i = 0; i < 500; i++) {
        snprintf(op, sizeof op, MUTATE("R", "", "['ints','insert',%d]"), (i * 7919) % 500);
        run(&x, op, "[{'count':1}]");
    }
    run(&x, MUTATE("R", "", "['ints','delete',['set',[7,8]]],['ints','insert',['set',[1000,8]]]"),
        "[{'count':1}]");
    run(&x,
        MUTATE("R", "",
               "['ints','delete',['set',[20,21]]],['ints','insert',2000]") ",{'op':'abort'}",
        "[{'count':1},{'error':'aborted','details':'aborted by request'}]");
    run(&x, MUTATE("R", "", "['ints','insert',3000],['ints','delete',3000]"), "[{'count':1}]");
    run(&x, SELECT("R", "['ints','includes',['set',[20,21,8,1000]]]", "'i'"),
        "[{'rows':[{'i':1}]}]");
    run(&x, SELECT("R", "['ints','excludes',['set',[7,2000,3000]]]", "'i'"),
        "[{'rows':[{'i':1}]}]");
    struct table *r = db_find_table(x.db, "R");
    HMAP_FOR_EACH (struct row, row, node, &r->rows) {
        assert_int_equal(datum_n(row->cells[table_schema_find_column(r->schema, "ints")->index]),
                         500);
    }
    check_reload(&x);
    str_fini(&x.log);
    db_free(x.db);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_basic),      cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_references), cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_wait),       cmocka_unit_test(test_large_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
