/* SPDX-License-Identifier: Apache-2.0 */
/* The provider of datapaths in the host's kernel: requests and answers are messages over a
 * transport. Such a datapath outlives this process. Making one that is there adopts it: its ports
 * are known but not attached, its flows stay. Letting go of it leaves it forwarding; only
 * destroying it removes it. A datapath that was merely opened (ovs-dpctl) is looked at and
 * changed, and its upcalls stay whose they are. */
#include <string.h>

#include "datapath/messages/server.h"
#include "dpif/kernel/kernel_internal.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(dpif_netlink);

struct kernel *
kernel_of(const struct dpif *d)
{
    return CONTAINER_OF(d, struct kernel, dpif);
}

/* -- Requests -- */

void
kernel_ask(struct kernel *k, enum msg_family family, uint8_t cmd, uint16_t flags)
{
    k->out = wr_make(k->request, KERNEL_BUFFER);
    msg_ask(&k->client, &k->out, family, cmd, flags, k->dp_ifindex);
}

int
kernel_send(struct kernel *k, enum msg_family family)
{
    msg_end(&k->out, 0);
    if (k->out.bad) {
        return -E_OVERFLOW;
    }
    struct wr reply = wr_make(k->reply, KERNEL_BUFFER);
    int code = k->transport->ops->transact(k->transport, k->request, k->out.n, &reply);
    return code ? code : msg_answer(&k->client, family, k->reply, reply.n, &k->answer, &k->attrs);
}

struct dump {
    struct kernel *k;
    enum msg_family family;
    uint32_t seq;
    int code;
    void (*each)(void *aux, struct kernel *);
    void *aux;
};

static void
take_dumped(void *dump_, const struct msg *m)
{
    struct dump *dump = dump_;
    struct kernel *k = dump->k;
    bool done;
    int code = msg_dumped(&k->client, dump->family, dump->seq, m, &done, &k->attrs);
    if (code) {
        dump->code = code;
    } else if (!done) {
        k->answer = *m;
        dump->each(dump->aux, k);
    }
}

int
kernel_dump(struct kernel *k, enum msg_family family, void (*each)(void *aux, struct kernel *),
            void *aux)
{
    struct dump dump = {k, family, k->client.seq, 0, each, aux};
    msg_end(&k->out, 0);
    int code = k->transport->ops->dump(k->transport, k->request, k->out.n, take_dumped, &dump);
    return code ? code : dump.code;
}

/* -- What arrives -- */

static void
receive(void *k_, const struct msg *m)
{
    struct kernel *k = k_;
    enum msg_family family;
    struct msg_attrs attrs;
    if (msg_client_family(&k->client, m->type, &family) && m->dp_ifindex == k->dp_ifindex &&
        !msg_get_attrs(family, m->payload, m->payload_size, &attrs)) {
        if (family == MSG_PACKET) {
            kernel_upcall(k, m->cmd, &attrs);
        } else if (family == MSG_VPORT) {
            kernel_port_news(k, &attrs);
        }
    }
}

/* -- The datapath -- */

/* Reads the clock of an answer about the datapath. */
static void
read_clock(struct kernel *k)
{
    uint64_t now_ms = os_now_ms(netdev_registry_loop(k->dpif.registry));
    uint64_t kernel_ms = os_real_ns() / 1000000;
    msg_get(&k->attrs, MSG_DP_ATTR_CLOCK, &kernel_ms, sizeof kernel_ms);
    k->clock_ofs_ms = now_ms - kernel_ms;
}

static int
get_dp(struct kernel *k)
{
    kernel_ask(k, MSG_DP, MSG_DP_CMD_GET, 0);
    if (!k->dp_ifindex) {
        nl_put(&k->out, MSG_DP_ATTR_NAME, k->dpif.name, strlen(k->dpif.name) + 1);
    }
    int code = kernel_send(k, MSG_DP);
    if (!code && k->answer.type == MSG_TYPE_ERROR) {
        code = -E_PROTO;
    }
    if (!code) {
        k->dp_ifindex = k->answer.dp_ifindex;
        read_clock(k);
    }
    return code;
}

static int
new_dp(struct kernel *k)
{
    kernel_ask(k, MSG_DP, MSG_DP_CMD_NEW, 0);
    nl_put(&k->out, MSG_DP_ATTR_NAME, k->dpif.name, strlen(k->dpif.name) + 1);
    nl_put_u32(&k->out, MSG_DP_ATTR_UPCALL_PID, k->transport->pid);
    nl_put_u32(&k->out, MSG_DP_ATTR_USER_FEATURES, MSG_DP_F_UNALIGNED);
    return kernel_send(k, MSG_DP);
}

static void
let_go(struct kernel *k)
{
    kernel_forget_ports(k);
    hmap_fini(&k->ports);
    if (k->transport) {
        k->transport->ops->close(k->transport);
    }
    os_free(k->request);
    os_free(k->reply);
}

static int
start(struct kernel *k)
{
    hmap_init(&k->ports);
    k->request = xalloc(KERNEL_BUFFER);
    k->reply = xalloc(KERNEL_BUFFER);
    msg_client_init(&k->client);
    return dpif_kernel_transport(k->dpif.set, &k->transport);
}

static int
kernel_open(struct dpif *d)
{
    struct kernel *k = kernel_of(d);
    int code = start(k);
    code = code ? code : get_dp(k);
    code = code ? code : kernel_load_ports(k);
    if (code) {
        let_go(k);
    }
    return code;
}

static int
kernel_create(struct dpif *d)
{
    struct kernel *k = kernel_of(d);
    bool adopts = false;
    int code = start(k);
    if (!code) {
        code = new_dp(k);
        adopts = code == -E_EXIST;
        code = adopts ? 0 : code;
    }
    code = code ? code : get_dp(k);
    if (!code) {
        code = k->transport->ops->listen(k->transport, DP_GROUP_VPORT, receive, k);
    }
    code = code ? code : kernel_load_ports(k);
    code = code ? code : kernel_port_listen(k, 0);
    if (code) {
        log_warn("%s@%s: %s", d->type, d->name, err_text(code));
        let_go(k);
    } else if (adopts) {
        log_info("%s@%s: adopted, with %zu ports", d->type, d->name, hmap_count(&k->ports));
    }
    return code;
}

static void
kernel_close(struct dpif *d)
{
    let_go(kernel_of(d));
}

static void
kernel_destroy(struct dpif *d)
{
    struct kernel *k = kernel_of(d);
    kernel_ask(k, MSG_DP, MSG_DP_CMD_DEL, 0);
    int code = kernel_send(k, MSG_DP);
    if (code) {
        log_warn("%s@%s: cannot be deleted (%s)", d->type, d->name, err_text(code));
    }
    let_go(k);
}

static void
kernel_get_stats(const struct dpif *d, struct dpif_stats *stats)
{
    struct kernel *k = kernel_of(d);
    uint64_t counts[4] = {0}, masks[4] = {0};
    if (!get_dp(k)) {
        msg_get(&k->attrs, MSG_DP_ATTR_STATS, counts, sizeof counts);
        msg_get(&k->attrs, MSG_DP_ATTR_MEGAFLOW_STATS, masks, sizeof masks);
    }
    uint32_t n_masks;
    memcpy(&n_masks, &masks[1], sizeof n_masks);
    *stats = (struct dpif_stats){
        .hit = counts[0],
        .missed = counts[1],
        .lost = counts[2],
        .mask_hit = masks[0],
        .cache_hit = masks[2],
        .n_masks = n_masks,
        .n_flows = (uint32_t)counts[3],
    };
}

static void
kernel_run(struct dpif *d UNUSED)
{
}

/* -- Which there are -- */

struct names {
    void (*each)(void *aux, const char *name);
    void *aux;
};

static void
take_name(void *names_, struct kernel *k)
{
    struct names *names = names_;
    const char *name = msg_string(&k->attrs, MSG_DP_ATTR_NAME);
    if (name) {
        names->each(names->aux, name);
    }
}

static int
kernel_enumerate(struct dpif *d, void (*each)(void *aux, const char *name), void *aux)
{
    struct kernel *k = kernel_of(d);
    struct names names = {each, aux};
    int code = start(k);
    if (!code) {
        kernel_ask(k, MSG_DP, MSG_DP_CMD_GET, MSG_F_DUMP);
        code = kernel_dump(k, MSG_DP, take_name, &names);
    }
    let_go(k);
    return code;
}

const struct dpif_ops dpif_kernel_ops = {
    .size = sizeof(struct kernel),
    .enumerate = kernel_enumerate,
    .create = kernel_create,
    .open = kernel_open,
    .close = kernel_close,
    .destroy = kernel_destroy,
    .get_stats = kernel_get_stats,
    .port_add = kernel_port_add,
    .port_del = kernel_port_del,
    .port_next = kernel_port_next,
    .flow_put = kernel_flow_put,
    .flow_del = kernel_flow_del,
    .flow_get = kernel_flow_get,
    .flow_flush = kernel_flow_flush,
    .flow_dump = kernel_flow_dump,
    .execute = kernel_execute,
    .run = kernel_run,
};
