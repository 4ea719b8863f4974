/* SPDX-License-Identifier: Apache-2.0 */
/* Meters from text, the way the reference reads it: what stands before "band" is about the meter;
 * what follows the next '=' is words and values in turn, a "type" beginning each band. */
#include "openflow/msg_meter.h"

#include <string.h>

#include "openflow/words.h"
#include "os/err_format.h"

/* Words with any number of separators between them; the one that ends a word is gone with it. */
struct tokens {
    const char *p, *end;
    const char *word;
    size_t n;
};

static bool
next(struct tokens *t, const char *separators)
{
    while (t->p < t->end && strchr(separators, *t->p)) {
        t->p++;
    }
    t->word = t->p;
    while (t->p < t->end && !strchr(separators, *t->p)) {
        t->p++;
    }
    t->n = (size_t)(t->p - t->word);
    t->p += t->p < t->end;
    return t->n != 0;
}

static bool
is(const struct tokens *t, const char *word)
{
    return strlen(word) == t->n && !memcmp(word, t->word, t->n);
}

#define NAME_ENDS    "=, \t\r\n"
#define VALUE_ENDS   ", \t\r\n"
#define WORD_ARGS(T) (int)(T)->n, (T)->word

/* The value after NAME. */
static int
next_value(struct tokens *t, const struct tokens *name, struct err *e)
{
    if (!next(t, VALUE_ENDS)) {
        return err_fail(e, -E_INVAL, "field %.*s missing value", WORD_ARGS(name));
    }
    return 0;
}

/* Numbers of 64 bits, of which 32 are taken. */
static int
parse_u32(const struct tokens *t, uint32_t *x, struct err *e)
{
    uint64_t wide;
    if (!text_to_u64(t->word, t->n, &wide)) {
        return err_fail(e, -E_INVAL, "invalid numeric format %.*s", WORD_ARGS(t));
    }
    *x = (uint32_t)wide;
    return 0;
}

static int
parse_id(const struct tokens *t, uint32_t *id, struct err *e)
{
    static const struct {
        const char *word;
        uint32_t id;
    } words[] = {{"all", OFP_METER_ALL},
                 {"controller", OFP_METER_CONTROLLER},
                 {"slowpath", OFP_METER_SLOWPATH}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (is(t, words[i].word)) {
            *id = words[i].id;
            return 0;
        }
    }
    int code = parse_u32(t, id, e);
    if (!code && (!*id || *id > OFP_METER_MAX)) {
        return err_fail(e, -E_INVAL, "invalid value for meter");
    }
    return code;
}

static uint16_t
flag_of(const struct tokens *t)
{
    return is(t, "kbps")    ? OFP_METER_KBPS
           : is(t, "pktps") ? OFP_METER_PKTPS
           : is(t, "burst") ? OFP_METER_BURST
           : is(t, "stats") ? OFP_METER_STATS
                            : 0;
}

/* The number, and unless the meter is to be deleted the flags. */
static int
parse_head(struct tokens *t, bool with_flags, struct ofp_meter *meter, struct err *e)
{
    while (next(t, NAME_ENDS)) {
        struct tokens name = *t;
        uint16_t flag = with_flags ? flag_of(&name) : 0;
        meter->flags |= flag;
        if (flag) {
            continue;
        }
        int code = next_value(t, &name, e);
        if (!code && !is(&name, "meter")) {
            code = err_fail(e, -E_INVAL, "unknown keyword %.*s", WORD_ARGS(&name));
        }
        code = code ? code : parse_id(t, &meter->id, e);
        if (code) {
            return code;
        }
    }
    if (!meter->id) {
        return err_fail(e, -E_INVAL, "must specify 'meter'");
    }
    if (with_flags && !meter->flags) {
        return err_fail(e, -E_INVAL, "meter must specify either 'kbps' or 'pktps'");
    }
    return 0;
}

static int
parse_type(const struct tokens *t, uint16_t *type, struct err *e)
{
    if (!is(t, "drop") && !is(t, "dscp_remark")) {
        return err_fail(e, -E_INVAL, "field type unknown value %.*s", WORD_ARGS(t));
    }
    *type = is(t, "drop") ? OFP_BAND_DROP : OFP_BAND_DSCP_REMARK;
    return 0;
}

static int
parse_prec_level(const struct tokens *t, uint8_t *level, struct err *e)
{
    uint64_t x;
    if (!text_to_u64(t->word, t->n, &x) || x > UINT8_MAX) {
        return err_fail(e, -E_INVAL, "invalid prec_level \"%.*s\"", WORD_ARGS(t));
    }
    *level = (uint8_t)x;
    return 0;
}

static int
parse_band_word(const struct tokens *name, const struct tokens *value, struct ofp_meter *meter,
                struct err *e)
{
    if (is(name, "type")) {
        return parse_type(value, &ofp_meter_add_band(meter)->type, e);
    }
    if (!meter->n_bands) {
        return err_fail(e, -E_INVAL, "band must start with the 'type' keyword");
    }
    struct ofp_meter_band *band = &meter->bands[meter->n_bands - 1];
    if (is(name, "rate")) {
        return parse_u32(value, &band->rate, e);
    }
    if (is(name, "burst_size")) {
        return parse_u32(value, &band->burst_size, e);
    }
    if (is(name, "prec_level")) {
        return parse_prec_level(value, &band->prec_level, e);
    }
    return err_fail(e, -E_INVAL, "unknown keyword %.*s", WORD_ARGS(name));
}

/* What a band has to have, and what it must not. */
static int
check_band(const struct ofp_meter *meter, const struct ofp_meter_band *band, struct err *e)
{
    bool is_remark = band->type == OFP_BAND_DSCP_REMARK, bursts = meter->flags & OFP_METER_BURST;
    const char *fault =
        is_remark && !band->prec_level   ? "'dscp_remark' band must have 'prec_level'"
        : !is_remark && band->prec_level ? "Only 'dscp_remark' band may have 'prec_level'"
        : !band->rate                    ? "band must have 'rate'"
        : bursts && !band->burst_size    ? "band must have 'burst_size' when 'burst' flag is set"
        : !bursts && band->burst_size ? "band may have 'burst_size' only when 'burst' flag is set"
                                      : NULL;
    return fault ? err_fail(e, -E_INVAL, "%s", fault) : 0;
}

static int
parse_bands(struct tokens *t, struct ofp_meter *meter, struct err *e)
{
    int code = 0;
    while (!code && next(t, NAME_ENDS)) {
        struct tokens name = *t;
        code = next_value(t, &name, e);
        code = code ? code : parse_band_word(&name, t, meter, e);
    }
    if (!code && !meter->n_bands) {
        code = err_fail(e, -E_INVAL, "meter must have bands");
    }
    for (size_t i = 0; !code && i < meter->n_bands; i++) {
        code = check_band(meter, &meter->bands[i], e);
    }
    return code;
}

int
ofp_meter_parse(const char *text, enum ofp_meter_command command, struct ofp_meter *meter,
                struct err *e)
{
    struct tokens head = {text, text + strlen(text), NULL, 0}, bands = head;
    bool with_bands = command != OFP_METER_DELETE;
    meter->id = 0;
    meter->flags = 0;
    meter->n_bands = 0;
    if (with_bands) {
        const char *band = strstr(text, "band");
        const char *equals = band ? strchr(band, '=') : NULL;
        if (!equals) {
            return err_fail(e, -E_INVAL, "must specify bands");
        }
        head.end = band;
        bands.p = equals + 1;
    }
    int code = parse_head(&head, with_bands, meter, e);
    return code || !with_bands ? code : parse_bands(&bands, meter, e);
}
