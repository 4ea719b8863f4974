/* SPDX-License-Identifier: Apache-2.0 */
/* Executes action lists over batches. Each list under way is a frame: its packets and what is
 * left of it. Nested lists (clone, sample) push a frame instead of recursing. An action that
 * gives packets away (output, recirculation, a nested list) moves them when it is the last of
 * its list and works on clones when it is not. Recirculated packets only queue up here; the
 * entry points in receive.c send them round.
 *
 * Packet threads; lists have passed dp_actions_check(). Packets that an action fails for are
 * dropped and counted; the others go on. */
#include "datapath/dp.h"

#include "base/err.h"
#include "datapath/dp_internal.h"
#include "datapath/set_field.h"

/* An action at work. */
struct exec {
    struct dp_thread *t;
    struct dp_frame *f;
    const struct dp_action *a;
    const void *payload;
    bool last;
};

static uint32_t
payload_u32(const struct exec *x)
{
    uint32_t v;
    memcpy(&v, x->payload, sizeof v);
    return v;
}

static void
drop_batch(struct exec *x, enum drop_reason reason)
{
    dp_drop(x->t, reason, x->f->batch->n);
    pkt_batch_free(x->f->batch);
}

/* The frame's packets if this is the list's last action, else clones of them, in OUT. */
static void
take_packets(struct exec *x, struct pkt_batch *out)
{
    struct pkt_batch *b = x->f->batch;
    if (x->last) {
        memcpy(out->p, b->p, b->n * sizeof *b->p);
        out->n = b->n;
        b->n = 0;
        return;
    }
    uint32_t missing = pkt_batch_clone(out, b);
    if (PORT_UNLIKELY(missing)) {
        dp_drop(x->t, DROP_NO_MEMORY, missing);
    }
}

/* The batch to give away: the frame's own, or clones in SPARE. */
static struct pkt_batch *
batch_to_give(struct exec *x, struct pkt_batch *spare)
{
    struct pkt_batch *b = x->f->batch;
    if (!x->last) {
        take_packets(x, spare);
        b = spare;
    }
    if (PORT_UNLIKELY(x->f->trunc)) {
        for (uint32_t i = 0; i < b->n; i++) {
            pkt_trim(b->p[i], x->f->trunc);
        }
        x->f->trunc = 0;
    }
    return b;
}

/* Drops packet I of the batch; the order of the others stays. */
static void
drop_one(struct exec *x, uint32_t i, enum drop_reason reason)
{
    struct pkt_batch *b = x->f->batch;
    dp_drop(x->t, reason, 1);
    pkt_free(b->p[i]);
    b->n--;
    memmove(&b->p[i], &b->p[i + 1], (b->n - i) * sizeof *b->p);
}

/* Runs LIST on BATCH; drops the packets when lists nest too deep. */
static bool
push_frame(struct dp_thread *t, struct pkt_batch *batch, const void *list, size_t size)
{
    if (t->n_frames == DP_FRAMES) {
        dp_drop(t, DROP_SAMPLE_ERROR, batch->n);
        pkt_batch_free(batch);
        return false;
    }
    struct dp_frame *f = &t->frames[t->n_frames++];
    f->batch = batch;
    f->next = list;
    f->end = f->next + size;
    f->trunc = 0;
    return true;
}

/* A frame over packets of its own, taken from X's, or NULL. */
static struct dp_frame *
push_nested(struct exec *x, const uint8_t *list, size_t size)
{
    struct dp_frame *f = &x->t->frames[x->t->n_frames];
    if (x->t->n_frames == DP_FRAMES) {
        dp_drop(x->t, DROP_SAMPLE_ERROR, x->f->batch->n);
        return NULL;
    }
    take_packets(x, &f->own);
    push_frame(x->t, &f->own, list, size);
    return f;
}

static void
exec_output(struct exec *x)
{
    struct pkt_batch spare;
    struct pkt_batch *b = batch_to_give(x, &spare);
    const struct dp_env *env = &x->t->dp->env;
    env->output(env->aux, x->t, payload_u32(x), b);
    b->n = 0;
}

static void
exec_userspace(struct exec *x)
{
    struct dp_act_userspace act;
    struct pkt_batch spare;
    uint32_t trunc = x->f->trunc;
    x->f->trunc = 0;
    struct pkt_batch *b = batch_to_give(x, &spare);
    memcpy(&act, x->payload, sizeof act);
    struct dp_upcall up = {DP_UPCALL_ACTION, &x->t->upcall_key, &act,
                           (const uint8_t *)x->payload + sizeof act, 0};
    for (uint32_t i = 0; i < b->n; i++) {
        up.len = b->p[i]->len;
        pkt_trim(b->p[i], trunc ? trunc : UINT32_MAX);
        pkt_parse(b->p[i], &x->t->upcall_key);
        if (!dp_upcall(x->t, b->p[i], &up)) {
            dp_drop(x->t, DROP_USERSPACE_ACTION_ERROR, 1);
        }
    }
    b->n = 0;
}

static void
set_on_batch(struct exec *x, bool masked)
{
    struct dp_act_set set;
    struct pkt_batch *b = x->f->batch;
    memcpy(&set, x->payload, sizeof set);
    const uint8_t *value = (const uint8_t *)x->payload + sizeof set;
    const uint8_t *mask = masked ? value + set.size : NULL;
    for (uint32_t i = 0; i < b->n;) {
        if (PORT_UNLIKELY(pkt_set_field(b->p[i], (enum flow_field_id)set.field, value, mask))) {
            drop_one(x, i, DROP_NO_MEMORY);
        } else {
            i++;
        }
    }
}

static void
exec_set(struct exec *x)
{
    set_on_batch(x, false);
}

static void
exec_set_masked(struct exec *x)
{
    set_on_batch(x, true);
}

/* After a push or pop that gave ERROR; the next packet's index. */
static uint32_t
after_edit(struct exec *x, uint32_t i, int error)
{
    if (PORT_LIKELY(!error)) {
        return i + 1;
    }
    drop_one(x, i, error == -E_NOMEM ? DROP_NO_MEMORY : DROP_BAD_ACTION);
    return i;
}

static void
exec_push_vlan(struct exec *x)
{
    struct dp_act_push_vlan push;
    memcpy(&push, x->payload, sizeof push);
    for (uint32_t i = 0; i < x->f->batch->n;) {
        i = after_edit(x, i, pkt_push_vlan(x->f->batch->p[i], push.tpid, push.tci));
    }
}

/* Nothing to pop is no error, as packets of a flow may differ in what it does not match. */
static void
exec_pop_vlan(struct exec *x)
{
    for (uint32_t i = 0; i < x->f->batch->n;) {
        int error = pkt_pop_vlan(x->f->batch->p[i]);
        i = after_edit(x, i, error == -E_INVAL ? 0 : error);
    }
}

static void
exec_push_eth(struct exec *x)
{
    struct dp_act_push_eth push;
    memcpy(&push, x->payload, sizeof push);
    for (uint32_t i = 0; i < x->f->batch->n;) {
        struct pkt *p = x->f->batch->p[i];
        const uint8_t *h = pkt_need(p, 0, 1);
        uint16_t type = h && *h >> 4 == 6 ? ETH_TYPE_IPV6 : ETH_TYPE_IPV4;
        i = after_edit(x, i, pkt_push_eth(p, push.dst, push.src, be16_from(type)));
    }
}

static void
exec_pop_eth(struct exec *x)
{
    for (uint32_t i = 0; i < x->f->batch->n;) {
        i = after_edit(x, i, pkt_pop_eth(x->f->batch->p[i]));
    }
}

static void
exec_trunc(struct exec *x)
{
    uint32_t len = payload_u32(x);
    x->f->trunc = MAX(len, 14); /* at least the Ethernet header */
}

static void
exec_drop(struct exec *x)
{
    uint32_t why = payload_u32(x);
    drop_batch(x,
               why <= DROP_ACTION_FORWARDING_DISABLED ? (enum drop_reason)why : DROP_BAD_ACTION);
}

static void
exec_recirc(struct exec *x)
{
    struct pkt_batch spare;
    struct pkt_batch *b = batch_to_give(x, &spare);
    struct dp_thread *t = x->t;
    for (uint32_t i = 0; i < b->n; i++) {
        struct pkt *p = b->p[i];
        if (p->md.recirc_depth >= DP_RECIRC_DEPTH || t->n_recirc == DP_RECIRC_MAX) {
            dp_drop(t, DROP_RECIRC_ERROR, 1);
            pkt_free(p);
            continue;
        }
        p->md.recirc_depth++;
        p->md.recirc_id = payload_u32(x);
        t->recirc[t->n_recirc++] = p;
    }
    b->n = 0;
}

/* The packet's 5-tuple, by the hardware or by us. */
static uint32_t
tuple_hash(struct dp_thread *t, struct pkt *p)
{
    struct flow_key *key = &t->upcall_key;
    if (p->flags & PKT_RSS_VALID) {
        return p->rss_hash;
    }
    pkt_parse(p, key);
    uint64_t ports = (uint64_t)get_be16(&key->tp_src) << 16 | get_be16(&key->tp_dst);
    uint64_t h = hash_add64(key->nw_proto, ports);
    const unsigned int addresses[] = {FLOW_WORD_OF(ipv4_src), FLOW_WORD_OF(ipv6_src),
                                      FLOW_WORD_OF(ipv6_src) + 1, FLOW_WORD_OF(ipv6_dst),
                                      FLOW_WORD_OF(ipv6_dst) + 1};
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        h = hash_add64(h, key->words[addresses[i]]);
    }
    return hash_finish(h);
}

static void
exec_hash(struct exec *x)
{
    struct dp_act_hash act;
    memcpy(&act, x->payload, sizeof act);
    for (uint32_t i = 0; i < x->f->batch->n; i++) {
        struct pkt *p = x->f->batch->p[i];
        uint32_t hash = hash_u32(tuple_hash(x->t, p), act.basis);
        p->md.dp_hash = hash ? hash : 1; /* 0: not computed */
    }
}

static void
exec_clone(struct exec *x)
{
    push_nested(x, x->payload, dp_action_payload_size(x->a));
}

static void
exec_sample(struct exec *x)
{
    const uint8_t *list = (const uint8_t *)x->payload + sizeof(struct dp_act_sample);
    uint32_t probability = payload_u32(x);
    struct dp_frame *f =
        push_nested(x, list, dp_action_payload_size(x->a) - sizeof(struct dp_act_sample));
    if (!f || probability == UINT32_MAX) {
        return;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->batch->n; i++) {
        if ((uint32_t)(dp_thread_random(x->t) >> 32) < probability) {
            f->batch->p[kept++] = f->batch->p[i];
        } else {
            pkt_free(f->batch->p[i]);
        }
    }
    f->batch->n = kept;
}

typedef void (*exec_fn)(struct exec *);

static const exec_fn exec_fns[DP_ACT_COUNT] = {
#define ACTION(ID, VERB, NUMBER, ...) [NUMBER] = exec_##VERB,
#include "datapath/actions.def"
#undef ACTION
};

/* The next action of the innermost frame. */
static void
step(struct dp_thread *t, struct dp_frame *f)
{
    const void *at = f->next;
    const struct dp_action *a = at;
    f->next += ROUND_UP((size_t)a->len, 4);
    struct exec x = {t, f, a, dp_action_payload(a), f->next >= f->end};
    exec_fns[a->type](&x);
}

void
dp_run_actions(struct dp_thread *t, struct pkt_batch *batch, const void *actions, size_t size)
{
    uint32_t base = t->n_frames;
    if (!size) {
        dp_drop(t, DROP_EMPTY_ACTIONS, batch->n);
        pkt_batch_free(batch);
        return;
    }
    if (!push_frame(t, batch, actions, size)) {
        return;
    }
    while (t->n_frames > base) {
        struct dp_frame *f = &t->frames[t->n_frames - 1];
        if (f->next < f->end && f->batch->n) {
            step(t, f);
        } else {
            pkt_batch_free(f->batch);
            t->n_frames--;
        }
    }
}
