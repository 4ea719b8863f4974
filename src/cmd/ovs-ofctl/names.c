/* SPDX-License-Identifier: Apache-2.0 */
/* The names of one switch: a command speaks of one, and of two only where it compares them. Both
 * maps are small and searched in order. A name that is there twice names nothing. */
#include "cmd/ovs-ofctl/names.h"

#include <string.h>

#include "cmd/ovs-ofctl/talk.h"
#include "openflow/msg_features.h"
#include "openflow/words.h"
#include "os/log.h"
#include "os/process.h"

enum { TABLE_NAME_SIZE = 32, N_TABLES = 256 };

/* Which connection the maps are of; NULL: none is there yet. */
static const char *ports_of, *tables_of;

static struct ofp_port_desc *ports;
static size_t n_ports, ports_size;
static char *tables[N_TABLES];

/* -- Ports -- */

static bool
port_number(void *aux UNUSED, const char *name, size_t n, uint32_t *port)
{
    unsigned int n_found = 0;
    for (size_t i = 0; i < n_ports; i++) {
        if (text_is(ports[i].name, name, n)) {
            *port = ports[i].port;
            n_found++;
        }
    }
    return n_found == 1;
}

static const char *
port_name(void *aux, uint32_t port)
{
    uint32_t same;
    for (size_t i = 0; i < n_ports; i++) {
        const char *name = ports[i].name;
        if (ports[i].port == port) {
            return port_number(aux, name, strlen(name), &same) ? name : NULL;
        }
    }
    return NULL;
}

static const struct of_port_names port_names = {.name = port_name, .number = port_number};

static void
add_ports(struct rd r, uint8_t version)
{
    struct ofp_port_desc desc;
    while (rd_left(&r) && !ofp_port_desc_get(&r, version, &desc)) {
        if (n_ports == ports_size) {
            ports = xgrow(ports, &ports_size, sizeof *ports);
        }
        ports[n_ports++] = desc;
    }
}

void
put_port_desc_request(struct talk *t, uint32_t port)
{
    struct wr *w = talk_begin(t, OFPST_PORT_DESC_REQUEST);
    if (talk_version(t) >= OFP_15) {
        ofp_port_put(w, talk_version(t), port);
        wr_zeros(w, 4);
    }
}

/* Up to OpenFlow 1.2 ports are told with the features. */
static void
fetch_ports(struct ofctl *c, const char *target)
{
    struct talk *t = talk_open(c, target);
    bool in_features = talk_version(t) < OFP_13, more;
    n_ports = 0;
    if (in_features) {
        talk_begin(t, OFPT_FEATURES_REQUEST);
    } else {
        put_port_desc_request(t, OFP_PORT_NONE);
    }
    talk_start(t);
    do {
        struct ofp_msg m;
        more = talk_next_part(t, &m);
        if (m.id == OFPT_FEATURES_REPLY) {
            struct ofp_features features;
            ofp_features_get(&m, &features);
            add_ports(features.ports, m.version);
        } else if (m.id == OFPST_PORT_DESC_REPLY) {
            add_ports(m.body, m.version);
        }
    } while (more);
    talk_close(t);
    ports_of = target;
}

/* -- Tables -- */

static bool
table_number(void *aux UNUSED, const char *name, size_t n, uint8_t *table)
{
    unsigned int n_found = 0;
    for (unsigned int i = 0; i < N_TABLES; i++) {
        if (tables[i] && text_is(tables[i], name, n)) {
            *table = (uint8_t)i;
            n_found++;
        }
    }
    return n_found == 1;
}

static const char *
table_name(void *aux, uint8_t table)
{
    uint8_t same;
    const char *name = tables[table];
    return name && table_number(aux, name, strlen(name), &same) ? name : NULL;
}

static const struct ofp_table_names table_names = {.name = table_name, .number = table_number};

/* Where in the replies of each version a table's number and name are, and how long what is said of
 * a table is; SIZE 0: its first two bytes say so. */
static const struct {
    uint8_t size, number, name;
} layouts[] = {
    [OFP_10] = {64, 0, 4}, [OFP_11] = {88, 0, 8}, [OFP_12] = {128, 0, 8},
    [OFP_13] = {0, 2, 8},  [OFP_14] = {0, 2, 8},  [OFP_15] = {0, 2, 8},
};

static void
add_tables(struct rd r, enum ofp_version version)
{
    while (rd_left(&r) >= 2) {
        size_t n = layouts[version].size ? layouts[version].size : get_be16(r.p);
        struct rd entry = rd_sub(&r, n);
        if (rd_left(&entry) < (size_t)layouts[version].name + TABLE_NAME_SIZE) {
            return;
        }
        const char *name = (const char *)entry.p + layouts[version].name;
        uint8_t number = entry.p[layouts[version].number];
        if (*name && !tables[number]) {
            tables[number] = xmemdup0(name, strnlen(name, TABLE_NAME_SIZE));
        }
    }
}

static void
fetch_tables(struct ofctl *c, const char *target)
{
    struct talk *t = talk_open(c, target);
    enum ofp_version version = talk_version(t);
    bool more;
    for (unsigned int i = 0; i < N_TABLES; i++) {
        os_free(tables[i]);
        tables[i] = NULL;
    }
    talk_begin(t, version >= OFP_13 ? OFPST_TABLE_FEATURES_REQUEST : OFPST_TABLE_REQUEST);
    talk_start(t);
    do {
        struct ofp_msg m;
        more = talk_next_part(t, &m);
        if (m.id == OFPST_TABLE_FEATURES_REPLY || m.id == OFPST_TABLE_REPLY) {
            add_tables(m.body, version);
        }
    } while (more);
    talk_close(t);
    tables_of = target;
}

/* -- What is used -- */

static bool
may_show(const struct ofctl *c)
{
    return c->names == NAMES_YES || (c->names == NAMES_ON_TERMINAL && os_stdout_is_terminal());
}

static const struct of_port_names *
ports_if(bool wanted, struct ofctl *c, const char *target)
{
    if (!wanted) {
        return NULL;
    }
    if (!ports_of || strcmp(ports_of, target)) {
        fetch_ports(c, target);
    }
    return &port_names;
}

static const struct ofp_table_names *
tables_if(bool wanted, struct ofctl *c, const char *target)
{
    if (!wanted) {
        return NULL;
    }
    if (!tables_of || strcmp(tables_of, target)) {
        fetch_tables(c, target);
    }
    return &table_names;
}

const struct of_port_names *
names_of_ports_to_accept(struct ofctl *c, const char *target)
{
    return ports_if(c->names != NAMES_NO, c, target);
}

const struct ofp_table_names *
names_of_tables_to_accept(struct ofctl *c, const char *target)
{
    return tables_if(c->names != NAMES_NO, c, target);
}

const struct of_port_names *
names_of_ports_to_show(struct ofctl *c, const char *target)
{
    return ports_if(may_show(c), c, target);
}

const struct ofp_table_names *
names_of_tables_to_show(struct ofctl *c, const char *target)
{
    return tables_if(may_show(c), c, target);
}

uint32_t
names_find_port(struct ofctl *c, const char *target, const char *text)
{
    uint32_t port;
    if (of_port_parse(text, strlen(text), NULL, &port)) {
        return port;
    }
    const struct of_port_names *names = names_of_ports_to_accept(c, target);
    if (!of_port_parse(text, strlen(text), names, &port)) {
        log_fatal("%s: unknown port `%s'", target, text);
    }
    return port;
}

const struct ofp_port_desc *
names_describe_port(struct ofctl *c, const char *target, const char *text)
{
    const struct of_port_names *names = ports_if(true, c, target);
    uint32_t port;
    bool is_number = of_port_parse(text, strlen(text), NULL, &port);
    bool is_port = is_number ||
                   (c->names != NAMES_NO && names->number(names->aux, text, strlen(text), &port));
    for (size_t i = 0; is_port && i < n_ports; i++) {
        if (ports[i].port == port) {
            return &ports[i];
        }
    }
    log_fatal("%s: couldn't find port `%s'", target, text);
}

const struct ofp_port_desc *
names_describe_ports(struct ofctl *c, const char *target, size_t *n)
{
    if (ports_of != target) {
        fetch_ports(c, target);
    }
    *n = n_ports;
    return ports;
}
