#include "drift/underway.h"

#include "scenario/voyage.h"

static float single_lon(double lon_deg)
{
    float lon = (float)lon_deg;
    return lon >= 180.0f ? -180.0f : lon; // rounding must not leave [-180, 180)
}

static bool particle_place(const struct scenario_case *c, const struct scenario_seeds *seeds, size_t i,
                           int64_t t_ns, struct geo_pos *out)
{
    const struct scenario_source *source = &c->source[seeds->source[i]];
    struct scenario_passage passage;
    if (source->kind != SCENARIO_VOYAGE || t_ns >= seeds->start_ns[i])
        return false;
    scenario_passage_draw(source, c->drift.seed, scenario_seeds_number(seeds, i), seeds->attempt[i],
                          &passage);
    if (t_ns < passage.depart_ns)
        return false;
    *out = scenario_passage_at(&passage, t_ns);
    return true;
}

void drift_underway_fill(const struct scenario_case *c, const struct scenario_seeds *seeds, size_t from,
                         size_t to, int64_t t_ns, float *lat_deg, float *lon_deg, uint8_t *status)
{
    for (size_t i = from; seeds->attempt && i < to; i++) {
        struct geo_pos at;
        if (!particle_place(c, seeds, i, t_ns, &at))
            continue;
        lat_deg[i - from] = (float)at.lat_deg;
        lon_deg[i - from] = single_lon(at.lon_deg);
        status[i - from] = DRIFT_UNDERWAY;
    }
}

double drift_underway_mass(const struct drift_ensemble *e, const uint8_t *status)
{
    double mass = 0;
    for (size_t i = 0; i < e->n; i++)
        mass += status[i] == DRIFT_UNDERWAY ? e->weight[i] : 0;
    return mass;
}
