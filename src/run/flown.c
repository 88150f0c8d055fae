#include "run/flown.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/earth.h"
#include "plan/flat.h"
#include "run/track_raw.h"

// ---- pieces ----

static double seconds_between(const struct scenario_track_point *a, const struct scenario_track_point *b)
{
    return (double)(b->t_ns - a->t_ns) / CORE_NS_PER_S;
}

static int by_size(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;
    return p < q ? -1 : p > q;
}

// Ten times the usual time between fixes, at least RUN_FLOWN_GAP_S; a handful of waypoints has no gaps.
static double gap_usual(const struct run_tracks *tracks, size_t n_fixes, struct core_arena *arena)
{
    double *each = n_fixes < RUN_FLOWN_RECORDED ? NULL : CORE_ARENA_NEW(arena, double, n_fixes);
    size_t n = 0;
    for (size_t t = 0; each && t < tracks->n; t++)
        for (size_t i = 1; i < tracks->track[t].n; i++)
            if (tracks->track[t].piece[i] == tracks->track[t].piece[i - 1])
                each[n++] = seconds_between(&tracks->track[t].fix[i - 1], &tracks->track[t].fix[i]);
    if (!n)
        return INFINITY;
    qsort(each, n, sizeof *each, by_size);
    return fmax(RUN_FLOWN_GAP_S, 10 * each[n / 2]);
}

static void track_pieces(const struct run_track *track, struct run_flown *flown)
{
    for (size_t from = 0, to; from < track->n; from = to) {
        for (to = from + 1; to < track->n && track->piece[to] == track->piece[from]; to++) {
            double pause_s = seconds_between(&track->fix[to - 1], &track->fix[to]);
            if (pause_s <= flown->gap_s)
                continue;
            flown->n_gaps++;
            flown->paused_s += pause_s;
            break;
        }
        if (to - from >= 2)
            flown->piece[flown->n++] = (struct run_flown_piece){track->fix + from, to - from};
    }
    flown->n_fixes += track->n;
    flown->n_jumps += track->n_jumps;
}

static int by_start(const void *a, const void *b)
{
    int64_t p = ((const struct run_flown_piece *)a)->point->t_ns,
            q = ((const struct run_flown_piece *)b)->point->t_ns;
    return p < q ? -1 : p > q;
}

static enum ph_status pieces_make(const struct run_tracks *tracks, const char *path, double gap_s,
                                  struct core_arena *arena, struct run_flown *out, struct ph_err *err)
{
    size_t n = 0;
    for (size_t t = 0; t < tracks->n; t++)
        n += tracks->track[t].n;
    struct run_flown flown = {.gap_s = isnan(gap_s) ? gap_usual(tracks, n, arena) : gap_s,
                              .piece = CORE_ARENA_NEW(arena, struct run_flown_piece, n / 2 + 1)};
    if (!flown.piece)
        return core_err_nomem(err);
    for (size_t t = 0; t < tracks->n; t++)
        track_pieces(&tracks->track[t], &flown);
    if (!flown.n)
        return core_err_set(err, PH_EINPUT, path, "give a track with at least two fixes close in time",
                            "no track: nowhere two fixes that follow each other");
    qsort(flown.piece, flown.n, sizeof *flown.piece, by_start);
    for (size_t p = 1; p < flown.n; p++)
        if (flown.piece[p].point->t_ns < flown.piece[p - 1].point[flown.piece[p - 1].n - 1].t_ns)
            return core_err_set(err, PH_EINPUT, path, "give each searcher a search and a file of its own",
                                "this file has tracks that overlap in time: nobody is at two places at once");
    *out = flown;
    return PH_OK;
}

// ---- the file ----

// Several ships in one radio log: which of them searched must be said.
static enum ph_status one_ship_check(const struct track_raw *raw, const char *path, const char *ship,
                                     struct ph_err *err)
{
    char list[256] = "";
    for (size_t i = 0; i < raw->n_ids; i++) {
        if (ship && !strcmp(raw->id[i], ship))
            return PH_OK;
        size_t n = strlen(list);
        snprintf(list + n, sizeof list - n, "%s%s", i ? ", " : "", raw->id[i]);
    }
    if (ship)
        return core_err_set(err, PH_EINPUT, path, "give the mmsi of one of these, nine digits",
                            "no ship %s in this file, but %s", ship, list);
    return raw->n_ids == 1 ? PH_OK
                           : core_err_set(err, PH_EINPUT, path, "say which: \"mmsi\" beside \"file\"",
                                          "this file has %zu ships: %s", raw->n_ids, list);
}

static void ship_only(struct track_raw *raw, const char *ship)
{
    size_t n = 0;
    for (size_t i = 0; i < raw->n; i++)
        if (!strcmp(raw->id[raw->at[i].id], ship))
            raw->at[n++] = raw->at[i];
    raw->n = n;
}

enum ph_status run_flown_read(const char *path, const char *ship, double gap_s, struct core_arena *arena,
                              struct run_flown *out, struct ph_err *err)
{
    struct track_raw raw = {.by_segment = true, .fastest_mps = RUN_FLOWN_FASTEST_MPS};
    struct run_tracks tracks;
    enum ph_status status = track_raw_read(path, &raw, err);
    if (!status && raw.n_bad && !raw.radio)
        status = core_err_set(err, PH_EINPUT, path, "correct or remove these points", "%s", raw.why[0]);
    if (!status && (raw.radio || ship))
        status = one_ship_check(&raw, path, ship, err);
    if (!status && ship)
        ship_only(&raw, ship);
    if (!status)
        status = track_raw_clean(&raw, path, arena, &tracks, err);
    if (!status)
        status = pieces_make(&tracks, path, gap_s, arena, out, err);
    if (!status)
        out->n_bad = raw.n_bad;
    track_raw_fini(&raw);
    return status;
}

enum ph_status run_flown_of(struct scenario_track_point *point, size_t n, struct core_arena *arena,
                            struct run_flown *out, struct ph_err *err)
{
    struct run_flown_piece *piece = CORE_ARENA_NEW(arena, struct run_flown_piece, 1);
    if (!piece)
        return core_err_nomem(err);
    *piece = (struct run_flown_piece){point, n};
    *out = (struct run_flown){.piece = piece, .n = 1, .n_fixes = n, .gap_s = INFINITY};
    return PH_OK;
}

// ---- parts ----

struct scenario_track_point run_flown_between(struct scenario_track_point a, struct scenario_track_point b,
                                              int64_t t_ns)
{
    double f = (double)(t_ns - a.t_ns) / (double)(b.t_ns - a.t_ns);
    double way = core_deg_wrap180(b.pos.lon_deg - a.pos.lon_deg);
    return (struct scenario_track_point){
        {a.pos.lat_deg + f * (b.pos.lat_deg - a.pos.lat_deg), core_deg_wrap180(a.pos.lon_deg + f * way)},
        t_ns};
}

static enum ph_status piece_cut(struct run_flown_piece *piece, struct scenario_window window,
                                struct core_arena *arena, struct ph_err *err)
{
    const struct scenario_track_point *from = piece->point;
    struct scenario_track_point *kept = CORE_ARENA_NEW(arena, struct scenario_track_point, piece->n + 1);
    size_t made = 0;
    if (!kept)
        return core_err_nomem(err);
    for (size_t i = 0; i + 1 < piece->n; i++) {
        int64_t a = from[i].t_ns > window.from_ns ? from[i].t_ns : window.from_ns;
        int64_t b = from[i + 1].t_ns < window.to_ns ? from[i + 1].t_ns : window.to_ns;
        if (a >= b)
            continue;
        if (!made)
            kept[made++] = run_flown_between(from[i], from[i + 1], a);
        kept[made++] = run_flown_between(from[i], from[i + 1], b);
    }
    *piece = (struct run_flown_piece){kept, made};
    return PH_OK;
}

enum ph_status run_flown_cut(struct run_flown *flown, struct scenario_window window, struct core_arena *arena,
                             struct ph_err *err)
{
    size_t n = 0;
    for (size_t p = 0; p < flown->n; p++) {
        struct run_flown_piece piece = flown->piece[p];
        enum ph_status status = piece_cut(&piece, window, arena, err);
        if (status)
            return status;
        if (piece.n)
            flown->piece[n++] = piece;
    }
    flown->n = n;
    return PH_OK;
}

// ---- fewer fixes ----

// The last fix to which the way from `from` is straight in space and time.
static size_t straight_to(const struct run_flown_piece *piece, size_t from, double half_m)
{
    const struct scenario_track_point *a = &piece->point[from];
    double low[2] = {-INFINITY, -INFINITY}, high[2] = {INFINITY, INFINITY};
    struct plan_flat
        flat; // legs are straight in a plane (plan/evaluate.h): so along a great circle, not a parallel
    size_t last = from + 1;
    plan_flat_init(&flat, a->pos);
    for (size_t i = from + 1; i < piece->n; i++) {
        struct geo_xy xy = plan_flat_to_xy(&flat, piece->point[i].pos.lat_deg, piece->point[i].pos.lon_deg);
        double t_s = seconds_between(a, &piece->point[i]), v[2] = {xy.x_m / t_s, xy.y_m / t_s};
        if (v[0] >= low[0] && v[0] <= high[0] && v[1] >= low[1] && v[1] <= high[1])
            last = i;
        for (int d = 0; d < 2; d++) {
            low[d] = fmax(low[d], v[d] - half_m / t_s);
            high[d] = fmin(high[d], v[d] + half_m / t_s);
        }
        if (low[0] > high[0] || low[1] > high[1] || hypot(xy.x_m, xy.y_m) > 50000)
            break;
    }
    return last;
}

void run_flown_thin(struct run_flown *flown, double tolerance_m)
{
    double half_m = tolerance_m / sqrt(2); // the square within the circle
    for (size_t p = 0; p < flown->n && tolerance_m > 0; p++) {
        struct run_flown_piece *piece = &flown->piece[p];
        size_t n = 1;
        for (size_t at = 0; at + 1 < piece->n;) {
            at = straight_to(piece, at, half_m);
            piece->point[n++] = piece->point[at];
        }
        piece->n = n;
    }
}

double run_flown_tolerance_m(double sweep_m)
{
    return fmin(10, 0.01 * sweep_m);
}

double run_flown_speed_mps(const struct run_flown *flown)
{
    double length_m = 0, time_s = 0;
    for (size_t p = 0; p < flown->n; p++) {
        const struct run_flown_piece *piece = &flown->piece[p];
        for (size_t i = 1; i < piece->n; i++)
            length_m += geo_earth_distance_m(piece->point[i - 1].pos, piece->point[i].pos);
        time_s += seconds_between(&piece->point[0], &piece->point[piece->n - 1]);
    }
    return time_s > 0 ? length_m / time_s : 0;
}
