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

struct whereabouts {
    const struct drift_window *window;
    const struct drift_fast_sea *sea;
};

// Off the forcing that is live: at the edge of its grid, or out of the box.
static void off_patch(void *arg, struct drift_fast_rows *r, size_t row, struct geo_pos from,
                      struct geo_pos to)
{
    const struct whereabouts *where = arg;
    if (!r->odd[row] && !r->escaped[row])
        *(inside(&where->window->box, to.lat_deg, to.lon_deg) ? &r->odd[row] : &r->escaped[row]) = 1;
}

// The definition has those that come ashore.
static void near_land(void *arg, struct drift_fast_rows *r, size_t row, struct geo_pos from,
                      struct geo_pos to)
{
    const struct whereabouts *where = arg;
    const struct drift_window *w = where->window;
    double frac;
    if (r->odd[row] || r->escaped[row])
        return;
    double free_deg = drift_fast_sea_free_deg(where->sea, from);
    if (fabs(to.lat_deg - from.lat_deg) < free_deg && fabs(to.lon_deg - from.lon_deg) < free_deg)
        return;
    if (!inside(&w->box, to.lat_deg, to.lon_deg))
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

// The slots of this block: those of the quick rows, and the odd ones. As a rule every slot has a row
// (`whole`), and columns are copied as they are.
struct slots {
    bool whole;
    size_t first;
    uint32_t row[DRIFT_FAST_ROWS], odd[DRIFT_FAST_ROWS];
    size_t n_odd;
};

static size_t slot_of(const struct slots *slots, size_t row)
{
    return slots->whole ? slots->first + row : slots->row[row];
}

static void column_load(size_t n, const struct slots *slots, const float *from, float *to)
{
    if (slots->whole)
        memcpy(to, from + slots->first, n * sizeof *to);
    else
        for (size_t row = 0; row < n; row++)
            to[row] = from[slots->row[row]];
}

static void places_load(const struct drift_state *s, const struct slots *slots, struct drift_fast_rows *r)
{
    size_t n = r->n, first = slots->first;
    if (slots->whole) {
        memcpy(r->lat, s->lat_deg + first, n * sizeof r->lat[0]);
        memcpy(r->lon, s->lon_deg + first, n * sizeof r->lon[0]);
        for (size_t row = 0; row < n; row++)
            r->side[row] = s->side[first + row];
    }
    for (size_t row = 0; !slots->whole && row < n; row++) {
        r->lat[row] = s->lat_deg[slots->row[row]];
        r->lon[row] = s->lon_deg[slots->row[row]];
        r->side[row] = s->side[slots->row[row]];
    }
}

// Whose rows they are: particles and their objects.
static void owners_load(const struct drift_window *w, const struct drift_state *s, const struct slots *slots,
                        struct drift_fast_rows *r)
{
    size_t n = r->n, first = slots->first;
    if (slots->whole && !s->particle && !w->seeds->number) {
        for (size_t row = 0; row < n; row++) {
            r->particle[row] = (uint32_t)(first + row);
            r->object[row] = w->seeds->object[first + row];
        }
        return;
    }
    for (size_t row = 0; row < n; row++) {
        uint32_t particle = drift_state_particle(s, slot_of(slots, row));
        r->particle[row] = scenario_seeds_number(w->seeds, particle);
        r->object[row] = w->seeds->object[particle];
    }
}

// Everything of the rows [0, n) but where they are padded.
static void rows_fill(const struct drift_window *w, const struct drift_state *s, const struct slots *slots,
                      struct drift_fast_rows *r)
{
    places_load(s, slots, r);
    owners_load(w, s, slots, r);
    for (int k = 0; k < 4; k++)
        if (s->error[k])
            column_load(r->n, slots, s->error[k], r->error[k]);
        else
            memset(r->error[k], 0, sizeof r->error[k]);
    for (int k = 0; k < 3; k++) {
        column_load(r->n, slots, s->slope_frac[k], r->slope[k]);
        column_load(r->n, slots, s->offset_mps[k], r->offset[k]);
    }
}

static void prefetch(const void *column, size_t item_bytes, size_t from, size_t to)
{
    const char *at = column;
    for (size_t byte = from * item_bytes; at && byte < to * item_bytes; byte += 64)
        __builtin_prefetch(at + byte, 0, 2);
}

// The next block's columns come nearer while this one is run.
static void block_prefetch(const struct drift_state *s, size_t from, size_t to)
{
    prefetch(s->lat_deg, sizeof *s->lat_deg, from, to);
    prefetch(s->lon_deg, sizeof *s->lon_deg, from, to);
    for (int k = 0; k < 4; k++)
        prefetch(s->error[k], sizeof *s->error[k], from, to);
    for (int k = 0; k < 3; k++) {
        prefetch(s->slope_frac[k], sizeof *s->slope_frac[k], from, to);
        prefetch(s->offset_mps[k], sizeof *s->offset_mps[k], from, to);
    }
}

// The loops run over whole registers: rows that fill up the last one do as row 0 does, and are dropped.
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
        for (int kind = 0; kind < DRIFT_DRIVERS; kind++) {
            s->held[2 * kind][slot] = (double)r->u[kind][row];
            s->held[2 * kind + 1][slot] = (double)r->v[kind][row];
        }
    }
}

static void rows_store(const struct drift_fast_rows *r, const struct slots *slots, struct drift_state *s)
{
    if (!slots->whole || slots->n_odd || s->held_known) {
        for (size_t row = 0; row < r->n; row++)
            if (!r->odd[row])
                row_store(r, row, s, slot_of(slots, row));
        return;
    }
    size_t first = slots->first;
    memcpy(s->lat_deg + first, r->lat, r->n * sizeof r->lat[0]);
    memcpy(s->lon_deg + first, r->lon, r->n * sizeof r->lon[0]);
    for (size_t row = 0; row < r->n; row++)
        s->side[first + row] = (uint8_t)r->side[row];
    for (int k = 0; k < 4; k++)
        if (s->error[k])
            memcpy(s->error[k] + first, r->error[k], r->n * sizeof r->error[k][0]);
}

// All steps together: the sources are those of the window.
static void count(const struct drift_fast_plan *plan, const struct drift_window *w, size_t n,
                  struct drift_scratch *scratch)
{
    int64_t ns = w->step[w->n_steps - 1].to_ns - w->step[0].from_ns;
    drift_scratch_count(scratch, n, w->n_steps, ns, (int[]){plan->patch[0].source, plan->patch[1].source});
}

// True when all slots drift all through the window and did so before: nothing to look at one by one.
static bool all_under_way(const struct drift_fast_planner *planner, const struct drift_window *w,
                          const struct drift_state *s, size_t from, size_t to)
{
    int64_t before_ns = w->step[0].previous_from_ns; // at the run's first step the step's own start
    if (s->change_ns || before_ns >= w->step[0].from_ns || before_ns < planner->last_start_ns)
        return false;
    uint8_t other = 0;
    for (size_t slot = from; slot < to; slot++)
        other |= s->status[slot] ^ DRIFT_ACTIVE;
    return !other;
}

// The slots that have rows; true when one of them begins.
static bool slots_find(const struct drift_fast_planner *planner, const struct drift_window *w,
                       const struct drift_state *s, size_t from, size_t to, struct drift_fast_rows *r,
                       struct slots *slots)
{
    bool first = false;
    slots->first = from;
    slots->n_odd = 0;
    slots->whole = all_under_way(planner, w, s, from, to);
    r->n = slots->whole ? to - from : 0;
    if (slots->whole)
        return false;
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
    return first;
}

static void rows_load(const struct drift_fast_planner *planner, const struct drift_window *w,
                      const struct drift_state *s, size_t from, size_t to, struct drift_fast_rows *r,
                      struct slots *slots)
{
    r->any_begins = slots_find(planner, w, s, from, to, r, slots);
    memset(r->odd, 0, sizeof r->odd);
    memset(r->escaped, 0, sizeof r->escaped);
    if (r->n)
        rows_fill(w, s, slots, r);
    r->padded = (r->n + 15) / 16 * 16;
    for (size_t row = r->n; row < r->padded; row++)
        row_repeat(r, row);
}

enum drift_outcome drift_fast_block_run(const struct drift_fast_planner *planner,
                                        const struct drift_window *w, struct drift_state *s, size_t from,
                                        size_t to, struct drift_fast_rows *r, struct drift_scratch *scratch)
{
    if (core_job_cancelled(w->job))
        return DRIFT_CANCELLED;
    struct slots slots;
    struct whereabouts where = {w, &planner->plan.sea};
    rows_load(planner, w, s, from, to, r, &slots);
    block_prefetch(s, to, to + (to - from) < s->n ? to + (to - from) : s->n);
    if (r->n)
        planner->kind->run(&planner->plan, r, off_patch, near_land, &where);
    size_t good = 0;
    for (size_t row = 0; row < r->n; row++) {
        if (r->escaped[row])
            return DRIFT_ESCAPED;
        if (r->odd[row])
            slots.odd[slots.n_odd++] = (uint32_t)slot_of(&slots, row);
        else
            good++;
    }
    if (slots.n_odd) {
        enum drift_outcome outcome = drift_block_run_slots(w, s, slots.odd, slots.n_odd, scratch);
        if (outcome != DRIFT_DONE)
            return outcome;
    }
    rows_store(r, &slots, s);
    count(&planner->plan, w, good, scratch);
    return DRIFT_DONE;
}
