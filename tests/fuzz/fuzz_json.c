/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: the framer and the parser agree about where a text ends, whatever the pieces that it
 * comes in, and what is read is written and read again has the same text. */
#include <string.h>

#include "text/json.h"
#include "text/json_syntax.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data;
    struct json_framer whole, bytes;
    size_t used = 0, used_bytes = 0, one;
    json_framer_init(&whole);
    json_framer_init(&bytes);
    int found = json_framer_feed(&whole, p, size, &used), found_bytes = 0;
    while (used_bytes < size && !found_bytes) {
        found_bytes = json_framer_feed(&bytes, p + used_bytes, 1, &one);
        used_bytes += one;
    }
    VERIFY(found == found_bytes && used == used_bytes);

    /* A good text has no mistake, but that it nests deeper than the explainer looks, or has a zero
     * byte, some of which Jansson skips. */
    json_t *v, *again;
    struct err e;
    struct str why = STR_INIT;
    bool is_bad = json_syntax_explain(&why, p, size);
    VERIFY(is_bad == (why.n > 0));
    if (!json_read_document(p, size, &v, NULL)) {
        VERIFY(!is_bad || memchr(p, 0, size) || strstr(why.s, "nesting depth"));
        json_decref(v);
    }
    str_fini(&why);
    if (!json_read(p, size, &v, &e)) {
        char *text = json_text(v, JSON_WRITE_SORTED);
        VERIFY(!json_read(text, strlen(text), &again, NULL));
        /* A real without a fraction comes back as an integer, so texts are compared. */
        char *second = json_text(again, JSON_WRITE_SORTED);
        VERIFY(!strcmp(text, second));
        os_free(second);
        json_decref(again);
        os_free(text);
        text = json_text(v, JSON_WRITE_PRETTY);
        VERIFY(!json_read(text, strlen(text), &again, NULL));
        json_decref(again);
        os_free(text);
        json_decref(v);
    }
    return 0;
}
