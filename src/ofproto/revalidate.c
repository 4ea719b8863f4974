/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping datapath flows true. A round dumps all flows of a datapath: new statistics are
 * accounted for (counters of patch ports, ages of addresses) by translating the flow again;
 * flows idle for max-idle go; and when something that translation depends on has changed, a flow
 * whose translation now differs is changed or removed. Rounds come every max-revalidator, or
 * after a change as soon as the last round's duration allows: revalidation takes at most a fixed
 * share of the control thread. */
#include "ofproto/translate.h"

#include <string.h>

enum { SHARE = 4 }; /* a round is followed by at least this many times its duration of rest */

struct round {
    struct backer *b;
    uint64_t now_ms;
    uint64_t max_idle_ms;
    bool check_all; /* every flow must be translated again */
    struct translation t;
};

static bool
mask_is_subset(const struct flow_key *mask, const struct flow_key *of)
{
    for (size_t i = 0; i < FLOW_KEY_WORDS; i++) {
        if (mask->words[i] & ~of->words[i]) {
            return false;
        }
    }
    return true;
}

/* What has come since the last accounting; notes that it is accounted for. */
static struct dpif_flow_stats
new_stats(struct ukey *k, const struct dpif_flow_stats *s)
{
    struct dpif_flow_stats delta = *s;
    delta.packets -= MIN(k->accounted.packets, s->packets);
    delta.bytes -= MIN(k->accounted.bytes, s->bytes);
    k->accounted = *s;
    return delta;
}

static void
remove_flow(struct round *r, const struct dpif_flow *f, struct ukey *k)
{
    dpif_flow_del(r->b->dpif, f->key, f->mask, &f->ufid, NULL);
    backer_ukey_remove(r->b, k);
}

static void
check_flow(void *r_, const struct dpif_flow *f)
{
    struct round *r = r_;
    struct ukey *k = backer_ukey_find(r->b, &f->ufid);
    if (!k) {
        return; /* dpctl/add-flow made it: it is not ours to judge */
    }
    struct dpif_flow_stats delta = new_stats(k, &f->stats);
    k->seen = true;
    if (delta.packets || r->check_all) {
        translate(r->b, f->key, delta.packets ? &delta : NULL, MAX(f->stats.used_ms, 1), &r->t);
        if (!mask_is_subset(&r->t.mask, f->mask)) {
            remove_flow(r, f, k);
            return;
        }
        if (r->t.actions.n != f->actions_size ||
            memcmp(r->t.buffer, f->actions, f->actions_size)) {
            dpif_flow_put(r->b->dpif, f->key, f->mask, &f->ufid, r->t.buffer, r->t.actions.n,
                          DPIF_PUT_MODIFY);
        }
    }
    if (r->now_ms >= MAX(f->stats.used_ms, k->created_ms) + r->max_idle_ms) {
        remove_flow(r, f, k);
    }
}

/* Flows that somebody else removed (dpctl/del-flows) leave their ukeys behind. */
static void
sweep(struct backer *b)
{
    HMAP_FOR_EACH_SAFE (struct ukey, k, node, &b->ukeys) {
        if (!k->seen) {
            backer_ukey_remove(b, k);
        } else {
            k->seen = false;
        }
    }
}

static bool
expire_macs(struct backer *b, uint64_t now_ms)
{
    bool any = false;
    LIST_FOR_EACH (struct ofproto, o, node, &b->set->ofprotos) {
        if (o->backer == b && mac_expire(o->macs, now_ms)) {
            any = true;
        }
    }
    return any;
}

static void
schedule(struct backer *b)
{
    uint64_t delay_ms = b->set->settings.max_revalidate_ms;
    if (b->need_revalidate) {
        uint64_t allowed_ns = b->last_end_ns + SHARE * b->last_duration_ns;
        uint64_t now_ns = os_real_ns();
        delay_ms = now_ns >= allowed_ns ? 0 : MIN((allowed_ns - now_ns) / 1000000 + 1, delay_ms);
    }
    os_timer_start(&b->revalidate, delay_ms);
}

void
backer_need_revalidate(struct backer *b)
{
    if (!b->need_revalidate) {
        b->need_revalidate = true;
        schedule(b);
    }
}

void
backer_revalidate(struct backer *b)
{
    uint64_t start_ns = os_real_ns();
    struct round *r = xalloc(sizeof *r);
    r->b = b;
    r->now_ms = os_now_ms(b->set->loop);
    r->max_idle_ms = b->set->settings.max_idle_ms;
    r->check_all = b->need_revalidate;
    b->need_revalidate = false;
    dpif_flow_dump(b->dpif, check_flow, r);
    sweep(b);
    if (expire_macs(b, r->now_ms)) {
        b->need_revalidate = true;
    }
    os_free(r);
    dpif_run(b->dpif);
    b->n_dumps++;
    b->n_flows_sum += hmap_count(&b->ukeys);
    b->last_end_ns = os_real_ns();
    b->last_duration_ns = b->last_end_ns - start_ns;
    schedule(b);
}
