/* SPDX-License-Identifier: Apache-2.0 */
/* What the switch does on messages: one function per kind, listed in handlers.def. What a handler
 * gives is sent to the peer as an error about the message. Loop's thread. */
#pragma once

#include "ofproto/ofconn.h"

typedef enum ofp_error ofconn_handler(struct ofconn *, const struct ofp_msg *);

#define HANDLER(KIND, FUNCTION) ofconn_handler FUNCTION;
#include "ofproto/handlers.def"
#undef HANDLER
