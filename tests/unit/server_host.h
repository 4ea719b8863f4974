/* SPDX-License-Identifier: Apache-2.0 */
/* A host for the message server in tests: ports are an array, devices a short list, and what the
 * datapath puts out, sends up or notifies of is recorded (datapath_env.h). */
#pragma once

#include "datapath_env.h"

#include "datapath/messages/nl_flow.h"
#include "datapath/messages/server.h"

#define HOST_PORTS 16

struct server_host {
    struct test_env *e;
    struct dp_server server;
    struct dp_vport ports[HOST_PORTS];
    bool there[HOST_PORTS];
    unsigned int n_notes[DP_GROUPS + 1]; /* by group */
    uint8_t note[DP_NOTE_MAX];           /* the last */
    size_t note_size;
};

static const struct dp_netdev host_devices[] = {
    {"eth0", {{0x52, 0x54, 0, 0, 0, 1}}, 11, 1500, true, true},
    {"vEthernet (external)", {{0x52, 0x54, 0, 0, 0, 2}}, 12, 9000, true, false},
};

static int
host_port_add(void *h_, const struct dp_vport *wanted, uint32_t *no)
{
    struct server_host *h = h_;
    uint32_t given = *no;
    for (uint32_t i = 0; i < HOST_PORTS; i++) {
        if (h->there[i] && !strcmp(h->ports[i].name, wanted->name)) {
            return -E_EXIST;
        }
    }
    for (uint32_t i = 1; given == UINT32_MAX && i < HOST_PORTS; i++) {
        given = h->there[i] ? given : i;
    }
    if (given >= HOST_PORTS) {
        return -E_FBIG;
    }
    if (h->there[given]) {
        return -E_BUSY;
    }
    h->ports[given] = *wanted;
    h->ports[given].no = given;
    h->ports[given].ifindex = 100 + given;
    h->there[given] = true;
    *no = given;
    return 0;
}

static int
host_port_del(void *h_, uint32_t no)
{
    struct server_host *h = h_;
    if (no >= HOST_PORTS || !h->there[no]) {
        return -E_NOENT;
    }
    h->there[no] = false;
    return 0;
}

static int
host_set_pid(void *h_, uint32_t no, uint32_t pid)
{
    struct server_host *h = h_;
    h->ports[no].upcall_pid = pid;
    return 0;
}

static bool
host_port_next(void *h_, uint32_t from, struct dp_vport *out)
{
    struct server_host *h = h_;
    for (uint32_t i = from; i < HOST_PORTS; i++) {
        if (h->there[i]) {
            *out = h->ports[i];
            return true;
        }
    }
    return false;
}

static bool
host_netdev_next(void *h UNUSED, uint32_t *at, struct dp_netdev *out)
{
    if (*at >= ARRAY_LEN(host_devices)) {
        return false;
    }
    *out = host_devices[(*at)++];
    return true;
}

static struct pkt *
host_packet_new(void *h UNUSED, const void *frame, size_t n)
{
    void *memory = mem_alloc(1); /* so that it can be made to fail */
    mem_free(memory, 1);
    return memory ? host_pkt_new(frame, n, 64) : NULL;
}

static struct dp_thread *
host_enter(void *h_)
{
    struct server_host *h = h_;
    h->e->t->now_ms = 5000;
    return h->e->t;
}

static void
host_leave(void *h UNUSED, struct dp_thread *t UNUSED)
{
}

static uint64_t
host_now_ms(void *h UNUSED)
{
    return 5000;
}

static void
host_notify(void *h_, enum dp_group group, const void *msg, size_t n)
{
    struct server_host *h = h_;
    assert_true(n <= sizeof h->note);
    h->n_notes[group]++;
    memcpy(h->note, msg, n);
    h->note_size = n;
}

static void
host_add_counters(void *h_, struct dp_counters *sum)
{
    struct server_host *h = h_;
    dp_thread_add_counters(h->e->t, sum);
}

static struct server_host *
server_host_new(void)
{
    struct server_host *h = calloc(1, sizeof *h);
    const struct dp_server_host host = {
        .port_add = host_port_add,
        .port_del = host_port_del,
        .port_set_upcall_pid = host_set_pid,
        .port_next = host_port_next,
        .netdev_next = host_netdev_next,
        .packet_new = host_packet_new,
        .enter = host_enter,
        .leave = host_leave,
        .now_ms = host_now_ms,
        .notify = host_notify,
        .add_counters = host_add_counters,
        .aux = h,
    };
    h->e = env_new(7, 64);
    dp_server_init(&h->server, &h->e->dp, &host);
    return h;
}

/* Ends everything; nothing may be left over. */
static void
server_host_free(struct server_host *h)
{
    dp_server_fini(&h->server);
    env_free(h->e);
    free(h);
}
