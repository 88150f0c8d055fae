#include "run/skill_work.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "run/inner.h"

enum { MOST_STARTS = 100000 };

// ---- starts ----

// Where the drifter was, hour by hour from t on: how many hours are known, up to the longest horizon.
static size_t observed_fill(struct skill_work *w, const struct run_track *track, int64_t t_ns)
{
    size_t k = 0;
    int64_t step_ns = (int64_t)RUN_SKILL_STEP_S * CORE_NS_PER_S;
    while (k <= w->hours &&
           run_track_at(track, t_ns + (int64_t)k * step_ns, RUN_SKILL_GAP_S, &w->observed[k]))
        k++;
    return k ? k - 1 : 0;
}

// The longest horizon within the hours known; 0: none.
static size_t hours_usable(const struct run_skill_options *options, size_t known)
{
    size_t hours = 0;
    for (size_t h = 0; h < options->n_horizons; h++) {
        size_t at = (size_t)(options->horizon_s[h] / RUN_SKILL_STEP_S);
        hours = at <= known ? at : hours;
    }
    return hours;
}

enum ph_status skill_starts_visit(struct skill_work *w, const char *stage, skill_visit *fn,
                                  struct ph_err *err)
{
    struct run_skill *skill = w->skill;
    int64_t every_ns = (int64_t)llround(skill->options.every_s * 1e9);
    for (size_t t = 0; t < skill->n_tracks; t++) {
        const struct run_track *track = &skill->track[t];
        int64_t first_ns = track->fix[0].t_ns, last_ns = track->fix[track->n - 1].t_ns;
        for (int64_t at_ns = first_ns; at_ns < last_ns; at_ns += every_ns) {
            size_t hours = hours_usable(&skill->options, observed_fill(w, track, at_ns));
            struct run_skill_entry start = {.track = t, .start_ns = at_ns, .start = w->observed[0]};
            if (core_job_cancelled(w->run->job))
                return core_job_interrupted(err);
            enum ph_status status = hours ? fn(w, &start, hours, err) : PH_OK;
            if (status)
                return status;
            double in_track = (double)(at_ns - first_ns) / (double)(last_ns - first_ns);
            core_job_progress(w->run->job, stage, ((double)t + in_track) / (double)skill->n_tracks);
        }
    }
    core_job_progress(w->run->job, stage, 1.0);
    return PH_OK;
}

static enum ph_status start_count(struct skill_work *w, const struct run_skill_entry *start, size_t hours,
                                  struct ph_err *err)
{
    if (++w->skill->n_starts > MOST_STARTS)
        return core_err_set(err, PH_EINPUT, "--every_h", "give a longer time between starts",
                            "more than %d starts", MOST_STARTS);
    return PH_OK;
}

static enum ph_status start_number(struct skill_work *w, const struct run_skill_entry *start, size_t hours,
                                   struct ph_err *err)
{
    w->skill->n_starts++;
    return skill_start_compare(w, start, hours, err);
}

// ---- before and after ----

static enum ph_status tracks_read(struct skill_work *w, const char *const *paths, size_t n_paths,
                                  struct ph_err *err)
{
    struct run_skill *skill = w->skill;
    struct run_tracks *files = CORE_ARENA_NEW(&skill->arena, struct run_tracks, n_paths + 1);
    if (!files)
        return core_err_nomem(err);
    for (size_t i = 0; i < n_paths; i++) {
        enum ph_status status = run_tracks_read(paths[i], w->run->job, &skill->arena, &files[i], err);
        if (status)
            return status;
        skill->n_tracks += files[i].n;
        skill->n_bad_rows += files[i].n_bad_rows;
    }
    skill->track = CORE_ARENA_NEW(&skill->arena, struct run_track, skill->n_tracks + 1);
    if (!skill->track)
        return core_err_nomem(err);
    size_t n = 0;
    for (size_t i = 0; i < n_paths; i++)
        for (size_t k = 0; k < files[i].n; k++)
            skill->track[n++] = files[i].track[k];
    return PH_OK;
}

static enum ph_status work_alloc(struct skill_work *w, struct ph_err *err)
{
    struct core_arena *arena = &w->skill->arena;
    const struct run_skill_options *options = &w->skill->options;
    w->hours = (size_t)(options->horizon_s[options->n_horizons - 1] / RUN_SKILL_STEP_S);
    w->observed = CORE_ARENA_NEW(arena, struct geo_pos, w->hours + 1);
    w->median = CORE_ARENA_NEW(arena, struct geo_pos, w->hours + 1);
    w->put = CORE_ARENA_NEW(arena, struct geo_pos, w->hours + 1);
    w->current = CORE_ARENA_NEW(arena, struct geo_pos, w->hours + 1);
    w->cloud = CORE_ARENA_NEW(arena, struct prob_cloud, w->hours + 1);
    return w->observed && w->median && w->put && w->current && w->cloud ? PH_OK : core_err_nomem(err);
}

// The case's scenario becomes all fixes of all tracks, so that forcing is opened for where and when they
// were.
static enum ph_status case_cover(struct skill_work *w, struct ph_err *err)
{
    struct scenario_case *c = &w->run->c;
    const struct run_skill *skill = w->skill;
    size_t n = 0;
    struct geo_box began = scenario_start_box(c);
    w->case_ns = c->drift.start_ns;
    w->case_pos = (struct geo_pos){0.5 * (began.south_deg + began.north_deg),
                                   core_deg_wrap180(0.5 * (began.west_deg + began.east_deg))};
    for (size_t t = 0; t < skill->n_tracks; t++)
        n += skill->track[t].n;
    struct scenario_source *source = CORE_ARENA_NEW(&w->run->arena, struct scenario_source, 1);
    struct scenario_start *start = CORE_ARENA_NEW(&w->run->arena, struct scenario_start, n);
    if (!source || !start)
        return core_err_nomem(err);
    c->drift.start_ns = INT64_MAX;
    c->drift.until_ns = INT64_MIN;
    n = 0;
    for (size_t t = 0; t < skill->n_tracks; t++)
        for (size_t i = 0; i < skill->track[t].n; i++) {
            struct scenario_track_point fix = skill->track[t].fix[i];
            start[n++] = (struct scenario_start){.pos = fix.pos, .time = {fix.t_ns, fix.t_ns}};
            c->drift.start_ns = fix.t_ns < c->drift.start_ns ? fix.t_ns : c->drift.start_ns;
            c->drift.until_ns = fix.t_ns > c->drift.until_ns ? fix.t_ns : c->drift.until_ns;
        }
    *source = (struct scenario_source){.id = "observed", .weight = 1, .kind = SCENARIO_POINTS};
    source->start = start;
    source->n_start = n;
    source->time = (struct scenario_window){c->drift.start_ns, c->drift.until_ns};
    c->source = source;
    c->n_sources = 1;
    return PH_OK;
}

// A start without forcing is left out and counted, not an error of the whole: the sources are opened without
// asking that they cover the tracks, whatever a single drift does then.
static enum ph_status open_all(struct run *run, struct ph_err *err)
{
    enum scenario_on_missing asked = run->c.on_missing;
    if (asked == SCENARIO_MISSING_ERROR)
        run->c.on_missing = SCENARIO_MISSING_STOP;
    enum ph_status status = run_open(run, err);
    run->c.on_missing = asked;
    return status;
}

static enum ph_status nothing_compared(const struct skill_work *w, struct ph_err *err)
{
    double least_h = w->skill->options.horizon_s[0] / 3600;
    if (!w->skill->n_starts)
        return core_err_set(err, PH_EINPUT, w->skill->track[0].name,
                            "give a longer track or a shorter --horizon_h",
                            "no track is known for %g h on end, with fixes at most %g h apart", least_h,
                            RUN_SKILL_GAP_S / 3600);
    return core_err_set(err, PH_EINPUT, "/environment", "name forcing of the tracks' time and place",
                        "none of %zu starts has forcing: %s", w->skill->n_starts, w->first_gap.what);
}

// Everything up to the first drift.
static enum ph_status work_prepare(struct skill_work *w, const char *const *paths, size_t n_paths,
                                   struct ph_err *err)
{
    enum ph_status status = tracks_read(w, paths, n_paths, err);
    if (!status)
        status = work_alloc(w, err);
    if (!status)
        status = case_cover(w, err);
    if (!status)
        status = skill_starts_visit(w, "tracks", start_count, err);
    if (!status && !w->skill->n_starts)
        status = nothing_compared(w, err);
    if (!status)
        status = open_all(w->run, err);
    size_t most = w->skill->n_starts * w->skill->options.n_horizons;
    if (!status && !(w->skill->entry = CORE_ARENA_NEW(&w->skill->arena, struct run_skill_entry, most + 1)))
        status = core_err_nomem(err);
    w->skill->n_starts = 0;
    return status;
}

static void warnings_tell(const struct skill_work *w)
{
    for (size_t k = 0; k < w->n_warnings; k++)
        core_job_warn(w->run->job, w->warning[k].code, "In %zu of %zu drifts, for example: %s",
                      w->warning[k].drifts, w->n_drifts, w->warning[k].text);
    if (w->skill->n_unserved)
        core_job_warn(
            w->run->job, "skill-unserved",
            "%zu of %zu starts could not be compared because forcing is missing there, for example: %s",
            w->skill->n_unserved, w->skill->n_starts, w->first_gap.what);
}

enum ph_status run_skill_make(struct run *run, const char *const *paths, size_t n_paths,
                              const struct run_skill_options *options, struct run_skill *out,
                              struct ph_err *err)
{
    struct run_skill skill = {.options = *options};
    struct skill_work w = {.run = run, .skill = &skill};
    enum ph_status status = work_prepare(&w, paths, n_paths, err);
    if (!status)
        status = skill_starts_visit(&w, "skill", start_number, err);
    if (!status && !skill.n_entries)
        status = nothing_compared(&w, err);
    for (size_t h = 0; !status && h < options->n_horizons; h++)
        status = skill_summary_make(&skill, h, err);
    if (!status && run->c.n_forcing[SCENARIO_CURRENT] > 1)
        status = skill_rank(&w, err);
    if (status) {
        run_skill_fini(&skill);
        return status;
    }
    warnings_tell(&w);
    *out = skill;
    return PH_OK;
}

void run_skill_fini(struct run_skill *skill)
{
    core_arena_fini(&skill->arena);
    *skill = (struct run_skill){0};
}
