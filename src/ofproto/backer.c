/* SPDX-License-Identifier: Apache-2.0 */
/* A datapath and the switches on it. Upcalls come here: the packet is translated, its flow is
 * installed (unless the table is full), and the actions run on it. Every flow that we install has
 * a ukey, which remembers what of its statistics has been accounted for.
 *
 * A datapath that outlives the process is taken over as it is found. Its flows get ukeys, with
 * what they counted before as accounted for, since those packets were another process's; the
 * first revalidation, once all ports are there, judges them as if they were ours. */
#include "ofproto/translate.h"

#include "ofproto/connmgr.h"
#include "ofproto/packet_in.h"

#include "os/err_format.h"
#include "os/log.h"

#include <string.h>

LOG_MODULE(ofproto_dpif);

static void
revalidate_due(void *backer)
{
    backer_revalidate(backer);
}

/* Names of datapaths: one for all bridges of a type. */
static char *
datapath_name(const char *type)
{
    return xasprintf("ovs-%s", type);
}

struct ukey *
backer_ukey_find(const struct backer *b, const struct uuid *ufid)
{
    HMAP_FOR_EACH_WITH_HASH (struct ukey, k, node, uuid_hash(ufid), &b->ukeys) {
        if (uuid_equal(&k->ufid, ufid)) {
            return k;
        }
    }
    return NULL;
}

/* Remembers a flow, of whose statistics ACCOUNTED are not ours to account for. */
static void
add_ukey(struct backer *b, const struct uuid *ufid, uint64_t now_ms,
         const struct dpif_flow_stats *accounted)
{
    struct ukey *k = backer_ukey_find(b, ufid);
    if (!k) {
        k = xzalloc(sizeof *k);
        k->ufid = *ufid;
        hmap_insert(&b->ukeys, &k->node, uuid_hash(ufid));
    }
    k->created_ms = now_ms;
    k->accounted = *accounted;
}

static void
adopt_flow(void *b_, const struct dpif_flow *f)
{
    struct backer *b = b_;
    if (!uuid_is_zero(&f->ufid) && !backer_ukey_find(b, &f->ufid)) {
        add_ukey(b, &f->ufid, os_now_ms(b->set->loop), &f->stats);
    }
}

static void
adopt_flows(struct backer *b)
{
    dpif_flow_dump(b->dpif, adopt_flow, b);
    if (!hmap_is_empty(&b->ukeys)) {
        log_info("%s: adopted %zu flows", dpif_name(b->dpif), hmap_count(&b->ukeys));
        backer_need_revalidate(b);
    }
}

/* Removes the ports that nobody attached. */
static void
remove_unwanted_ports(struct dpif *d)
{
    struct dpif_port port;
    for (uint32_t no = 1; dpif_port_next(d, &no, &port);) {
        if (!port.netdev && !dpif_port_del(d, port.port_no)) {
            log_info("%s: removed port %u, which no bridge wants", dpif_name(d), port.port_no);
        }
    }
}

void
ofproto_end_adoption(struct ofproto_set *set)
{
    LIST_FOR_EACH (struct backer, b, node, &set->backers) {
        remove_unwanted_ports(b->dpif);
    }
    dpif_open_all(set->dpifs);
    for (struct dpif *d = dpif_first(set->dpifs), *next; d; d = next) {
        char *name = datapath_name(dpif_type(d));
        next = dpif_next(d);
        if (dpif_outlives(d) && !dpif_has_upcall(d) && !strcmp(dpif_name(d), name)) {
            log_info("%s: removed, as no bridge uses it", name);
            dpif_destroy(d);
        }
        os_free(name);
    }
}

void
ofproto_leave_datapaths(struct ofproto_set *set, bool leave)
{
    set->leaving = leave;
}

bool
backer_leaves(const struct backer *b)
{
    return b->set->leaving && dpif_outlives(b->dpif);
}

struct backer *
backer_get(struct ofproto_set *set, const char *type, struct err *e)
{
    LIST_FOR_EACH (struct backer, b, node, &set->backers) {
        if (!strcmp(dpif_type(b->dpif), type)) {
            b->n_refs++;
            return b;
        }
    }
    char *name = datapath_name(type);
    struct dpif *dpif = dpif_find(set->dpifs, name, type);
    if (dpif && dpif_outlives(dpif) && !dpif_has_upcall(dpif)) {
        dpif_close(dpif); /* only looked at so far */
        dpif = NULL;
    }
    int code = dpif ? 0 : dpif_create(set->dpifs, name, type, &dpif);
    os_free(name);
    if (code) {
        err_fail(e, code, "failed to open datapath of type %s: %s", type, err_text(code));
        return NULL;
    }
    struct backer *b = xzalloc(sizeof *b);
    b->set = set;
    b->dpif = dpif;
    b->n_refs = 1;
    hmap_init(&b->ports);
    hmap_init(&b->ukeys);
    os_timer_init(&b->revalidate, set->loop, revalidate_due, b);
    os_timer_start(&b->revalidate, set->settings.max_revalidate_ms);
    list_push_back(&set->backers, &b->node);
    dpif_set_upcall(dpif, backer_upcall, b);
    adopt_flows(b);
    return b;
}

static void
forget_ukeys(struct backer *b)
{
    HMAP_FOR_EACH_SAFE (struct ukey, k, node, &b->ukeys) {
        backer_ukey_remove(b, k);
    }
}

void
backer_put(struct backer *b)
{
    if (!b || --b->n_refs) {
        return;
    }
    bool leave = backer_leaves(b);
    if (leave) {
        forget_ukeys(b);
    } else {
        backer_purge(b);
    }
    os_timer_stop(&b->revalidate);
    (leave ? dpif_close : dpif_destroy)(b->dpif);
    list_remove(&b->node);
    hmap_fini(&b->ports);
    hmap_fini(&b->ukeys);
    os_free(b);
}

struct ofport *
backer_port_find(const struct backer *b, uint32_t dp_port)
{
    HMAP_FOR_EACH_WITH_HASH (struct ofport, port, dp_node, hash_u32(dp_port, 0), &b->ports) {
        if (port->dp_port == dp_port) {
            return port;
        }
    }
    return NULL;
}

void
backer_ukey_remove(struct backer *b, struct ukey *k)
{
    hmap_remove(&b->ukeys, &k->node);
    os_free(k);
}

/* The flow's name, from what it matches: the same flow gets the same one again. */
static struct uuid
make_ufid(const struct flow_key *key, const struct flow_key *mask)
{
    struct flow_key masked;
    struct uuid ufid;
    flow_key_mask(&masked, key, mask);
    for (uint32_t i = 0; i < ARRAY_LEN(ufid.word); i++) {
        ufid.word[i] = hash_bytes(mask, sizeof *mask, hash_bytes(&masked, sizeof masked, i + 1));
    }
    return ufid;
}

static void
install(struct backer *b, const struct flow_key *key, const struct translation *t, uint64_t now_ms)
{
    static struct log_rate rate = LOG_RATE(5, 5);
    if (hmap_count(&b->ukeys) >= b->set->settings.flow_limit) {
        log_limited(&rate, LOG_WARN, "%s: upcall: datapath reached the dynamic limit of %u flows",
                    dpif_name(b->dpif), b->set->settings.flow_limit);
        return;
    }
    struct uuid ufid = make_ufid(key, &t->mask);
    int code = dpif_flow_put(b->dpif, key, &t->mask, &ufid, t->buffer, t->actions.n,
                             DPIF_PUT_CREATE | DPIF_PUT_MODIFY);
    if (code) {
        log_limited(&rate, LOG_WARN, "%s: failed to put flow (%s)", dpif_name(b->dpif),
                    err_text(code));
        return;
    }
    add_ukey(b, &ufid, now_ms, &(struct dpif_flow_stats){.packets = 0});
    b->n_flows_max = MAX(b->n_flows_max, hmap_count(&b->ukeys));
}

/* An action sent the packet up; if ours, for controllers. */
static void
send_to_controllers(const struct backer *b, const struct dpif_upcall *up)
{
    struct packet_in_note note;
    if (up->userdata_size != sizeof note) {
        return;
    }
    memcpy(&note, up->userdata, sizeof note);
    LIST_FOR_EACH (struct ofproto, o, node, &b->set->ofprotos) {
        const uint8_t *bytes = pkt_need(up->pkt, 0, up->pkt->len);
        if (note.magic == PACKET_IN_MAGIC && o->id == note.switch_id && bytes) {
            connmgr_packet_in(o->connmgr, &note, bytes, up->pkt->len);
        }
    }
}

void
backer_upcall(void *b_, struct dpif *dpif, const struct dpif_upcall *up)
{
    struct backer *b = b_;
    if (up->reason != DPIF_UPCALL_MISS) {
        send_to_controllers(b, up);
        pkt_free(up->pkt);
        return;
    }
    struct translation *t = xalloc(sizeof *t);
    uint64_t now_ms = os_now_ms(b->set->loop);
    struct dpif_flow_stats one = {.packets = 1, .bytes = up->pkt->len, .used_ms = now_ms};
    struct flow_key key = *up->key; /* the datapath's scratch may change under us */
    translate(b, &key, &one, now_ms, t);
    install(b, &key, t, now_ms);
    dpif_execute(dpif, up->pkt, t->buffer, t->actions.n);
    os_free(t);
}

void
backer_purge(struct backer *b)
{
    dpif_flow_flush(b->dpif);
    forget_ukeys(b);
}
