/* SPDX-License-Identifier: Apache-2.0 */
/* Links of the Linux kernel: rtnetlink for state, counters and changes, ethtool's ioctl for what
 * only it knows (driver, speed). Also starts the watch that keeps every open device's link up to
 * date. Control thread. */
#include "netdev/linux/linux_device.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netdev/linux/rtnl.h"
#include "netdev/netdev_host.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(netdev_linux);

struct netdev_host {
    struct netdev_registry *registry;
    struct rtnl_watch *watch;
};

const struct netdev_ops *const netdev_host_types[] = {&netdev_system_ops, &netdev_tap_ops, NULL};

static int
ethtool(const char *name, void *request)
{
    struct ifreq ifr = {.ifr_ifru = {.ifru_data = request}};
    snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", name);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return err_from_errno(errno);
    }
    int code = ioctl(fd, SIOCETHTOOL, &ifr) ? err_from_errno(errno) : 0;
    close(fd);
    return code;
}

void
linux_device_load_ethtool(const char *name, struct netdev_link *link)
{
    struct ethtool_cmd cmd = {.cmd = ETHTOOL_GSET};
    link->speed = 0;
    link->duplex = -1;
    if (!ethtool(name, &cmd)) {
        uint32_t mbps = ethtool_cmd_speed(&cmd);
        link->speed = mbps == (uint32_t)SPEED_UNKNOWN ? 0 : mbps * UINT64_C(1000000);
        link->duplex = cmd.duplex == DUPLEX_FULL ? 1 : cmd.duplex == DUPLEX_HALF ? 0 : -1;
    }
}

int
linux_device_load(struct netdev *d)
{
    struct rtnl_link l = {.link = {.ifindex = 0}};
    int code = rtnl_get_link(d->name, &l);
    if (!code) {
        linux_device_load_ethtool(d->name, &l.link);
        d->link = l.link;
    }
    return code;
}

int
linux_device_get_stats(struct netdev *d, struct netdev_stats *stats)
{
    struct rtnl_link l;
    int code = rtnl_get_link(d->name, &l);
    if (!code) {
        *stats = l.stats;
    }
    return code;
}

/* The kernel's news would bring the change too, but callers want to see it at once. */
static int
reload(struct netdev *d, int code)
{
    struct rtnl_link l;
    if (!code && !rtnl_get_link(d->name, &l)) {
        linux_device_load_ethtool(d->name, &l.link);
        netdev_link_changed(d, &l.link);
    }
    return code;
}

int
linux_device_set_up(struct netdev *d, bool up)
{
    return reload(d, rtnl_set_up(d->link.ifindex, up));
}

int
linux_device_set_mac(struct netdev *d, struct mac mac)
{
    return reload(d, rtnl_set_mac(d->link.ifindex, mac));
}

int
linux_device_set_mtu(struct netdev *d, uint32_t mtu)
{
    return reload(d, rtnl_set_mtu(d->link.ifindex, mtu));
}

void
linux_device_get_status(struct netdev *d,
                        void (*put)(void *aux, const char *key, const char *value), void *aux)
{
    struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
    if (!ethtool(d->name, &info)) {
        info.driver[sizeof info.driver - 1] = '\0';
        info.version[sizeof info.version - 1] = '\0';
        info.fw_version[sizeof info.fw_version - 1] = '\0';
        put(aux, "driver_name", info.driver);
        put(aux, "driver_version", info.version);
        put(aux, "firmware_version", info.fw_version);
    }
}

static bool
is_linux_device(const struct netdev *d)
{
    return d->ops == &netdev_system_ops || d->ops == &netdev_tap_ops;
}

/* Asks for the present link of D; one that is gone is down and has no index. */
static void
refresh(struct netdev *d, const struct rtnl_link *known)
{
    struct rtnl_link l;
    struct netdev_link link = d->link;
    if (known || !rtnl_get_link(d->name, &l)) {
        link = (known ? known : &l)->link;
        linux_device_load_ethtool(d->name, &link);
    } else {
        link.up = link.carrier = false;
        link.ifindex = 0;
    }
    netdev_link_changed(d, &link);
}

static void
link_news(void *aux, const char *name, const struct rtnl_link *link)
{
    struct netdev_host *h = aux;
    if (name) {
        struct netdev *d = netdev_find(h->registry, name);
        if (d && is_linux_device(d)) {
            refresh(d, link);
        } else {
            netdev_host_news(h->registry);
        }
        return;
    }
    for (struct netdev *d = netdev_first(h->registry); d; d = netdev_next(d)) {
        if (is_linux_device(d)) {
            refresh(d, NULL);
        }
    }
}

struct netdev_host *
netdev_host_start(struct netdev_registry *registry, struct os_loop *loop)
{
    struct netdev_host *h = xzalloc(sizeof *h);
    h->registry = registry;
    int code = rtnl_watch_new(loop, link_news, h, &h->watch);
    if (code) {
        log_warn("cannot follow changes of links (%s)", err_text(code));
    }
    return h;
}

void
netdev_host_stop(struct netdev_host *h)
{
    if (h) {
        rtnl_watch_free(h->watch);
        os_free(h);
    }
}
