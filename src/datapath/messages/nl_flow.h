/* SPDX-License-Identifier: Apache-2.0 */
/* Flow keys, masks and actions as the attributes of the Linux kernel's datapath protocol
 * (OVS_KEY_ATTR_*, OVS_ACTION_ATTR_* of <linux/openvswitch.h>), which the Windows driver takes as
 * well. No transport: cursors over bytes. Any context; input may be anything. */
#pragma once

#include "base/cursor.h"
#include "datapath/actions.h"
#include "datapath/flow_key.h"

/* Appends the attributes of KEY: the headers that it has, and metadata that is not 0 or that MASK
 * (may be NULL) looks at. W turns bad when it is full. */
void nl_flow_put_key(struct wr *w, const struct flow_key *key, const struct flow_key *mask);
/* Appends the attributes of MASK for a flow with KEY: those that it looks at. */
void nl_flow_put_mask(struct wr *w, const struct flow_key *key, const struct flow_key *mask);
/* Reads N bytes of key attributes. -E_INVAL: malformed, twice the same, or no packet is like that;
 * -E_NOTSUP: an attribute that is not known. */
int nl_flow_get_key(const void *attrs, size_t n, struct flow_key *key);
/* Reads the mask attributes of a flow with KEY. VLAN headers that are there, and the absence of
 * those that are not, are always matched. Errors as above; -E_INVAL also for fields that KEY does
 * not have. */
int nl_flow_get_mask(const void *attrs, size_t n, const struct flow_key *key,
                     struct flow_key *mask);

/* Appends the kernel's form of a checked action list, which may be NULL when it is empty. Set
 * actions all become SET_MASKED. */
void nl_actions_put(struct wr *w, const void *actions, size_t size);
/* Reads N bytes of action attributes into a list in W, whose buffer is aligned to four bytes, and
 * checks it. Errors as above, and -E_OVERFLOW when it does not fit or is nested too deep. */
int nl_actions_get(const void *attrs, size_t n, struct wr *w);
