#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drift/fast_plan.h"

struct drift_fast_rows *drift_fast_rows_new(void)
{
    void *memory = aligned_alloc(64, (sizeof(struct drift_fast_rows) + 63) / 64 * 64);
    return memory ? memset(memory, 0, sizeof(struct drift_fast_rows)) : NULL;
}

void drift_fast_rows_free(struct drift_fast_rows *rows)
{
    free(rows);
}

// ---- Rows that meet something unusual ----

static bool inside(const struct geo_box *box, double lat_deg, double lon_deg)
{
    double from_west = lon_deg - box->west_deg;
    from_west = from_west < 0.0 ? from_west + 360.0 : from_west;
    return from_west <= box->east_deg - box->west_deg && lat_deg >= box->south_deg &&
           lat_deg <= box->north_deg;
}

// Off the forcing that is live: at the edge of its grid, or out of the box.
static void off_patch(void *arg, struct drift_fast_rows *r, size_t row, const double *lat, const double *lon)
{
    const struct drift_window *w = arg;
    if (!r->odd[row] && !r->escaped[row])
        *(inside(&w->box, lat[row], lon[row]) ? &r->odd[row] : &r->escaped[row]) = 1;
}

// The definition has those that come ashore.
static void near_land(void *arg, struct drift_fast_rows *r, size_t row, const double *lat, const double *lon)
{
    const struct drift_window *w = arg;
    double frac;
    if (r->odd[row] || r->escaped[row])
        return;
    struct geo_pos from = {r->lat[row], r->lon[row]}, to = {lat[row], lon[row]};
    if (!inside(&w->box, lat[row], lon[row]))
        r->escaped[row] = 1;
    else if (geo_coast_crosses(w->coast, from, to, &frac))
        r->odd[row] = 1;
}

// ---- In and out ----

enum part { PART_NONE, PART_ROW, PART_FIRST, PART_ODD };

// Who drifts all through the window, from its beginning, by steps of the same lengths as everybody.
static enum part part_of(const struct drift_window *w, const struct drift_state *s, size_t slot)
{
    int64_t start_ns = w->seeds->start_ns[drift_state_particle(s, slot)];
    const struct drift_step *step = &w->step[0];
    bool active = s->status[slot] == DRIFT_ACTIVE;
    if (!drift_block_takes_part(s, w->seeds, slot, w->step[w->n_steps - 1].to_ns))
        return PART_NONE;
    if (s->change_ns && s->change_ns[slot] < w->step[w->n_steps - 1].to_ns)
        return PART_ODD; // slowed within the window or before
    if (start_ns == step->from_ns) {
        struct geo_pos pos = {s->lat_deg[slot], s->lon_deg[slot]};
        return w->coast && geo_coast_is_land(w->coast, pos) ? PART_ODD : PART_FIRST;
    }
    return active && start_ns <= step->previous_from_ns ? PART_ROW : PART_ODD;
}

static void copy(size_t n, const uint32_t *slot, const float *from, float *to)
{
    if (slot[n - 1] - slot[0] == n - 1) { // as a rule: all of a block
        memcpy(to, from + slot[0], n * sizeof *to);
        return;
    }
    for (size_t row = 0; row < n; row++)
        to[row] = from[slot[row]];
}

// Everything of the rows [0, n) but where they are padded.
static void rows_fill(const struct drift_window *w, const struct drift_state *s, const uint32_t *slot,
                      struct drift_fast_rows *r)
{
    size_t n = r->n;
    for (size_t row = 0; row < n; row++) {
        r->lat[row] = s->lat_deg[slot[row]];
        r->lon[row] = s->lon_deg[slot[row]];
        r->particle[row] = scenario_seeds_number(w->seeds, drift_state_particle(s, slot[row]));
        r->side[row] = s->side[slot[row]];
    }
    for (size_t row = 0; row < n; row++)
        r->object[row] = w->seeds->object[drift_state_particle(s, slot[row])];
    for (int k = 0; k < 4; k++)
        if (s->error[k])
            copy(n, slot, s->error[k], r->error[k]);
        else
            memset(r->error[k], 0, sizeof r->error[k]);
    for (int k = 0; k < 3; k++) {
        copy(n, slot, s->slope_frac[k], r->slope[k]);
        copy(n, slot, s->offset_mps[k], r->offset[k]);
    }
}

// The loops run over whole eights: rows that fill up the last one do as row 0 does, and are dropped.
static void row_repeat(struct drift_fast_rows *r, size_t row)
{
    r->lat[row] = r->lat[0];
    r->lon[row] = r->lon[0];
    r->particle[row] = r->particle[0];
    r->object[row] = r->object[0];
    r->side[row] = r->side[0];
    r->begins[row] = r->begins[0];
    for (int k = 0; k < 4; k++)
        r->error[k][row] = r->error[k][0];
    for (int k = 0; k < 3; k++) {
        r->slope[k][row] = r->slope[k][0];
        r->offset[k][row] = r->offset[k][0];
    }
}

static void row_store(const struct drift_fast_rows *r, size_t row, struct drift_state *s, size_t slot)
{
    s->lat_deg[slot] = r->lat[row];
    s->lon_deg[slot] = r->lon[row];
    s->status[slot] = DRIFT_ACTIVE;
    s->side[slot] = (uint8_t)r->side[row];
    for (int k = 0; k < 4; k++)
        if (s->error[k])
            s->error[k][slot] = r->error[k][row];
    if (s->held_known) {
        s->held_known[slot] |= 1u << FORCING_CURRENT | 1u << FORCING_WIND;
        for (int k = 0; k < 2 * DRIFT_DRIVERS; k++)
            s->held[k][slot] = (double)r->held[k][row];
    }
}

static void count(const struct drift_fast_plan *plan, const struct drift_window *w, size_t n,
                  struct drift_scratch *scratch)
{
    for (size_t k = 0; k < w->n_steps; k++)
        drift_scratch_count(scratch, n, w->step[k].to_ns - w->step[k].from_ns,
                            (int[]){plan->patch[0].source, plan->patch[1].source});
}

// The slots of this block: those of the quick rows, and the odd ones.
struct slots {
    uint32_t row[DRIFT_FAST_ROWS], odd[DRIFT_FAST_ROWS];
    size_t n_odd;
};

static bool rows_load(const struct drift_window *w, const struct drift_state *s, size_t from, size_t to,
                      struct drift_fast_rows *r, struct slots *slots)
{
    bool first = false;
    r->n = slots->n_odd = 0;
    for (size_t slot = from; slot < to; slot++) {
        enum part part = part_of(w, s, slot);
        if (part == PART_ODD)
            slots->odd[slots->n_odd++] = (uint32_t)slot;
        if (part != PART_ROW && part != PART_FIRST)
            continue;
        r->begins[r->n] = part == PART_FIRST;
        first |= part == PART_FIRST;
        slots->row[r->n++] = (uint32_t)slot;
    }
    memset(r->odd, 0, sizeof r->odd);
    memset(r->escaped, 0, sizeof r->escaped);
    if (r->n)
        rows_fill(w, s, slots->row, r);
    r->padded = (r->n + 7) / 8 * 8;
    for (size_t row = r->n; row < r->padded; row++)
        row_repeat(r, row);
    return first;
}

enum drift_outcome drift_fast_block_run(const struct drift_fast_planner *planner,
                                        const struct drift_window *w, struct drift_state *s, size_t from,
                                        size_t to, struct drift_fast_rows *r, struct drift_scratch *scratch)
{
    if (core_job_cancelled(w->job))
        return DRIFT_CANCELLED;
    struct slots slots;
    r->any_begins = rows_load(w, s, from, to, r, &slots);
    if (r->n)
        planner->run(&planner->plan, r, off_patch, near_land, (void *)(uintptr_t)w);
    size_t good = 0;
    for (size_t row = 0; row < r->n; row++) {
        if (r->escaped[row])
            return DRIFT_ESCAPED;
        if (r->odd[row])
            slots.odd[slots.n_odd++] = slots.row[row];
        else
            good++;
    }
    if (slots.n_odd) {
        enum drift_outcome outcome = drift_block_run_slots(w, s, slots.odd, slots.n_odd, scratch);
        if (outcome != DRIFT_DONE)
            return outcome;
    }
    for (size_t row = 0; row < r->n; row++)
        if (!r->odd[row])
            row_store(r, row, s, slots.row[row]);
    count(&planner->plan, w, good, scratch);
    return DRIFT_DONE;
}
