#include "drift/underway.h"

#include "scenario/voyage.h"

static float single_lon(double lon_deg)
{
    float lon = (float)lon_deg;
    return lon >= 180.0f ? -180.0f : lon; // rounding must not leave [-180, 180)
}

static void particle_fill(const struct scenario_case *c, const struct scenario_seeds *seeds, size_t i,
                          struct drift_ensemble *e)
{
    struct scenario_passage passage;
    const struct scenario_source *source = &c->source[seeds->source[i]];
    scenario_passage_draw(source, c->drift.seed, i, seeds->attempt[i], &passage);
    for (size_t t = 0; t < e->n_times && e->time_ns[t] < seeds->start_ns[i]; t++) {
        if (e->time_ns[t] < passage.depart_ns)
            continue;
        struct geo_pos at = scenario_passage_at(&passage, e->time_ns[t]);
        e->lat_deg[t * e->n + i] = (float)at.lat_deg;
        e->lon_deg[t * e->n + i] = single_lon(at.lon_deg);
        e->status[t * e->n + i] = DRIFT_UNDERWAY;
    }
}

void drift_underway_fill(const struct scenario_case *c, const struct scenario_seeds *seeds,
                         struct drift_ensemble *ensemble)
{
    for (size_t i = 0; seeds->attempt && i < seeds->n; i++)
        if (c->source[seeds->source[i]].kind == SCENARIO_VOYAGE)
            particle_fill(c, seeds, i, ensemble);
}

double drift_underway_mass(const struct drift_ensemble *e, size_t time)
{
    double mass = 0;
    for (size_t i = 0; i < e->n; i++)
        mass += e->status[time * e->n + i] == DRIFT_UNDERWAY ? e->weight[i] : 0;
    return mass;
}
