/* SPDX-License-Identifier: Apache-2.0 */
/* Indexes of a replica's rows: by the values of some columns, which need not be unique, to find
 * rows and to walk them in order. They are kept up through updates, and show what an open
 * transaction does as all reads of rows do. Costs of finding and of changing are logarithmic.
 * The order is that of datum_compare(), column after column. Loop's thread. */
#pragma once

#include "ovsdb/client/replica.h"

struct replica_index;

/* The index of TABLE over N COLUMNS in this order, made by the first call; it is the replica's.
 * At any time; columns that are not watched have their defaults. */
struct replica_index *replica_index_on(struct replica *, uint32_t table, const uint32_t *columns,
                                       size_t n);

/* In what follows VALUES, borrowed, are those of the first N columns of the index. */

/* Negative, 0 or positive as ROW comes before VALUES, is one of them, or comes behind. */
int replica_index_compare(const struct replica_index *, const struct replica_row *row,
                          const struct datum *const *values, size_t n);
/* The first row that does not come before VALUES, for ranges; with N 0 the very first. NULL when
 * there is none. */
struct replica_row *replica_index_from(const struct replica_index *,
                                       const struct datum *const *values, size_t n);
/* The row behind ROW, which the open transaction may have deleted meanwhile; NULL at the end. */
struct replica_row *replica_index_next(const struct replica_index *, const struct replica_row *);
/* The first of the rows that have VALUES, or NULL. Others follow it. */
struct replica_row *replica_index_find(const struct replica_index *,
                                       const struct datum *const *values, size_t n);
/* Rows that have VALUES, in ROW one after the other. */
#define REPLICA_INDEX_FOR_EACH(ROW, INDEX, VALUES, N)                                             \
    for (struct replica_row *ROW = replica_index_find(INDEX, VALUES, N);                          \
         ROW && replica_index_compare(INDEX, ROW, VALUES, N) == 0;                                \
         ROW = replica_index_next(INDEX, ROW))
