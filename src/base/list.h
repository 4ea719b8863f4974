/* SPDX-License-Identifier: Apache-2.0 */
/* Intrusive doubly linked list. A `struct list` is either a head or a member; a head or a
 * detached member points at itself. Never allocates. Not thread-safe. */
#pragma once

#include "base/types.h"

struct list {
    struct list *prev, *next;
};

#define LIST_INIT(l)                                                                              \
    {                                                                                             \
        (l), (l)                                                                                  \
    }

static inline void
list_init(struct list *l)
{
    l->prev = l->next = l;
}

static inline bool
list_is_empty(const struct list *head)
{
    return head->next == head;
}

static inline void
list_insert_before(struct list *at, struct list *member)
{
    member->prev = at->prev;
    member->next = at;
    at->prev->next = member;
    at->prev = member;
}

static inline void
list_push_back(struct list *head, struct list *member)
{
    list_insert_before(head, member);
}

static inline void
list_push_front(struct list *head, struct list *member)
{
    list_insert_before(head->next, member);
}

/* Detaches MEMBER, which stays valid and points at itself. */
static inline void
list_remove(struct list *member)
{
    member->prev->next = member->next;
    member->next->prev = member->prev;
    list_init(member);
}

static inline struct list *
list_pop_front(struct list *head)
{
    struct list *first = head->next;
    list_remove(first);
    return first;
}

/* Moves all members of SRC to the back of DST; SRC is empty afterwards. */
static inline void
list_splice_back(struct list *dst, struct list *src)
{
    if (!list_is_empty(src)) {
        src->next->prev = dst->prev;
        dst->prev->next = src->next;
        src->prev->next = dst;
        dst->prev = src->prev;
        list_init(src);
    }
}

static inline size_t
list_count(const struct list *head)
{
    size_t n = 0;
    for (const struct list *p = head->next; p != head; p = p->next) {
        n++;
    }
    return n;
}

/* Walks HEAD with VAR (a TYPE * whose member MEMBER is on the list). The body must not remove
 * VAR; the _SAFE form, which declares NEXT_, allows it. */
#define LIST_FOR_EACH(TYPE, VAR, MEMBER, HEAD)                                                    \
    for (TYPE *VAR = CONTAINER_OF((HEAD)->next, TYPE, MEMBER); &VAR->MEMBER != (HEAD);            \
         VAR = CONTAINER_OF(VAR->MEMBER.next, TYPE, MEMBER))
#define LIST_FOR_EACH_SAFE(TYPE, VAR, MEMBER, HEAD)                                               \
    for (TYPE *VAR = CONTAINER_OF((HEAD)->next, TYPE, MEMBER),                                    \
              *VAR##_next_ = CONTAINER_OF(VAR->MEMBER.next, TYPE, MEMBER);                        \
         &VAR->MEMBER != (HEAD);                                                                  \
         VAR = VAR##_next_, VAR##_next_ = CONTAINER_OF(VAR##_next_->MEMBER.next, TYPE, MEMBER))
