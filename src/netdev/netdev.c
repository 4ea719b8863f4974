/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of open devices: by name, reference counted, each opened once. Types come from
 * the portable table below and from the host's. News of links reach the owner through one task
 * per round of the loop, however many links changed. Control thread only. */
#include "netdev/netdev.h"

#include <string.h>

#include "netdev/netdev_host.h"
#include "os/err_format.h"
#include "os/mem.h"
#include "text/str.h"

struct netdev_registry {
    struct os_loop *loop;
    struct hmap devices;
    struct netdev_host *host;
    struct os_task changed;
    enum netdev_dummies dummies;
};

static const struct netdev_ops *const portable_types[] = {
    &netdev_dummy_ops,
    &netdev_dummy_internal_ops,
    &netdev_patch_ops,
};

/* What stands in for a host's type when dummies override. */
static const struct {
    const char *type;
    const struct netdev_ops *dummy;
    enum netdev_dummies from; /* from this setting on */
} overrides[] = {
    {"system", &netdev_dummy_ops, NETDEV_DUMMIES_SYSTEM},
    {"internal", &netdev_dummy_internal_ops, NETDEV_DUMMIES_OVERRIDE},
    {"tap", &netdev_dummy_ops, NETDEV_DUMMIES_OVERRIDE},
};

struct netdev_registry *
netdev_registry_new(struct os_loop *loop, void (*changed)(void *aux), void *aux)
{
    struct netdev_registry *r = xzalloc(sizeof *r);
    r->loop = loop;
    hmap_init(&r->devices);
    os_task_init(&r->changed, loop, changed, aux);
    r->host = netdev_host_start(r, loop);
    return r;
}

void
netdev_registry_free(struct netdev_registry *r)
{
    if (r) {
        VERIFY(hmap_is_empty(&r->devices));
        netdev_host_stop(r->host);
        os_task_cancel(&r->changed);
        hmap_fini(&r->devices);
        os_free(r);
    }
}

struct os_loop *
netdev_registry_loop(const struct netdev_registry *r)
{
    return r->loop;
}

void
netdev_enable_dummies(struct netdev_registry *r, enum netdev_dummies dummies)
{
    r->dummies = dummies;
}

bool
netdev_dummy_is_enabled(const struct netdev_registry *r)
{
    return r->dummies != NETDEV_DUMMIES_NONE;
}

static bool
is_dummy_type(const struct netdev_ops *ops)
{
    return ops == &netdev_dummy_ops || ops == &netdev_dummy_internal_ops;
}

static const struct netdev_ops *
find_type(const struct netdev_registry *r, const char *type)
{
    for (size_t i = 0; i < ARRAY_LEN(overrides); i++) {
        if (r->dummies >= overrides[i].from && !strcmp(overrides[i].type, type)) {
            return overrides[i].dummy;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(portable_types); i++) {
        const struct netdev_ops *ops = portable_types[i];
        if (!strcmp(ops->type, type) && (r->dummies || !is_dummy_type(ops))) {
            return ops;
        }
    }
    for (size_t i = 0; netdev_host_types[i]; i++) {
        const struct netdev_ops *ops = netdev_host_types[i];
        if (!strcmp(ops->type, type) || (ops->alias && !strcmp(ops->alias, type))) {
            return ops;
        }
    }
    return NULL;
}

void
netdev_for_each_type(const struct netdev_registry *r, void (*each)(void *aux, const char *type),
                     void *aux)
{
    const char *names[32];
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(portable_types); i++) {
        if (r->dummies || !is_dummy_type(portable_types[i])) {
            names[n++] = portable_types[i]->type;
        }
    }
    for (size_t i = 0; netdev_host_types[i] && n + 2 <= ARRAY_LEN(names); i++) {
        names[n++] = netdev_host_types[i]->type;
        if (netdev_host_types[i]->alias) {
            names[n++] = netdev_host_types[i]->alias;
        }
    }
    strings_sort(names, n);
    for (size_t i = 0; i < n; i++) {
        each(aux, names[i]);
    }
}

struct netdev *
netdev_find(const struct netdev_registry *r, const char *name)
{
    HMAP_FOR_EACH_WITH_HASH (struct netdev, d, node, hash_string(name, 0), &r->devices) {
        if (!strcmp(d->name, name)) {
            return d;
        }
    }
    return NULL;
}

struct netdev *
netdev_first(const struct netdev_registry *r)
{
    return HMAP_OBJECT(hmap_first(&r->devices), struct netdev, node);
}

struct netdev *
netdev_next(const struct netdev *d)
{
    return HMAP_OBJECT(hmap_next(&d->registry->devices, &d->node), struct netdev, node);
}

int
netdev_open(struct netdev_registry *r, const char *name, const char *type, struct netdev **devicep,
            struct err *e)
{
    const struct netdev_ops *ops = find_type(r, *type ? type : "system");
    if (!ops) {
        return err_fail(e, -E_AFNOSUPPORT, "%s", err_text(E_AFNOSUPPORT));
    }
    struct netdev *d = netdev_find(r, name);
    if (d) {
        if (d->ops != ops) {
            return err_fail(e, -E_EXIST, "%s", err_text(E_EXIST));
        }
        *devicep = netdev_ref(d);
        return 0;
    }
    d = xzalloc(ops->size);
    d->ops = ops;
    d->registry = r;
    d->name = xstrdup(name);
    d->n_refs = 1;
    d->change_seq = 1;
    d->link.duplex = -1;
    int code = ops->open(d, e);
    if (code) {
        os_free(d->name);
        os_free(d);
        return code;
    }
    hmap_insert(&r->devices, &d->node, hash_string(name, 0));
    *devicep = d;
    return 0;
}

struct netdev *
netdev_ref(struct netdev *d)
{
    d->n_refs++;
    return d;
}

void
netdev_unref(struct netdev *d)
{
    if (d && --d->n_refs == 0) {
        hmap_remove(&d->registry->devices, &d->node);
        d->ops->close(d);
        os_free(d->name);
        os_free(d);
    }
}

static bool
link_equal(const struct netdev_link *a, const struct netdev_link *b)
{
    return mac_equal(a->mac, b->mac) && a->ifindex == b->ifindex && a->mtu == b->mtu &&
           a->up == b->up && a->carrier == b->carrier && a->speed == b->speed &&
           a->duplex == b->duplex;
}

void
netdev_link_changed(struct netdev *d, const struct netdev_link *link)
{
    if (link_equal(&d->link, link)) {
        return;
    }
    uint64_t resets = d->link.resets + (d->link.carrier != link->carrier);
    d->link = *link;
    d->link.resets = resets;
    d->change_seq++;
    os_task_queue(&d->registry->changed);
}

void
netdev_host_news(struct netdev_registry *r)
{
    os_task_queue(&r->changed);
}

int
netdev_configure(struct netdev *d, const char *const keys[], const char *const values[], size_t n,
                 struct err *e)
{
    return d->ops->configure ? d->ops->configure(d, keys, values, n, e) : 0;
}

void
netdev_stats_init(struct netdev_stats *s)
{
    memset(s, 0xff, sizeof *s);
}

int
netdev_get_stats(struct netdev *d, struct netdev_stats *s)
{
    netdev_stats_init(s);
    return d->ops->get_stats(d, s);
}

int
netdev_set_up(struct netdev *d, bool up)
{
    return d->link.up == up ? 0 : d->ops->set_up(d, up);
}

int
netdev_set_mac(struct netdev *d, struct mac mac)
{
    return mac_equal(d->link.mac, mac) ? 0 : d->ops->set_mac ? d->ops->set_mac(d, mac) : -E_NOTSUP;
}

int
netdev_set_mtu(struct netdev *d, uint32_t mtu)
{
    return d->link.mtu == mtu ? 0 : d->ops->set_mtu ? d->ops->set_mtu(d, mtu) : -E_NOTSUP;
}

void
netdev_get_status(struct netdev *d, void (*put)(void *aux, const char *key, const char *value),
                  void *aux)
{
    if (d->ops->get_status) {
        d->ops->get_status(d, put, aux);
    }
}

int
netdev_rx_fd(const struct netdev *d)
{
    return d->ops->rx_fd ? d->ops->rx_fd(d) : -1;
}

bool
netdev_type_is_virtual(const char *type)
{
    return !strcmp(type, "patch");
}
