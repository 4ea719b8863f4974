/* SPDX-License-Identifier: Apache-2.0 */
/* Compacting databases while they are served: an image of the data goes to the storage in pieces,
 * transactions go on between them. Loop's thread. */
#include "ovsdb/server_internal.h"

#include <string.h>

#include "os/log.h"
#include "ovsdb/load.h"
#include "ovsdb/record.h"

LOG_MODULE(ovsdb_server);

#define COMMENT "compacting database online"

struct waiter {
    struct list node;
    compact_ended *ended;
    void *aux;
};

struct dbase_compaction {
    struct dbase *dbase;
    struct record_image image;
    struct list waiters;
};

static void
tell_waiters(struct list *waiters, int code, const struct fault *f)
{
    LIST_FOR_EACH_SAFE (struct waiter, w, node, waiters) {
        list_remove(&w->node);
        w->ended(w->aux, code, f);
        os_free(w);
    }
}

static bool
next(void *c_, size_t n, struct str *out)
{
    struct dbase_compaction *c = c_;
    return record_image_next(&c->image, n, out);
}

static void
ended(void *c_, int code, const struct fault *f)
{
    struct dbase_compaction *c = c_;
    struct dbase *d = c->dbase;
    d->compaction = NULL;
    /* A failure counts as well: the next try is due when there is more to gain. */
    storage_note_loaded(d->storage, os_now_ms(d->server->loop));
    tell_waiters(&c->waiters, code, f);
    record_image_fini(&c->image);
    os_free(c);
}

static void
start(struct dbase *d)
{
    struct dbase_compaction *c = d->compaction;
    struct storage_image image = {.next = next, .ended = ended, .aux = c};
    load_write_schema(d->db, &image.first);
    record_image_init(&c->image, d->db, os_wall_ms(), COMMENT, &image.second);
    struct fault f = FAULT_INIT;
    int code = storage_start_snapshot(d->storage, d->server->loop, &image, &f);
    if (code) {
        ended(c, code, &f);
    }
    fault_fini(&f);
}

void
dbase_compact(struct dbase *d, compact_ended *when_ended, void *aux)
{
    dbase_flush(d); /* the image is to be of what is in the file; this may find that it is due */
    bool joins = d->compaction != NULL;
    if (!joins) {
        d->compaction = xzalloc(sizeof *d->compaction);
        d->compaction->dbase = d;
        list_init(&d->compaction->waiters);
    }
    struct waiter *w = xalloc(sizeof *w);
    w->ended = when_ended;
    w->aux = aux;
    list_push_back(&d->compaction->waiters, &w->node);
    if (!joins) {
        start(d);
    }
}

static void
log_end(void *d_, int code, const struct fault *f)
{
    struct dbase *d = d_;
    if (code && code != -E_CANCELED) {
        char *text = fault_to_text(f);
        log_warn("%s: %s", d->name, text);
        os_free(text);
    }
}

void
dbase_compact_if_due(struct dbase *d)
{
    if (!d->compaction && storage_wants_snapshot(d->storage, os_now_ms(d->server->loop))) {
        log_info("%s: " COMMENT, storage_path(d->storage));
        dbase_compact(d, log_end, d);
    }
}

void
compact_note_txn(struct dbase *d, const struct txn *t)
{
    if (d->compaction) {
        record_image_note_txn(&d->compaction->image, t);
    }
}

/* ---- On request ---- */

struct request {
    size_t n_pending;
    int code; /* the first error, and why */
    struct fault fault;
    compact_ended *ended;
    void *aux;
};

static void
one_ended(void *r_, int code, const struct fault *f)
{
    struct request *r = r_;
    if (code && !r->code) {
        r->code = code;
        fault_copy(&r->fault, f);
    }
    if (!--r->n_pending) {
        r->ended(r->aux, r->code, &r->fault);
        fault_fini(&r->fault);
        os_free(r);
    }
}

void
server_compact(struct server *s, const char *name, compact_ended *when_ended, void *aux)
{
    struct request *r = xzalloc(sizeof *r);
    r->ended = when_ended;
    r->aux = aux;
    r->n_pending = 1;
    bool found = !name;
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        bool named = name && strcmp(d->name, name) == 0;
        found |= named;
        if (!d->reserved && (named || !name)) {
            log_info("compacting %s database by user request", d->name);
            r->n_pending++;
            dbase_compact(d, one_ended, r);
        }
    }
    one_ended(r, found ? 0 : -E_NOENT, NULL);
}
