/* SPDX-License-Identifier: Apache-2.0 */
/* The set of datapaths and the way to their providers. Types are a table; "system" is carried by
 * the kernel provider where a kernel's datapath can be had, and exists nowhere else but on
 * dummies. Control thread. */
#include "dpif/dpif.h"

#include <string.h>

#include "dpif/dpif_provider.h"
#include "os/mem.h"

struct dpif_set {
    struct netdev_registry *registry;
    struct list datapaths;
    enum netdev_dummies dummies;
    dpif_transport_open_fn *kernel_open;
    void *kernel_aux;
    bool has_kernel; /* when last looked at */
};

static const struct type {
    const char *type;
    const struct dpif_ops *ops;
    enum netdev_dummies exists_from; /* from this setting of dummies on */
    enum netdev_dummies dummy_from;  /* and from this one on it runs on them */
    bool needs_kernel;
} types[] = {
    {"dummy", &dpif_userspace_ops, NETDEV_DUMMIES, NETDEV_DUMMIES, false},
    {"netdev", &dpif_userspace_ops, NETDEV_DUMMIES_NONE, NETDEV_DUMMIES_OVERRIDE, false},
    {"system", &dpif_userspace_ops, NETDEV_DUMMIES_SYSTEM, NETDEV_DUMMIES_SYSTEM, false},
    {"system", &dpif_kernel_ops, NETDEV_DUMMIES_NONE, NETDEV_DUMMIES_SYSTEM, true},
};

struct dpif_set *
dpif_set_new(struct netdev_registry *registry)
{
    struct dpif_set *set = xzalloc(sizeof *set);
    set->registry = registry;
    list_init(&set->datapaths);
    dpif_set_kernel(set, dpif_transport_open, NULL);
    return set;
}

void
dpif_set_free(struct dpif_set *set)
{
    if (set) {
        LIST_FOR_EACH_SAFE (struct dpif, d, node, &set->datapaths) {
            dpif_close(d);
        }
        os_free(set);
    }
}

void
dpif_enable_dummies(struct dpif_set *set, enum netdev_dummies dummies)
{
    set->dummies = dummies;
}

int
dpif_kernel_transport(const struct dpif_set *set, struct dpif_transport **transport)
{
    return set->kernel_open(set->kernel_aux, netdev_registry_loop(set->registry), transport);
}

void
dpif_set_kernel(struct dpif_set *set, dpif_transport_open_fn *open, void *aux)
{
    set->kernel_open = open;
    set->kernel_aux = aux;
    set->has_kernel = false;
    dpif_has_kernel(set);
}

static int
no_kernel(void *aux UNUSED, struct os_loop *loop UNUSED, struct dpif_transport **t UNUSED)
{
    return -E_NODEV;
}

void
dpif_disable_kernel(struct dpif_set *set)
{
    dpif_set_kernel(set, no_kernel, NULL);
}

bool
dpif_has_kernel(struct dpif_set *set)
{
    struct dpif_transport *t;
    if (!set->has_kernel && !dpif_kernel_transport(set, &t)) {
        t->ops->close(t);
        set->has_kernel = true;
    }
    return set->has_kernel;
}

static bool
type_exists(const struct dpif_set *set, const struct type *t)
{
    return set->dummies >= t->exists_from && (!t->needs_kernel || set->has_kernel);
}

/* The row that carries TYPE, or NULL. */
static const struct type *
find_type(const struct dpif_set *set, const char *type)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (!strcmp(types[i].type, type) && type_exists(set, &types[i])) {
            return &types[i];
        }
    }
    return NULL;
}

const char *
dpif_normalize_type(const struct dpif_set *set, const char *type)
{
    if (*type && strcmp(type, "system")) {
        return type;
    }
    return find_type(set, "system") ? "system" : "netdev";
}

void
dpif_for_each_type(const struct dpif_set *set, void (*each)(void *aux, const char *type),
                   void *aux)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        /* "system" can always be asked for: see dpif_normalize_type(). */
        if (types[i].needs_kernel ||
            (type_exists(set, &types[i]) && strcmp(types[i].type, "system"))) {
            each(aux, types[i].type);
        }
    }
}

/* A datapath object of type T, in no list. */
static struct dpif *
new_dpif(struct dpif_set *set, const struct type *t, const char *name)
{
    struct dpif *d = xzalloc(t->ops->size);
    d->ops = t->ops;
    d->set = set;
    d->registry = set->registry;
    d->name = xstrdup(name);
    d->type = t->type;
    d->on_dummies = set->dummies >= t->dummy_from;
    return d;
}

static void
free_dpif(struct dpif *d)
{
    os_free(d->name);
    os_free(d);
}

/* Starts it with START and adds it to the set. */
static int
start_dpif(struct dpif *d, int (*start)(struct dpif *))
{
    list_push_back(&d->set->datapaths, &d->node);
    int code = start(d);
    if (code) {
        list_remove(&d->node);
        free_dpif(d);
    }
    return code;
}

int
dpif_create(struct dpif_set *set, const char *name, const char *type, struct dpif **dp)
{
    const struct type *t = find_type(set, type);
    if (dpif_find(set, name, type)) {
        return -E_EXIST;
    }
    if (!t) {
        return -E_AFNOSUPPORT;
    }
    struct dpif *d = new_dpif(set, t, name);
    int code = start_dpif(d, t->ops->create);
    if (!code) {
        *dp = d;
    }
    return code;
}

struct opening {
    struct dpif_set *set;
    const struct type *type;
};

static void
open_one(void *opening_, const char *name)
{
    struct opening *o = opening_;
    if (!dpif_find(o->set, name, o->type->type)) {
        start_dpif(new_dpif(o->set, o->type, name), o->type->ops->open);
    }
}

void
dpif_open_all(struct dpif_set *set)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        struct opening opening = {set, &types[i]};
        if (types[i].ops->enumerate && type_exists(set, &types[i])) {
            struct dpif *d = new_dpif(set, &types[i], "");
            d->ops->enumerate(d, open_one, &opening);
            free_dpif(d);
        }
    }
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
    free_dpif(d);
}

void
dpif_close(struct dpif *d)
{
    if (!dpif_outlives(d)) {
        dpif_destroy(d);
        return;
    }
    list_remove(&d->node);
    d->ops->close(d);
    free_dpif(d);
}

bool
dpif_outlives(const struct dpif *d)
{
    return d->ops->close != NULL;
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
