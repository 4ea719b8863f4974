/* SPDX-License-Identifier: Apache-2.0 */
/* The set of datapaths and the way to their providers. Types are a table: on this host all of
 * them are carried by the userspace provider; where a kernel's datapath can be had, it takes
 * "system" over. Control thread. */
#include "dpif/dpif.h"

#include <string.h>

#include "dpif/dpif_provider.h"
#include "os/mem.h"

struct dpif_set {
    struct netdev_registry *registry;
    struct list datapaths;
    enum netdev_dummies dummies;
};

static const struct {
    const char *type;
    const struct dpif_ops *ops;
    enum netdev_dummies exists_from; /* from this setting of dummies on */
    enum netdev_dummies dummy_from;  /* and from this one on it runs on them */
} types[] = {
    {"dummy", &dpif_userspace_ops, NETDEV_DUMMIES, NETDEV_DUMMIES},
    {"netdev", &dpif_userspace_ops, NETDEV_DUMMIES_NONE, NETDEV_DUMMIES_OVERRIDE},
    {"system", &dpif_userspace_ops, NETDEV_DUMMIES_SYSTEM, NETDEV_DUMMIES_SYSTEM},
};

struct dpif_set *
dpif_set_new(struct netdev_registry *registry)
{
    struct dpif_set *set = xzalloc(sizeof *set);
    set->registry = registry;
    list_init(&set->datapaths);
    return set;
}

void
dpif_set_free(struct dpif_set *set)
{
    if (set) {
        LIST_FOR_EACH_SAFE (struct dpif, d, node, &set->datapaths) {
            dpif_destroy(d);
        }
        os_free(set);
    }
}

void
dpif_enable_dummies(struct dpif_set *set, enum netdev_dummies dummies)
{
    set->dummies = dummies;
}

static bool
type_exists(const struct dpif_set *set, size_t i)
{
    return set->dummies >= types[i].exists_from;
}

const char *
dpif_normalize_type(const struct dpif_set *set, const char *type)
{
    if (*type && strcmp(type, "system")) {
        return type;
    }
    return set->dummies >= NETDEV_DUMMIES_SYSTEM ? "system" : "netdev";
}

void
dpif_for_each_type(const struct dpif_set *set, void (*each)(void *aux, const char *type),
                   void *aux)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        /* "system" can always be asked for: see dpif_normalize_type(). */
        if (type_exists(set, i) || !strcmp(types[i].type, "system")) {
            each(aux, types[i].type);
        }
    }
}

int
dpif_create(struct dpif_set *set, const char *name, const char *type, struct dpif **dp)
{
    if (dpif_find(set, name, type)) {
        return -E_EXIST;
    }
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (strcmp(types[i].type, type) || !type_exists(set, i)) {
            continue;
        }
        struct dpif *d = xzalloc(types[i].ops->size);
        d->ops = types[i].ops;
        d->set = set;
        d->registry = set->registry;
        d->name = xstrdup(name);
        d->type = types[i].type;
        d->on_dummies = set->dummies >= types[i].dummy_from;
        list_push_back(&set->datapaths, &d->node);
        int code = d->ops->create(d);
        if (code) {
            list_remove(&d->node);
            os_free(d->name);
            os_free(d);
            return code;
        }
        *dp = d;
        return 0;
    }
    return -E_AFNOSUPPORT;
}

struct dpif *
dpif_find(const struct dpif_set *set, const char *name, const char *type)
{
    LIST_FOR_EACH (struct dpif, d, node, &set->datapaths) {
        if (!strcmp(d->name, name) && !strcmp(d->type, type)) {
            return d;
        }
    }
    return NULL;
}

static struct dpif *
at(const struct dpif_set *set, struct list *node)
{
    return node == &set->datapaths ? NULL : CONTAINER_OF(node, struct dpif, node);
}

struct dpif *
dpif_first(const struct dpif_set *set)
{
    return at(set, set->datapaths.next);
}

struct dpif *
dpif_next(const struct dpif *d)
{
    return at(d->set, d->node.next);
}

void
dpif_destroy(struct dpif *d)
{
    list_remove(&d->node);
    d->ops->destroy(d);
    os_free(d->name);
    os_free(d);
}

const char *
dpif_name(const struct dpif *d)
{
    return d->name;
}

const char *
dpif_type(const struct dpif *d)
{
    return d->type;
}

const char *
dpif_open_type(const struct dpif *d, const char *type)
{
    return d->on_dummies && !strcmp(type, "internal") ? "dummy-internal" : type;
}

void
dpif_set_upcall(struct dpif *d, dpif_upcall_fn *fn, void *aux)
{
    d->upcall = fn;
    d->upcall_aux = aux;
}

bool
dpif_has_upcall(const struct dpif *d)
{
    return d->upcall != NULL;
}

void
dpif_get_stats(const struct dpif *d, struct dpif_stats *stats)
{
    d->ops->get_stats(d, stats);
}

int
dpif_port_add(struct dpif *d, struct netdev *netdev, uint32_t *port_no)
{
    return d->ops->port_add(d, netdev, port_no);
}

int
dpif_port_del(struct dpif *d, uint32_t port_no)
{
    return d->ops->port_del(d, port_no);
}

bool
dpif_port_next(const struct dpif *d, uint32_t *port_no, struct dpif_port *port)
{
    return d->ops->port_next(d, port_no, port);
}

bool
dpif_port_get(const struct dpif *d, uint32_t port_no, struct dpif_port *port)
{
    uint32_t at_no = port_no;
    return dpif_port_next(d, &at_no, port) && port->port_no == port_no;
}

bool
dpif_port_find(const struct dpif *d, const char *name, struct dpif_port *port)
{
    struct dpif_port found;
    for (uint32_t at_no = 0; dpif_port_next(d, &at_no, &found);) {
        if (!strcmp(found.name, name)) {
            *port = found;
            return true;
        }
    }
    return false;
}

int
dpif_flow_put(struct dpif *d, const struct flow_key *key, const struct flow_key *mask,
              const struct uuid *ufid, const void *actions, size_t size, unsigned int flags)
{
    return d->ops->flow_put(d, key, mask, ufid, actions, size, flags);
}

int
dpif_flow_del(struct dpif *d, const struct flow_key *key, const struct flow_key *mask,
              const struct uuid *ufid, struct dpif_flow_stats *stats)
{
    return d->ops->flow_del(d, key, mask, ufid, stats);
}

int
dpif_flow_get(struct dpif *d, const struct flow_key *key, const struct uuid *ufid,
              void (*got)(void *aux, const struct dpif_flow *), void *aux)
{
    return d->ops->flow_get(d, key, ufid, got, aux);
}

void
dpif_flow_flush(struct dpif *d)
{
    d->ops->flow_flush(d);
}

void
dpif_flow_dump(struct dpif *d, void (*each)(void *aux, const struct dpif_flow *), void *aux)
{
    d->ops->flow_dump(d, each, aux);
}

void
dpif_execute(struct dpif *d, struct pkt *p, const void *actions, size_t size)
{
    d->ops->execute(d, p, actions, size);
}

void
dpif_run(struct dpif *d)
{
    d->ops->run(d);
}
