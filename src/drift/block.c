#include "drift/block.h"

#include <math.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "drift/draw.h"
#include "geo/earth.h"

enum { STAGES = 4, PULL_BACK_M = 5 };

// Struct of arrays: row i of each array is one particle.
struct drift_scratch {
    alignas(64) double lat[DRIFT_BLOCK]; // at the step's start
    double lon[DRIFT_BLOCK];
    double lat_next[DRIFT_BLOCK], lon_next[DRIFT_BLOCK]; // at a later stage, and at the step's end
    double start_s[DRIFT_BLOCK], t_s[DRIFT_BLOCK];       // since the window's from
    double dt_s[DRIFT_BLOCK];                            // 0: sits out
    double gap_s[DRIFT_BLOCK];                           // since the particle's last step, < 0: first step
    double error[4][DRIFT_BLOCK];
    double slope[3][DRIFT_BLOCK], offset[3][DRIFT_BLOCK];       // right, left, down
    double cross_slope[DRIFT_BLOCK], cross_offset[DRIFT_BLOCK]; // of the side it is on
    double m_lat[DRIFT_BLOCK], m_lon[DRIFT_BLOCK], tan_lat[DRIFT_BLOCK];
    double sample_u[DRIFT_BLOCK], sample_v[DRIFT_BLOCK]; // forcing just read
    double wind_u[DRIFT_BLOCK], wind_v[DRIFT_BLOCK];
    double u[STAGES][DRIFT_BLOCK], v[STAGES][DRIFT_BLOCK]; // velocity of each stage
    double east[DRIFT_BLOCK], north[DRIFT_BLOCK];          // displacement
    double held[2 * DRIFT_DRIVERS][DRIFT_BLOCK];
    double chance[DRIFT_BLOCK];                            // of jibing, uniform
    double change_deg[DRIFT_BLOCK], wind_mps[DRIFT_BLOCK]; // for Allen's jibing
    float direction[DRIFT_HOUR_SLOTS][DRIFT_BLOCK];
    uint32_t slot[DRIFT_BLOCK], particle[DRIFT_BLOCK];
    uint32_t number[DRIFT_BLOCK];   // whose random numbers each has
    int64_t begin_ns[DRIFT_BLOCK];  // of the row in this step
    int64_t change_ns[DRIFT_BLOCK]; // of its state, INT64_MAX never or done
    int8_t source[DRIFT_DRIVERS][DRIFT_BLOCK], answered[DRIFT_BLOCK];
    uint8_t flags[DRIFT_DRIVERS][DRIFT_BLOCK], flag[DRIFT_BLOCK];
    uint8_t held_known[DRIFT_BLOCK], status[DRIFT_BLOCK], side[DRIFT_BLOCK];
    size_t n;
    struct drift_tally tally; // of all blocks of this thread that were stored
    struct drift_tally block_tally;
    struct drift_gap gap, block_gap;
};

struct drift_scratch *drift_scratch_new(void)
{
    size_t bytes = (sizeof(struct drift_scratch) + 63) / 64 * 64;
    void *memory = aligned_alloc(64, bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}

void drift_scratch_free(struct drift_scratch *scratch)
{
    free(scratch);
}

const struct drift_tally *drift_scratch_tally(const struct drift_scratch *scratch)
{
    return &scratch->tally;
}

const struct drift_gap *drift_scratch_gap(const struct drift_scratch *scratch)
{
    return &scratch->gap;
}

// ---- Accounts of particle-time ----

static void time_add(struct drift_time_sum *sum, uint64_t s, uint64_t ns)
{
    uint64_t total_ns = sum->ns + ns;
    sum->s += s + total_ns / CORE_NS_PER_S;
    sum->ns = total_ns % CORE_NS_PER_S;
}

static void time_add_ns(struct drift_time_sum *sum, int64_t ns)
{
    time_add(sum, (uint64_t)ns / CORE_NS_PER_S, (uint64_t)ns % CORE_NS_PER_S);
}

void drift_tally_add(struct drift_tally *to, const struct drift_tally *from)
{
    time_add(&to->total, from->total.s, from->total.ns);
    for (int k = 0; k < DRIFT_DRIVERS; k++) {
        time_add(&to->missing[k], from->missing[k].s, from->missing[k].ns);
        time_add(&to->coastal[k], from->coastal[k].s, from->coastal[k].ns);
        time_add(&to->held[k], from->held[k].s, from->held[k].ns);
        to->stopped[k] += from->stopped[k];
        for (int i = 0; i < DRIFT_SOURCES; i++)
            time_add(&to->served[k][i], from->served[k][i].s, from->served[k][i].ns);
    }
    to->particle_steps += from->particle_steps;
}

static void time_add_times(struct drift_time_sum *sum, uint64_t n, uint64_t ns)
{
    uint64_t small = n * (ns % CORE_NS_PER_S); // n is a block's, well below 2^34
    time_add(sum, n * (ns / CORE_NS_PER_S) + small / CORE_NS_PER_S, small % CORE_NS_PER_S);
}

void drift_scratch_count(struct drift_scratch *scratch, uint64_t n, uint64_t steps, int64_t ns,
                         const int source[DRIFT_DRIVERS])
{
    struct drift_tally *tally = &scratch->tally;
    time_add_times(&tally->total, n, (uint64_t)ns);
    for (int k = 0; k < DRIFT_DRIVERS; k++)
        if (source[k] >= 0 && source[k] < DRIFT_SOURCES)
            time_add_times(&tally->served[k][source[k]], n, (uint64_t)ns);
    tally->particle_steps += n * steps;
}

// The earliest gap, and of equals that of the first particle: the same whoever met it first.
static void gap_keep(struct drift_gap *kept, const struct drift_gap *gap)
{
    if (!gap->any)
        return;
    if (!kept->any || gap->t_ns < kept->t_ns || (gap->t_ns == kept->t_ns && gap->particle < kept->particle))
        *kept = *gap;
}

// ---- In and out of the scratch ----

bool drift_block_takes_part(const struct drift_state *state, const struct scenario_seeds *seeds, size_t slot,
                            int64_t to_ns)
{
    return (state->status[slot] == DRIFT_ACTIVE || state->status[slot] == DRIFT_NOT_RELEASED) &&
           seeds->start_ns[drift_state_particle(state, slot)] < to_ns;
}

static void rows_load_one(const struct drift_state *state, size_t i, struct drift_scratch *b, size_t row)
{
    b->slot[row] = (uint32_t)i;
    b->particle[row] = drift_state_particle(state, i);
    b->lat[row] = state->lat_deg[i];
    b->lon[row] = state->lon_deg[i];
    b->status[row] = state->status[i];
    b->side[row] = state->side[i];
    for (int k = 0; k < 4; k++)
        b->error[k][row] = state->error[k] ? (double)state->error[k][i] : 0.0;
    for (int k = 0; k < 3; k++) {
        b->slope[k][row] = (double)state->slope_frac[k][i];
        b->offset[k][row] = (double)state->offset_mps[k][i];
    }
    b->change_ns[row] = state->change_ns ? state->change_ns[i] : INT64_MAX;
    if (state->held_known) {
        b->held_known[row] = state->held_known[i];
        for (int k = 0; k < 2 * DRIFT_DRIVERS; k++)
            b->held[k][row] = state->held[k][i];
    }
    if (state->direction_deg[0])
        for (int k = 0; k < DRIFT_HOUR_SLOTS; k++)
            b->direction[k][row] = state->direction_deg[k][i];
}

static void rows_store(struct drift_state *state, const struct drift_scratch *b)
{
    for (size_t row = 0; row < b->n; row++) {
        size_t i = b->slot[row];
        state->lat_deg[i] = b->lat[row];
        state->lon_deg[i] = b->lon[row];
        state->status[i] = b->status[row];
        state->side[i] = b->side[row];
        for (int k = 0; k < 4; k++)
            if (state->error[k])
                state->error[k][i] = (float)b->error[k][row];
        if (state->held_known) {
            state->held_known[i] = b->held_known[row];
            for (int k = 0; k < 2 * DRIFT_DRIVERS; k++)
                state->held[k][i] = b->held[k][row];
        }
        if (state->direction_deg[0])
            for (int k = 0; k < DRIFT_HOUR_SLOTS; k++)
                state->direction_deg[k][i] = b->direction[k][row];
    }
}

static void rows_load(const struct drift_window *w, const struct drift_state *state, const uint32_t *slot,
                      size_t n, struct drift_scratch *b)
{
    int64_t window_to_ns = w->step[w->n_steps - 1].to_ns;
    b->n = 0;
    b->block_tally = (struct drift_tally){0};
    b->block_gap = (struct drift_gap){0};
    for (size_t i = 0; i < n; i++)
        if (drift_block_takes_part(state, w->seeds, slot[i], window_to_ns))
            rows_load_one(state, slot[i], b, b->n++);
    for (size_t row = 0; row < b->n; row++)
        b->number[row] = scenario_seeds_number(w->seeds, b->particle[row]);
}

// ---- One step ----

// True when every row lies in the box on which forcing and coast are loaded.
static bool all_inside(const struct geo_box *box, size_t n, const double *lat_deg, const double *lon_deg)
{
    double width = box->east_deg - box->west_deg;
    bool inside = true;
    for (size_t i = 0; i < n; i++) {
        double from_west = lon_deg[i] - box->west_deg;
        from_west = from_west < 0.0 ? from_west + 360.0 : from_west;
        inside &= from_west <= width && lat_deg[i] >= box->south_deg && lat_deg[i] <= box->north_deg;
    }
    return inside;
}

// Who moves, and for how long: a particle released within the step takes the rest of it.
static void step_begin(const struct drift_window *w, const struct drift_step *step, struct drift_scratch *b)
{
    int64_t window_from_ns = w->step[0].from_ns;
    for (size_t i = 0; i < b->n; i++) {
        int64_t start_ns = w->seeds->start_ns[b->particle[i]];
        bool first = start_ns >= step->from_ns;
        b->begin_ns[i] = first && start_ns < step->to_ns ? start_ns : step->from_ns;
        b->dt_s[i] = 0.0;
        b->start_s[i] = (double)(b->begin_ns[i] - window_from_ns) * 1e-9;
        if (b->status[i] == DRIFT_STRANDED || b->status[i] == DRIFT_MISSING_DATA || start_ns >= step->to_ns)
            continue;
        b->status[i] = DRIFT_ACTIVE;
        struct geo_pos pos = {b->lat[i], b->lon[i]};
        if (first && w->coast && geo_coast_is_land(w->coast, pos)) {
            b->status[i] = DRIFT_STRANDED;
            continue;
        }
        b->dt_s[i] = (double)(step->to_ns - b->begin_ns[i]) * 1e-9;
        int64_t before_ns = start_ns > step->previous_from_ns ? start_ns : step->previous_from_ns;
        b->gap_s[i] = first ? -1.0 : (double)(step->from_ns - before_ns) * 1e-9;
    }
}

// A row without forcing: held, stopped where the step began, or the end of the run.
static bool row_missing(const struct drift_window *w, enum forcing_kind kind, size_t row,
                        struct drift_scratch *b, double lat_deg, double lon_deg)
{
    if (w->c->on_missing == SCENARIO_MISSING_HOLD && b->held_known[row] & 1u << kind) {
        b->sample_u[row] = b->held[2 * kind][row];
        b->sample_v[row] = b->held[2 * kind + 1][row];
        b->flags[kind][row] |= FORCING_FLAG_HELD;
        return true;
    }
    if (w->c->on_missing == SCENARIO_MISSING_ERROR) {
        int64_t t_ns = w->step[0].from_ns + (int64_t)llround(b->t_s[row] * 1e9);
        struct drift_gap gap = {true, kind, b->particle[row], t_ns, lat_deg, lon_deg};
        gap_keep(&b->block_gap, &gap);
        return false;
    }
    b->dt_s[row] = 0.0;
    b->status[row] = DRIFT_MISSING_DATA;
    int64_t left_ns = w->c->drift.until_ns - b->begin_ns[row];
    time_add_ns(&b->block_tally.missing[kind], left_ns);
    b->block_tally.stopped[kind]++;
    time_add_ns(&b->block_tally.total, left_ns);
    return true;
}

// Reads one kind of forcing for all rows into sample_u, sample_v. Stage 0 tells which source served the step.
static bool sample(const struct drift_window *w, enum forcing_kind kind, int stage, const double *lat_deg,
                   const double *lon_deg, struct drift_scratch *b)
{
    forcing_sample(w->forcing, kind, b->n, lat_deg, lon_deg, b->t_s, b->sample_u, b->sample_v, b->answered,
                   b->flag);
    bool hold = w->c->on_missing == SCENARIO_MISSING_HOLD, good = true;
    for (size_t i = 0; i < b->n; i++) {
        b->flags[kind][i] = stage ? b->flags[kind][i] | b->flag[i] : b->flag[i];
        if (!stage)
            b->source[kind][i] = b->answered[i];
        if (!(b->dt_s[i] > 0.0))
            continue;
        if (b->answered[i] < 0 || !isfinite(b->sample_u[i]) || !isfinite(b->sample_v[i])) {
            good &= row_missing(w, kind, i, b, lat_deg[i], lon_deg[i]);
        } else if (hold) {
            b->held[2 * kind][i] = b->sample_u[i];
            b->held[2 * kind + 1][i] = b->sample_v[i];
            b->held_known[i] |= (uint8_t)(1u << kind);
        }
    }
    return good;
}

// Keeps the direction of the forecast's wind every ten minutes, for its change over the last hour.
static void wind_remember(const struct drift_window *w, const struct drift_step *step,
                          struct drift_scratch *b)
{
    const int64_t slot_ns = 600 * CORE_NS_PER_S;
    int64_t now = (step->from_ns - w->run_from_ns) / slot_ns;
    int64_t before = (step->previous_from_ns - w->run_from_ns) / slot_ns;
    for (size_t i = 0; i < b->n; i++) {
        if (!(b->dt_s[i] > 0.0))
            continue;
        float direction = (float)(atan2(b->sample_u[i], b->sample_v[i]) / CORE_RAD_PER_DEG);
        int64_t fill = b->gap_s[i] < 0.0 ? DRIFT_HOUR_SLOTS : now - before;
        float earlier = b->gap_s[i] < 0.0 ? direction : b->direction[before % DRIFT_HOUR_SLOTS][i];
        for (int64_t slot = 1; slot < fill && slot < DRIFT_HOUR_SLOTS; slot++)
            b->direction[(now - slot + DRIFT_HOUR_SLOTS) % DRIFT_HOUR_SLOTS][i] = earlier;
        if (fill > 0)
            b->direction[now % DRIFT_HOUR_SLOTS][i] = direction;
        double change = fabs((double)direction - (double)b->direction[(now + 1) % DRIFT_HOUR_SLOTS][i]);
        b->change_deg[i] = change > 180.0 ? 360.0 - change : change;
    }
}

// Velocity of a stage: V = current + its error + leeway in (wind + its error).
static bool velocity(const struct drift_window *w, const struct drift_step *step, int stage,
                     const double *lat_deg, const double *lon_deg, struct drift_scratch *b)
{
    if (!all_inside(&w->box, b->n, lat_deg, lon_deg))
        return false;
    bool good = sample(w, FORCING_WIND, stage, lat_deg, lon_deg, b);
    if (!stage && w->c->drift.jibe_model == SCENARIO_JIBE_ALLEN)
        wind_remember(w, step, b);
    for (size_t i = 0; i < b->n; i++) {
        b->wind_u[i] = b->sample_u[i] + b->error[0][i];
        b->wind_v[i] = b->sample_v[i] + b->error[1][i];
    }
    good &= sample(w, FORCING_CURRENT, stage, lat_deg, lon_deg, b);
    for (size_t i = 0; i < b->n; i++) {
        b->u[stage][i] = b->sample_u[i] + b->error[2][i];
        b->v[stage][i] = b->sample_v[i] + b->error[3][i];
    }
    drift_kernel_leeway(b->n, b->wind_u, b->wind_v, b->slope[2], b->offset[2], b->cross_slope,
                        b->cross_offset, b->u[stage], b->v[stage]);
    if (!stage && w->c->drift.jibe_model == SCENARIO_JIBE_ALLEN)
        for (size_t i = 0; i < b->n; i++)
            b->wind_mps[i] = hypot(b->wind_u[i], b->wind_v[i]);
    return good;
}

// A later stage: where the velocity of the stage before leads in `part` of the step, and the velocity there.
static bool stage_at(const struct drift_window *w, const struct drift_step *step, int stage, double part,
                     struct drift_scratch *b)
{
    bool rk4 = w->c->drift.integrator == SCENARIO_RK4;
    double end_s = (double)(step->to_ns - w->step[0].from_ns) * 1e-9;
    for (size_t i = 0; i < b->n; i++) {
        b->east[i] = part * b->dt_s[i] * b->u[stage - 1][i];
        b->north[i] = part * b->dt_s[i] * b->v[stage - 1][i];
        bool whole = part == 1.0 && b->dt_s[i] > 0.0;
        b->t_s[i] = whole ? end_s : b->start_s[i] + part * b->dt_s[i];
    }
    drift_kernel_move(b->n, rk4, b->lat, b->lon, b->m_lat, b->m_lon, b->tan_lat, b->east, b->north,
                      b->lat_next, b->lon_next);
    if (!velocity(w, step, stage, b->lat_next, b->lon_next, b))
        return false;
    drift_kernel_reframe(b->n, rk4, b->lat, b->lon, b->m_lat, b->m_lon, b->lat_next, b->lon_next, b->u[stage],
                         b->v[stage]);
    return true;
}

// Metres of the step: the weighted mean of its stages' velocities.
static void displace(const double *weight, int stages, struct drift_scratch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        double u = 0.0, v = 0.0;
        for (int k = 0; k < stages; k++) {
            u += weight[k] * b->u[k][i];
            v += weight[k] * b->v[k][i];
        }
        b->east[i] = u * b->dt_s[i];
        b->north[i] = v * b->dt_s[i];
    }
}

// Euler, Heun's second-order or the classical fourth-order Runge-Kutta method.
static bool integrate(const struct drift_window *w, const struct drift_step *step, struct drift_scratch *b)
{
    static const double euler[] = {1.0}, heun[] = {0.5, 0.5},
                        rk4[] = {1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0};
    memcpy(b->t_s, b->start_s, b->n * sizeof b->t_s[0]);
    if (!velocity(w, step, 0, b->lat, b->lon, b))
        return false;
    drift_kernel_radii(b->n, b->lat, b->m_lat, b->m_lon, b->tan_lat);
    switch (w->c->drift.integrator) {
    case SCENARIO_EULER:
        displace(euler, 1, b);
        return true;
    case SCENARIO_RK4:
        if (!stage_at(w, step, 1, 0.5, b) || !stage_at(w, step, 2, 0.5, b) || !stage_at(w, step, 3, 1.0, b))
            return false;
        displace(rk4, 4, b);
        return true;
    case SCENARIO_RK2:
        break;
    }
    if (!stage_at(w, step, 1, 1.0, b))
        return false;
    displace(heun, 2, b);
    return true;
}

// Who would cross the shore stops there, a few metres short of it so that it stays in the water.
static void strand(const struct drift_window *w, struct drift_scratch *b)
{
    if (!w->coast)
        return;
    for (size_t i = 0; i < b->n; i++) {
        if (!(b->dt_s[i] > 0.0))
            continue;
        struct geo_pos from = {b->lat[i], b->lon[i]}, to = {b->lat_next[i], b->lon_next[i]};
        double frac;
        if (!geo_coast_crosses(w->coast, from, to, &frac))
            continue;
        double way_m = hypot(b->east[i], b->north[i]);
        frac = way_m * frac > PULL_BACK_M ? frac - PULL_BACK_M / way_m : 0.0;
        double turn = core_deg_wrap180(to.lon_deg - from.lon_deg);
        b->lat_next[i] = from.lat_deg + frac * (to.lat_deg - from.lat_deg);
        b->lon_next[i] = core_deg_wrap180(from.lon_deg + frac * turn);
        b->status[i] = DRIFT_STRANDED;
    }
}

static double log_stay_of(const struct drift_window *w, const struct drift_scratch *b, size_t row)
{
    uint16_t object = w->seeds->object[b->particle[row]];
    if (w->c->drift.jibe_model == SCENARIO_JIBE_CONSTANT)
        return w->log_stay[object];
    int resistance = w->c->object[object].jibing_resistance;
    return log1p(
        -drift_kernel_jibe_allen(resistance > 0 ? resistance : 2, b->wind_mps[row], b->change_deg[row]));
}

// At the end of the step some swing over to the other side of downwind, with that side's own line.
static void jibe(const struct drift_window *w, const struct drift_step *step, struct drift_scratch *b)
{
    if (!w->c->drift.jibing)
        return;
    drift_draw_uniform(b->n, (int)(step->index % CORE_RNG_JIBE_STEPS), w->c->drift.seed, b->number,
                       step->index / CORE_RNG_JIBE_STEPS, CORE_RNG_JIBE, b->chance);
    for (size_t i = 0; i < b->n; i++)
        if (drift_kernel_jibes(b->chance[i], log_stay_of(w, b, i), b->dt_s[i]))
            b->side[i] ^= 1u;
}

static void tally_step(const struct drift_step *step, struct drift_scratch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        if (!(b->dt_s[i] > 0.0))
            continue;
        int64_t ns = step->to_ns - b->begin_ns[i];
        time_add_ns(&b->block_tally.total, ns);
        b->block_tally.particle_steps++;
        for (int k = 0; k < DRIFT_DRIVERS; k++) {
            if (b->source[k][i] >= 0 && b->source[k][i] < DRIFT_SOURCES)
                time_add_ns(&b->block_tally.served[k][b->source[k][i]], ns);
            if (b->flags[k][i] & FORCING_FLAG_COASTAL)
                time_add_ns(&b->block_tally.coastal[k], ns);
            if (b->flags[k][i] & FORCING_FLAG_HELD)
                time_add_ns(&b->block_tally.held[k], ns);
        }
    }
}

// Who has swamped or capsized by now is slowed, noise included, on all its lines (they are loaded afresh for
// each window, so the change is made again there).
static void state_change(const struct drift_window *w, struct drift_scratch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        if (b->change_ns[i] > b->begin_ns[i])
            continue;
        double factor = w->c->object[w->seeds->object[b->particle[i]]].change_factor;
        for (int k = 0; k < 3; k++) {
            b->slope[k][i] *= factor;
            b->offset[k][i] *= factor;
        }
        b->change_ns[i] = INT64_MAX;
    }
}

static void choose_side(struct drift_scratch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        b->cross_slope[i] = b->slope[b->side[i]][i];
        b->cross_offset[i] = b->offset[b->side[i]][i];
    }
}

static enum drift_outcome step_run(const struct drift_window *w, const struct drift_step *step,
                                   struct drift_scratch *b)
{
    step_begin(w, step, b);
    state_change(w, b);
    choose_side(b);
    double *const error[4] = {b->error[0], b->error[1], b->error[2], b->error[3]};
    if (w->errors)
        drift_kernel_errors(b->n, &w->law, w->c->drift.seed, step->index, b->number, b->gap_s, b->dt_s,
                            error);
    if (!integrate(w, step, b))
        return b->block_gap.any ? DRIFT_GAP : DRIFT_ESCAPED;
    if (w->c->drift.diffusivity_m2s > 0.0)
        drift_kernel_diffuse(b->n, w->c->drift.diffusivity_m2s, w->c->drift.seed, step->index, b->number,
                             b->dt_s, b->east, b->north);
    bool rk4 = w->c->drift.integrator == SCENARIO_RK4;
    drift_kernel_move(b->n, rk4, b->lat, b->lon, b->m_lat, b->m_lon, b->tan_lat, b->east, b->north,
                      b->lat_next, b->lon_next);
    if (!all_inside(&w->box, b->n, b->lat_next, b->lon_next))
        return DRIFT_ESCAPED;
    strand(w, b);
    jibe(w, step, b);
    tally_step(step, b);
    memcpy(b->lat, b->lat_next, b->n * sizeof b->lat[0]);
    memcpy(b->lon, b->lon_next, b->n * sizeof b->lon[0]);
    return DRIFT_DONE;
}

enum drift_outcome drift_block_run(const struct drift_window *w, struct drift_state *state, size_t from,
                                   size_t to, struct drift_scratch *b)
{
    uint32_t slot[DRIFT_BLOCK];
    for (size_t i = from; i < to; i++)
        slot[i - from] = (uint32_t)i;
    return drift_block_run_slots(w, state, slot, to - from, b);
}

enum drift_outcome drift_block_run_slots(const struct drift_window *w, struct drift_state *state,
                                         const uint32_t *slot, size_t n, struct drift_scratch *b)
{
    if (core_job_cancelled(w->job))
        return DRIFT_CANCELLED;
    rows_load(w, state, slot, n, b);
    for (size_t k = 0; b->n && k < w->n_steps; k++) {
        enum drift_outcome outcome = step_run(w, &w->step[k], b);
        if (outcome == DRIFT_GAP)
            gap_keep(&b->gap, &b->block_gap);
        if (outcome != DRIFT_DONE)
            return outcome;
    }
    rows_store(state, b);
    drift_tally_add(&b->tally, &b->block_tally);
    return DRIFT_DONE;
}
