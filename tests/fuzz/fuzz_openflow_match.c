/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: OpenFlow matches. The first byte chooses whether the rest is fields as NXM and OXM
 * or words with commas between them. What is accepted is written in every version, and read and
 * written again, which must give the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "openflow/match_oxm.h"
#include "openflow/match_text.h"

enum { BUFFER = 4096 };

/* What the writer says so that the reader refuses it: part of a tag that need not be there. */
static bool
has_odd_tag(const struct of_match *m)
{
    enum { PRESENT = 0x10 };
    return of_match_has(m, OF_VLAN_TCI) && !(m->mask.vlan_tci[0] & m->key.vlan_tci[0] & PRESENT);
}

/* IS_STRICT: M is such that a reader takes it, as it came from one. Other matches, of words or of
 * fields without what they demand, may be written as what a reader refuses. */
static void
check_wire(const struct of_match *m, bool is_strict)
{
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        uint8_t bytes[BUFFER], again_bytes[BUFFER];
        struct wr w = wr_make(bytes, sizeof bytes), x = wr_make(again_bytes, sizeof again_bytes);
        struct of_match again;
        if (of_match_has(m, OF_PACKET_TYPE) && v < OFP_15) {
            continue; /* cannot be said, and others may depend on it */
        }
        of_match_put_oxm(&w, m, v);
        VERIFY(!w.bad);
        if (of_match_get_oxm(bytes, w.n, true, &again)) {
            VERIFY(!is_strict || has_odd_tag(m));
            continue;
        }
        of_match_put_oxm(&x, &again, v);
        VERIFY(!x.bad && x.n == w.n && !memcmp(bytes, again_bytes, w.n));
    }
}

static void
check_text(const struct of_match *m)
{
    struct str s = STR_INIT;
    of_match_put(&s, m, NULL);
    str_fini(&s);
}

static bool
parse_words(const char *p, size_t n, struct of_match *m)
{
    of_match_init(m);
    for (const char *end = p + n; p < end;) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        size_t n_word = (size_t)((comma ? comma : end) - p);
        const char *equals = memchr(p, '=', n_word);
        size_t n_name = equals ? (size_t)(equals - p) : n_word;
        struct err e = {.code = 0};
        bool known;
        int code = of_match_parse_word(m, p, n_name, equals ? equals + 1 : NULL,
                                       equals ? n_word - n_name - 1 : 0, NULL, &known, &e);
        VERIFY(!code == !e.code);
        if (code || !known) {
            return false;
        }
        p += n_word + (comma != NULL);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct of_match m;
    if (size < 1) {
        return 0;
    }
    char *copy = malloc(size); /* of its own, so that a read past the end shows */
    memcpy(copy, data + 1, size - 1);
    bool good = data[0] & 1 ? parse_words(copy, size - 1, &m)
                            : !of_match_get_oxm(copy, size - 1, data[0] & 2, &m);
    free(copy);
    if (good) {
        check_text(&m);
        check_wire(&m, (data[0] & 3) == 2);
    }
    return 0;
}
