/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC: a stream of bytes cut into messages by the framer; each that is one can be written
 * and means the same when read back. */
#include "ipc/jsonrpc_internal.h"

static void
take(const char *p, size_t n)
{
    json_t *json, *copy;
    struct jsonrpc_msg msg, again;
    struct err e;
    if (json_read(p, n, &json, &e)) {
        return;
    }
    if (!jsonrpc_msg_from_json(json, &msg, &e)) {
        struct str out = STR_INIT;
        jsonrpc_msg_write(&msg, &out);
        VERIFY(!json_read(out.s, out.n, &copy, NULL));
        VERIFY(!jsonrpc_msg_from_json(copy, &again, NULL) && again.kind == msg.kind);
        json_decref(copy);
        str_fini(&out);
        os_free(jsonrpc_msg_describe(&msg));
    }
    json_decref(json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data;
    struct json_framer framer;
    size_t start = 0, at = 0;
    json_framer_init(&framer);
    while (at < size) {
        size_t used;
        int found = json_framer_feed(&framer, p + at, size - at, &used);
        at += used;
        if (found < 0) {
            break;
        }
        if (found) {
            take(p + start, at - start);
            start = at;
        }
    }
    return 0;
}
