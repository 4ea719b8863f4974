/* SPDX-License-Identifier: Apache-2.0 */
/* The client replica: updates into rows, what transactions send, what their replies mean, and the
 * conversation with servers old and new, played by a scripted peer over TCP in the same loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "os/log.h"
#include "os/random.h"
#include "ovsdb/client/replica_index.h"
#include "ovsdb/client/replica_internal.h"

enum { PATIENCE_MS = 10000 };

#define U1 "00000000-0000-4000-8000-000000000001"
#define U2 "00000000-0000-4000-8000-000000000002"
#define U3 "00000000-0000-4000-8000-000000000003"

static const char schema_text[] =
    "{\"name\":\"D\",\"version\":\"1.0.0\",\"tables\":{"
    "\"Root\":{\"isRoot\":true,\"columns\":{"
    "\"cfg\":{\"type\":\"integer\"},"
    "\"kids\":{\"type\":{\"key\":{\"type\":\"uuid\",\"refTable\":\"Kid\"},\"min\":0,"
    "\"max\":\"unlimited\"}},"
    "\"opts\":{\"type\":{\"key\":\"string\",\"value\":\"string\",\"min\":0,"
    "\"max\":\"unlimited\"}}}},"
    "\"Kid\":{\"columns\":{\"name\":{\"type\":\"string\"},"
    "\"tag\":{\"type\":{\"key\":\"integer\",\"min\":0,\"max\":1}}}}}}";

/* Tables and columns are sorted by name. */
enum { KID, ROOT };
enum { KID_NAME, KID_TAG };
enum { ROOT_CFG, ROOT_KIDS, ROOT_OPTS };

static struct os_loop *loop;
static struct db_schema *schema;
static struct replica *replica;
static unsigned int n_changed;

static json_t *
json_of(const char *text)
{
    json_t *v;
    struct err e;
    if (json_read(text, strlen(text), &v, &e)) {
        fail_msg("%s: %s", text, e.text);
    }
    return v;
}

static void
count_change(void *aux)
{
    (void)aux;
    n_changed++;
}

static int
setup(void **state)
{
    static const struct replica_events events = {count_change};
    struct fault f = FAULT_INIT;
    (void)state;
    json_t *json = json_of(schema_text);
    assert_int_equal(db_schema_from_json(json, &schema, &f), 0);
    json_decref(json);
    loop = os_loop_new();
    replica = replica_new(loop, schema, &events, NULL);
    replica_watch_all(replica, ROOT, REPLICA_ALERT);
    replica_watch_all(replica, KID, REPLICA_ALERT);
    n_changed = 0;
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    replica_free(replica);
    os_loop_free(loop);
    db_schema_free(schema);
    return 0;
}

static struct uuid
uuid_of(const char *text)
{
    struct uuid uuid;
    assert_true(uuid_parse(text, strlen(text), &uuid));
    return uuid;
}

static struct replica_row *
row_of(uint32_t table, const char *text)
{
    struct uuid uuid = uuid_of(text);
    return replica_find(replica, table, &uuid);
}

static int
apply(const char *text, enum replica_update_kind kind, bool is_snapshot)
{
    json_t *json = json_of(text);
    struct fault f = FAULT_INIT;
    int err = replica_apply(replica, json, kind, is_snapshot, &f);
    fault_fini(&f);
    json_decref(json);
    return err;
}

static void
assert_text(const struct replica_row *row, uint32_t column, const char *expected)
{
    struct str text = STR_INIT;
    datum_write_text(&text, replica_get(row, column),
                     &replica_row_schema(row)->columns[column]->type);
    assert_string_equal(str_text(&text), expected);
    str_fini(&text);
}

/* -- Updates -- */

#define KIDS_SNAPSHOT                                                                             \
    "{\"Root\":{\"" U1 "\":{\"initial\":{\"kids\":[\"set\",[[\"uuid\",\"" U2                      \
    "\"],[\"uuid\",\"" U3 "\"]]],\"opts\":[\"map\",[[\"a\",\"b\"]]]}}},\"Kid\":{\"" U2            \
    "\":{\"initial\":{\"name\":\"x\",\"tag\":5}},\"" U3 "\":{\"initial\":{\"name\":\"y\"}}}}"

static void
fill(void)
{
    assert_int_equal(apply(KIDS_SNAPSHOT, UPDATE_V2, true), 0);
}

static void
test_updates(void **state)
{
    (void)state;
    fill();
    const struct replica_row *root = row_of(ROOT, U1);
    struct replica_row *kid = row_of(KID, U2);
    assert_int_equal(replica_n_rows(replica, KID), 2);
    assert_text(root, ROOT_CFG, "0");
    assert_text(root, ROOT_OPTS, "{a=b}");
    assert_text(kid, KID_TAG, "5");
    assert_text(row_of(KID, U3), KID_TAG, "[]");
    assert_ptr_equal(replica_ref(root, ROOT_KIDS, 0), kid);
    assert_null(replica_ref(root, ROOT_KIDS, 2));
    /* Differences: elements change places, pairs change values, scalars are replaced. */
    assert_int_equal(apply("{\"Root\":{\"" U1 "\":{\"modify\":{\"cfg\":7,\"kids\":[\"uuid\",\"" U3
                           "\"],\"opts\":[\"map\",[[\"a\",\"c\"],[\"d\",\"e\"]]]}}},\"Kid\":{\"" U3
                           "\":{\"delete\":null},\"" U2 "\":{\"modify\":{\"tag\":[\"set\",[]]}}}}",
                           UPDATE_V2, false),
                     0);
    assert_text(root, ROOT_CFG, "7");
    assert_text(root, ROOT_OPTS, "{a=c, d=e}");
    assert_int_equal(datum_n(replica_get(root, ROOT_KIDS)), 1);
    assert_null(row_of(KID, U3));
    assert_ptr_equal(row_of(KID, U2), kid);
    assert_text(kid, KID_TAG, "[]");
    /* RFC 7047's form. */
    assert_int_equal(apply("{\"Kid\":{\"" U2 "\":{\"old\":{\"tag\":[\"set\",[]]},\"new\":"
                           "{\"name\":\"x\",\"tag\":9}},\"" U3
                           "\":{\"new\":{\"name\":\"z\",\"tag\":[\"set\",[]]}}}}",
                           UPDATE_V1, false),
                     0);
    assert_text(kid, KID_TAG, "9");
    assert_text(row_of(KID, U3), KID_NAME, "z");
    assert_int_equal(apply("{\"Kid\":{\"" U3 "\":{\"old\":{\"name\":\"z\"}}}}", UPDATE_V1, false),
                     0);
    assert_null(row_of(KID, U3));
}

/* A snapshot changes what differs and nothing else. */
static void
test_resync(void **state)
{
    (void)state;
    fill();
    struct replica_row *kid = row_of(KID, U2), *root = row_of(ROOT, U1);
    int mine;
    kid->user = &mine;
    replica_track_changes(replica, true);
    os_loop_turn(loop, 0);
    replica_forget_changes(replica);
    fill();
    assert_null(replica_first_change(replica, KID));
    assert_null(replica_first_change(replica, ROOT));
    assert_int_equal(apply("{\"Root\":{\"" U1 "\":{\"initial\":{\"cfg\":1}}},\"Kid\":{\"" U2
                           "\":{\"initial\":{\"name\":\"x\",\"tag\":5}}}}",
                           UPDATE_V2, true),
                     0);
    assert_ptr_equal(row_of(KID, U2), kid);
    assert_ptr_equal(kid->user, &mine);
    const struct replica_row *gone = replica_first_change(replica, KID);
    assert_true(gone && replica_row_is_deleted(gone));
    assert_text(gone, KID_NAME, "y");
    assert_null(replica_next_change(gone));
    assert_ptr_equal(replica_first_change(replica, ROOT), root);
    assert_int_equal(root->marks & (REPLICA_INSERTED | REPLICA_MODIFIED), REPLICA_MODIFIED);
    replica_forget_changes(replica);
    assert_int_equal(root->marks, 0);
}

static void
test_bad_updates(void **state)
{
    static const char *const updates[] = {
        "[]",
        "{\"Kid\":{\"zz\":{\"insert\":{}}}}",
        "{\"Kid\":{\"" U1 "\":{\"modify\":{\"tag\":1}}}}",
        "{\"Kid\":{\"" U1 "\":{\"nonsense\":{}}}}",
        "{\"Kid\":{\"" U1 "\":{\"insert\":{\"tag\":\"x\"}}}}",
        "{\"Kid\":{\"" U1 "\":3}}",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(updates); i++) {
        assert_int_not_equal(apply(updates[i], UPDATE_V2, false), 0);
    }
    /* Tables and columns of a newer schema are skipped. */
    assert_int_equal(apply("{\"New\":{\"x\":{}},\"Kid\":{\"" U1 "\":{\"insert\":{\"new\":3}}}}",
                           UPDATE_V2, false),
                     0);
}

static void
test_quiet_columns(void **state)
{
    (void)state;
    replica_watch(replica, ROOT, ROOT_CFG, REPLICA_QUIET);
    fill();
    os_loop_turn(loop, 0);
    unsigned int before = n_changed;
    uint64_t seqno = replica_seqno(replica);
    assert_int_equal(apply("{\"Root\":{\"" U1 "\":{\"modify\":{\"cfg\":3}}}}", UPDATE_V2, false),
                     0);
    os_loop_turn(loop, 0);
    assert_int_equal(n_changed, before);
    assert_int_equal(replica_seqno(replica), seqno);
    assert_text(row_of(ROOT, U1), ROOT_CFG, "3");
    assert_int_equal(apply("{\"Root\":{\"" U1 "\":{\"modify\":{\"opts\":[\"map\",[[\"a\","
                           "\"z\"]]]}}}}",
                           UPDATE_V2, false),
                     0);
    os_loop_turn(loop, 0);
    assert_int_equal(n_changed, before + 1);
}

/* -- Indexes -- */

enum { N_NAMES = 12 };

/* The index over name and tag has exactly the visible rows, in order, and finds what is there. */
static void
assert_index(const struct replica_index *index)
{
    size_t n = 0;
    const struct replica_row *last = NULL;
    for (struct replica_row *row = replica_index_from(index, NULL, 0); row;
         row = replica_index_next(index, row)) {
        if (last) {
            const struct datum *const values[] = {replica_get(last, KID_NAME),
                                                  replica_get(last, KID_TAG)};
            assert_true(replica_index_compare(index, row, values, 2) >= 0);
        }
        last = row;
        n++;
    }
    assert_int_equal(n, replica_n_rows(replica, KID));
    for (int name = 0; name < N_NAMES; name++) {
        char text[8];
        snprintf(text, sizeof text, "k%d", name);
        struct datum *value = datum_from_string(text);
        size_t expected = 0, found = 0;
        for (struct replica_row *row = replica_first(replica, KID); row; row = replica_next(row)) {
            expected += datum_equal(replica_get(row, KID_NAME), value);
        }
        REPLICA_INDEX_FOR_EACH(row, index, (const struct datum *const *)&value, 1)
        {
            assert_true(datum_equal(replica_get(row, KID_NAME), value));
            found++;
        }
        assert_int_equal(found, expected);
        datum_unref(value);
    }
}

static struct datum *
random_name(void)
{
    char text[8];
    snprintf(text, sizeof text, "k%u", os_random_below(N_NAMES));
    return datum_from_string(text);
}

/* An update from the server about one of 30 rows. */
static void
random_update(void)
{
    char uuid[UUID_TEXT_LEN + 1], text[256];
    uint32_t n = os_random_below(30), name = os_random_below(N_NAMES);
    snprintf(uuid, sizeof uuid, "00000000-0000-4000-8000-0000000000%02u", n);
    if (!row_of(KID, uuid) || os_random_below(3)) {
        snprintf(text, sizeof text,
                 "{\"Kid\":{\"%s\":{\"insert\":{\"name\":\"k%u\",\"tag\":%u}}}}", uuid, name,
                 n % 5);
    } else {
        snprintf(text, sizeof text, "{\"Kid\":{\"%s\":{\"delete\":null}}}", uuid);
    }
    assert_int_equal(apply(text, UPDATE_V2, false), 0);
}

static struct replica_row *
random_row(void)
{
    struct replica_row *row = replica_first(replica, KID);
    for (uint32_t i = os_random_below(20); i && row; i--) {
        row = replica_next(row);
    }
    return row;
}

static void
random_edit(struct replica_txn *txn)
{
    struct replica_row *row = random_row();
    uint32_t what = os_random_below(5);
    if (what == 0 || !row) {
        row = replica_txn_insert(txn, KID, NULL, false);
        replica_txn_write(txn, row, KID_NAME, random_name());
    } else if (what == 1) {
        replica_txn_delete(txn, row);
    } else if (what == 2) {
        replica_txn_write(txn, row, KID_NAME, random_name());
    } else if (what == 3) {
        replica_txn_remove(txn, row, KID_TAG, datum_from_integer(os_random_below(5)));
    } else {
        replica_txn_write(txn, row, KID_TAG, NULL);
        replica_txn_add(txn, row, KID_TAG, datum_from_integer(os_random_below(5)));
    }
}

static void
test_index(void **state)
{
    (void)state;
    static const uint32_t columns[] = {KID_NAME, KID_TAG};
    const struct replica_index *index = NULL;
    os_random_seed(3);
    for (int i = 0; i < 300; i++) {
        random_update();
        if (i == 20) { /* rows that were there before are in it too */
            index = replica_index_on(replica, KID, columns, 2);
            assert_ptr_equal(replica_index_on(replica, KID, columns, 2), index);
            assert_ptr_not_equal(replica_index_on(replica, KID, columns, 1), index);
        }
        if (i < 20 || i % 3) {
            continue;
        }
        assert_index(index);
        /* An open transaction shows, what arrives meanwhile too; then it is taken back. */
        struct replica_txn *txn = replica_txn_new(replica);
        for (int j = 0; j < 10; j++) {
            random_edit(txn);
            assert_index(index);
            if (j % 2) {
                random_update();
                assert_index(index);
            }
            os_loop_turn(loop, 0);
        }
        replica_txn_free(txn);
        assert_index(index);
    }
    assert_int_equal(apply("{}", UPDATE_V2, true), 0);
    assert_null(replica_index_from(index, NULL, 0));
}

/* Rows between two values; the walk goes on behind a row that it deletes. */
static void
test_index_range(void **state)
{
    (void)state;
    const uint32_t column = KID_TAG;
    for (int i = 0; i < 30; i++) {
        char text[200];
        snprintf(
            text, sizeof text,
            "{\"Kid\":{\"00000000-0000-4000-8000-0000000000%02d\":{\"insert\":{\"tag\":%d}}}}", i,
            i * 7 % 30);
        assert_int_equal(apply(text, UPDATE_V2, false), 0);
    }
    const struct replica_index *index = replica_index_on(replica, KID, &column, 1);
    struct datum *from = datum_from_integer(10), *to = datum_from_integer(20);
    struct replica_txn *txn = replica_txn_new(replica);
    int64_t expected = 10;
    struct replica_row *row = replica_index_from(index, (const struct datum *const *)&from, 1);
    for (; replica_index_compare(index, row, (const struct datum *const *)&to, 1) <= 0;
         row = replica_index_next(index, row)) {
        assert_int_equal(datum_key(replica_get(row, KID_TAG), 0)->integer, expected++);
        replica_txn_delete(txn, row);
    }
    assert_int_equal(expected, 21);
    assert_int_equal(replica_n_rows(replica, KID), 19);
    assert_null(replica_index_find(index, (const struct datum *const *)&from, 1));
    replica_txn_free(txn);
    assert_non_null(replica_index_find(index, (const struct datum *const *)&from, 1));
    datum_unref(from);
    datum_unref(to);
}

/* -- Transactions -- */

/* The operations of TXN without the database's name; names of inserted rows become ROW1… */
static void
assert_ops(struct replica_txn *txn, const char *expected)
{
    json_t *ops = replica_txn_ops(txn), *wanted = json_of(expected);
    if (ops) {
        json_array_remove(ops, 0);
    } else {
        ops = json_array();
    }
    char *have_text = json_text(ops, JSON_WRITE_SORTED);
    char *wanted_text = json_text(wanted, JSON_WRITE_SORTED);
    assert_string_equal(have_text, wanted_text);
    os_free(have_text);
    os_free(wanted_text);
    json_decref(ops);
    json_decref(wanted);
}

#define WHERE1 "\"table\":\"Root\",\"where\":[[\"_uuid\",\"==\",[\"uuid\",\"" U1 "\"]]]"
#define WHERE2 "\"table\":\"Kid\",\"where\":[[\"_uuid\",\"==\",[\"uuid\",\"" U2 "\"]]]"

static struct datum *
pair(const char *key, const char *value)
{
    return datum_from_pairs(&key, &value, 1);
}

static void
test_writes(void **state)
{
    (void)state;
    fill();
    struct replica_row *root = row_of(ROOT, U1), *kid = row_of(KID, U2);
    struct replica_txn *txn = replica_txn_new(replica);
    assert_ptr_equal(replica_open_txn(replica), txn);
    replica_txn_write(txn, kid, KID_TAG, datum_from_integer(5)); /* as it is */
    assert_ops(txn, "[]");
    replica_txn_write(txn, kid, KID_TAG, datum_from_integer(6));
    assert_text(kid, KID_TAG, "6");
    replica_txn_write(txn, kid, KID_TAG, datum_from_integer(5)); /* and back */
    assert_ops(txn, "[]");
    replica_txn_write_always(txn, kid, KID_TAG, datum_from_integer(5));
    replica_txn_verify(txn, root, ROOT_CFG);
    replica_txn_write(txn, root, ROOT_CFG, datum_from_integer(3));
    replica_txn_comment(txn, "one");
    replica_txn_comment(txn, "two");
    assert_ops(txn, "[{\"op\":\"wait\",\"timeout\":0," WHERE1
                    ",\"columns\":[\"cfg\"],\"until\":\"==\",\"rows\":[{\"cfg\":0}]},"
                    "{\"op\":\"update\"," WHERE2 ",\"row\":{\"tag\":5}},"
                    "{\"op\":\"update\"," WHERE1 ",\"row\":{\"cfg\":3}},"
                    "{\"op\":\"comment\",\"comment\":\"one\\ntwo\"}]");
    replica_txn_abort(txn);
    assert_int_equal(replica_txn_result(txn), REPLICA_TXN_ABORTED);
    assert_text(root, ROOT_CFG, "0");
    replica_txn_free(txn);
    assert_null(replica_open_txn(replica));
}

static void
test_mutations(void **state)
{
    (void)state;
    fill();
    struct replica_row *root = row_of(ROOT, U1);
    struct uuid u2 = uuid_of(U2), u3 = uuid_of(U3);
    struct replica_txn *txn = replica_txn_new(replica);
    replica_txn_add(txn, root, ROOT_KIDS, datum_from_uuid(&u2)); /* there already */
    replica_txn_put(txn, root, ROOT_OPTS, pair("a", "b"));       /* the same */
    assert_ops(txn, "[]");
    replica_txn_remove(txn, root, ROOT_KIDS, datum_from_uuid(&u3));
    replica_txn_put(txn, root, ROOT_OPTS, pair("a", "c"));
    replica_txn_put(txn, root, ROOT_OPTS, pair("n", "m"));
    assert_text(root, ROOT_OPTS, "{a=c, n=m}");
    assert_int_equal(datum_n(replica_get(root, ROOT_KIDS)), 1);
    assert_ops(txn, "[{\"op\":\"mutate\"," WHERE1 ",\"mutations\":["
                    "[\"kids\",\"delete\",[\"set\",[[\"uuid\",\"" U3 "\"]]]],"
                    "[\"opts\",\"delete\",[\"set\",[\"a\"]]],"
                    "[\"opts\",\"insert\",[\"map\",[[\"a\",\"c\"],[\"n\",\"m\"]]]]]}]");
    /* A key that was put and is taken away again. */
    replica_txn_remove(txn, root, ROOT_OPTS, datum_from_string("n"));
    assert_text(root, ROOT_OPTS, "{a=c}");
    /* A write forgets mutations, and later ones change what is written. */
    replica_txn_write(txn, root, ROOT_OPTS, pair("x", "y"));
    replica_txn_add(txn, root, ROOT_OPTS, pair("q", "r"));
    replica_txn_remove(txn, root, ROOT_OPTS, datum_from_string("x"));
    assert_ops(txn, "[{\"op\":\"update\"," WHERE1 ",\"row\":{\"opts\":[\"map\",[[\"q\",\"r\"]]]}},"
                    "{\"op\":\"mutate\"," WHERE1 ",\"mutations\":["
                    "[\"kids\",\"delete\",[\"set\",[[\"uuid\",\"" U3 "\"]]]]]}]");
    replica_txn_free(txn);
}

/* Of a column that is not replicated nothing is known, so everything is sent. */
static void
test_unwatched(void **state)
{
    (void)state;
    replica_watch(replica, ROOT, ROOT_OPTS, REPLICA_NONE);
    replica_watch(replica, ROOT, ROOT_CFG, REPLICA_NONE);
    fill();
    struct replica_row *root = row_of(ROOT, U1);
    struct replica_txn *txn = replica_txn_new(replica);
    replica_txn_write(txn, root, ROOT_CFG, datum_from_integer(0));
    replica_txn_put(txn, root, ROOT_OPTS, pair("a", "b"));
    assert_ops(txn, "[{\"op\":\"update\"," WHERE1 ",\"row\":{\"cfg\":0}},"
                    "{\"op\":\"mutate\"," WHERE1 ",\"mutations\":["
                    "[\"opts\",\"delete\",[\"set\",[\"a\"]]],"
                    "[\"opts\",\"insert\",[\"map\",[[\"a\",\"b\"]]]]]}]");
    replica_txn_free(txn);
}

static void
test_inserts(void **state)
{
    (void)state;
    fill();
    struct uuid given = uuid_of("aaaaaaaa-0000-4000-8000-00000000000a");
    struct uuid kept = uuid_of("aaaaaaaa-0000-4000-8000-00000000000b");
    struct replica_row *root = row_of(ROOT, U1);
    struct replica_txn *txn = replica_txn_new(replica);
    struct replica_row *kid = replica_txn_insert(txn, KID, &given, false);
    replica_txn_write(txn, kid, KID_NAME, datum_from_string("new"));
    replica_txn_write(txn, kid, KID_TAG, NULL); /* the default */
    replica_txn_verify(txn, kid, KID_NAME);     /* there is nothing to verify */
    replica_txn_add(txn, root, ROOT_KIDS, datum_from_uuid(&given));
    struct replica_row *other = replica_txn_insert(txn, ROOT, &kept, true);
    replica_txn_increment(txn, root, ROOT_CFG, false);
    assert_int_equal(replica_n_rows(replica, KID), 3);
    assert_ptr_equal(replica_ref(root, ROOT_KIDS, 2), kid);
    assert_text(kid, KID_NAME, "new");
    assert_ops(txn, "[{\"op\":\"insert\",\"table\":\"Kid\",\"row\":{\"name\":\"new\"},"
                    "\"uuid-name\":\"rowaaaaaaaa_0000_4000_8000_00000000000a\"},"
                    "{\"op\":\"mutate\"," WHERE1 ",\"mutations\":[[\"kids\",\"insert\",[\"set\",["
                    "[\"named-uuid\",\"rowaaaaaaaa_0000_4000_8000_00000000000a\"]]]]]},"
                    "{\"op\":\"insert\",\"table\":\"Root\",\"row\":{},"
                    "\"uuid\":\"aaaaaaaa-0000-4000-8000-00000000000b\"},"
                    "{\"op\":\"mutate\"," WHERE1 ",\"mutations\":[[\"cfg\",\"+=\",1]]},"
                    "{\"op\":\"select\"," WHERE1 ",\"columns\":[\"cfg\"]}]");
    /* A row that comes and goes leaves nothing. */
    replica_txn_delete(txn, other);
    replica_txn_delete(txn, kid);
    replica_txn_remove(txn, root, ROOT_KIDS, datum_from_uuid(&given));
    assert_int_equal(replica_n_rows(replica, KID), 2);
    replica_txn_free(txn);
    assert_int_equal(replica_n_rows(replica, ROOT), 1);
}

static void
test_deletes(void **state)
{
    (void)state;
    fill();
    struct replica_txn *txn = replica_txn_new(replica);
    for (struct replica_row *row = replica_first(replica, KID); row; row = replica_next(row)) {
        replica_txn_delete(txn, row);
    }
    assert_null(replica_first(replica, KID));
    assert_null(row_of(KID, U2));
    assert_ops(txn, "[]"); /* Kid is no root table: unreferenced rows go by themselves */
    replica_txn_delete(txn, row_of(ROOT, U1));
    assert_ops(txn, "[{\"op\":\"delete\"," WHERE1 "}]");
    replica_txn_set_dry_run(txn);
    assert_ops(txn, "[{\"op\":\"delete\"," WHERE1 "},{\"op\":\"abort\"}]");
    replica_txn_free(txn);
    assert_non_null(row_of(KID, U2));
}

/* The row goes while a transaction is open on it. */
static void
test_row_gone(void **state)
{
    (void)state;
    fill();
    struct replica_row *kid = row_of(KID, U2);
    struct replica_txn *txn = replica_txn_new(replica);
    replica_txn_write(txn, kid, KID_TAG, datum_from_integer(1));
    assert_int_equal(apply("{\"Kid\":{\"" U2 "\":{\"delete\":null}}}", UPDATE_V2, false), 0);
    os_loop_turn(loop, 0);
    assert_true(replica_row_is_deleted(kid));
    assert_text(kid, KID_TAG, "1");
    replica_txn_free(txn);
    assert_null(row_of(KID, U2));
}

/* -- A server, as the tests want it -- */

static struct {
    struct listener *listener;
    struct jsonrpc *rpc;
    struct str log;       /* methods that were asked for */
    const char *refuses;  /* methods that it does not know, separated by spaces */
    const char *snapshot; /* in the form of the method */
    const char *reply;    /* to transact */
    int64_t monitor;      /* the name of the last monitor */
    bool drop_transact;   /* ends the connection instead of answering */
} server;

static bool
knows(const char *method)
{
    size_t n = strlen(method);
    for (const char *p = server.refuses; p && (p = strstr(p, method)); p++) {
        if (p[n] == ' ' || p[n] == '\0') {
            return false;
        }
    }
    return true;
}

static json_t *
answer(const struct jsonrpc_msg *msg)
{
    if (strcmp(msg->method, "monitor_cond_since") == 0) {
        json_t *result = json_pack("[b, s]", 0, U1);
        server.monitor = json_integer_value(json_array_get(msg->params, 1));
        json_array_append_new(result, json_of(server.snapshot));
        return result;
    }
    if (strncmp(msg->method, "monitor", 7) == 0) {
        server.monitor = json_integer_value(json_array_get(msg->params, 1));
        return json_of(server.snapshot);
    }
    if (strcmp(msg->method, "get_schema") == 0) {
        json_t *old = json_of(schema_text);
        json_t *kid = json_object_get(json_object_get(old, "tables"), "Kid");
        json_object_del(json_object_get(kid, "columns"), "tag");
        return old;
    }
    if (strcmp(msg->method, "lock") == 0) {
        return json_pack("{s: b}", "locked", 0);
    }
    return json_of(strcmp(msg->method, "transact") == 0 ? server.reply : "{}");
}

static void
server_message(void *aux, const struct jsonrpc_msg *msg)
{
    (void)aux;
    str_putf(&server.log, "%s ", msg->method);
    if (strcmp(msg->method, "transact") == 0 && server.drop_transact) {
        jsonrpc_free(server.rpc);
        server.rpc = NULL;
    } else if (knows(msg->method)) {
        jsonrpc_send_reply(server.rpc, answer(msg), json_incref(msg->id));
    } else {
        jsonrpc_send_error(server.rpc, json_string("unknown method"), json_incref(msg->id));
    }
}

static void
server_closed(void *aux, int code)
{
    (void)aux;
    (void)code;
    jsonrpc_free(server.rpc);
    server.rpc = NULL;
}

static void
server_accept(void *aux, struct stream *stream)
{
    static const struct jsonrpc_events events = {.message = server_message,
                                                 .disconnected = server_closed};
    (void)aux;
    jsonrpc_free(server.rpc);
    server.rpc = jsonrpc_new(loop, stream, &events, NULL);
}

static bool
is_synced(void *aux)
{
    (void)aux;
    return replica_is_synced(replica);
}

static int
setup_server(void **state)
{
    struct err e;
    setup(state);
    memset(&server, 0, sizeof server);
    server.snapshot = KIDS_SNAPSHOT;
    assert_int_equal(
        listener_open(loop, "ptcp:0:127.0.0.1", 0, server_accept, NULL, &server.listener, &e), 0);
    return 0;
}

static int
teardown_server(void **state)
{
    jsonrpc_free(server.rpc);
    listener_close(server.listener);
    str_fini(&server.log);
    return teardown(state);
}

static void
connect_replica(void)
{
    struct err e;
    char *remote = xasprintf("tcp:127.0.0.1:%u", listener_port(server.listener));
    assert_int_equal(replica_connect(replica, remote, true, &e), 0);
    os_free(remote);
    assert_true(os_loop_run(loop, is_synced, NULL, PATIENCE_MS));
}

static void
test_newest_method(void **state)
{
    (void)state;
    connect_replica();
    assert_string_equal(server.log.s, "monitor_cond_since ");
    assert_true(replica_has_ever_connected(replica));
    assert_int_equal(n_changed, 1);
    assert_int_equal(replica_n_rows(replica, KID), 2);
}

static void
test_oldest_method(void **state)
{
    (void)state;
    server.refuses = "monitor_cond_since monitor_cond";
    server.snapshot = "{\"Kid\":{\"" U2 "\":{\"new\":{\"name\":\"x\"}}}}";
    connect_replica();
    assert_string_equal(server.log.s, "monitor_cond_since get_schema monitor_cond_since "
                                      "monitor_cond monitor ");
    assert_text(row_of(KID, U2), KID_NAME, "x");
    assert_true(replica_server_has(replica, KID, KID_NAME));
    assert_false(replica_server_has(replica, KID, KID_TAG));
}

static bool
kid_has_tag_8(void *aux)
{
    (void)aux;
    const struct datum *d = replica_get(row_of(KID, U2), KID_TAG);
    return d && datum_key(d, 0)->integer == 8;
}

static void
test_update_and_old_monitor(void **state)
{
    (void)state;
    connect_replica();
    for (int64_t name = server.monitor - 1; name <= server.monitor; name++) {
        /* The first is for a monitor that is no more. */
        json_t *params = json_pack("[I, s]", (json_int_t)name, U2);
        char *update = xasprintf("{\"Kid\":{\"" U2 "\":{\"modify\":{\"tag\":%d}}}}",
                                 name == server.monitor ? 8 : 7);
        json_array_append_new(params, json_of(update));
        jsonrpc_send_notify(server.rpc, "update3", params);
        os_free(update);
    }
    assert_true(os_loop_run(loop, kid_has_tag_8, NULL, PATIENCE_MS));
}

static bool
has_lock(void *aux)
{
    (void)aux;
    return replica_has_lock(replica);
}

static bool
has_no_lock(void *aux)
{
    (void)aux;
    return !replica_has_lock(replica);
}

static void
test_lock(void **state)
{
    (void)state;
    replica_set_lock(replica, "l");
    assert_false(replica_has_lock(replica));
    connect_replica();
    assert_true(replica_is_lock_contended(replica));
    struct replica_txn *txn = replica_txn_new(replica);
    replica_txn_write(txn, row_of(KID, U2), KID_TAG, datum_from_integer(1));
    replica_txn_commit(txn, NULL, NULL);
    assert_int_equal(replica_txn_result(txn), REPLICA_TXN_NOT_LOCKED);
    replica_txn_free(txn);
    jsonrpc_send_notify(server.rpc, "locked", json_pack("[s]", "l"));
    assert_true(os_loop_run(loop, has_lock, NULL, PATIENCE_MS));
    jsonrpc_send_notify(server.rpc, "stolen", json_pack("[s]", "other"));
    jsonrpc_send_notify(server.rpc, "stolen", json_pack("[s]", "l"));
    assert_true(os_loop_run(loop, has_no_lock, NULL, PATIENCE_MS));
    assert_true(replica_is_lock_contended(replica));
}

static const struct {
    const char *reply;
    enum replica_result result;
    const char *error;
} replies[] = {
    {"[{\"count\":1},{\"uuid\":[\"uuid\",\"" U3 "\"]},{\"count\":1},{\"rows\":[{\"cfg\":4}]}]",
     REPLICA_TXN_SUCCESS, ""},
    {"[{\"error\":\"timed out\"},null,null,null]", REPLICA_TXN_TRY_AGAIN, ""},
    {"[{\"error\":\"not owner\"}]", REPLICA_TXN_NOT_LOCKED, ""},
    {"[{\"count\":1},{},{},{},{\"error\":\"constraint violation\",\"details\":\"d\"}]",
     REPLICA_TXN_ERROR, "{\"details\":\"d\",\"error\":\"constraint violation\"}"},
    {"[{\"error\":\"timed out\"},{\"error\":\"x\"}]", REPLICA_TXN_ERROR, "{\"error\":\"x\"}"},
    {"[{\"error\":\"aborted\"}]", REPLICA_TXN_ERROR, "{\"error\":\"aborted\"}"},
    {"{}", REPLICA_TXN_ERROR, "{}"},
};

static bool done_called;

static void
done(void *aux, struct replica_txn *txn)
{
    assert_ptr_equal(aux, &done_called);
    assert_int_not_equal(replica_txn_result(txn), REPLICA_TXN_PENDING);
    done_called = true;
}

static bool
is_done(void *aux)
{
    (void)aux;
    return done_called;
}

static void
commit_and_wait(struct replica_txn *txn)
{
    done_called = false;
    replica_txn_commit(txn, done, &done_called);
    assert_false(done_called);
    assert_true(os_loop_run(loop, is_done, NULL, PATIENCE_MS));
}

static void
test_results(void **state)
{
    (void)state;
    connect_replica();
    for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
        struct uuid real, third = uuid_of(U3);
        struct replica_row *root = row_of(ROOT, U1);
        server.reply = replies[i].reply;
        struct replica_txn *txn = replica_txn_new(replica);
        replica_txn_write(txn, row_of(KID, U2), KID_TAG, datum_from_integer(1));
        struct uuid new = replica_txn_insert(txn, KID, NULL, false)->uuid;
        replica_txn_increment(txn, root, ROOT_CFG, false);
        commit_and_wait(txn);
        assert_int_equal(replica_txn_result(txn), replies[i].result);
        assert_string_equal(replica_txn_error(txn), replies[i].error);
        bool ok = replies[i].result == REPLICA_TXN_SUCCESS;
        assert_int_equal(replica_txn_inserted(txn, &new, &real), ok);
        assert_true(!ok || uuid_equal(&real, &third));
        assert_int_equal(replica_txn_increment_value(txn), ok ? 4 : 0);
        assert_text(row_of(KID, U2), KID_TAG, "5"); /* until the update comes */
        replica_txn_free(txn);
    }
}

static void
test_nothing_to_commit(void **state)
{
    (void)state;
    connect_replica();
    struct replica_txn *txn = replica_txn_new(replica);
    replica_txn_verify(txn, row_of(ROOT, U1), ROOT_CFG);
    replica_txn_increment(txn, row_of(ROOT, U1), ROOT_CFG, false);
    commit_and_wait(txn);
    assert_int_equal(replica_txn_result(txn), REPLICA_TXN_UNCHANGED);
    replica_txn_free(txn);
}

static bool
is_unsynced(void *aux)
{
    (void)aux;
    return !replica_is_synced(replica);
}

/* A connection that ends under a transaction: its rows stay, and come back as they were. */
static void
test_reconnect(void **state)
{
    (void)state;
    connect_replica();
    struct replica_row *kid = row_of(KID, U2);
    server.drop_transact = true;
    struct replica_txn *txn = replica_txn_new(replica);
    replica_txn_write(txn, kid, KID_TAG, datum_from_integer(1));
    commit_and_wait(txn);
    assert_int_equal(replica_txn_result(txn), REPLICA_TXN_TRY_AGAIN);
    replica_txn_free(txn);
    assert_true(os_loop_run(loop, is_unsynced, NULL, PATIENCE_MS));
    assert_ptr_equal(row_of(KID, U2), kid);
    assert_true(replica_is_alive(replica));
    replica_track_changes(replica, true);
    assert_true(os_loop_run(loop, is_synced, NULL, PATIENCE_MS));
    assert_ptr_equal(row_of(KID, U2), kid);
    assert_null(replica_first_change(replica, KID));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_updates, setup, teardown),
        cmocka_unit_test_setup_teardown(test_resync, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_updates, setup, teardown),
        cmocka_unit_test_setup_teardown(test_quiet_columns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_index, setup, teardown),
        cmocka_unit_test_setup_teardown(test_index_range, setup, teardown),
        cmocka_unit_test_setup_teardown(test_writes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mutations, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unwatched, setup, teardown),
        cmocka_unit_test_setup_teardown(test_inserts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deletes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_row_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_newest_method, setup_server, teardown_server),
        cmocka_unit_test_setup_teardown(test_oldest_method, setup_server, teardown_server),
        cmocka_unit_test_setup_teardown(test_update_and_old_monitor, setup_server,
                                        teardown_server),
        cmocka_unit_test_setup_teardown(test_lock, setup_server, teardown_server),
        cmocka_unit_test_setup_teardown(test_results, setup_server, teardown_server),
        cmocka_unit_test_setup_teardown(test_nothing_to_commit, setup_server, teardown_server),
        cmocka_unit_test_setup_teardown(test_reconnect, setup_server, teardown_server),
    };
    log_start("test_ovsdb_client");
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
