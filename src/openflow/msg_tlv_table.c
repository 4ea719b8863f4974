/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_tlv_table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "openflow/fields.h"
#include "openflow/ofp_printers.h"
#include "os/err_format.h"
#include "os/log.h"

LOG_MODULE(ofp_match);

static struct log_rate tlv_rate = LOG_RATE(1, 5);

enum { OPTION_MAX = 124, MAP_PAD = 2, MOD_PAD = 6, REPLY_PAD = 10 };

void
ofp_tlv_table_fini(struct ofp_tlv_table *t)
{
    os_free(t->maps);
    *t = (struct ofp_tlv_table)OFP_TLV_TABLE_INIT;
}

void
ofp_tlv_table_add(struct ofp_tlv_table *t, const struct ofp_tlv_map *map)
{
    if (t->n == t->capacity) {
        t->maps = xgrow(t->maps, &t->capacity, sizeof *t->maps);
    }
    t->maps[t->n++] = *map;
}

static enum ofp_error
get_maps(struct rd *r, struct ofp_tlv_table *t)
{
    t->n = 0;
    while (rd_left(r)) {
        struct ofp_tlv_map map;
        map.option_class = rd_be16(r);
        map.option_type = rd_u8(r);
        map.option_len = rd_u8(r);
        map.index = rd_be16(r);
        rd_skip(r, MAP_PAD);
        if (map.option_len % 4 || map.option_len > OPTION_MAX) {
            log_limited(&tlv_rate, LOG_WARN,
                        "tlv table option length (%u) is not a valid option size", map.option_len);
            return NXTTMFC_BAD_OPT_LEN;
        }
        if (map.index >= OF_N_TUN_METADATA) {
            log_limited(&tlv_rate, LOG_WARN, "tlv table field index (%u) is too large (max %u)",
                        map.index, OF_N_TUN_METADATA - 1);
            return NXTTMFC_BAD_FIELD_IDX;
        }
        ofp_tlv_table_add(t, &map);
    }
    return OFP_OK;
}

static void
put_maps(struct wr *w, const struct ofp_tlv_table *t)
{
    for (size_t i = 0; i < t->n; i++) {
        wr_be16(w, t->maps[i].option_class);
        wr_u8(w, t->maps[i].option_type);
        wr_u8(w, t->maps[i].option_len);
        wr_be16(w, t->maps[i].index);
        wr_zeros(w, MAP_PAD);
    }
}

enum ofp_error
ofp_tlv_mod_get(const struct ofp_msg *m, enum ofp_tlv_command *command, struct ofp_tlv_table *t)
{
    struct rd r = m->body;
    uint16_t number = rd_be16(&r);
    rd_skip(&r, MOD_PAD);
    if (number >= OFP_TLV_N_COMMANDS) {
        log_limited(&tlv_rate, LOG_WARN, "tlv table mod command (%u) is out of range", number);
        return NXTTMFC_BAD_COMMAND;
    }
    *command = (enum ofp_tlv_command)number;
    return get_maps(&r, t);
}

void
ofp_tlv_mod_put(struct wr *w, enum ofp_version version, uint32_t xid, enum ofp_tlv_command command,
                const struct ofp_tlv_table *t)
{
    size_t begin = ofp_msg_begin(w, NXT_TLV_TABLE_MOD, version, xid);
    wr_be16(w, (uint16_t)command);
    wr_zeros(w, MOD_PAD);
    put_maps(w, t);
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_tlv_reply_get(const struct ofp_msg *m, struct ofp_tlv_table *t)
{
    struct rd r = m->body;
    t->max_space = rd_be32(&r);
    t->max_fields = rd_be16(&r);
    rd_skip(&r, REPLY_PAD);
    return get_maps(&r, t);
}

void
ofp_tlv_reply_put(struct wr *w, enum ofp_version version, uint32_t xid,
                  const struct ofp_tlv_table *t)
{
    size_t begin = ofp_msg_begin(w, NXT_TLV_TABLE_REPLY, version, xid);
    wr_be32(w, t->max_space);
    wr_be16(w, t->max_fields);
    wr_zeros(w, REPLY_PAD);
    put_maps(w, t);
    ofp_msg_end(w, begin);
}

/* -- Text -- */

/* Steps over WORD, which may have spaces before it. */
static bool
take_word(const char **p, const char *word)
{
    size_t n = strlen(word);
    bool is_it = !strncmp(*p, word, n);
    *p += is_it ? n : 0;
    return is_it;
}

/* Steps over a number, of which as many bits are taken as fit. */
static bool
take_number(const char **p, uint64_t *x)
{
    char *end;
    *x = strtoull(*p, &end, 0);
    bool any = end > *p && !isspace((unsigned char)**p);
    *p = end;
    return any;
}

static bool
take_map(const char **p, struct ofp_tlv_map *map)
{
    uint64_t option_class, type, len, index;
    if (!take_word(p, "{class=") || !take_number(p, &option_class) || !take_word(p, ",type=") ||
        !take_number(p, &type) || !take_word(p, ",len=") || !take_number(p, &len) ||
        !take_word(p, "}->tun_metadata") || !take_number(p, &index)) {
        return false;
    }
    *map =
        (struct ofp_tlv_map){(uint16_t)option_class, (uint8_t)type, (uint8_t)len, (uint16_t)index};
    return true;
}

int
ofp_tlv_parse(const char *text, struct ofp_tlv_table *t, struct err *e)
{
    t->n = 0;
    while (*text) {
        struct ofp_tlv_map map;
        bool good = take_map(&text, &map);
        bool has_more = good && *text == ',' && text[1];
        text += has_more;
        if (!good || (*text && !has_more)) {
            return err_fail(e, -E_INVAL, "invalid tlv mapping");
        }
        ofp_tlv_table_add(t, &map);
    }
    return 0;
}

static void
put_maps_text(struct str *s, const struct ofp_tlv_table *t)
{
    str_puts(s, " mapping table:\n  class  type  length  match field\n"
                " ------  ----  ------  --------------");
    for (size_t i = 0; i < t->n; i++) {
        const struct ofp_tlv_map *map = &t->maps[i];
        str_putf(s, "\n %#6x  %#4x  %6u  tun_metadata%u", map->option_class, map->option_type,
                 map->option_len, map->index);
    }
}

enum ofp_error
ofp_print_tlv_mod(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    static const char *const commands[] = {"ADD", "DEL", "CLEAR"};
    struct ofp_tlv_table t = OFP_TLV_TABLE_INIT;
    enum ofp_tlv_command command;
    enum ofp_error error = ofp_tlv_mod_get(m, &command, &t);
    if (!error) {
        str_putf(s, "\n %s", commands[command]);
    }
    if (!error && command != OFP_TLV_CLEAR) {
        put_maps_text(s, &t);
    }
    ofp_tlv_table_fini(&t);
    return error;
}

enum ofp_error
ofp_print_tlv_reply(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    struct ofp_tlv_table t = OFP_TLV_TABLE_INIT;
    enum ofp_error error = ofp_tlv_reply_get(m, &t);
    if (!error) {
        unsigned int used = 0;
        for (size_t i = 0; i < t.n; i++) {
            used += t.maps[i].option_len;
        }
        str_putf(s, "\n max option space=%u max fields=%u\n allocated option space=%u\n\n",
                 t.max_space, t.max_fields, used);
        put_maps_text(s, &t);
    }
    ofp_tlv_table_fini(&t);
    return error;
}
