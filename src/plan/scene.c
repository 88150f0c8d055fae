#include "plan/scene.h"

#include <math.h>

#include "core/err.h"
#include "core/threads.h"
#include "core/units.h"

bool plan_scene_flat(const struct plan_cloud *cloud, struct plan_flat *out)
{
    double sum[3] = {0}, total = 0;
    size_t stride = 1 + cloud->n / 5000; // the origin is a convenience: a sample will do
    for (size_t k = 0; k < cloud->n_knots; k++)
        for (size_t i = 0; i < cloud->n; i += stride) {
            double lat = cloud->lat_deg[k * cloud->n + i], lon = cloud->lon_deg[k * cloud->n + i], p[3];
            double weight = cloud->weight[i];
            if (!(weight > 0) || !isfinite(lat) || !isfinite(lon))
                continue;
            plan_flat_ecef(lat, lon, p);
            for (int d = 0; d < 3; d++)
                sum[d] += weight * p[d];
            total += weight;
        }
    if (!(total > 0) || !(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2] > 0))
        return false;
    plan_flat_init(out, plan_flat_geodetic(sum));
    return true;
}

// Index of each particle of the systematic sample: the ticks (j + 1/2) / most of the running sum of weights.
static void sample_choose(const struct plan_cloud *cloud, size_t most, double total, size_t *chosen)
{
    double running = 0;
    size_t j = 0;
    for (size_t i = 0; i < cloud->n; i++) {
        running += cloud->weight[i];
        while (j < most && running > (j + 0.5) / most * total)
            chosen[j++] = i;
    }
    while (j < most)
        chosen[j++] = cloud->n - 1;
}

struct laying {
    const struct plan_cloud *cloud;
    const size_t *chosen; // NULL: all
    struct plan_scene *scene;
};

static void lay_range(void *arg, size_t from, size_t to, int thread)
{
    struct laying *lay = arg;
    (void)thread;
    for (size_t k = 0; k < lay->scene->n_knots; k++)
        for (size_t j = from; j < to; j++) {
            size_t i = k * lay->cloud->n + (lay->chosen ? lay->chosen[j] : j), at = k * lay->scene->n + j;
            double lat = lay->cloud->lat_deg[i], lon = lay->cloud->lon_deg[i];
            struct geo_xy xy = {NAN, NAN};
            if (isfinite(lat) && isfinite(lon))
                xy = plan_flat_to_xy(&lay->scene->flat, lat, lon);
            lay->scene->x[at] = xy.x_m, lay->scene->y[at] = xy.y_m;
        }
}

static bool scene_alloc(struct plan_scene *scene, struct core_arena *arena)
{
    scene->knot_s = CORE_ARENA_NEW(arena, double, scene->n_knots);
    scene->x = CORE_ARENA_NEW(arena, double, scene->n_knots * scene->n);
    scene->y = CORE_ARENA_NEW(arena, double, scene->n_knots * scene->n);
    scene->weight = CORE_ARENA_NEW(arena, double, scene->n);
    scene->object = CORE_ARENA_NEW(arena, uint16_t, scene->n);
    return scene->knot_s && scene->x && scene->y && scene->weight && scene->object;
}

enum ph_status plan_scene_make(const struct plan_cloud *cloud, const struct plan_flat *flat, size_t most,
                               int threads, struct core_arena *arena, struct plan_scene *out,
                               struct ph_err *err)
{
    struct plan_scene scene = {.flat = *flat,
                               .t0_ns = cloud->time_ns[0],
                               .n = cloud->n < most ? cloud->n : most,
                               .n_knots = cloud->n_knots,
                               .n_objects = cloud->n_objects};
    size_t *chosen = cloud->n > most ? CORE_ARENA_NEW(arena, size_t, most) : NULL;
    if ((cloud->n > most && !chosen) || !scene_alloc(&scene, arena))
        return core_err_nomem(err);
    double total = 0;
    for (size_t i = 0; i < cloud->n; i++)
        total += cloud->weight[i];
    if (chosen)
        sample_choose(cloud, most, total, chosen);
    for (size_t k = 0; k < scene.n_knots; k++)
        scene.knot_s[k] = plan_scene_seconds(&scene, cloud->time_ns[k]);
    for (size_t j = 0; j < scene.n; j++) {
        size_t i = chosen ? chosen[j] : j;
        scene.weight[j] = chosen ? total / scene.n : cloud->weight[i];
        scene.object[j] = cloud->object ? cloud->object[i] : 0;
    }
    struct laying lay = {cloud, chosen, &scene};
    core_threads_for(threads, scene.n, 1024, lay_range, &lay);
    *out = scene;
    return PH_OK;
}

double plan_scene_seconds(const struct plan_scene *scene, int64_t t_ns)
{
    return (double)(t_ns - scene->t0_ns) / CORE_NS_PER_S;
}

void plan_scene_at(const struct plan_scene *scene, double t_s, double *x, double *y)
{
    size_t k = 0;
    while (k + 2 < scene->n_knots && scene->knot_s[k + 1] <= t_s)
        k++;
    size_t next = k + 1 < scene->n_knots ? k + 1 : k;
    double width = scene->knot_s[next] - scene->knot_s[k];
    double f = width > 0 ? fmin(1, fmax(0, (t_s - scene->knot_s[k]) / width)) : 0;
    const double *xa = scene->x + k * scene->n, *xb = scene->x + next * scene->n;
    const double *ya = scene->y + k * scene->n, *yb = scene->y + next * scene->n;
    for (size_t i = 0; i < scene->n; i++) {
        x[i] = xa[i] + f * (xb[i] - xa[i]);
        y[i] = ya[i] + f * (yb[i] - ya[i]);
    }
}

static void spread_axes(struct plan_spread *s)
{
    double mean = (s->xx_m2 + s->yy_m2) / 2, half = hypot((s->xx_m2 - s->yy_m2) / 2, s->xy_m2);
    s->major_m = sqrt(fmax(0, mean + half));
    s->minor_m = sqrt(fmax(0, mean - half));
    s->angle_rad = 0.5 * atan2(2 * s->xy_m2, s->xx_m2 - s->yy_m2);
}

bool plan_scene_spread(const struct plan_scene *scene, double t_s, const double *weight,
                       struct plan_spread *out)
{
    if (!weight)
        weight = scene->weight;
    size_t k = 0; // the knot nearest to the time is near enough for a spread
    for (size_t j = 1; j < scene->n_knots; j++)
        if (fabs(scene->knot_s[j] - t_s) < fabs(scene->knot_s[k] - t_s))
            k = j;
    const double *x = scene->x + k * scene->n, *y = scene->y + k * scene->n;
    struct plan_spread s = {0};
    for (size_t i = 0; i < scene->n; i++)
        if (isfinite(x[i])) {
            s.weight += weight[i];
            s.x_m += weight[i] * x[i], s.y_m += weight[i] * y[i];
        }
    if (!(s.weight > 0))
        return false;
    s.x_m /= s.weight, s.y_m /= s.weight;
    for (size_t i = 0; i < scene->n; i++)
        if (isfinite(x[i])) {
            double dx = x[i] - s.x_m, dy = y[i] - s.y_m;
            s.xx_m2 += weight[i] * dx * dx, s.xy_m2 += weight[i] * dx * dy, s.yy_m2 += weight[i] * dy * dy;
        }
    s.xx_m2 /= s.weight, s.xy_m2 /= s.weight, s.yy_m2 /= s.weight;
    spread_axes(&s);
    *out = s;
    return true;
}
