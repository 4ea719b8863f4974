/* SPDX-License-Identifier: Apache-2.0 */
#include "ofproto/handlers.h"

static ofconn_handler *const handlers[OFP_MSG_COUNT] = {
#define HANDLER(KIND, FUNCTION) [KIND] = FUNCTION,
#include "ofproto/handlers.def"
#undef HANDLER
};

enum ofp_error
ofconn_handle(struct ofconn *c, const struct ofp_msg *m)
{
    ofconn_handler *handler = handlers[ofp_msg_kind(m->id)];
    return handler                        ? handler(c, m)
           : ofp_msg_is_statistics(m->id) ? OFPBRC_BAD_STAT
                                          : OFPBRC_BAD_TYPE;
}
