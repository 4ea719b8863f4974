/* SPDX-License-Identifier: Apache-2.0 */
/* Compaction while transactions go on: random ones run between the pieces of the image, and what
 * is read from the new file is what was in memory; an interrupted one leaves the old file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "os/file.h"
#include "os/log.h"
#include "os/process.h"
#include "os/random.h"
#include "ovsdb/dblog.h"
#include "ovsdb/exec.h"
#include "ovsdb/load.h"
#include "ovsdb/record.h"

#define N_NAMES 60 /* rows that come and go */

static const char schema_text[] =
    "{\"name\":\"T\",\"version\":\"1.0.0\",\"tables\":{"
    "\"A\":{\"isRoot\":true,\"columns\":{\"n\":{\"type\":\"integer\"},"
    "\"s\":{\"type\":\"string\"},\"e\":{\"type\":\"integer\",\"ephemeral\":true},"
    "\"ints\":{\"type\":{\"key\":\"integer\",\"min\":0,\"max\":\"unlimited\"}},"
    "\"b\":{\"type\":{\"key\":{\"type\":\"uuid\",\"refTable\":\"B\"},\"min\":0,"
    "\"max\":\"unlimited\"}}},\"indexes\":[[\"n\"]]},"
    "\"B\":{\"columns\":{\"n\":{\"type\":\"integer\"}}},"
    "\"C\":{\"isRoot\":true,\"columns\":{\"n\":{\"type\":\"integer\"}}},"
    "\"D\":{\"isRoot\":true,\"columns\":{\"n\":{\"type\":\"integer\"}}}}}";

static char path[64];

struct fixture {
    struct os_loop *loop;
    struct storage *storage;
    struct db *db;
    struct record_image image;
    struct str text; /* of the second record */
    size_t n_pieces, cancel_after;
    bool busy, ended; /* a compaction is under way; one has ended, with: */
    int code;
};

static void
remove_files(void)
{
    char other[80];
    os_file_remove(path);
    snprintf(other, sizeof other, "%s.tmp", path);
    os_file_remove(other);
    snprintf(other, sizeof other, ".%s.~lock~", path);
    os_file_remove(other);
}

static void
open_storage(struct fixture *x)
{
    assert_int_equal(storage_open_file(path, false, 0, &x->storage, NULL), 0);
    assert_int_equal(load_db(x->storage, LOAD_ALL, &x->db, NULL), 0);
    storage_note_loaded(x->storage, 0);
}

static int
set_up(void **state)
{
    static struct fixture x;
    struct dblog *log = NULL;
    log_configure("off", NULL);
    snprintf(path, sizeof path, "test_ovsdb_compaction.%d.db", os_pid());
    remove_files();
    if (dblog_open(path, DBLOG_STANDALONE, DBLOG_CREATE_TMP, &log, NULL)) {
        return -1;
    }
    dblog_put(log, schema_text, strlen(schema_text));
    assert_int_equal(dblog_flush(log, false, NULL), 0);
    dblog_close(log);
    x = (struct fixture){.loop = os_loop_new(), .cancel_after = SIZE_MAX};
    open_storage(&x);
    *state = &x;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *x = *state;
    storage_close(x->storage);
    db_free(x->db);
    str_fini(&x->text);
    os_loop_free(x->loop);
    remove_files();
    return 0;
}

/* ---- Transactions ---- */

static void
transact(struct fixture *x, const char *operations)
{
    char *text = xasprintf("[\"T\",%s]", operations);
    json_t *params = NULL;
    assert_int_equal(json_read(text, strlen(text), &params, NULL), 0);
    struct exec_request request = {.db = x->db, .params = params};
    struct exec_result result;
    exec_transact(&request, &result);
    assert_non_null(result.txn); /* a failed operation has an error, but these do not fail */
    struct str record = STR_INIT;
    if (record_write_txn(result.txn, os_random_below(2), 0, &record)) {
        storage_put(x->storage, record.s, record.n);
    }
    if (x->busy) {
        record_image_note_txn(&x->image, result.txn);
    }
    txn_commit(result.txn);
    str_fini(&record);
    str_fini(&result.json);
    json_decref(params);
    os_free(text);
}

/* One of these, with a number in the place of each #. */
static void
transact_random(struct fixture *x)
{
    static const char *const operations[] = {
        "{\"op\":\"delete\",\"table\":\"A\",\"where\":[[\"n\",\"==\",#]]},"
        "{\"op\":\"insert\",\"table\":\"B\",\"uuid-name\":\"b\",\"row\":{\"n\":1}},"
        "{\"op\":\"insert\",\"table\":\"A\",\"row\":{\"n\":#,\"e\":1,"
        "\"b\":[\"named-uuid\",\"b\"]}}",
        "{\"op\":\"delete\",\"table\":\"A\",\"where\":[[\"n\",\"==\",#]]},"
        "{\"op\":\"delete\",\"table\":\"C\",\"where\":[[\"n\",\"==\",#]]}",
        "{\"op\":\"update\",\"table\":\"A\",\"where\":[[\"n\",\"==\",#]],"
        "\"row\":{\"s\":\"text #\"}}",
        "{\"op\":\"mutate\",\"table\":\"A\",\"where\":[[\"n\",\"<\",#]],"
        "\"mutations\":[[\"ints\",\"insert\",#]]}",
        "{\"op\":\"mutate\",\"table\":\"A\",\"where\":[[\"n\",\"<\",#]],"
        "\"mutations\":[[\"ints\",\"delete\",#]]}",
        "{\"op\":\"insert\",\"table\":\"C\",\"row\":{\"n\":#}},"
        "{\"op\":\"update\",\"table\":\"B\",\"where\":[],\"row\":{\"n\":#}}",
        "{\"op\":\"update\",\"table\":\"A\",\"where\":[[\"n\",\"<\",#]],\"row\":{\"e\":#}}",
    };
    uint32_t n = os_random_below(N_NAMES);
    struct str text = STR_INIT;
    for (const char *p = operations[os_random_below(ARRAY_LEN(operations))]; *p; p++) {
        if (*p == '#') {
            str_putf(&text, "%u", n);
        } else {
            str_putc(&text, *p);
        }
    }
    transact(x, text.s);
    str_fini(&text);
}

static void
flush(struct fixture *x)
{
    assert_int_equal(storage_flush(x->storage, false, NULL), 0);
}

/* ---- Compaction ---- */

static bool
next(void *x_, size_t n, struct str *out)
{
    struct fixture *x = x_;
    size_t start = out->n;
    bool more = record_image_next(&x->image, MIN(n, 100), out);
    str_put(&x->text, out->s + start, out->n - start);
    x->n_pieces++;
    for (uint32_t i = os_random_below(4); i; i--) {
        transact_random(x);
        if (os_random_below(2)) {
            flush(x);
        }
    }
    return more;
}

static void
ended(void *x_, int code, const struct fault *f)
{
    struct fixture *x = x_;
    x->ended = true;
    x->busy = false;
    x->code = code;
    assert_true(code ? f && f->tag : true);
    record_image_fini(&x->image);
}

static bool
is_over(void *x_)
{
    struct fixture *x = x_;
    if (x->n_pieces >= x->cancel_after) {
        storage_cancel_snapshot(x->storage);
    }
    return x->ended;
}

/* The first record has N_BLANKS at its end. */
static void
compact(struct fixture *x, size_t n_blanks)
{
    struct storage_image image = {.next = next, .ended = ended, .aux = x};
    flush(x);
    load_write_schema(x->db, &image.first);
    str_put_repeat(&image.first, ' ', n_blanks);
    record_image_init(&x->image, x->db, 1, "comment", &image.second);
    str_clear(&x->text);
    str_puts(&x->text, str_text(&image.second));
    x->n_pieces = 0;
    x->ended = false;
    x->busy = true;
    assert_int_equal(storage_start_snapshot(x->storage, x->loop, &image, NULL), 0);
    assert_true(os_loop_run(x->loop, is_over, x, 20000));
    flush(x);
}

/* ---- What must hold ---- */

static void
assert_same_rows(const struct table *a, const struct table *b)
{
    assert_int_equal(hmap_count(&a->rows), hmap_count(&b->rows));
    HMAP_FOR_EACH (struct row, row, node, &a->rows) {
        const struct row *other = table_find_row(b, &row->uuid);
        assert_non_null(other);
        for (size_t i = 0; i < a->schema->n_columns; i++) {
            assert_true(!a->schema->columns[i]->is_persistent ||
                        datum_equal(row->cells[i], other->cells[i]));
        }
    }
}

/* The file says what memory does; goes on with what the file says. */
static void
assert_file_is_good(struct fixture *x)
{
    struct db *db = x->db;
    char tmp[80];
    snprintf(tmp, sizeof tmp, "%s.tmp", path);
    assert_false(os_file_exists(tmp));
    storage_close(x->storage);
    open_storage(x);
    for (size_t i = 0; i < db->schema->n_tables; i++) {
        assert_same_rows(&db->tables[i], &x->db->tables[i]);
    }
    db_free(db);
}

static void
assert_image_is_json(const struct fixture *x)
{
    json_error_t error;
    json_t *v = json_loadb(x->text.s, x->text.n, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(v);
    assert_string_equal(json_string_value(json_object_get(v, "_comment")), "comment");
    json_decref(v);
}

static void
test_while_changing(void **state)
{
    struct fixture *x = *state;
    for (uint32_t seed = 0; seed < 40; seed++) {
        os_random_seed(seed);
        for (uint32_t i = 0; i < seed * 4; i++) {
            transact_random(x);
        }
        compact(x, 0);
        assert_int_equal(x->code, 0);
        assert_image_is_json(x);
        assert_file_is_good(x);
    }
    assert_true(x->n_pieces > 10);
}

static void
test_interrupted(void **state)
{
    struct fixture *x = *state;
    os_random_seed(1);
    for (uint32_t i = 0; i < 200; i++) {
        transact_random(x);
    }
    for (x->cancel_after = 0;; x->cancel_after++) {
        compact(x, 0);
        assert_file_is_good(x);
        if (!x->code) {
            break;
        }
        assert_int_equal(x->code, -E_CANCELED);
    }
    assert_true(x->cancel_after > 5);
}

/* Records whose length has one digit more with the blanks that fill them up. */
static void
test_lengths(void **state)
{
    struct fixture *x = *state;
    for (size_t length = 890; length < 1010; length += 3) {
        struct str schema = STR_INIT;
        load_write_schema(x->db, &schema);
        compact(x, length - schema.n);
        str_fini(&schema);
        assert_int_equal(x->code, 0);
        assert_file_is_good(x);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_while_changing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_interrupted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lengths, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
