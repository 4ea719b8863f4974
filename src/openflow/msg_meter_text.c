/* SPDX-License-Identifier: Apache-2.0 */
/* Meters as text. */
#include "openflow/msg_meter.h"
#include "openflow/ofp_printers.h"

static const struct ofp_bit_name flags[] = {
    {OFP_METER_KBPS, "kbps"},
    {OFP_METER_PKTPS, "pktps"},
    {OFP_METER_BURST, "burst"},
    {OFP_METER_STATS, "stats"},
};

void
ofp_meter_put_id(struct str *s, uint32_t id, char separator)
{
    str_putf(s, "meter%c", separator);
    if (id <= OFP_METER_MAX) {
        str_putf(s, "%u", id);
    } else {
        str_puts(s, id == OFP_METER_SLOWPATH     ? "slowpath"
                    : id == OFP_METER_CONTROLLER ? "controller"
                    : id == OFP_METER_ALL        ? "all"
                                                 : "unknown");
    }
}

void
ofp_meter_put_flags(struct str *s, uint16_t bits)
{
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (bits & flags[i].bit) {
            str_putf(s, "%s ", flags[i].name);
            bits = (uint16_t)(bits & ~flags[i].bit);
        }
    }
    if (bits) {
        str_putf(s, "flags:0x%x ", bits);
    }
}

static void
put_band(struct str *s, uint16_t meter_flags, const struct ofp_meter_band *band)
{
    bool is_drop = band->type == OFP_BAND_DROP;
    str_putf(s, "\ntype=%s rate=%u", is_drop ? "drop" : "dscp_remark", band->rate);
    if (meter_flags & OFP_METER_BURST) {
        str_putf(s, " burst_size=%u", band->burst_size);
    }
    if (!is_drop) {
        str_putf(s, " prec_level=%u", band->prec_level);
    }
}

void
ofp_meter_format(struct str *s, const struct ofp_meter *meter)
{
    ofp_meter_put_id(s, meter->id, '=');
    str_putc(s, ' ');
    ofp_meter_put_flags(s, meter->flags);
    str_puts(s, "bands=");
    for (size_t i = 0; i < meter->n_bands; i++) {
        put_band(s, meter->flags, &meter->bands[i]);
    }
    str_putc(s, '\n');
}

enum ofp_error
ofp_print_meter_mod(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    static const char *const commands[] = {" ADD ", " MOD ", " DEL "};
    struct ofp_meter meter = OFP_METER_INIT;
    enum ofp_meter_command command;
    enum ofp_error error = ofp_meter_mod_get(m, &command, &meter);
    if (!error) {
        str_puts(s, commands[command]);
        ofp_meter_format(s, &meter);
    }
    ofp_meter_fini(&meter);
    return error;
}

enum ofp_error
ofp_print_meter_config(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    struct ofp_meter meter = OFP_METER_INIT;
    struct rd r = m->body;
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(&r)) {
        error = ofp_meter_config_get(&r, &meter);
        if (!error) {
            str_putc(s, '\n');
            ofp_meter_format(s, &meter);
        }
    }
    ofp_meter_fini(&meter);
    return error;
}

enum ofp_error
ofp_print_meter_request(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    str_putc(s, ' ');
    ofp_meter_put_id(s, ofp_meter_request_get(m), '=');
    return OFP_OK;
}
