/* SPDX-License-Identifier: Apache-2.0 */
/* A bridge's MAC learning table: (address, VLAN) → port, with idle time and a size limit
 * (IEEE 802.1D 7.8; Bridge other_config mac-aging-time, mac-table-size). When it is full, the
 * oldest address of the port that holds the most goes, so that one noisy port cannot push the
 * others out. Time is passed in, in milliseconds. One owner thread. */
#pragma once

#include "base/hmap.h"
#include "base/list.h"
#include "base/mac.h"

struct mac_entry {
    struct hnode node;    /* in the table, by address and VLAN */
    struct list age;      /* in the table's list, oldest first */
    struct list port_age; /* in the port's list, oldest first */
    struct mac mac;
    uint16_t vlan;
    uint64_t used_ms;
    uint64_t grat_arp_lock_until_ms;
    struct mac_port *port;
};

struct mac_counters {
    uint64_t learned, expired, evicted, moved, n_static;
};

struct mac_table;

struct mac_table *mac_table_new(void);
void mac_table_free(struct mac_table *);                          /* NULL is fine */
void mac_table_set_idle_ms(struct mac_table *, uint64_t idle_ms); /* at least 15 s */
void mac_table_set_max(struct mac_table *, size_t max);           /* 10 to 1,000,000 */

/* The entry, or NULL. Borrowed until the table changes. */
const struct mac_entry *mac_find(const struct mac_table *, struct mac, uint16_t vlan);
/* Notes that MAC was seen on VLAN at PORT (any non-NULL cookie that stays valid until
 * mac_forget_port). GRAT_ARP: the frame is a gratuitous ARP from the uplink (then a move is
 * refused for 5 s after a learning from elsewhere). True if the table now maps MAC elsewhere
 * than before, so that flows that depend on it are out of date. */
bool mac_learn(struct mac_table *, struct mac, uint16_t vlan, void *port, bool grat_arp,
               uint64_t now_ms);
/* Removes what is idle; true if anything went. */
bool mac_expire(struct mac_table *, uint64_t now_ms);
void mac_flush(struct mac_table *);
void mac_forget_port(struct mac_table *, const void *port);
void *mac_entry_port(const struct mac_entry *);
/* Calls EACH for every entry, oldest learned last seen first. */
void mac_for_each(const struct mac_table *, void (*each)(const struct mac_entry *, void *aux),
                  void *aux);
size_t mac_count(const struct mac_table *);
const struct mac_counters *mac_counters(const struct mac_table *);
size_t mac_max(const struct mac_table *);
void mac_counters_clear(struct mac_table *);
