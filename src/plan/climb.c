#include "plan/climb.h"

#include <math.h>

#include "core/rng.h"
#include "core/units.h"

enum { BATCH = 16 };

// Middle of the time on scene: judged at the cloud's mean, which moves, so twice.
bool plan_view_of(const struct plan_crew *crew, size_t a, const double *weight, struct plan_view *out)
{
    const struct plan_scene *scene = crew->scene;
    struct plan_view view = {.mid_s = scene->knot_s[scene->n_knots / 2]};
    for (int pass = 0; pass < 2; pass++) {
        struct plan_window window;
        if (!plan_scene_spread(scene, view.mid_s, weight, &view.spread))
            return false;
        struct geo_pos mean =
            plan_flat_to_pos(&scene->flat, (struct geo_xy){view.spread.x_m, view.spread.y_m});
        if (!plan_window_of(&crew->problem->asset[a], mean, mean, crew->from_ns, crew->to_ns, &window))
            return pass > 0 && (*out = view, true);
        view.mid_s = plan_scene_seconds(scene, window.start_ns / 2 + window.end_ns / 2);
        view.track_m =
            crew->problem->asset[a].speed_mps * ((double)(window.end_ns - window.start_ns) / CORE_NS_PER_S);
    }
    *out = view;
    return true;
}

// Directions in the plane (counter-clockwise from x) and bearings of the wish are near enough the same thing
// for a start; the plane's north differs from true north by a degree or two at most where it matters.
double plan_bearing_of(double angle_rad)
{
    return core_deg_wrap360(90 - angle_rad / CORE_RAD_PER_DEG);
}

// --- random steps -----------------------------------------------------------------------------------------

struct plan_dice plan_climb_roll(struct plan_crew *crew, size_t asset)
{
    struct plan_dice dice;
    uint64_t seed = crew->problem->seed, draw = crew->draws;
    crew->draws += 3;
    core_rng_normal(seed, draw, (uint32_t)asset, CORE_RNG_PLAN, dice.normal);
    core_rng_normal(seed, draw + 1, (uint32_t)asset, CORE_RNG_PLAN, dice.more);
    core_rng_uniform(seed, draw + 2, (uint32_t)asset, CORE_RNG_PLAN, dice.uniform);
    return dice;
}

static void shift(struct plan_wish *w, const struct plan_spread *s, double along, double across)
{
    double c = cos(s->angle_rad), n = sin(s->angle_rad);
    double major = fmax(s->major_m, 500), minor = fmax(s->minor_m, 500);
    w->x_m += along * major * c - across * minor * n;
    w->y_m += along * major * n + across * minor * c;
}

// Half of the steps turn all knobs a little, the others one knob further.
static struct plan_wish step(struct plan_crew *crew, size_t asset, const struct plan_wish *from,
                             const struct plan_spread *spread, double size)
{
    struct plan_dice d = plan_climb_roll(crew, asset);
    struct plan_wish w = *from;
    int knob = d.uniform[0] < 0.5 ? -1 : (int)(d.uniform[1] * 6);
    double far = knob < 0 ? size : 1.5 * size;
    if (knob < 0 || knob == 0)
        shift(&w, spread, far * d.normal[0], far * d.normal[1]);
    if (knob == 1)
        shift(&w, spread, d.uniform[3] < 0.5 ? far * d.normal[0] : 0,
              d.uniform[3] < 0.5 ? 0 : far * d.normal[1]);
    if (knob < 0 || knob == 2)
        w.bearing_deg += far * 60 * d.normal[2];
    if (knob < 0 || knob == 3)
        w.log_spacing += far * 0.6 * d.normal[3];
    if (knob < 0 || knob == 4)
        w.log_aspect += far * 0.8 * d.more[0];
    if (knob == 5) { // across instead of along, with a new corner
        w.bearing_deg += d.uniform[3] < 0.5 ? 90 : 0;
        w.log_aspect = d.uniform[3] < 0.5 ? -w.log_aspect : w.log_aspect;
    }
    if (knob == 5 || d.uniform[2] < 0.15) {
        w.far_end = d.more[1] < 0;
        w.right = d.more[2] < 0;
    }
    w.log_aspect = fmin(3, fmax(-3, w.log_aspect));
    return w;
}

// Batches of steps from the best so far; the step grows with success and shrinks without. Returns the score.
double plan_climb(struct plan_crew *crew, size_t asset, struct plan_wish *best, double score, double size,
                  int batches, const struct plan_spread *spread)
{
    for (int b = 0; b < batches; b++) {
        struct plan_wish wish[BATCH];
        double scores[BATCH];
        for (int i = 0; i < BATCH; i++)
            wish[i] = step(crew, asset, best, spread, size * (i % 4 == 3 ? 0.3 : 1));
        plan_crew_score(crew, asset, wish, BATCH, scores);
        int top = 0;
        for (int i = 1; i < BATCH; i++)
            if (scores[i] > scores[top])
                top = i;
        if (scores[top] > score) {
            *best = wish[top], score = scores[top];
            size = fmin(1, size * 1.15);
        } else
            size = fmax(0.01, size * 0.7);
    }
    return score;
}
