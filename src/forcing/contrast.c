#include "forcing/contrast.h"

#include <math.h>

#include "forcing/sample.h"
#include "forcing/source.h"

enum { SIDE = 24, ENOUGH = 16 };
// It must come this close to be worth saying: by chance alone it hardly does.
#define MUCH_CLOSER 0.35

static const struct {
    double uu, uv, vu, vv; // u' = uu u + uv v, v' = vu u + vv v
    const char *text;
} readings[] = {
    {1, 0, 0, 1, NULL},
    {-1, 0, 0, -1, "pointing the other way (from, not toward)"},
    {0, 1, 1, 0, "with u and v exchanged"},
    {-1, 0, 0, 1, "with the sign of u turned"},
    {1, 0, 0, -1, "with the sign of v turned"},
    {0, -1, -1, 0, "with u and v exchanged and both signs turned"},
    {0, -1, 1, 0, "turned by 90 degrees to the left"},
    {0, 1, -1, 0, "turned by 90 degrees to the right"},
};
enum { READINGS = sizeof readings / sizeof *readings };

struct places {
    double lat[SIDE * SIDE], lon[SIDE * SIDE], t_s[SIDE * SIDE];
    double u[2][SIDE * SIDE], v[2][SIDE * SIDE];
    int8_t served[2][SIDE * SIDE];
};

static double area(struct geo_box box)
{
    return (box.east_deg - box.west_deg) * (box.north_deg - box.south_deg);
}

static void places_lay(struct geo_box box, struct places *p)
{
    for (int k = 0; k < SIDE * SIDE; k++) {
        p->lat[k] = box.south_deg + (box.north_deg - box.south_deg) * (k / SIDE + 0.5) / SIDE;
        p->lon[k] = box.west_deg + (box.east_deg - box.west_deg) * (k % SIDE + 0.5) / SIDE;
        p->t_s[k] = 0;
        p->served[0][k] = p->served[1][k] = -1;
    }
}

static void weigh(const struct places *p, struct forcing_contrast *out)
{
    double sum[READINGS] = {0}, size = 0;
    size_t best = 0;
    for (int k = 0; k < SIDE * SIDE; k++) {
        if (p->served[0][k] < 0 || p->served[1][k] < 0)
            continue;
        out->n++;
        size += p->u[0][k] * p->u[0][k] + p->v[0][k] * p->v[0][k];
        for (size_t r = 0; r < READINGS; r++) {
            double du = readings[r].uu * p->u[1][k] + readings[r].uv * p->v[1][k] - p->u[0][k];
            double dv = readings[r].vu * p->u[1][k] + readings[r].vv * p->v[1][k] - p->v[0][k];
            sum[r] += du * du + dv * dv;
        }
    }
    for (size_t r = 1; r < READINGS; r++)
        best = sum[r] < sum[best] ? r : best;
    double n = out->n ? (double)out->n : 1;
    out->difference_mps = sqrt(sum[0] / n);
    out->size_mps = sqrt(size / n);
    out->other_mps = sqrt(sum[best] / n);
    bool closer =
        out->other_mps < MUCH_CLOSER * out->difference_mps && out->other_mps < MUCH_CLOSER * out->size_mps;
    out->other = closer ? readings[best].text : NULL;
}

static enum ph_status compare(struct forcing_source *source[2], struct forcing_contrast *out,
                              struct ph_err *err)
{
    struct geo_box box[2];
    struct places p;
    int64_t first[2], last[2];
    for (int i = 0; i < 2; i++) {
        forcing_source_times(source[i], &first[i], &last[i]);
        box[i] = forcing_grid_box(source[i]->grid);
    }
    int64_t from = first[0] > first[1] ? first[0] : first[1], to = last[0] < last[1] ? last[0] : last[1];
    struct geo_box narrow = area(box[0]) <= area(box[1]) ? box[0] : box[1];
    if (from > to || !forcing_source_touches(source[0], narrow) || !forcing_source_touches(source[1], narrow))
        return PH_OK;
    out->t_ns = from + (to - from) / 2;
    places_lay(narrow, &p);
    for (int i = 0; i < 2; i++) {
        uint8_t flags[SIDE * SIDE];
        enum ph_status status = forcing_source_window(source[i], out->t_ns, out->t_ns, narrow, false, err);
        if (status)
            return status;
        forcing_source_sample(source[i], 0, SIDE * SIDE, p.lat, p.lon, p.t_s, p.u[i], p.v[i], p.served[i],
                              flags);
    }
    weigh(&p, out);
    return PH_OK;
}

enum ph_status forcing_contrast_make(const char *path_a, const char *path_b, enum forcing_kind kind,
                                     struct forcing_contrast *out, bool *met, struct ph_err *err)
{
    const char *path[2] = {path_a, path_b};
    struct forcing_source *source[2] = {NULL, NULL};
    struct forcing_contrast made = {.kind = kind};
    struct core_job job = {0};
    enum ph_status status = PH_OK;
    for (int i = 0; i < 2 && !status; i++) {
        struct forcing_request request = {.kind = kind, .file = path[i], .depth_m = (double)NAN};
        status = forcing_source_open(&request, &job, &source[i], err);
    }
    if (!status)
        status = compare(source, &made, err);
    forcing_source_free(source[0]);
    forcing_source_free(source[1]);
    core_job_fini(&job);
    if (status)
        return status;
    *met = made.n >= ENOUGH;
    *out = made;
    return PH_OK;
}
