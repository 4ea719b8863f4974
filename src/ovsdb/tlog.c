/* SPDX-License-Identifier: Apache-2.0 */
/* Logging of what transactions do to tables chosen with ovsdb-server/tlog-set: one line a row,
 * with all its columns, rate-limited. Loop's thread. */
#include "ovsdb/server_internal.h"

#include "os/log.h"

LOG_MODULE(transaction);

static struct log_rate rate = LOG_RATE(30, 60);

static void
put_column(struct str *out, const struct row *row, const struct column *c)
{
    struct datum_one tmp;
    str_putf(out, ",%s:", c->name);
    datum_write_text(out, row_cell(row, c, &tmp), &c->type);
}

static void
log_row(const struct txn_row *tr)
{
    const struct table_schema *schema = tr->row->table->schema;
    struct str line = STR_INIT;
    str_putf(&line, "table:%s,op:%s", schema->name,
             tr->inserted  ? "inserted"
             : tr->deleted ? "deleted"
                           : "updated");
    put_column(&line, tr->row, &schema->uuid);
    put_column(&line, tr->row, &schema->version);
    for (size_t i = 0; i < schema->n_columns; i++) {
        put_column(&line, tr->row, schema->columns[i]);
    }
    log_limited(&rate, LOG_INFO, "%s", line.s);
    str_fini(&line);
}

void
tlog_txn(const struct txn *t)
{
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (tr->row->table->logged && txn_row_is_changed(tr)) {
            log_row(tr);
        }
    }
}
