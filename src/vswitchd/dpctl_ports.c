/* SPDX-License-Identifier: Apache-2.0 */
/* dpctl commands about datapaths and their ports: dump-dps, show, add-dp, del-dp, add-if, del-if,
 * set-if, and the cache sizes, of which none of our datapaths has any to tell. A datapath that
 * bridges use is not deleted under them. A port that another process made has no device here; it
 * is opened for as long as it is asked. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "os/err_format.h"
#include "vswitchd/dpctl_internal.h"

/* -- show -- */

static void
put_dp_name(struct str *s, const struct dpif *d)
{
    str_putf(s, "%s@%s", dpif_type(d), dpif_name(d));
}

static void
put_count(struct str *s, const char *label, uint64_t count)
{
    if (count == UINT64_MAX) {
        str_putf(s, "%s:?", label);
    } else {
        str_putf(s, "%s:%" PRIu64, label, count);
    }
}

/* "RX bytes:3720 (3.6 KiB)". */
static void
put_bytes(struct str *s, const char *label, uint64_t bytes)
{
    static const char prefixes[] = "KMGT";
    put_count(s, label, bytes);
    if (bytes == UINT64_MAX || bytes < 1024) {
        return;
    }
    double scaled = (double)bytes / 1024;
    size_t i = 0;
    for (; scaled >= 1024 && i + 2 < sizeof prefixes; i++) {
        scaled /= 1024;
    }
    str_putf(s, " (%.1f %ciB)", scaled, prefixes[i]);
}

static void
put_port_stats(struct str *s, const struct netdev_stats *st)
{
    const struct {
        const char *label;
        uint64_t count;
    } counts[] = {
        {"    RX packets", st->rx_packets},   {" errors", st->rx_errors},
        {" dropped", st->rx_dropped},         {" overruns", st->rx_over_errors},
        {" frame", st->rx_frame_errors},      {"\n    TX packets", st->tx_packets},
        {" errors", st->tx_errors},           {" dropped", st->tx_dropped},
        {" aborted", st->tx_aborted_errors},  {" carrier", st->tx_carrier_errors},
        {"\n    collisions", st->collisions},
    };
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        put_count(s, counts[i].label, counts[i].count);
    }
    put_bytes(s, "\n    RX bytes", st->rx_bytes);
    put_bytes(s, "  TX bytes", st->tx_bytes);
    str_putc(s, '\n');
}

/* The port's device: a reference, or NULL. */
static struct netdev *
port_device(struct dpctl_run *r, const struct dpif_port *port)
{
    struct netdev *d = port->netdev ? netdev_ref(port->netdev) : NULL;
    return d || !netdev_open(r->registry, port->name, port->type, &d, NULL) ? d : NULL;
}

static void
show_port(struct dpctl_run *r, const struct dpif_port *port)
{
    str_putf(&r->out, "  port %u: %s", port->port_no, port->name);
    if (strcmp(port->type, "system")) {
        str_putf(&r->out, " (%s)", port->type);
    }
    str_putc(&r->out, '\n');
    struct netdev *d = r->statistics ? port_device(r, port) : NULL;
    struct netdev_stats stats;
    if (d && !netdev_get_stats(d, &stats)) {
        put_port_stats(&r->out, &stats);
    }
    netdev_unref(d);
}

/* What a kernel's datapath tells besides. */
static void
put_masks(struct str *s, const struct dpif_stats *stats)
{
    uint64_t n = stats->hit + stats->missed;
    double each = n ? 1 / (double)n : 0;
    str_putf(s, "  masks: hit:%" PRIu64 " total:%u hit/pkt:%.2f\n", stats->mask_hit,
             stats->n_masks, (double)stats->mask_hit * each);
    str_putf(s, "  cache: hit:%" PRIu64 " hit-rate:%.2f%%\n", stats->cache_hit,
             (double)stats->cache_hit * 100 * each);
}

static void
show(struct dpctl_run *r, struct dpif *d)
{
    struct dpif_stats stats;
    dpif_get_stats(d, &stats);
    put_dp_name(&r->out, d);
    str_putf(&r->out,
             ":\n  lookups: hit:%" PRIu64 " missed:%" PRIu64 " lost:%" PRIu64 "\n  flows: %u\n",
             stats.hit, stats.missed, stats.lost, stats.n_flows);
    if (dpif_outlives(d)) {
        put_masks(&r->out, &stats);
    }
    struct dpif_port port;
    for (uint32_t no = 0; dpif_port_next(d, &no, &port);) {
        show_port(r, &port);
    }
}

int
dpctl_run_show(struct dpctl_run *r, int argc, const char *argv[])
{
    int result = 0;
    if (argc == 1) {
        dpctl_for_each(r, show);
    }
    for (int i = 1; i < argc; i++) {
        struct dpif *d;
        int code = dpctl_find(r, argv[i], &d);
        if (code) {
            result = dpctl_error(r, code, "opening datapath %s failed", argv[i]);
        } else {
            show(r, d);
        }
    }
    return result;
}

static void
dump(struct dpctl_run *r, struct dpif *d)
{
    put_dp_name(&r->out, d);
    str_putc(&r->out, '\n');
}

int
dpctl_run_dump_dps(struct dpctl_run *r, int argc UNUSED, const char *argv[] UNUSED)
{
    dpctl_for_each(r, dump);
    return 0;
}

/* -- Ports -- */

/* "NAME[,KEY[=VALUE]]…", taken apart. */
struct iface {
    char *text; /* owns the rest */
    const char *name, *type, *port_no;
    const char **keys, **values;
    size_t n, keys_capacity, values_capacity;
};

static void
iface_fini(struct iface *f)
{
    os_free(f->text);
    os_free(f->keys);
    os_free(f->values);
}

static void
iface_add(struct iface *f, const char *key, const char *value)
{
    if (f->n == f->keys_capacity) {
        f->keys = xgrow(f->keys, &f->keys_capacity, sizeof *f->keys);
    }
    if (f->n == f->values_capacity) {
        f->values = xgrow(f->values, &f->values_capacity, sizeof *f->values);
    }
    f->keys[f->n] = key;
    f->values[f->n++] = value;
}

/* Cuts the text at *P off at the next comma and moves *P behind it; NULL at the end. */
static char *
next_word(char **p)
{
    char *word = *p;
    if (!word) {
        return NULL;
    }
    char *comma = strchr(word, ',');
    *p = comma ? comma + 1 : NULL;
    if (comma) {
        *comma = '\0';
    }
    return word;
}

static bool
iface_parse(struct dpctl_run *r, const char *text, struct iface *f)
{
    *f = (struct iface){.text = xstrdup(text)};
    char *p = f->text, *word = next_word(&p);
    if (!*word) {
        dpctl_error(r, 0, "%s is not a valid network device name", text);
        iface_fini(f);
        return false;
    }
    f->name = word;
    while ((word = next_word(&p))) {
        char *value = strchr(word, '=');
        if (value) {
            *value++ = '\0';
        }
        if (!strcmp(word, "type")) {
            f->type = value ? value : "";
        } else if (!strcmp(word, "port_no")) {
            f->port_no = value ? value : "";
        } else if (*word) {
            iface_add(f, word, value ? value : "");
        }
    }
    return true;
}

static int
add_iface(struct dpctl_run *r, struct dpif *d, const char *text)
{
    struct iface f;
    if (!iface_parse(r, text, &f)) {
        return -E_INVAL;
    }
    struct netdev *netdev = NULL;
    uint32_t port_no = f.port_no ? (uint32_t)strtoul(f.port_no, NULL, 0) : DPIF_PORT_NONE;
    int code = netdev_open(r->registry, f.name, f.type ? f.type : "system", &netdev, NULL);
    if (code) {
        dpctl_error(r, code, "%s: failed to open network device", f.name);
        goto out;
    }
    struct err e = {.text = ""};
    code = netdev_configure(netdev, f.keys, f.values, f.n, &e);
    if (code) {
        dpctl_error(r, code, "%s: failed to configure network device", f.name);
        goto out;
    }
    code = dpif_port_add(d, netdev, &port_no);
    if (code) {
        dpctl_error(r, code, "adding %s to %s@%s failed", f.name, dpif_type(d), dpif_name(d));
    }
out:
    netdev_unref(netdev);
    iface_fini(&f);
    return code;
}

/* Runs ONE for each of the N ports named at TEXTS; the last failure, or 0. */
static int
for_each_iface(struct dpctl_run *r, struct dpif *d, const char *const texts[], int n,
               int (*one)(struct dpctl_run *, struct dpif *, const char *text))
{
    int result = 0;
    for (int i = 0; i < n; i++) {
        int code = one(r, d, texts[i]);
        result = code ? code : result;
    }
    return result;
}

static int
open_dp(struct dpctl_run *r, const char *name, struct dpif **d)
{
    int code = dpctl_find(r, name, d);
    return code ? dpctl_error(r, code, "opening datapath") : 0;
}

int
dpctl_run_add_if(struct dpctl_run *r, int argc, const char *argv[])
{
    struct dpif *d;
    int code = open_dp(r, argv[1], &d);
    return code ? code : for_each_iface(r, d, argv + 2, argc - 2, add_iface);
}

static int
del_iface(struct dpctl_run *r, struct dpif *d, const char *text)
{
    char *end;
    uint32_t no = (uint32_t)strtoul(text, &end, 10);
    struct dpif_port port;
    if (!*text || *end) {
        if (!dpif_port_find(d, text, &port)) {
            return dpctl_error(r, 0, "no port named %s", text);
        }
        no = port.port_no;
    }
    int code = no ? dpif_port_del(d, no) : -E_INVAL;
    return !code ? 0
                 : dpctl_error(r, code == -E_NOENT ? -E_NODEV : code,
                               "deleting port %s from %s@%s failed", text, dpif_type(d),
                               dpif_name(d));
}

int
dpctl_run_del_if(struct dpctl_run *r, int argc, const char *argv[])
{
    struct dpif *d;
    int code = open_dp(r, argv[1], &d);
    return code ? code : for_each_iface(r, d, argv + 2, argc - 2, del_iface);
}

static int
change_iface(struct dpctl_run *r, const struct iface *f, const struct dpif_port *port)
{
    uint32_t no = f->port_no ? (uint32_t)strtoul(f->port_no, NULL, 0) : port->port_no;
    if (f->type && strcmp(f->type, port->type)) {
        return dpctl_error(r, 0, "%s: can't change type from %s to %s", f->name, port->type,
                           f->type);
    }
    if (no != port->port_no) {
        return dpctl_error(r, 0, "%s: can't change port number from %u to %u", f->name,
                           port->port_no, no);
    }
    struct netdev *d = f->n ? port_device(r, port) : NULL;
    int code = !f->n ? 0 : d ? netdev_configure(d, f->keys, f->values, f->n, NULL) : -E_NODEV;
    netdev_unref(d);
    return code ? dpctl_error(r, code, "%s: failed to configure network device", f->name) : 0;
}

static int
set_iface(struct dpctl_run *r, struct dpif *d, const char *text)
{
    struct iface f;
    struct dpif_port port;
    if (!iface_parse(r, text, &f)) {
        return -E_INVAL;
    }
    int code = dpif_port_find(d, f.name, &port)
                   ? change_iface(r, &f, &port)
                   : dpctl_error(r, -E_NODEV, "%s: failed to query port in %s@%s", f.name,
                                 dpif_type(d), dpif_name(d));
    iface_fini(&f);
    return code;
}

int
dpctl_run_set_if(struct dpctl_run *r, int argc, const char *argv[])
{
    struct dpif *d;
    int code = open_dp(r, argv[1], &d);
    return code ? code : for_each_iface(r, d, argv + 2, argc - 2, set_iface);
}

/* -- Datapaths -- */

int
dpctl_run_add_dp(struct dpctl_run *r, int argc, const char *argv[])
{
    const char *at = strchr(argv[1], '@'), *name = at ? at + 1 : argv[1];
    char *type = xmemdup0(argv[1], at ? (size_t)(at - argv[1]) : 0);
    struct dpif *d;
    int code = dpif_create(r->set, name, dpif_normalize_type(r->set, type), &d);
    os_free(type);
    if (code) {
        return dpctl_error(r, code, "add_dp");
    }
    return for_each_iface(r, d, argv + 2, argc - 2, add_iface);
}

int
dpctl_run_del_dp(struct dpctl_run *r, int argc UNUSED, const char *argv[])
{
    struct dpif *d;
    int code = open_dp(r, argv[1], &d);
    if (!code && dpif_has_upcall(d)) {
        return dpctl_error(r, -E_BUSY, "del_dp: bridges use %s", argv[1]);
    }
    if (!code) {
        dpif_destroy(d);
    }
    return code;
}

static void
show_caches(struct dpctl_run *r, struct dpif *d)
{
    put_dp_name(&r->out, d);
    str_puts(&r->out, ":\n");
}

int
dpctl_run_cache_get_size(struct dpctl_run *r, int argc, const char *argv[])
{
    struct dpif *d;
    if (argc == 1) {
        dpctl_for_each(r, show_caches);
        return 0;
    }
    int code = dpctl_find(r, argv[1], &d);
    if (code) {
        return dpctl_error(r, code, "opening datapath %s failed", argv[1]);
    }
    show_caches(r, d);
    return 0;
}

int
dpctl_run_cache_set_size(struct dpctl_run *r, int argc UNUSED, const char *argv[])
{
    struct dpif *d;
    int code = open_dp(r, argv[1], &d);
    return code ? code : dpctl_error(r, -E_NOTSUP, "Setting caches not supported");
}
