/* SPDX-License-Identifier: Apache-2.0 */
/* The MAC learning table. Every entry is in the hash map, in one list by age and in its port's
 * list by age; a port that loses its last address is freed. */
#include "protocols/mac_learning/mac_table.h"

#include "os/mem.h"

enum {
    DEFAULT_IDLE_MS = 300 * 1000,
    MIN_IDLE_MS = 15 * 1000,
    DEFAULT_MAX = 8192,
    LOWEST_MAX = 10,
    HIGHEST_MAX = 1000000,
    GRAT_ARP_LOCK_MS = 5000
};

struct mac_port {
    struct hnode node; /* in the table, by cookie */
    void *cookie;
    struct list entries; /* mac_entry.port_age, oldest first */
    size_t n;
};

struct mac_table {
    struct hmap entries;
    struct hmap ports;
    struct list by_age;
    uint64_t idle_ms;
    size_t max;
    struct mac_counters counters;
};

struct mac_table *
mac_table_new(void)
{
    struct mac_table *t = xzalloc(sizeof *t);
    hmap_init(&t->entries);
    hmap_init(&t->ports);
    list_init(&t->by_age);
    t->idle_ms = DEFAULT_IDLE_MS;
    t->max = DEFAULT_MAX;
    return t;
}

void
mac_table_free(struct mac_table *t)
{
    if (t) {
        mac_flush(t);
        hmap_fini(&t->entries);
        hmap_fini(&t->ports);
        os_free(t);
    }
}

static uint32_t
entry_hash(struct mac mac, uint16_t vlan)
{
    return hash_finish(hash_add64(vlan, mac_to_u64(mac)));
}

static struct mac_entry *
find(const struct mac_table *t, struct mac mac, uint16_t vlan)
{
    HMAP_FOR_EACH_WITH_HASH (struct mac_entry, e, node, entry_hash(mac, vlan), &t->entries) {
        if (e->vlan == vlan && mac_equal(e->mac, mac)) {
            return e;
        }
    }
    return NULL;
}

static struct mac_port *
port_find(const struct mac_table *t, const void *cookie)
{
    HMAP_FOR_EACH_WITH_HASH (struct mac_port, p, node, hash_pointer(cookie, 0), &t->ports) {
        if (p->cookie == cookie) {
            return p;
        }
    }
    return NULL;
}

static void
detach_port(struct mac_table *t, struct mac_entry *e)
{
    struct mac_port *p = e->port;
    list_remove(&e->port_age);
    e->port = NULL;
    if (--p->n == 0) {
        hmap_remove(&t->ports, &p->node);
        os_free(p);
    }
}

static void
attach_port(struct mac_table *t, struct mac_entry *e, void *cookie)
{
    struct mac_port *p = port_find(t, cookie);
    if (!p) {
        p = xzalloc(sizeof *p);
        p->cookie = cookie;
        list_init(&p->entries);
        hmap_insert(&t->ports, &p->node, hash_pointer(cookie, 0));
    }
    p->n++;
    e->port = p;
    list_push_back(&p->entries, &e->port_age);
}

static void
remove_entry(struct mac_table *t, struct mac_entry *e)
{
    hmap_remove(&t->entries, &e->node);
    list_remove(&e->age);
    detach_port(t, e);
    os_free(e);
}

static void
evict_one(struct mac_table *t)
{
    struct mac_port *fullest = NULL;
    HMAP_FOR_EACH (struct mac_port, p, node, &t->ports) {
        if (!fullest || p->n > fullest->n) {
            fullest = p;
        }
    }
    if (fullest) {
        remove_entry(t, CONTAINER_OF(fullest->entries.next, struct mac_entry, port_age));
        t->counters.evicted++;
    }
}

void
mac_table_set_idle_ms(struct mac_table *t, uint64_t idle_ms)
{
    t->idle_ms = MAX(idle_ms, MIN_IDLE_MS);
}

void
mac_table_set_max(struct mac_table *t, size_t max)
{
    t->max = MIN(MAX(max, (size_t)LOWEST_MAX), (size_t)HIGHEST_MAX);
    while (hmap_count(&t->entries) > t->max) {
        evict_one(t);
    }
}

const struct mac_entry *
mac_find(const struct mac_table *t, struct mac mac, uint16_t vlan)
{
    return find(t, mac, vlan);
}

static struct mac_entry *
add_entry(struct mac_table *t, struct mac mac, uint16_t vlan, void *port)
{
    if (hmap_count(&t->entries) >= t->max) {
        evict_one(t);
    }
    struct mac_entry *e = xzalloc(sizeof *e);
    e->mac = mac;
    e->vlan = vlan;
    hmap_insert(&t->entries, &e->node, entry_hash(mac, vlan));
    list_push_back(&t->by_age, &e->age);
    attach_port(t, e, port);
    t->counters.learned++;
    return e;
}

/* Makes E the youngest of all and of its port. */
static void
touch(struct mac_table *t, struct mac_entry *e, uint64_t now_ms)
{
    e->used_ms = now_ms;
    list_remove(&e->age);
    list_push_back(&t->by_age, &e->age);
    list_remove(&e->port_age);
    list_push_back(&e->port->entries, &e->port_age);
}

bool
mac_learn(struct mac_table *t, struct mac mac, uint16_t vlan, void *port, bool grat_arp,
          uint64_t now_ms)
{
    if (mac_is_group(mac)) {
        return false;
    }
    struct mac_entry *e = find(t, mac, vlan);
    bool changed = false;
    if (!e) {
        e = add_entry(t, mac, vlan, port);
        changed = true;
    } else if (e->port->cookie != port) {
        if (grat_arp && now_ms < e->grat_arp_lock_until_ms) {
            return false;
        }
        detach_port(t, e);
        attach_port(t, e, port);
        t->counters.moved++;
        changed = true;
    }
    if (!grat_arp) {
        e->grat_arp_lock_until_ms = now_ms + GRAT_ARP_LOCK_MS;
    }
    touch(t, e, now_ms);
    return changed;
}

bool
mac_expire(struct mac_table *t, uint64_t now_ms)
{
    bool any = false;
    LIST_FOR_EACH_SAFE (struct mac_entry, e, age, &t->by_age) {
        if (now_ms < e->used_ms + t->idle_ms) {
            break;
        }
        remove_entry(t, e);
        t->counters.expired++;
        any = true;
    }
    return any;
}

void
mac_flush(struct mac_table *t)
{
    LIST_FOR_EACH_SAFE (struct mac_entry, e, age, &t->by_age) {
        remove_entry(t, e);
    }
}

void
mac_forget_port(struct mac_table *t, const void *port)
{
    struct mac_port *p = port_find(t, port);
    if (!p) {
        return;
    }
    for (size_t n = p->n; n > 0; n--) { /* the last removal frees P */
        remove_entry(t, CONTAINER_OF(p->entries.next, struct mac_entry, port_age));
    }
}

void *
mac_entry_port(const struct mac_entry *e)
{
    return e->port->cookie;
}

void
mac_for_each(const struct mac_table *t, void (*each)(const struct mac_entry *, void *aux),
             void *aux)
{
    LIST_FOR_EACH (struct mac_entry, e, age, &t->by_age) {
        each(e, aux);
    }
}

size_t
mac_count(const struct mac_table *t)
{
    return hmap_count(&t->entries);
}

size_t
mac_max(const struct mac_table *t)
{
    return t->max;
}

const struct mac_counters *
mac_counters(const struct mac_table *t)
{
    return &t->counters;
}

void
mac_counters_clear(struct mac_table *t)
{
    t->counters = (struct mac_counters){.learned = 0};
}
