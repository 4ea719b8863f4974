/* SPDX-License-Identifier: Apache-2.0 */
/* Datapath actions as text, as ovs-dpctl(8) has them: `push_vlan(vid=5,pcp=0),1,pop_vlan,3`. Any
 * thread. */
#pragma once

#include "base/err.h"
#include "datapath/actions.h"
#include "dpif/field_text.h"

/* How the owner of upcalls writes the user data of its userspace actions, such as
 * "controller(reason=1,…)". */
struct userdata_text {
    /* Appends the text, or gives false to have the bytes shown. */
    bool (*put)(void *aux, struct str *, const void *userdata, size_t size);
    void *aux;
};

/* Appends the checked list of SIZE bytes, "drop" if it is empty. NAMES and USERDATA may be NULL.
 */
void action_text_put(struct str *, const void *actions, size_t size, const struct port_names *,
                     const struct userdata_text *userdata);
/* Appends the actions in TEXT to W, whose buffer is aligned to 4 bytes. -E_INVAL: not understood,
 * E (may be NULL) says where; -E_OVERFLOW: W is full or lists are nested too deep. */
int action_text_parse(const char *text, const struct port_names *, struct wr *w, struct err *);
