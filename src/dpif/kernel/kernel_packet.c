/* SPDX-License-Identifier: Apache-2.0 */
/* Packets between this process and the kernel's datapath: upcalls become packets of ours, and
 * packets of ours are executed there. Metadata travels in the key, offloads in an attribute of
 * Weft's own, which the Linux module neither sends nor looks at. */
#include <string.h>

#include "datapath/messages/nl_flow.h"
#include "datapath/parse.h"
#include "dpif/kernel/kernel_internal.h"
#include "netdev/packet_buf.h"
#include "os/log.h"

LOG_MODULE(dpif_netlink);

/* -- Up -- */

void
kernel_upcall(struct kernel *k, uint8_t cmd, const struct msg_attrs *attrs)
{
    const struct nl_attr *frame = &attrs->a[MSG_PACKET_ATTR_PACKET];
    const struct nl_attr *attr = &attrs->a[MSG_PACKET_ATTR_KEY];
    const struct nl_attr *userdata = &attrs->a[MSG_PACKET_ATTR_USERDATA];
    struct msg_offloads offloads;
    struct flow_key key;
    if (!k->dpif.upcall || !frame->payload || !attr->payload ||
        nl_flow_get_key(attr->payload, attr->size, &key)) {
        return;
    }
    struct pkt *p = pkt_buf_from(frame->payload, frame->size);
    if (!p) {
        return;
    }
    p->md.in_port = key.in_port;
    p->md.recirc_id = key.recirc_id;
    p->md.dp_hash = key.dp_hash;
    p->md.priority = key.skb_priority;
    p->md.mark = key.skb_mark;
    if (msg_get(attrs, MSG_PACKET_ATTR_OFFLOADS, &offloads, sizeof offloads)) {
        msg_set_offloads(p, &offloads);
    }
    pkt_parse(p, &key); /* as the kernel did, and what we build on is what we parsed */
    k->dpif.upcall(
        k->dpif.upcall_aux, &k->dpif,
        &(struct dpif_upcall){
            .reason = cmd == MSG_PACKET_CMD_MISS ? DPIF_UPCALL_MISS : DPIF_UPCALL_ACTION,
            .pkt = p,
            .key = &key,
            .userdata = userdata->payload,
            .userdata_size = userdata->size,
            .pid = k->transport->pid,
        });
}

/* -- Down -- */

void
kernel_execute(struct dpif *d, struct pkt *p, const void *actions, size_t size)
{
    static struct log_rate rate = LOG_RATE(5, 5);
    struct kernel *k = kernel_of(d);
    struct flow_key key;
    pkt_parse(p, &key);
    int code = -E_MSGSIZE;
    if (p->len <= UINT16_MAX - NL_ATTR_HEADER) {
        kernel_ask(k, MSG_PACKET, MSG_PACKET_CMD_EXECUTE, 0);
        nl_put(&k->out, MSG_PACKET_ATTR_PACKET, p->data, p->len);
        size_t nest = nl_begin(&k->out, MSG_PACKET_ATTR_KEY);
        nl_flow_put_key(&k->out, &key, NULL);
        nl_end(&k->out, nest);
        nest = nl_begin(&k->out, MSG_PACKET_ATTR_ACTIONS);
        nl_actions_put(&k->out, actions, size);
        nl_end(&k->out, nest);
        msg_put_offloads(&k->out, p);
        code = kernel_send(k, MSG_PACKET);
    }
    if (code) {
        log_limited(&rate, LOG_WARN, "%s: execute of a packet failed (%s)", dpif_name(d),
                    err_text(code));
    }
    pkt_free(p);
}
