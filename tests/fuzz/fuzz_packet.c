/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: packets and actions. The input's first bytes choose how the frame is laid out,
 * then comes a list of actions, then the frame. The frame is parsed whole and in pieces, which
 * must agree; the list, if the checker accepts it, is executed, after being mended so that most
 * random input gets that far. Every packet must come back exactly once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "datapath/dp.h"

static size_t live;

static void *
fuzz_alloc(void *aux UNUSED, size_t size)
{
    return malloc(size);
}

static void
fuzz_free(void *aux UNUSED, void *p, size_t size UNUSED)
{
    free(p);
}

struct mem_hooks mem_hooks = {.alloc = fuzz_alloc, .free = fuzz_free};

static const struct pkt_ops ops;

/* A packet in a block of exactly its size, of which LINEAR bytes count as at hand. */
static struct pkt *
make(const uint8_t *frame, uint32_t n, uint32_t linear, uint16_t headroom)
{
    struct pkt *p = calloc(1, sizeof *p);
    uint8_t *block = malloc((size_t)headroom + n + 1);
    memcpy(block + headroom, frame, n);
    *p = (struct pkt){.data = block + headroom,
                      .len = n,
                      .linear = MIN(linear, n),
                      .headroom = headroom,
                      .ops = &ops,
                      .owner = block};
    live++;
    return p;
}

static bool
fuzz_need(struct pkt *p, uint32_t ofs, uint32_t n)
{
    p->linear = MAX(p->linear, ofs + n);
    return p->linear <= p->len;
}

static bool
fuzz_reserve(struct pkt *p, uint32_t n)
{
    uint8_t *block = malloc((size_t)n + p->len + 1);
    memcpy(block + n, p->data, p->len);
    free(p->owner);
    p->owner = block;
    p->data = block + n;
    p->linear = p->len;
    p->headroom = (uint16_t)n;
    p->flags &= (uint16_t)~PKT_SHARED;
    return true;
}

static bool
fuzz_edit(struct pkt *p, uint32_t ofs, uint32_t n)
{
    return (uint64_t)ofs + n <= p->len && fuzz_reserve(p, p->headroom);
}

static void
fuzz_trim(struct pkt *p, uint32_t len)
{
    p->len = len;
    p->linear = MIN(p->linear, len);
}

static struct pkt *
fuzz_clone(struct pkt *p)
{
    struct pkt *q = make(p->data, p->len, p->linear, 0);
    struct pkt copy = *p;
    copy.data = q->data;
    copy.owner = q->owner;
    copy.headroom = 0;
    *q = copy;
    return q;
}

static void
fuzz_free_packets(struct pkt **p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(p[i]->owner);
        free(p[i]);
        live--;
    }
}

static const struct pkt_ops ops = {.need = fuzz_need,
                                   .edit = fuzz_edit,
                                   .reserve = fuzz_reserve,
                                   .trim = fuzz_trim,
                                   .clone = fuzz_clone,
                                   .free = fuzz_free_packets};

static uint64_t
fuzz_random(void *aux UNUSED)
{
    return 0x123456789abcdef;
}

static void
fuzz_output(void *aux UNUSED, struct dp_thread *t UNUSED, uint32_t port UNUSED,
            struct pkt_batch *b)
{
    struct flow_key key;
    for (uint32_t i = 0; i < b->n; i++) {
        pkt_parse(b->p[i], &key); /* offsets and bytes still make sense */
    }
    pkt_batch_free(b);
}

static int
fuzz_upcall(void *aux UNUSED, struct dp_thread *t UNUSED, struct pkt *p,
            const struct dp_upcall *up)
{
    if (p->len & 1) {
        return -E_NOBUFS;
    }
    volatile uint8_t sink = up->key->nw_proto;
    (void)sink;
    pkt_free(p);
    return 0;
}

static void
fuzz_defer(void *aux UNUSED, struct dp_deferred *d)
{
    d->run(d);
}

/* Rewrites the list so that types, lengths and fields are mostly those that exist. */
static size_t
mend(uint8_t *list, size_t size)
{
    static const uint16_t types[] = {1, 2, 3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 19, 24, 3, 11};
    size_t at = 0;
    while (size - at >= sizeof(struct dp_action)) {
        struct dp_action a;
        memcpy(&a, list + at, sizeof a);
        a.type = types[a.type % ARRAY_LEN(types)];
        const struct dp_action_info *info = &dp_action_infos[a.type];
        uint32_t n = info->max == DP_NESTED ? info->min + (a.len & 0x3cu) : info->min;
        uint8_t *payload = list + at + sizeof a;
        struct dp_act_set set;
        if ((a.type == DP_ACT_SET || a.type == DP_ACT_SET_MASKED) && size - at >= 8) {
            memcpy(&set, payload, sizeof set);
            set.field = (uint16_t)(set.field % FIELD_COUNT);
            set.size = flow_fields[set.field].size;
            memcpy(payload, &set, sizeof set);
            n = 4u + set.size * (a.type == DP_ACT_SET ? 1u : 2u);
        }
        if (ROUND_UP(n, 4) > size - at - sizeof a) {
            break;
        }
        if (a.type == DP_ACT_PUSH_VLAN) {
            put_be16(payload, payload[0] & 1 ? ETH_TYPE_VLAN : ETH_TYPE_QINQ);
        } else if (a.type == DP_ACT_USERSPACE) {
            memset(payload + 8, 0, 4);
        }
        a.len = (uint16_t)(sizeof a + n);
        memcpy(list + at, &a, sizeof a);
        at += sizeof a + (info->max == DP_NESTED ? info->min : ROUND_UP(n, 4));
    }
    return at;
}

static struct dp_thread *
thread(void)
{
    static const struct dp_env env = {fuzz_random, fuzz_output, fuzz_upcall, fuzz_defer, NULL};
    static struct dp dp;
    static struct dp_thread *t;
    if (!t) {
        t = calloc(1, sizeof *t);
        if (dp_init(&dp, &env, 1) || dp_thread_init(t, &dp, 0, 16)) {
            abort();
        }
    }
    return t;
}

static void
check_parse(const uint8_t *frame, uint32_t n, uint32_t linear)
{
    struct flow_key whole, pieces;
    struct pkt *p = make(frame, n, n, 0), *q = make(frame, n, linear, 0);
    flow_map map = pkt_parse(p, &whole);
    if (map != pkt_parse(q, &pieces) || !flow_key_equal(&whole, &pieces) ||
        (flow_key_map(&whole) & ~map)) {
        abort();
    }
    pkt_free(p);
    pkt_free(q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t list[64];
    if (size < 4 || size > 65536) {
        return 0;
    }
    uint8_t flags = data[0];
    uint32_t linear = data[1];
    size_t list_size = MIN((size_t)data[2] & ~(size_t)3, (size - 4) & ~(size_t)3);
    memcpy(list, data + 4, list_size);
    const uint8_t *frame = data + 4 + list_size;
    uint32_t n = (uint32_t)(size - 4 - list_size);
    check_parse(frame, n, linear);
    if (flags & 1) {
        list_size = mend((uint8_t *)list, list_size);
    }
    if (!dp_actions_check(list, list_size)) {
        struct pkt_batch b = {.n = 1, .p = {make(frame, n, linear, flags & 2 ? 8 : 0)}};
        struct flow_key key;
        pkt_parse(b.p[0], &key);
        b.p[0]->flags =
            (uint16_t)((flags & 4 ? PKT_SHARED : 0) |
                       (flags & 8 && b.p[0]->l4 != PKT_NO_LAYER ? PKT_CSUM_PARTIAL : 0));
        b.p[0]->csum_start = b.p[0]->l4;
        dp_execute(thread(), &b, list, list_size);
    }
    if (live) {
        abort();
    }
    return 0;
}
