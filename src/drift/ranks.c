#include "drift/ranks.h"

#include <stdlib.h>

#include "core/err.h"

// One item of each rank, on rank 0 in order of rank; the caller frees. On the others NULL is as good.
static enum ph_status items_gather(struct core_mpi *mpi, void *mine, size_t item_bytes, char **out,
                                   struct ph_err *err)
{
    size_t n = (size_t)core_mpi_size(mpi);
    char *items = malloc(n * item_bytes);
    void **part = malloc(n * sizeof *part);
    size_t *bytes = malloc(n * sizeof *bytes);
    enum ph_status status = items && part && bytes ? PH_OK : core_err_nomem(err);
    for (size_t r = 0; !status && r < n; r++) {
        part[r] = (int)r == core_mpi_rank(mpi) ? mine : items + r * item_bytes;
        bytes[r] = item_bytes;
    }
    if (!status)
        status = core_mpi_gather(mpi, part, bytes, err);
    free(part);
    free(bytes);
    if (status) {
        free(items);
        return status;
    }
    *out = items;
    return PH_OK;
}

static bool gap_before(const struct drift_gap *a, const struct drift_gap *b)
{
    return a->t_ns < b->t_ns || (a->t_ns == b->t_ns && a->particle < b->particle);
}

enum ph_status drift_ranks_gap(struct core_mpi *mpi, struct drift_gap *gap, struct ph_err *err)
{
    char *items;
    enum ph_status status = items_gather(mpi, gap, sizeof *gap, &items, err);
    if (status)
        return status;
    const struct drift_gap *all = (const struct drift_gap *)(const void *)items;
    for (int r = 1; core_mpi_leads(mpi) && r < core_mpi_size(mpi); r++)
        if (all[r].any && (!gap->any || gap_before(&all[r], gap)))
            *gap = all[r];
    free(items);
    return PH_OK;
}

enum ph_status drift_ranks_tallies(struct core_mpi *mpi, struct drift_tally *tally, size_t n,
                                   struct ph_err *err)
{
    char *items;
    enum ph_status status = items_gather(mpi, tally, n * sizeof *tally, &items, err);
    if (status)
        return status;
    const struct drift_tally *all = (const struct drift_tally *)(const void *)items;
    for (size_t r = 1; core_mpi_leads(mpi) && r < (size_t)core_mpi_size(mpi); r++)
        for (size_t i = 0; i < n; i++)
            drift_tally_add(&tally[i], &all[r * n + i]);
    free(items);
    return PH_OK;
}

// One row of n values, of which each rank has its share.
static enum ph_status values_gather(struct core_mpi *mpi, void *row, size_t n, size_t value_bytes,
                                    void **part, size_t *bytes, struct ph_err *err)
{
    for (int r = 0; r < core_mpi_size(mpi); r++) {
        size_t from, to;
        core_mpi_share(n, r, core_mpi_size(mpi), &from, &to);
        part[r] = (char *)row + (core_mpi_leads(mpi) ? from * value_bytes : 0);
        bytes[r] = (to - from) * value_bytes;
    }
    return core_mpi_gather(mpi, part, bytes, err);
}

enum ph_status drift_ranks_row(struct core_mpi *mpi, size_t n, float *lat_deg, float *lon_deg,
                               uint8_t *status, struct ph_err *err)
{
    size_t ranks = (size_t)core_mpi_size(mpi);
    if (ranks < 2)
        return PH_OK;
    void **part = malloc(ranks * sizeof *part);
    size_t *bytes = malloc(ranks * sizeof *bytes);
    enum ph_status got = part && bytes ? PH_OK : core_err_nomem(err);
    if (!got)
        got = values_gather(mpi, lat_deg, n, sizeof *lat_deg, part, bytes, err);
    if (!got)
        got = values_gather(mpi, lon_deg, n, sizeof *lon_deg, part, bytes, err);
    if (!got)
        got = values_gather(mpi, status, n, sizeof *status, part, bytes, err);
    free(part);
    free(bytes);
    return got;
}
