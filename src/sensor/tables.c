#include "sensor/tables.h"

#include "core/units.h"

// clang-format off
static const struct sensor_object objects[SENSOR_OBJECTS] = {
#include "sensor/tables_object.inc"
};

// One platform at one height; widths in NM by object and visibility.
static const struct width_table {
    enum sensor_table table;
    double height_ft;
    double width_nm[SENSOR_OBJECTS][SENSOR_VISIBILITIES];
} tables[] = {
#include "sensor/tables_width.inc"
};

// A merchant ship's bridge (docs/search.md), visibility 3, 5, 10, 15, 20 NM. Its boats are to the last figure
// those of the boat table at 14 ft (15, 20 and 78 ft), so that what it lacks can be taken from there.
static const double bridge_visibilities_nm[] = {3, 5, 10, 15, 20};
enum { BRIDGE_VISIBILITIES = 5 };
static const struct bridge_row {
    double size; // persons of a raft, metres of a boat
    double width_nm[BRIDGE_VISIBILITIES];
} bridge_person = {1, {0.4, 0.5, 0.6, 0.7, 0.7}},
  bridge_rafts[] = {
    {4, {2.3, 3.2, 4.2, 4.9, 5.5}},
    {6, {2.5, 3.6, 5.0, 6.2, 6.9}},
    {15, {2.6, 4.0, 5.1, 6.4, 7.3}},
    {25, {2.7, 4.2, 5.2, 6.5, 7.5}},
}, bridge_boats[] = {
    {5, {1.1, 1.4, 1.9, 2.1, 2.3}},
    {7, {2.0, 2.9, 4.3, 5.2, 5.8}},
    {12, {2.8, 4.5, 7.6, 9.4, 11.6}},
    {24, {3.2, 5.6, 10.7, 14.7, 18.1}},
};
// clang-format on

// Which of its rows stands for objects[i]: rafts by persons; powerboats by length, 20 ft being its 7 m.
enum bridge_kind { BRIDGE_NOTHING, BRIDGE_PERSON, BRIDGE_RAFT, BRIDGE_BOAT };
static const struct {
    enum bridge_kind kind;
    double size;
} bridge_of[SENSOR_OBJECTS] = {
    [0] = {BRIDGE_PERSON, 1},
    [2] = {BRIDGE_RAFT, 4},
    [3] = {BRIDGE_RAFT, 6},
    [4] = {BRIDGE_RAFT, 8},
    [5] = {BRIDGE_RAFT, 10},
    [6] = {BRIDGE_RAFT, 15},
    [7] = {BRIDGE_RAFT, 20},
    [8] = {BRIDGE_RAFT, 25},
    [9] = {BRIDGE_BOAT, 5},
    [10] = {BRIDGE_BOAT, 7},
    [11] = {BRIDGE_BOAT, 33 * CORE_M_PER_FT},
    [12] = {BRIDGE_BOAT, 53 * CORE_M_PER_FT},
    [13] = {BRIDGE_BOAT, 24},
};

static const double visibilities_nm[SENSOR_VISIBILITIES] = {1, 3, 5, 10, 15, 20, 30};
enum { N_TABLES = sizeof tables / sizeof *tables, BOAT_VISIBILITIES = 6 };

const double sensor_aircraft_speeds_kn[3] = {150, 180, 210};
const double sensor_helicopter_speeds_kn[4] = {60, 90, 120, 140};

const struct sensor_object *sensor_table_object(size_t i)
{
    return i < SENSOR_OBJECTS ? &objects[i] : NULL;
}

struct sensor_between sensor_between_of(const double *row, size_t n, double x)
{
    size_t hi = 0;
    while (hi < n && row[hi] < x)
        hi++;
    if (hi < n && (hi > 0 || row[0] == x)) {
        size_t lo = row[hi] == x ? hi : hi - 1;
        double frac = lo == hi ? 0 : (x - row[lo]) / (row[hi] - row[lo]);
        return (struct sensor_between){row[lo], row[hi], frac, lo, hi, false};
    }
    size_t edge = hi ? n - 1 : 0;
    return (struct sensor_between){row[edge], row[edge], 0, edge, edge, true};
}

static double mix(double lo, double hi, double frac)
{
    return lo + frac * (hi - lo);
}

static double at_visibility(const double *width_nm, const struct sensor_between *v)
{
    return mix(width_nm[v->i_lo], width_nm[v->i_hi], v->frac);
}

static double bridge_between(const struct bridge_row *rows, size_t n, double size,
                             const struct sensor_between *v)
{
    size_t hi = 0;
    while (hi + 1 < n && rows[hi].size < size)
        hi++;
    if (rows[hi].size <= size || hi == 0)
        return at_visibility(rows[hi].width_nm, v);
    double frac = (size - rows[hi - 1].size) / (rows[hi].size - rows[hi - 1].size);
    return mix(at_visibility(rows[hi - 1].width_nm, v), at_visibility(rows[hi].width_nm, v), frac);
}

static bool bridge_width(size_t object, double visibility_nm, double *width_nm, struct sensor_between *height,
                         struct sensor_between *visibility)
{
    *visibility = sensor_between_of(bridge_visibilities_nm, BRIDGE_VISIBILITIES, visibility_nm);
    *height = (struct sensor_between){0};
    double size = bridge_of[object].size;
    switch (bridge_of[object].kind) {
    case BRIDGE_NOTHING:
        return false;
    case BRIDGE_PERSON:
        *width_nm = at_visibility(bridge_person.width_nm, visibility);
        return true;
    case BRIDGE_RAFT:
        *width_nm =
            bridge_between(bridge_rafts, sizeof bridge_rafts / sizeof *bridge_rafts, size, visibility);
        return true;
    case BRIDGE_BOAT:
        *width_nm =
            bridge_between(bridge_boats, sizeof bridge_boats / sizeof *bridge_boats, size, visibility);
        return true;
    }
    return false;
}

bool sensor_table_width(enum sensor_table table, size_t object, double height_ft, double visibility_nm,
                        double *width_nm, struct sensor_between *height, struct sensor_between *visibility)
{
    if (table == TABLE_MERCHANT)
        return bridge_width(object, visibility_nm, width_nm, height, visibility);
    const struct width_table *of_platform[N_TABLES];
    double heights_ft[N_TABLES];
    size_t n = 0;
    for (size_t i = 0; i < N_TABLES; i++)
        if (tables[i].table == table) {
            of_platform[n] = &tables[i];
            heights_ft[n++] = tables[i].height_ft;
        }
    *height = sensor_between_of(heights_ft, n, height_ft);
    *visibility = sensor_between_of(
        visibilities_nm, table == TABLE_BOAT ? BOAT_VISIBILITIES : SENSOR_VISIBILITIES, visibility_nm);
    double lower = at_visibility(of_platform[height->i_lo]->width_nm[object], visibility);
    double upper = at_visibility(of_platform[height->i_hi]->width_nm[object], visibility);
    *width_nm = mix(lower, upper, height->frac);
    return true;
}
