/* SPDX-License-Identifier: Apache-2.0 */
/* What tests do to a "dummy" device (ovs-appctl netdev-dummy/…). Control thread. */
#pragma once

#include "netdev/netdev.h"

bool netdev_is_dummy(const struct netdev *);
/* D receives P, which is taken over, as if from a wire: counts it and gives it to the
 * datapath at once. */
void netdev_dummy_receive(struct netdev *, struct pkt *);
/* Sets the carrier and administrative state. */
void netdev_dummy_set_admin_state(struct netdev *, bool up);
