/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: the message server. The input is requests one after the other, each behind two
 * bytes: its length, and whether it is a dump. A datapath with two ports is there. Whatever is
 * asked, the answer is well formed, and at the end everything is freed. */
#include "../unit/server_host.h"

enum { CHUNK = 1024 };

static uint32_t buffer[40000];

/* What was written is whole messages. */
static void
check_answers(size_t n)
{
    struct rd r = rd_make(buffer, n);
    for (struct msg m; msg_next(&r, &m);) {
        struct msg_attrs attrs;
        VERIFY(m.type < MSG_TYPE_MIN ||
               !msg_get_attrs((enum msg_family)m.type, m.payload, m.payload_size, &attrs));
    }
    VERIFY(!r.bad);
}

static void
ask(struct server_host *h, const uint8_t *p, size_t n, bool is_dump)
{
    struct dp_dump d = {.server = NULL};
    struct wr w = wr_make(buffer, sizeof buffer);
    if (!is_dump) {
        int code = dp_server_request(&h->server, 7, p, n, &w);
        VERIFY(code || w.n >= MSG_ERROR_SIZE);
        check_answers(w.n);
        return;
    }
    if (!dp_server_dump_start(&h->server, &d, 7, p, n)) {
        int more;
        do {
            w = wr_make(buffer, CHUNK);
            more = dp_server_dump_next(&d, &w);
            check_answers(w.n);
        } while (more > 0);
    }
    dp_server_dump_stop(&d);
}

static void
make_datapath(struct server_host *h)
{
    static const struct dp_vport local = {.type = MSG_VPORT_INTERNAL, .name = "ovs-system"},
                                 other = {.type = MSG_VPORT_NETDEV, .name = "eth0"};
    uint32_t no = 0;
    host_port_add(h, &local, &no);
    no = 1;
    host_port_add(h, &other, &no);
    memcpy(h->server.name, local.name, sizeof local.name);
    h->server.exists = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct server_host *h = server_host_new();
    struct rd r = rd_make(data, size);
    make_datapath(h);
    while (rd_left(&r) && h->e->n_out < ENV_OUT_MAX / 2 && h->e->n_deferred < 10000) {
        size_t n = (size_t)rd_u8(&r) * 4;
        bool is_dump = rd_u8(&r) & 1;
        n = MIN(n, rd_left(&r));
        uint8_t *copy = malloc(n ? n : 1);
        rd_copy(&r, copy, n);
        ask(h, copy, n, is_dump);
        free(copy);
    }
    server_host_free(h);
    return 0;
}
