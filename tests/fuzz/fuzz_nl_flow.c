/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: netlink attributes. The first byte chooses what the rest is, a key, a mask or a
 * list of actions. What the decoder accepts is encoded and decoded again, and must be the same. */
#include <stdlib.h>
#include <string.h>

#include "datapath/messages/nl_flow.h"
#include "os/mem.h"

enum { BUFFER = 1 << 17 };

static void
fuzz_key(const uint8_t *p, size_t n, void *buffer)
{
    struct flow_key key, again;
    if (nl_flow_get_key(p, n, &key)) {
        return;
    }
    struct wr w = wr_make(buffer, BUFFER);
    nl_flow_put_key(&w, &key, NULL);
    VERIFY(!w.bad && !nl_flow_get_key(buffer, w.n, &again) && flow_key_equal(&key, &again));
}

/* A mask for a packet with two tags, so that all of the nest is allowed. */
static void
fuzz_mask(const uint8_t *p, size_t n, void *buffer)
{
    struct flow_key mask, again,
        key = {.vlan_tpid0 = be16_from(ETH_TYPE_QINQ),
               .vlan_tci0 = be16_from(FLOW_VLAN_PRESENT),
               .vlan_tpid1 = be16_from(ETH_TYPE_VLAN),
               .vlan_tci1 = be16_from(FLOW_VLAN_PRESENT),
               .eth_type = be16_from(ETH_TYPE_IPV4)};
    if (nl_flow_get_mask(p, n, &key, &mask)) {
        return;
    }
    struct wr w = wr_make(buffer, BUFFER);
    nl_flow_put_mask(&w, &key, &mask);
    VERIFY(!w.bad && !nl_flow_get_mask(buffer, w.n, &key, &again));
}

static void
fuzz_actions(const uint8_t *p, size_t n, void *buffer)
{
    uint8_t *list = xalloc(BUFFER), *again = xalloc(BUFFER);
    struct wr w = wr_make(list, BUFFER), a = wr_make(buffer, BUFFER), b = wr_make(again, BUFFER);
    if (!nl_actions_get(p, n, &w)) {
        nl_actions_put(&a, list, w.n);
        VERIFY(a.bad || a.n > UINT16_MAX || !nl_actions_get(buffer, a.n, &b));
    }
    os_free(list);
    os_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const targets[])(const uint8_t *, size_t, void *) = {fuzz_key, fuzz_mask,
                                                                       fuzz_actions};
    if (!size) {
        return 0;
    }
    /* A block of exactly the input's size, aligned as one from a socket would be. */
    uint8_t *copy = malloc(size), *buffer = xalloc(BUFFER);
    memcpy(copy, data + 1, size - 1);
    targets[data[0] % ARRAY_LEN(targets)](copy, size - 1, buffer);
    free(copy);
    os_free(buffer);
    return 0;
}
