/* SPDX-License-Identifier: Apache-2.0 */
/* Between the core and the driver: each function here turns one call of the core's into one of
 * the driver's. */
#include "driver/host.h"

#include "base/err.h"
#include "driver/clock.h"
#include "driver/filter.h"
#include "driver/output.h"
#include "driver/random.h"
#include "driver/switch_nic.h"
#include "driver/upcall.h"
#include "port/atomic.h"

/* -- For the datapath -- */

static uint64_t
env_random(void *driver UNUSED)
{
    return random_u64();
}

static void
env_output(void *driver UNUSED, struct dp_thread *t, uint32_t port, struct pkt_batch *batch)
{
    output_batch(t->host, port, batch);
}

static int
env_upcall(void *driver UNUSED, struct dp_thread *t, struct pkt *p, const struct dp_upcall *up)
{
    return upcall_send(t->host, p, up);
}

static void
env_defer_free(void *driver_, struct dp_deferred *d)
{
    struct driver *driver = driver_;
    epoch_defer(&driver->epoch, d);
}

/* -- For the server, with driver.control -- */

static int
port_add(void *driver_, const struct dp_vport *wanted, uint32_t *no)
{
    struct driver *driver = driver_;
    struct vport *vport;
    int error = vport_add(&driver->vports, wanted, no, &vport);
    if (!error && driver->owner) {
        nics_bind_vport(driver->owner, vport);
    }
    return error;
}

static int
port_del(void *driver_, uint32_t no)
{
    struct driver *driver = driver_;
    struct vport *vport = vport_find(&driver->vports, no);
    if (!vport) {
        return -E_NOENT;
    }
    vport_del(&driver->vports, vport);
    return 0;
}

static int
port_set_upcall_pid(void *driver_, uint32_t no, uint32_t pid)
{
    struct driver *driver = driver_;
    struct vport *vport = vport_find(&driver->vports, no);
    if (!vport) {
        return -E_NOENT;
    }
    PORT_WRITE_ONCE(&vport->upcall_pid, pid);
    return 0;
}

static bool
port_next(void *driver_, uint32_t from, struct dp_vport *out)
{
    struct driver *driver = driver_;
    const struct vport *vport = vport_next(&driver->vports, from);
    if (vport) {
        vport_describe(vport, out);
    }
    return vport != NULL;
}

static bool
netdev_next(void *driver_, uint32_t *at, struct dp_netdev *out)
{
    struct driver *driver = driver_;
    return driver->owner && nics_next(driver->owner, at, out);
}

static struct pkt *
packet_new(void *driver_, const void *frame, size_t n)
{
    struct driver *driver = driver_;
    return nbl_packet_from_bytes(&driver->blocks, frame, n);
}

static struct dp_thread *
enter(void *driver)
{
    return &cpu_enter(driver)->thread;
}

static void
leave(void *driver UNUSED, struct dp_thread *t)
{
    cpu_leave(t->host, 0);
}

static uint64_t
now_ms(void *driver UNUSED)
{
    return clock_ms();
}

static void
notify(void *driver_, enum dp_group group, const void *msg, size_t n)
{
    struct driver *driver = driver_;
    clients_notify(&driver->clients, group, msg, n);
}

static void
add_counters(void *driver_, struct dp_counters *sum)
{
    struct driver *driver = driver_;
    for (uint32_t i = 0; i < driver->n_cpus; i++) {
        dp_thread_add_counters(&driver->cpus[i]->thread, sum);
    }
}

/* -- Start and stop -- */

static int
start_cpus(struct driver *driver)
{
    for (uint32_t i = 0; i < driver->n_cpus; i++) {
        int error = cpu_new(driver, i, &driver->cpus[i]);
        if (error) {
            return error;
        }
    }
    return 0;
}

static void
end(struct driver *driver)
{
    dp_server_fini(&driver->server);
    for (uint32_t i = 0; i < driver->n_cpus; i++) {
        cpu_free(driver->cpus[i]);
        driver->cpus[i] = NULL;
    }
    dp_fini(&driver->dp);
}

_Use_decl_annotations_
int
host_start(struct driver *driver)
{
    const struct dp_env env = {.random = env_random,
                               .output = env_output,
                               .upcall = env_upcall,
                               .defer_free = env_defer_free,
                               .aux = driver};
    const struct dp_server_host server_host = {.port_add = port_add,
                                               .port_del = port_del,
                                               .port_set_upcall_pid = port_set_upcall_pid,
                                               .port_next = port_next,
                                               .netdev_next = netdev_next,
                                               .packet_new = packet_new,
                                               .enter = enter,
                                               .leave = leave,
                                               .now_ms = now_ms,
                                               .notify = notify,
                                               .add_counters = add_counters,
                                               .aux = driver};
    int error = dp_init(&driver->dp, &env, driver->n_cpus);
    if (error) {
        return error;
    }
    dp_server_init(&driver->server, &driver->dp, &server_host);
    error = start_cpus(driver);
    if (error) {
        end(driver);
        return error;
    }
    driver_lock(driver);
    driver->has_datapath = true;
    driver_unlock(driver);
    return 0;
}

_Use_decl_annotations_
void
host_stop(struct driver *driver)
{
    driver_lock(driver);
    if (driver->has_datapath) {
        driver->has_datapath = false;
        end(driver);
    }
    driver_unlock(driver);
}
