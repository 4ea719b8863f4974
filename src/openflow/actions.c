/* SPDX-License-Identifier: Apache-2.0 */
/* The table of actions, and walking and building lists of them. */
#include "openflow/actions.h"

#include <string.h>

const struct of_act_info of_act_infos[OF_ACT_COUNT] = {
#define OF_ACT(ID, NAME, STRUCT, SET)                                                             \
    [OF_ACT_##ID] = {NAME, (uint16_t)sizeof(struct of_act_##STRUCT), SET},
#include "openflow/actions.def"
#undef OF_ACT
};

const struct of_act *
of_acts_next(const void *list, size_t size, size_t *ofs)
{
    if (*ofs >= size) {
        return NULL;
    }
    const struct of_act *a = (const void *)((const uint8_t *)list + *ofs);
    *ofs += ROUND_UP((size_t)a->len, 8);
    return a;
}

void *
of_act_begin(struct wr *w, enum of_act_type type, size_t size)
{
    struct of_act *a = (void *)wr_take(w, size);
    if (a) {
        memset(a, 0, size);
        a->type = (uint16_t)type;
    }
    return a;
}

void
of_act_end(struct wr *w, size_t begin)
{
    size_t len = w->n - begin;
    if (len > UINT16_MAX) {
        w->bad = true;
    }
    if (!w->bad) {
        uint16_t short_len = (uint16_t)len;
        memcpy(w->start + begin + offsetof(struct of_act, len), &short_len, sizeof short_len);
        wr_zeros(w, ROUND_UP(len, 8) - len);
    }
}
