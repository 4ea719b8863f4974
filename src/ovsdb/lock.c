/* SPDX-License-Identifier: Apache-2.0 */
/* Locks that clients share by name (RFC 7047 section 4.1.8 to 4.1.10). A lock is a queue of
 * sessions; the first one holds it. Loop's thread. */
#include "ovsdb/object.h"
#include "ovsdb/server_internal.h"

#include <string.h>

struct lock {
    struct hnode node; /* in server.locks */
    char *name;
    struct list waiters;
};

struct lock_waiter {
    struct list node;       /* in lock.waiters */
    struct list by_session; /* in session.lock_waiters */
    struct lock *lock;
    struct session *session;
};

static struct lock *
find_lock(const struct server *s, const char *name)
{
    HMAP_FOR_EACH_WITH_HASH (struct lock, lock, node, hash_string(name, 0), &s->locks) {
        if (strcmp(lock->name, name) == 0) {
            return lock;
        }
    }
    return NULL;
}

static struct lock *
get_lock(struct server *s, const char *name)
{
    struct lock *lock = find_lock(s, name);
    if (!lock) {
        lock = xzalloc(sizeof *lock);
        lock->name = xstrdup(name);
        list_init(&lock->waiters);
        hmap_insert(&s->locks, &lock->node, hash_string(name, 0));
    }
    return lock;
}

static struct lock_waiter *
owner_of(const struct lock *lock)
{
    return CONTAINER_OF(lock->waiters.next, struct lock_waiter, node);
}

static struct lock_waiter *
find_waiter(const struct session *session, const char *name)
{
    LIST_FOR_EACH (struct lock_waiter, w, by_session, &session->lock_waiters) {
        if (strcmp(w->lock->name, name) == 0) {
            return w;
        }
    }
    return NULL;
}

/* The name of the lock that PARAMS must be, and nothing else. */
static const char *
parse_name(const char *method, const json_t *params, struct fault *f)
{
    const char *name = json_string_value(json_array_get(params, 0));
    if (json_array_size(params) != 1 || !name || !schema_is_id(name)) {
        fault_set_syntax(f, params, NULL, "%s request params must be <id>", method);
        return NULL;
    }
    return name;
}

void
lock_request(struct session *session, enum lock_mode mode, const json_t *params, json_t *id)
{
    const char *method = mode == LOCK_STEAL ? "steal" : "lock";
    struct fault f = FAULT_INIT;
    const char *name = parse_name(method, params, &f);
    if (name && find_waiter(session, name)) {
        fault_set_syntax(&f, params, NULL, "must issue \"unlock\" before new \"%s\"", method);
        name = NULL;
    }
    if (!name) {
        session_fault(session, &f, json_incref(id));
        return;
    }
    struct lock *lock = get_lock(session->server, name);
    struct lock_waiter *w = xzalloc(sizeof *w);
    w->lock = lock;
    w->session = session;
    list_push_back(&session->lock_waiters, &w->by_session);
    if (mode == LOCK_STEAL && !list_is_empty(&lock->waiters)) {
        session_notify(owner_of(lock)->session, "stolen", json_pack("[s]", name));
        list_push_front(&lock->waiters, &w->node);
    } else {
        list_push_back(&lock->waiters, &w->node);
    }
    session_reply(session, json_pack("{sb}", "locked", owner_of(lock) == w), json_incref(id));
}

static void
leave(struct lock_waiter *w)
{
    struct lock *lock = w->lock;
    struct server *s = w->session->server;
    bool held = owner_of(lock) == w;
    list_remove(&w->node);
    list_remove(&w->by_session);
    os_free(w);
    if (list_is_empty(&lock->waiters)) {
        hmap_remove(&s->locks, &lock->node);
        os_free(lock->name);
        os_free(lock);
    } else if (held) {
        session_notify(owner_of(lock)->session, "locked", json_pack("[s]", lock->name));
    }
}

void
unlock_request(struct session *session, const json_t *params, json_t *id)
{
    struct fault f = FAULT_INIT;
    const char *name = parse_name("unlock", params, &f);
    struct lock_waiter *w = name ? find_waiter(session, name) : NULL;
    if (!w) {
        if (name) {
            fault_set_syntax(&f, params, NULL, "unlock: \"unlock\" without \"lock\" or \"steal\"");
        }
        session_fault(session, &f, json_incref(id));
        return;
    }
    leave(w);
    session_reply(session, json_object(), json_incref(id));
}

void
locks_forget_session(struct session *session)
{
    LIST_FOR_EACH_SAFE (struct lock_waiter, w, by_session, &session->lock_waiters) {
        leave(w);
    }
}

bool
session_holds_lock(void *session, const char *name)
{
    const struct lock_waiter *w = find_waiter(session, name);
    return w && owner_of(w->lock) == w;
}
