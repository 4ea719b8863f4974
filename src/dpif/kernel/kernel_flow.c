/* SPDX-License-Identifier: Apache-2.0 */
/* Flows of the kernel's datapath. They are named by their ufid where there is one, which spares
 * both sides the keys. Times of last use are the kernel's; they are shown in loop time. */
#include <string.h>

#include "datapath/messages/nl_flow.h"
#include "dpif/kernel/kernel_internal.h"
#include "os/mem.h"

enum { OMIT_ALL = MSG_UFID_OMIT_KEY | MSG_UFID_OMIT_MASK | MSG_UFID_OMIT_ACTIONS };

static void
put_match(struct kernel *k, const struct flow_key *key, const struct flow_key *mask)
{
    size_t nest = nl_begin(&k->out, MSG_FLOW_ATTR_KEY);
    nl_flow_put_key(&k->out, key, mask);
    nl_end(&k->out, nest);
    if (mask) {
        nest = nl_begin(&k->out, MSG_FLOW_ATTR_MASK);
        nl_flow_put_mask(&k->out, key, mask);
        nl_end(&k->out, nest);
    }
}

/* Which flow a request is about. */
static void
put_name(struct kernel *k, const struct flow_key *key, const struct flow_key *mask,
         const struct uuid *ufid)
{
    if (ufid) {
        msg_put_ufid(&k->out, ufid);
    } else {
        put_match(k, key, mask);
    }
}

static void
put_actions(struct kernel *k, const void *actions, size_t size)
{
    size_t nest = nl_begin(&k->out, MSG_FLOW_ATTR_ACTIONS);
    nl_actions_put(&k->out, actions, size);
    nl_end(&k->out, nest);
}

int
kernel_flow_put(struct dpif *d, const struct flow_key *key, const struct flow_key *mask,
                const struct uuid *ufid, const void *actions, size_t size, unsigned int flags)
{
    struct kernel *k = kernel_of(d);
    /* A new flow's statistics are zero anyway, so clearing them is asked of an old one only. */
    bool modify_first =
        flags & DPIF_PUT_MODIFY && (!(flags & DPIF_PUT_CREATE) || flags & DPIF_PUT_ZERO_STATS);
    if (modify_first) {
        kernel_ask(k, MSG_FLOW, MSG_FLOW_CMD_SET, 0);
        put_name(k, key, mask, ufid);
        put_actions(k, actions, size);
        if (flags & DPIF_PUT_ZERO_STATS) {
            nl_put(&k->out, MSG_FLOW_ATTR_CLEAR, NULL, 0);
        }
        int code = kernel_send(k, MSG_FLOW);
        if (code != -E_NOENT || !(flags & DPIF_PUT_CREATE)) {
            return code;
        }
    }
    kernel_ask(k, MSG_FLOW, MSG_FLOW_CMD_NEW, flags & DPIF_PUT_MODIFY ? 0 : MSG_F_CREATE);
    if (ufid) {
        msg_put_ufid(&k->out, ufid);
    }
    put_match(k, key, mask);
    put_actions(k, actions, size);
    return kernel_send(k, MSG_FLOW);
}

static void
get_stats(const struct kernel *k, struct dpif_flow_stats *stats)
{
    const struct msg_attrs *attrs = &k->attrs;
    uint64_t counts[2] = {0};
    memset(stats, 0, sizeof *stats);
    msg_get(attrs, MSG_FLOW_ATTR_STATS, counts, sizeof counts);
    if (msg_get(attrs, MSG_FLOW_ATTR_USED, &stats->used_ms, sizeof stats->used_ms)) {
        stats->used_ms += k->clock_ofs_ms;
    }
    if (msg_has(attrs, MSG_FLOW_ATTR_TCP_FLAGS)) {
        stats->tcp_flags = *attrs->a[MSG_FLOW_ATTR_TCP_FLAGS].payload;
    }
    stats->packets = counts[0];
    stats->bytes = counts[1];
}

int
kernel_flow_del(struct dpif *d, const struct flow_key *key, const struct flow_key *mask,
                const struct uuid *ufid, struct dpif_flow_stats *stats)
{
    struct kernel *k = kernel_of(d);
    kernel_ask(k, MSG_FLOW, MSG_FLOW_CMD_DEL, stats ? MSG_F_ECHO : 0);
    put_name(k, key, mask, ufid);
    nl_put_u32(&k->out, MSG_FLOW_ATTR_UFID_FLAGS, OMIT_ALL);
    int code = kernel_send(k, MSG_FLOW);
    if (!code && stats) {
        get_stats(k, stats);
    }
    return code;
}

/* A flow taken out of k->attrs, with room for its actions. */
struct shown {
    struct flow_key key, mask;
    uint32_t list[DP_ACTIONS_MAX / 4];
};

/* Shows the flow in k->attrs. -E_PROTO: it is not one that we understand. */
static int
show(struct kernel *k, struct shown *shown, void (*each)(void *aux, const struct dpif_flow *),
     void *aux)
{
    const struct nl_attr *key = &k->attrs.a[MSG_FLOW_ATTR_KEY];
    const struct nl_attr *mask = &k->attrs.a[MSG_FLOW_ATTR_MASK];
    const struct nl_attr *actions = &k->attrs.a[MSG_FLOW_ATTR_ACTIONS];
    struct dpif_flow f = {.key = &shown->key, .mask = &shown->mask, .actions = shown->list};
    struct wr w = wr_make(shown->list, sizeof shown->list);
    if (!key->payload || !actions->payload ||
        nl_flow_get_key(key->payload, key->size, &shown->key) ||
        nl_actions_get(actions->payload, actions->size, &w)) {
        return -E_PROTO;
    }
    if (!mask->payload) {
        flow_mask_exact(&shown->mask, &shown->key);
    } else if (nl_flow_get_mask(mask->payload, mask->size, &shown->key, &shown->mask)) {
        return -E_PROTO;
    }
    msg_get_ufid(&k->attrs, &f.ufid);
    f.actions_size = w.n;
    get_stats(k, &f.stats);
    each(aux, &f);
    return 0;
}

int
kernel_flow_get(struct dpif *d, const struct flow_key *key, const struct uuid *ufid,
                void (*got)(void *aux, const struct dpif_flow *), void *aux)
{
    struct kernel *k = kernel_of(d);
    kernel_ask(k, MSG_FLOW, MSG_FLOW_CMD_GET, 0);
    put_name(k, key, NULL, ufid);
    int code = kernel_send(k, MSG_FLOW);
    if (!code) {
        struct shown *shown = xalloc(sizeof *shown);
        code = show(k, shown, got, aux);
        os_free(shown);
    }
    return code;
}

void
kernel_flow_flush(struct dpif *d)
{
    struct kernel *k = kernel_of(d);
    kernel_ask(k, MSG_FLOW, MSG_FLOW_CMD_DEL, 0);
    kernel_send(k, MSG_FLOW);
}

struct flow_dump {
    struct shown shown;
    void (*each)(void *aux, const struct dpif_flow *);
    void *aux;
};

static void
show_dumped(void *dump_, struct kernel *k)
{
    struct flow_dump *dump = dump_;
    show(k, &dump->shown, dump->each, dump->aux);
}

void
kernel_flow_dump(struct dpif *d, void (*each)(void *aux, const struct dpif_flow *), void *aux)
{
    struct kernel *k = kernel_of(d);
    struct dpif_stats stats;
    struct flow_dump *dump = xalloc(sizeof *dump);
    dump->each = each;
    dump->aux = aux;
    dpif_get_stats(d, &stats); /* which tells the time, too */
    kernel_ask(k, MSG_FLOW, MSG_FLOW_CMD_GET, MSG_F_DUMP);
    kernel_dump(k, MSG_FLOW, show_dumped, dump);
    os_free(dump);
}
