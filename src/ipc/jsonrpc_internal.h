/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as text and JSON, for the files of JSON-RPC and its fuzz target. */
#pragma once

#include "ipc/jsonrpc.h"

/* Fills MSG with what JSON, which it borrows, says. -E_PROTO with the reason. */
int jsonrpc_msg_from_json(json_t *json, struct jsonrpc_msg *msg, struct err *);
/* Appends the wire form. */
void jsonrpc_msg_write(const struct jsonrpc_msg *, struct str *out);
/* `request, method="x", params=[], id=0`, for logs; the caller frees it. */
char *jsonrpc_msg_describe(const struct jsonrpc_msg *);
