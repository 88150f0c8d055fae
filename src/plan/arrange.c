#include "plan/arrange.h"

#include <math.h>
#include <string.h>

#include "core/units.h"
#include "plan/climb.h"
#include "plan/manual.h"

double plan_arrange_effort(const struct plan_crew *crew, size_t a)
{
    struct plan_view view;
    return !crew->problem->asset[a].keep && plan_view_of(crew, a, NULL, &view)
               ? crew->sweep_m[a] * view.track_m
               : 0;
}

// Largest effort first; ties in the case's order.
void plan_arrange_order(const struct plan_crew *crew, size_t *order, double *effort)
{
    size_t n = crew->problem->n_assets;
    for (size_t i = 0; i < n; i++) {
        effort[i] = plan_arrange_effort(crew, i);
        size_t k = i;
        for (; k > 0 && effort[order[k - 1]] < effort[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
}

void plan_arrange_clear(struct plan_crew *crew)
{
    for (size_t a = 0; a < crew->problem->n_assets; a++)
        plan_crew_remove(crew, a);
}

// Strips side by side in a rectangle of half sides (u along the strips, v across them) that all assets cover
// evenly: each gets the share of the area that its effort has, so its spacing is W x area / total effort.
struct layout {
    double x_m, y_m, angle_rad, half_u_m, half_v_m, total;
};

// Puts an asset on a wish, or where a short climb from it finds room.
static void settle(struct plan_crew *crew, size_t a, struct plan_wish start)
{
    struct plan_view view;
    double score;
    plan_crew_miss(crew, a);
    plan_crew_score(crew, a, &start, 1, &score);
    if (score <= 0 && plan_view_of(crew, a, NULL, &view))
        score = plan_climb(crew, a, &start, score, 0.3, 10, &view.spread);
    if (score > 0)
        plan_crew_place(crew, a, &start);
}

static void strips(struct plan_crew *crew, const struct layout *lay, const size_t *order,
                   const double *effort)
{
    double buffer = 1.05 * CORE_M_PER_NM; // the largest that any two must keep
    double c = cos(lay->angle_rad), s = sin(lay->angle_rad);
    double at = -lay->half_v_m - buffer * (crew->problem->n_assets - 1) / 2;
    plan_arrange_clear(crew);
    for (size_t k = 0; k < crew->problem->n_assets; k++) {
        size_t a = order[k];
        if (!(effort[a] > 0))
            continue;
        double width = 2 * lay->half_v_m * effort[a] / lay->total, middle = at + width / 2;
        at += width + buffer;
        struct plan_wish wish = {
            .x_m = lay->x_m - middle * s,
            .y_m = lay->y_m + middle * c,
            .bearing_deg = plan_bearing_of(lay->angle_rad),
            .log_spacing = log(4 * lay->half_u_m * lay->half_v_m / lay->total * crew->sweep_m[a]),
            .log_aspect = fmin(3, fmax(-3, log(2 * lay->half_u_m / width))),
        };
        settle(crew, a, wish);
    }
}

// Tiles: the units are parted in two groups, the rectangle along its longer side by their efforts, and so on
// until each has its own.
struct tile {
    double u_m, v_m, half_u_m, half_v_m; // about the layout's centre
};

static void tile_place(struct plan_crew *crew, const struct layout *lay, struct tile tile, size_t a)
{
    const double margin = 0.5 * CORE_M_PER_NM; // half of the largest buffer
    double c = cos(lay->angle_rad), s = sin(lay->angle_rad);
    bool along = tile.half_u_m >= tile.half_v_m;
    double leg = fmax(tile.half_u_m, tile.half_v_m) - margin,
           creep = fmin(tile.half_u_m, tile.half_v_m) - margin;
    settle(crew, a,
           (struct plan_wish){
               .x_m = lay->x_m + tile.u_m * c - tile.v_m * s,
               .y_m = lay->y_m + tile.u_m * s + tile.v_m * c,
               .bearing_deg = plan_bearing_of(lay->angle_rad + (along ? 0 : CORE_PI / 2)),
               .log_spacing = log(4 * lay->half_u_m * lay->half_v_m / lay->total * crew->sweep_m[a]),
               .log_aspect = fmin(3, fmax(0, log(fmax(leg, margin) / fmax(creep, margin)))),
           });
}

static void tiles(struct plan_crew *crew, const struct layout *lay, struct tile tile, const size_t *list,
                  size_t n, const double *effort)
{
    if (n == 1) {
        tile_place(crew, lay, tile, list[0]);
        return;
    }
    double total = 0, first = effort[list[0]];
    size_t k = 1; // in the first group: as near to half of the effort as can be
    for (size_t i = 0; i < n; i++)
        total += effort[list[i]];
    while (k + 1 < n && first + effort[list[k]] / 2 < total / 2)
        first += effort[list[k++]];
    double share = first / total;
    struct tile a = tile, b = tile;
    if (tile.half_u_m >= tile.half_v_m) {
        a.half_u_m = share * tile.half_u_m, b.half_u_m = tile.half_u_m - a.half_u_m;
        a.u_m -= b.half_u_m, b.u_m += a.half_u_m;
    } else {
        a.half_v_m = share * tile.half_v_m, b.half_v_m = tile.half_v_m - a.half_v_m;
        a.v_m -= b.half_v_m, b.v_m += a.half_v_m;
    }
    tiles(crew, lay, a, list, k, effort);
    tiles(crew, lay, b, list + k, n - k, effort);
}

// Those with effort, the largest first (or every second one first, which mixes large and small).
static size_t listed(const struct plan_crew *crew, const size_t *order, const double *effort, bool mixed,
                     size_t *list)
{
    size_t n = 0, total = crew->problem->n_assets;
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < total; k++)
            if (effort[order[k]] > 0 && (mixed ? k % 2 == pass : !pass))
                list[n++] = order[k];
    return n;
}

// The manual square, and rectangles of the cloud's own shape, with the optimal search factor.
static bool layout_of(const struct plan_crew *crew, const double *effort, int kind, struct layout *out)
{
    double total = 0, mid = 0, pos;
    for (size_t a = 0; a < crew->problem->n_assets; a++) {
        struct plan_view view;
        if (effort[a] > 0 && plan_view_of(crew, a, NULL, &view))
            total += effort[a], mid += effort[a] * view.mid_s;
    }
    struct plan_spread s;
    if (!(total > 0) || !plan_scene_spread(crew->scene, mid / total, NULL, &s))
        return false;
    double sigma = sqrt((s.xx_m2 + s.yy_m2) / 2), e_m = fmax(1.1774100225154747 * sigma, 200);
    double factor = plan_manual_factor(e_m, total, crew->problem->detection, &pos);
    double stretch = kind == 0 ? 1 : sqrt(fmin(8, s.major_m / fmax(s.minor_m, 0.05 * s.major_m + 1)));
    struct layout lay = {.x_m = s.x_m, .y_m = s.y_m, .angle_rad = s.angle_rad, .total = total};
    if (kind != 1) { // strips along the major axis (the manual square: any)
        lay.half_u_m = factor * e_m * stretch, lay.half_v_m = factor * e_m / stretch;
    } else {
        lay.half_u_m = factor * e_m / stretch, lay.half_v_m = factor * e_m * stretch;
        lay.angle_rad += CORE_PI / 2;
    }
    *out = lay;
    return true;
}

void plan_arrange_lay(struct plan_crew *crew, enum plan_layout kind, const size_t *order,
                      const double *effort, size_t *list)
{
    struct layout lay;
    plan_arrange_clear(crew);
    if (!layout_of(crew, effort, kind == PLAN_STRIPS_ALONG ? 1 : kind == PLAN_MANUAL ? 0 : 2, &lay))
        return;
    if (kind != PLAN_TILES && kind != PLAN_TILES_MIXED) {
        strips(crew, &lay, order, effort);
        return;
    }
    size_t n = listed(crew, order, effort, kind == PLAN_TILES_MIXED, list);
    struct tile all = {0, 0, lay.half_u_m, lay.half_v_m};
    if (n)
        tiles(crew, &lay, all, list, n, effort);
}

bool plan_arrange_worksheet(const struct plan_crew *crew, struct core_arena *arena,
                            struct plan_worksheet *out)
{
    struct plan_worksheet w = {
        .unit = CORE_ARENA_NEW(arena, struct plan_worksheet_unit, crew->problem->n_assets)};
    struct plan_spread s;
    if (!w.unit)
        return false;
    double mid = 0;
    for (size_t a = 0; a < crew->problem->n_assets; a++) {
        struct plan_view view;
        double effort = plan_arrange_effort(crew, a);
        if (!(effort > 0) || !plan_view_of(crew, a, NULL, &view))
            continue;
        w.effort_m2 += effort, mid += effort * view.mid_s;
        w.unit[w.n_units++] = (struct plan_worksheet_unit){a, crew->sweep_m[a], view.track_m};
    }
    if (!(w.effort_m2 > 0) || !plan_scene_spread(crew->scene, mid / w.effort_m2, NULL, &s))
        return false;
    w.error_m = fmax(1.1774100225154747 * sqrt((s.xx_m2 + s.yy_m2) / 2), 200);
    w.factor = plan_manual_factor(w.error_m, w.effort_m2, crew->problem->detection, &w.pos);
    w.radius_m = w.factor * w.error_m;
    w.coverage = w.effort_m2 / (4 * w.radius_m * w.radius_m);
    w.poc = pow(erf(w.factor * 1.1774100225154747 / sqrt(2)), 2);
    w.pod = w.pos / w.poc;
    *out = w;
    return true;
}

void plan_arrange_keep(const struct plan_crew *crew, struct plan_arrangement *to)
{
    memcpy(to->wish, crew->wish, crew->problem->n_assets * sizeof *to->wish);
    memcpy(to->used, crew->used, crew->problem->n_assets * sizeof *to->used);
}

bool plan_arrange_place(struct plan_crew *crew, const struct plan_arrangement *arrangement)
{
    bool good = true;
    plan_arrange_clear(crew);
    for (size_t a = 0; a < crew->problem->n_assets; a++)
        if (arrangement->used[a] && !crew->problem->asset[a].keep)
            good = plan_crew_place(crew, a, &arrangement->wish[a]) && good;
    return good && !plan_crew_clash(crew);
}
