#include "run/track_raw.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/earth.h"

// So many fixes that agree with each other, though not with the track before, are where it went on.
enum { NEW_PIECE = 3, MOST_IDS = 100000 };

// Room for one more item of `size` bytes.
static bool room(void **items, size_t n, size_t *capacity, size_t size)
{
    if (n < *capacity)
        return true;
    size_t more = *capacity ? 2 * *capacity : 256;
    void *moved = realloc(*items, more * size);
    if (!moved)
        return false;
    *items = moved;
    *capacity = more;
    return true;
}

bool track_raw_id(struct track_raw *raw, const char *id, uint32_t *out)
{
    for (size_t k = raw->n_ids; k-- > 0;) // the latest first: rows of one drifter follow each other
        if (!strcmp(raw->id[k], id)) {
            *out = (uint32_t)k;
            return true;
        }
    void *ids = raw->id;
    bool good = raw->n_ids < MOST_IDS && room(&ids, raw->n_ids, &raw->ids_capacity, sizeof *raw->id);
    raw->id = ids;
    char *kept = good ? core_arena_text(&raw->arena, id) : NULL;
    if (!kept)
        return false;
    *out = (uint32_t)raw->n_ids;
    raw->id[raw->n_ids++] = kept;
    return true;
}

bool track_raw_add(struct track_raw *raw, uint32_t id, struct geo_pos pos, int64_t t_ns)
{
    void *at = raw->at;
    bool good = raw->n < UINT32_MAX && room(&at, raw->n, &raw->capacity, sizeof *raw->at);
    raw->at = at;
    if (good) {
        raw->at[raw->n] = (struct track_raw_fix){pos, t_ns, id, (uint32_t)raw->n};
        raw->n++;
    }
    return good;
}

void track_raw_bad(struct track_raw *raw, size_t line, const char *why, ...)
{
    if (raw->n_bad < TRACK_RAW_SHOWN) {
        char *text = raw->why[raw->n_bad];
        size_t size = sizeof raw->why[0];
        int used = line ? snprintf(text, size, "line %zu: ", line) : 0;
        va_list args;
        va_start(args, why);
        vsnprintf(text + used, size - (size_t)used, why, args);
        va_end(args);
    }
    raw->n_bad++;
}

void track_raw_fini(struct track_raw *raw)
{
    free(raw->at);
    free(raw->id);
    core_arena_fini(&raw->arena);
    *raw = (struct track_raw){0};
}

void track_raw_tell(const struct track_raw *raw, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "%zu row%s left out", raw->n_bad, raw->n_bad == 1 ? "" : "s");
    for (size_t i = 0; i < raw->n_bad && i < TRACK_RAW_SHOWN && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? "; " : ": ", raw->why[i]);
    if (raw->n_bad > TRACK_RAW_SHOWN && used < size)
        snprintf(out + used, size - used, "; ...");
}

// By drifter, then time, then place in the file.
static int by_time(const void *a, const void *b)
{
    const struct track_raw_fix *p = a, *q = b;
    if (p->id != q->id)
        return p->id < q->id ? -1 : 1;
    if (p->t_ns != q->t_ns)
        return p->t_ns < q->t_ns ? -1 : 1;
    return (p->number > q->number) - (p->number < q->number);
}

static bool reachable(double fastest_mps, const struct track_raw_fix *from, const struct track_raw_fix *to)
{
    double time_s = (double)(to->t_ns - from->t_ns) / CORE_NS_PER_S;
    return geo_earth_distance_m(from->pos, to->pos) <= fastest_mps * time_s + RUN_TRACK_WANDER_M;
}

static void keep(struct run_track *track, const struct track_raw_fix *fix, uint32_t piece)
{
    track->piece[track->n] = piece;
    track->fix[track->n++] = (struct scenario_track_point){fix->pos, fix->t_ns};
}

// Of several fixes at one time the first stays.
static size_t repeated_drop(struct track_raw_fix *fix, size_t n)
{
    size_t kept = 1;
    for (size_t i = 1; i < n; i++)
        if (fix[i].t_ns != fix[kept - 1].t_ns)
            fix[kept++] = fix[i];
    return kept;
}

// Takes over the fixes of one drifter. A fix that cannot be reached from the last good one goes astray; when
// NEW_PIECE of them in a row can be reached from each other, the track goes on there in a new piece.
static void track_fill(struct run_track *track, double fastest_mps, struct track_raw_fix *fix, size_t n)
{
    size_t unique = repeated_drop(fix, n), last = 0, astray = 0;
    uint32_t piece = 0;
    track->n_repeated = n - unique;
    keep(track, &fix[0], piece);
    for (size_t i = 1; i < unique; i++) {
        if (reachable(fastest_mps, &fix[last], &fix[i])) {
            keep(track, &fix[i], piece);
            track->n_jumps += astray;
            last = i;
            astray = 0;
            continue;
        }
        bool alone = astray && !reachable(fastest_mps, &fix[i - 1], &fix[i]);
        track->n_jumps += alone ? astray : 0;
        astray = alone ? 1 : astray + 1;
        if (astray < NEW_PIECE)
            continue;
        piece++;
        track->n_breaks++;
        for (size_t k = i + 1 - NEW_PIECE; k <= i; k++)
            keep(track, &fix[k], piece);
        last = i;
        astray = 0;
    }
    track->n_jumps += astray;
}

static bool track_alloc(struct run_track *track, const struct track_raw *raw, const char *path,
                        const char *id, size_t n, struct core_arena *arena)
{
    const char *slash = strrchr(path, '/');
    char name[512];
    snprintf(name, sizeof name, "%s%s%s", slash ? slash + 1 : path, raw->n_ids > 1 ? ": " : "",
             raw->n_ids > 1 ? id : "");
    *track = (struct run_track){.file = core_arena_text(arena, path), .name = core_arena_text(arena, name)};
    track->fix = CORE_ARENA_NEW(arena, struct scenario_track_point, n);
    track->piece = CORE_ARENA_NEW(arena, uint32_t, n);
    return track->file && track->name && track->fix && track->piece;
}

enum ph_status track_raw_clean(struct track_raw *raw, const char *path, struct core_arena *arena,
                               struct run_tracks *out, struct ph_err *err)
{
    struct run_tracks tracks = {.n_bad_rows = raw->n_bad};
    double fastest_mps = raw->fastest_mps > 0 ? raw->fastest_mps : RUN_TRACK_FASTEST_MPS;
    tracks.track = CORE_ARENA_NEW(arena, struct run_track, raw->n_ids + 1);
    if (!tracks.track)
        return core_err_nomem(err);
    if (raw->n)
        qsort(raw->at, raw->n, sizeof *raw->at, by_time);
    for (size_t from = 0, to; from < raw->n; from = to) {
        for (to = from + 1; to < raw->n && raw->at[to].id == raw->at[from].id; to++)
            ;
        struct run_track *track = &tracks.track[tracks.n];
        if (!track_alloc(track, raw, path, raw->id[raw->at[from].id], to - from, arena))
            return core_err_nomem(err);
        track_fill(track, fastest_mps, raw->at + from, to - from);
        tracks.n += track->n >= 2;
    }
    *out = tracks;
    return PH_OK;
}
