#include "drift/sort.h"

#include <stdlib.h>
#include <string.h>

#include "core/units.h"

enum { AXIS_SQUARES = 256, SQUARES = AXIS_SQUARES * AXIS_SQUARES, FEWEST = 4096 };
#define NEAR_BYTES (4.0 * 1024.0 * 1024.0)
#define WHILE_NS (6 * 3600LL * CORE_NS_PER_S)
#define AGAIN_NS (86400LL * CORE_NS_PER_S)

// The bits of two whole numbers below 256 in turn (Morton 1966).
static uint32_t spread(uint32_t x)
{
    x = (x | x << 4) & 0x0F0Fu;
    x = (x | x << 2) & 0x3333u;
    return (x | x << 1) & 0x5555u;
}

static uint32_t square_of(double share)
{
    double square = share * AXIS_SQUARES;
    return square > 0.0 ? square < AXIS_SQUARES ? (uint32_t)square : AXIS_SQUARES - 1 : 0;
}

static uint32_t key_of(struct geo_box box, double lat_deg, double lon_deg)
{
    double east = core_deg_wrap360(lon_deg - box.west_deg) / (box.east_deg - box.west_deg);
    double north = (lat_deg - box.south_deg) / (box.north_deg - box.south_deg);
    return spread(square_of(east)) | spread(square_of(north)) << 1;
}

// order[i]: the slot whose particle comes to slot i.
static void order_find(struct geo_box box, const struct drift_state *s, uint32_t *start, uint16_t *key,
                       uint32_t *order)
{
    memset(start, 0, (SQUARES + 1) * sizeof *start);
    for (size_t i = 0; i < s->n; i++) {
        key[i] = (uint16_t)key_of(box, s->lat_deg[i], s->lon_deg[i]);
        start[key[i] + 1]++;
    }
    for (size_t k = 0; k < SQUARES; k++)
        start[k + 1] += start[k];
    for (size_t i = 0; i < s->n; i++)
        order[start[key[i]]++] = (uint32_t)i;
}

static void permute8(size_t n, const uint32_t *order, void *column, uint64_t *spare)
{
    uint64_t *from = column;
    for (size_t i = 0; from && i < n; i++)
        spare[i] = from[order[i]];
    if (from)
        memcpy(from, spare, n * sizeof *from);
}

static void permute4(size_t n, const uint32_t *order, void *column, void *spare)
{
    uint32_t *from = column, *to = spare;
    for (size_t i = 0; from && i < n; i++)
        to[i] = from[order[i]];
    if (from)
        memcpy(from, to, n * sizeof *from);
}

static void permute1(size_t n, const uint32_t *order, uint8_t *from, void *spare)
{
    uint8_t *to = spare;
    for (size_t i = 0; from && i < n; i++)
        to[i] = from[order[i]];
    if (from)
        memcpy(from, to, n);
}

static void permute(struct drift_state *s, const uint32_t *order, uint64_t *spare)
{
    size_t n = s->n;
    permute8(n, order, s->lat_deg, spare);
    permute8(n, order, s->lon_deg, spare);
    permute8(n, order, s->change_ns, spare);
    for (int k = 0; k < 2 * DRIFT_DRIVERS; k++)
        permute8(n, order, s->held[k], spare);
    for (int k = 0; k < 4; k++)
        permute4(n, order, s->error[k], spare);
    for (int k = 0; k < 3; k++) {
        permute4(n, order, s->slope_frac[k], spare);
        permute4(n, order, s->offset_mps[k], spare);
    }
    for (int k = 0; k < DRIFT_HOUR_SLOTS; k++)
        permute4(n, order, s->direction_deg[k], spare);
    permute4(n, order, s->particle, spare);
    permute1(n, order, s->held_known, spare);
    permute1(n, order, s->status, spare);
    permute1(n, order, s->side, spare);
}

static bool particles_name(struct core_arena *arena, struct drift_state *s)
{
    if (s->particle)
        return true;
    uint32_t *particle = CORE_ARENA_NEW(arena, uint32_t, s->n);
    for (size_t i = 0; particle && i < s->n; i++)
        particle[i] = (uint32_t)i;
    s->particle = particle;
    return particle;
}

void drift_sort(struct geo_box box, struct core_arena *arena, struct drift_state *s)
{
    uint32_t *start = malloc((SQUARES + 1) * sizeof *start), *order = malloc(s->n * sizeof *order);
    uint64_t *spare = malloc(s->n * sizeof *spare); // holds the keys first
    if (start && order && spare && particles_name(arena, s)) {
        order_find(box, s, start, (uint16_t *)spare, order);
        permute(s, order, spare);
    }
    free(start);
    free(order);
    free(spare);
}

// Bytes of the cells under the cloud, both kinds, both times.
static double cells_bytes(const struct drift_fast_plan *plan, struct geo_box cloud)
{
    double bytes = 0.0;
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++)
        bytes += 4.0 * sizeof(float) * (cloud.east_deg - cloud.west_deg) * plan->patch[kind].columns_per_deg *
                 (cloud.north_deg - cloud.south_deg) * plan->patch[kind].rows_per_deg;
    return bytes;
}

void drift_sort_if_wide(struct drift_sorter *sorter, const struct drift_fast_plan *plan, struct geo_box cloud,
                        int64_t now_ns, int64_t until_ns, struct core_arena *arena, struct drift_state *s)
{
    const char *wish = getenv("PHAROS_SORT");
    if ((wish && !strcmp(wish, "off")) || s->n < FEWEST || cells_bytes(plan, cloud) < NEAR_BYTES ||
        until_ns - now_ns < WHILE_NS || (sorter->sorted && now_ns - sorter->sorted_ns < AGAIN_NS))
        return;
    drift_sort(cloud, arena, s);
    sorter->sorted = true;
    sorter->sorted_ns = now_ns;
}
