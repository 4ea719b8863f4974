/* SPDX-License-Identifier: Apache-2.0 */
/* The table of clients. Packet CPUs find clients in it by pid, inside the epoch; whoever adds or
 * removes one holds driver.control, and frees after the epoch. */
#include "driver/client.h"

#include "base/mem.h"
#include "driver/driver.h"
#include "port/atomic.h"

static void
free_client(struct dp_deferred *d)
{
    struct client *c = CONTAINER_OF(d, struct client, deferred);
    NdisFreeSpinLock(&c->queue.lock);
    mem_free(c, sizeof *c);
}

/* Puts C into a free slot, and makes its pid. */
static bool
table_add(struct client_table *t, struct client *c)
{
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        if (!t->slot[i]) {
            /* Never 0, whatever the slot. */
            t->generation = t->generation % (UINT32_MAX / CLIENTS_MAX) + 1;
            c->pid = t->generation * CLIENTS_MAX + i;
            PORT_STORE_RELEASE(&t->slot[i], c);
            return true;
        }
    }
    return false;
}

_Use_decl_annotations_
struct client *
client_new(struct driver *driver)
{
    struct client *c = mem_zalloc(sizeof *c);
    if (!c) {
        return NULL;
    }
    c->deferred.run = free_client;
    c->driver = driver;
    wait_queue_init(&c->queue);
    driver_lock(driver);
    c->open = table_add(&driver->clients, c);
    driver_unlock(driver);
    if (!c->open) {
        free_client(&c->deferred);
        return NULL;
    }
    return c;
}

_Use_decl_annotations_
void
client_close(struct client *c)
{
    struct driver *driver = c->driver;
    wait_queue_close(&c->queue);
    driver_lock(driver);
    if (c->open) {
        c->open = false;
        dp_server_dump_stop(&c->dump);
        PORT_STORE_RELEASE(&driver->clients.slot[c->pid % CLIENTS_MAX], NULL);
        dp_server_client_gone(&driver->server, c->pid);
    }
    driver_unlock(driver);
}

_Use_decl_annotations_
void
client_free(struct client *c)
{
    epoch_defer(&c->driver->epoch, &c->deferred);
}

_Use_decl_annotations_
struct client *
client_find(const struct client_table *t, uint32_t pid)
{
    struct client *c = PORT_LOAD_ACQUIRE(&t->slot[pid % CLIENTS_MAX]);
    return c && c->pid == pid ? c : NULL;
}

_Use_decl_annotations_
void
clients_notify(const struct client_table *t, uint32_t group, const void *msg, size_t n)
{
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        struct client *c = t->slot[i];
        struct message *m = c && c->groups & group ? message_new(n) : NULL;
        if (m) {
            memcpy(m->bytes, msg, n);
            m->size = (uint32_t)n;
            /* A full queue has counted it. */
            (void)wait_queue_put(&c->queue, m);
            wait_queue_deliver(&c->queue);
        }
    }
}
