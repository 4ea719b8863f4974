/* SPDX-License-Identifier: Apache-2.0 */
/* Atomic access to naturally aligned scalars and pointers, for the packet path. The object is
 * an ordinary variable; every concurrent access to it goes through these. */
#pragma once

/* Plain value, no ordering: statistics that one thread writes and others read. */
#define PORT_READ_ONCE(p)     __atomic_load_n(p, __ATOMIC_RELAXED)
#define PORT_WRITE_ONCE(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
/* Publication: what was written before the store is seen after the load. */
#define PORT_LOAD_ACQUIRE(p)     __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define PORT_STORE_RELEASE(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
/* Read-modify-write, sequentially consistent; gives the old value. */
#define PORT_FETCH_ADD(p, v) __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST)
#define PORT_FETCH_SUB(p, v) __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST)
#define PORT_EXCHANGE(p, v)  __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define PORT_FENCE()         __atomic_thread_fence(__ATOMIC_SEQ_CST)
