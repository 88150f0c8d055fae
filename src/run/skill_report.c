// What a comparison with drifters says: one document, one table, one plot.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/file.h"
#include "core/json.h"
#include "core/time.h"
#include "core/units.h"
#include "export/skill_plot.h"
#include "run/skill.h"

enum { PLOT_PX = 1000, PATH_BYTES = 4096 };

static double km(double m)
{
    return m / 1000;
}

static double hours(double s)
{
    return s / 3600;
}

// ---- JSON ----

static void place_json(struct core_json *json, const char *key, struct geo_pos pos)
{
    core_json_key(json, key);
    core_json_object_flat(json);
    core_json_key_fixed(json, "lat", pos.lat_deg, 6);
    core_json_key_fixed(json, "lon", pos.lon_deg, 6);
    core_json_object_end(json);
}

static void baseline_json(struct core_json *json, const char *key, struct run_skill_baseline baseline)
{
    core_json_key(json, key);
    core_json_object_flat(json);
    core_json_key_fixed(json, "separation_km", km(baseline.separation_m), 4);
    core_json_key_fixed(json, "ss_star", baseline.ss_star, 6);
    core_json_object_end(json);
}

static void baselines_json(struct core_json *json, struct run_skill_baseline put,
                           struct run_skill_baseline current)
{
    core_json_key(json, "baselines");
    core_json_object(json);
    baseline_json(json, "stays_put", put);
    baseline_json(json, "current_only", current);
    core_json_object_end(json);
}

static void tracks_json(struct core_json *json, const struct run_skill *skill)
{
    core_json_key(json, "tracks");
    core_json_array(json);
    for (size_t i = 0; i < skill->n_tracks; i++) {
        const struct run_track *track = &skill->track[i];
        core_json_object(json);
        core_json_key_text(json, "name", track->name);
        core_json_key_text(json, "file", track->file);
        core_json_key_int(json, "fixes", (int64_t)track->n);
        core_json_key_time(json, "from", track->fix[0].t_ns);
        core_json_key_time(json, "to", track->fix[track->n - 1].t_ns);
        core_json_key_int(json, "repeated_times", (int64_t)track->n_repeated);
        core_json_key_int(json, "jumps", (int64_t)track->n_jumps);
        core_json_key_int(json, "breaks", (int64_t)track->n_breaks);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void entry_json(struct core_json *json, const struct run_skill *skill, const struct run_skill_entry *e)
{
    core_json_object(json);
    core_json_key_text(json, "track", skill->track[e->track].name);
    core_json_key_time(json, "start", e->start_ns);
    place_json(json, "position", e->start);
    core_json_key_fixed(json, "horizon_h", hours(skill->options.horizon_s[e->horizon]), 3);
    core_json_key_fixed(json, "moved_km", km(e->score.moved_m), 4);
    core_json_key_bool(json, "too_still", !e->score.defined);
    core_json_key_fixed(json, "separation_km", km(e->score.separation_m), 4);
    core_json_key_fixed(json, "separation_mean_km", km(e->mean_m), 4);
    core_json_key_fixed(json, "ss", e->score.ss, 6);
    core_json_key_fixed(json, "ss_star", e->score.ss_star, 6);
    core_json_key_fixed(json, "p_star", e->place.p_star, 6);
    core_json_key_fixed(json, "energy_score_km", km(e->energy_m), 4);
    core_json_key(json, "area_km2");
    core_json_array_flat(json);
    for (int q = 0; q < PROB_SKILL_LEVELS; q++)
        core_json_fixed(json, e->place.area_m2[q] / 1e6, 3);
    core_json_array_end(json);
    baselines_json(json, e->put, e->current);
    core_json_object_end(json);
}

static void hits_json(struct core_json *json, const struct run_skill_summary *s)
{
    core_json_key(json, "hit_rates");
    core_json_array(json);
    for (int q = 0; q < PROB_SKILL_LEVELS; q++) {
        core_json_object_flat(json);
        core_json_key_fixed(json, "level", prob_skill_level[q], 2);
        core_json_key_int(json, "hits", (int64_t)s->hits[q]);
        core_json_key_int(json, "n", (int64_t)s->n);
        core_json_key_fixed(json, "rate", s->n ? (double)s->hits[q] / (double)s->n : NAN, 4);
        core_json_key_fixed(json, "area_km2", s->area_m2[q] / 1e6, 3);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void summary_json(struct core_json *json, const struct run_skill_summary *s)
{
    core_json_object(json);
    core_json_key_fixed(json, "horizon_h", hours(s->horizon_s), 3);
    core_json_key_int(json, "n", (int64_t)s->n);
    core_json_key_int(json, "n_scored", (int64_t)s->n_scored);
    core_json_key_fixed(json, "separation_km_median", km(s->separation_median_m), 4);
    core_json_key_fixed(json, "separation_km_mean", km(s->separation_mean_m), 4);
    core_json_key_fixed(json, "separation_of_mean_km_mean", km(s->mean_m), 4);
    core_json_key_fixed(json, "ss_mean", s->ss, 6);
    core_json_key_fixed(json, "ss_star_mean", s->ss_star, 6);
    core_json_key_fixed(json, "energy_score_km_mean", km(s->energy_m), 4);
    hits_json(json, s);
    baselines_json(json, s->put, s->current);
    core_json_object_end(json);
}

static void sources_json(struct core_json *json, const struct run_skill *skill)
{
    core_json_key(json, "current_sources");
    if (!skill->n_sources) {
        core_json_null(json);
        return;
    }
    core_json_object(json);
    core_json_key_fixed(json, "horizon_h", hours(skill->rank_horizon_s), 3);
    core_json_key_int(json, "n_common", (int64_t)skill->n_common);
    core_json_key_fixed(json, "n_effective", skill->n_effective, 2);
    core_json_key_bool(json, "enough_to_rank", skill->n_effective >= RUN_SKILL_RANK_STARTS - 1e-9);
    core_json_key(json, "ranking");
    core_json_array(json);
    for (size_t i = 0; i < skill->n_sources; i++) {
        const struct run_skill_source *s = &skill->source[i];
        core_json_object(json);
        core_json_key_text(json, "source", s->text);
        core_json_key_int(json, "n_served", (int64_t)s->n_served);
        core_json_key_fixed(json, "ss_star_mean", s->ss_star, 6);
        core_json_key_fixed(json, "ss_star_sd", s->ss_star_sd, 6);
        core_json_key_fixed(json, "separation_km_mean", km(s->separation_m), 4);
        core_json_object_end(json);
    }
    core_json_array_end(json);
    core_json_object_end(json);
}

static void warnings_json(struct core_json *json, const struct core_job *job)
{
    core_json_key(json, "warnings");
    core_json_array(json);
    for (const struct core_warning *w = job->first_warning; w; w = w->next) {
        core_json_object(json);
        core_json_key_text(json, "code", w->code);
        core_json_key_text(json, "text", w->text);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

enum ph_status run_skill_json(const struct run *run, const struct run_skill *skill, struct core_buf *out,
                              struct ph_err *err)
{
    struct core_json json;
    core_json_init(&json, out);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "skill/1");
    core_json_key_text(&json, "case", run->c.path);
    core_json_key_text(&json, "case_sha256", run->c.sha256);
    core_json_key_text(&json, "program_version", ph_version());
    core_json_key_int(&json, "seed", (int64_t)run->c.drift.seed);
    core_json_key_int(&json, "particles", (int64_t)run->c.drift.particles);
    core_json_key_fixed(&json, "every_h", hours(skill->options.every_s), 4);
    core_json_key_int(&json, "starts", (int64_t)skill->n_starts);
    core_json_key_int(&json, "starts_without_forcing", (int64_t)skill->n_unserved);
    core_json_key_int(&json, "rows_left_out", (int64_t)skill->n_bad_rows);
    tracks_json(&json, skill);
    core_json_key(&json, "summary");
    core_json_array(&json);
    for (size_t h = 0; h < skill->options.n_horizons; h++)
        summary_json(&json, &skill->summary[h]);
    core_json_array_end(&json);
    sources_json(&json, skill);
    core_json_key(&json, "entries");
    core_json_array(&json);
    for (size_t i = 0; i < skill->n_entries; i++)
        entry_json(&json, skill, &skill->entry[i]);
    core_json_array_end(&json);
    warnings_json(&json, run->job);
    core_json_object_end(&json);
    return core_buf_check(out, err);
}

// ---- text ----

// A number in its column, or a dash where there is none.
static void number(struct core_buf *out, int width, int decimals, double value)
{
    if (isnan(value))
        core_buf_printf(out, " %*s", width, "-");
    else
        core_buf_printf(out, " %*.*f", width, decimals, value);
}

static void entries_text(const struct run_skill *skill, struct core_buf *out)
{
    core_buf_puts(out,
                  "start                 h   moved  separation     SS    SS*     p*  energy    stays put   "
                  "current only\n"
                  "                           km   median  mean                         km     km    SS*   "
                  "   km    SS*\n");
    for (size_t i = 0, track = SIZE_MAX; i < skill->n_entries; i++) {
        const struct run_skill_entry *e = &skill->entry[i];
        char time[CORE_TIME_TEXT];
        if (e->track != track)
            core_buf_printf(out, "%s\n", skill->track[e->track].name);
        track = e->track;
        core_time_dtg(e->start_ns, time);
        core_buf_printf(out, "  %-17s %4.0f", time, hours(skill->options.horizon_s[e->horizon]));
        number(out, 7, 1, km(e->score.moved_m));
        number(out, 8, 1, km(e->score.separation_m));
        number(out, 5, 1, km(e->mean_m));
        if (!e->score.defined)
            core_buf_puts(out, "     too still");
        else
            core_buf_printf(out, " %6.2f %6.2f", e->score.ss, e->score.ss_star);
        number(out, 6, 2, e->place.p_star);
        number(out, 7, 1, km(e->energy_m));
        number(out, 6, 1, km(e->put.separation_m));
        number(out, 6, 2, e->put.ss_star);
        number(out, 7, 1, km(e->current.separation_m));
        number(out, 6, 2, e->current.ss_star);
        core_buf_puts(out, "\n");
    }
}

static void summary_text(const struct run_skill *skill, struct core_buf *out)
{
    core_buf_puts(out,
                  "\nAll starts (means, and the median of the separations; SS* over those that moved 1 km)\n"
                  "   h  starts  separation      SS    SS*   (n)  energy    stays put   current only\n"
                  "              median  mean                         km     km    SS*      km    SS*\n");
    for (size_t h = 0; h < skill->options.n_horizons; h++) {
        const struct run_skill_summary *s = &skill->summary[h];
        core_buf_printf(out, "%4.0f %7zu", hours(s->horizon_s), s->n);
        number(out, 7, 1, km(s->separation_median_m));
        number(out, 5, 1, km(s->separation_mean_m));
        number(out, 7, 2, s->ss);
        number(out, 6, 2, s->ss_star);
        core_buf_printf(out, " %5zu", s->n_scored);
        number(out, 7, 1, km(s->energy_m));
        number(out, 6, 1, km(s->put.separation_m));
        number(out, 6, 2, s->put.ss_star);
        number(out, 7, 1, km(s->current.separation_m));
        number(out, 6, 2, s->current.ss_star);
        core_buf_puts(out, "\n");
    }
}

static void hits_text(const struct run_skill *skill, struct core_buf *out)
{
    core_buf_puts(out,
                  "\nInside the region of (hits, rate; starts that overlap are not independent)\n"
                  "   h  starts        50 %         75 %         90 %         95 %    area of 90 % (km2)\n");
    for (size_t h = 0; h < skill->options.n_horizons; h++) {
        const struct run_skill_summary *s = &skill->summary[h];
        core_buf_printf(out, "%4.0f %7zu", hours(s->horizon_s), s->n);
        for (int q = 0; q < PROB_SKILL_LEVELS; q++)
            if (s->n)
                core_buf_printf(out, "  %4zu (%3.0f %%)", s->hits[q],
                                100.0 * (double)s->hits[q] / (double)s->n);
            else
                core_buf_puts(out, "            -");
        number(out, 14, 1, s->area_m2[2] / 1e6);
        core_buf_puts(out, "\n");
    }
}

static void sources_text(const struct run_skill *skill, struct core_buf *out)
{
    if (!skill->n_sources)
        return;
    core_buf_printf(
        out,
        "\nSources of current by themselves, %.0f h, over the %zu starts that all of them serve,\n"
        "  by weight: nearer to the case's own time and place counts more; worth %.1f of equal weight\n",
        hours(skill->rank_horizon_s), skill->n_common, skill->n_effective);
    if (skill->n_effective < RUN_SKILL_RANK_STARTS - 1e-9)
        core_buf_printf(out, "  worth fewer than %d starts: this order means nothing\n",
                        RUN_SKILL_RANK_STARTS);
    core_buf_puts(out, "     SS*     sd  separation (km)  served\n");
    for (size_t i = 0; i < skill->n_sources; i++) {
        const struct run_skill_source *s = &skill->source[i];
        number(out, 7, 2, s->ss_star);
        number(out, 6, 2, s->ss_star_sd);
        number(out, 16, 1, km(s->separation_m));
        core_buf_printf(out, " %7zu  %s\n", s->n_served, s->text);
    }
}

enum ph_status run_skill_text(const struct run *run, const struct run_skill *skill, struct core_buf *out,
                              struct ph_err *err)
{
    core_buf_printf(out, "%s: %zu particles against %zu track%s, %zu starts every %g h", run->c.name,
                    run->c.drift.particles, skill->n_tracks, skill->n_tracks == 1 ? "" : "s", skill->n_starts,
                    hours(skill->options.every_s));
    if (skill->n_unserved)
        core_buf_printf(out, ", %zu of them left out (no forcing)", skill->n_unserved);
    core_buf_puts(out, "\n\n");
    entries_text(skill, out);
    summary_text(skill, out);
    hits_text(skill, out);
    sources_text(skill, out);
    return core_buf_check(out, err);
}

// ---- CSV ----

static void csv_text(struct core_buf *out, const char *text)
{
    core_buf_puts(out, "\"");
    for (; *text; text++)
        core_buf_printf(out, *text == '"' ? "\"%c" : "%c", *text);
    core_buf_puts(out, "\"");
}

static void csv_number(struct core_buf *out, int decimals, double value)
{
    if (isnan(value))
        core_buf_puts(out, ",");
    else
        core_buf_printf(out, ",%.*f", decimals, value);
}

enum ph_status run_skill_csv(const struct run_skill *skill, struct core_buf *out, struct ph_err *err)
{
    core_buf_puts(
        out, "track,start,lat,lon,horizon_h,moved_km,separation_km,separation_mean_km,ss,ss_star,p_star,"
             "energy_score_km,area50_km2,area75_km2,area90_km2,area95_km2,stays_put_km,stays_put_ss_star,"
             "current_only_km,current_only_ss_star\n");
    for (size_t i = 0; i < skill->n_entries; i++) {
        const struct run_skill_entry *e = &skill->entry[i];
        char time[CORE_TIME_TEXT];
        core_time_iso(e->start_ns, time);
        csv_text(out, skill->track[e->track].name);
        core_buf_printf(out, ",%s,%.6f,%.6f,%g", time, e->start.lat_deg, e->start.lon_deg,
                        hours(skill->options.horizon_s[e->horizon]));
        csv_number(out, 4, km(e->score.moved_m));
        csv_number(out, 4, km(e->score.separation_m));
        csv_number(out, 4, km(e->mean_m));
        csv_number(out, 6, e->score.ss);
        csv_number(out, 6, e->score.ss_star);
        csv_number(out, 6, e->place.p_star);
        csv_number(out, 4, km(e->energy_m));
        for (int q = 0; q < PROB_SKILL_LEVELS; q++)
            csv_number(out, 3, e->place.area_m2[q] / 1e6);
        csv_number(out, 4, km(e->put.separation_m));
        csv_number(out, 6, e->put.ss_star);
        csv_number(out, 4, km(e->current.separation_m));
        csv_number(out, 6, e->current.ss_star);
        core_buf_puts(out, "\n");
    }
    return core_buf_check(out, err);
}

// ---- files ----

static enum ph_status plot_make(const struct run_skill *skill, enum export_map_format format,
                                struct core_buf *out, struct ph_err *err)
{
    struct export_skill_curve curve[RUN_SKILL_HORIZONS];
    char label[RUN_SKILL_HORIZONS][16];
    for (size_t h = 0; h < skill->options.n_horizons; h++) {
        const struct run_skill_summary *s = &skill->summary[h];
        snprintf(label[h], sizeof label[h], "%.0f h", hours(s->horizon_s));
        curve[h] = (struct export_skill_curve){label[h], s->p_star, s->n};
    }
    return export_skill_plot(curve, skill->options.n_horizons, PLOT_PX, format, out, err);
}

enum ph_status run_skill_write(const struct run *run, const struct run_skill *skill, const char *dir,
                               struct ph_err *err)
{
    static const char *const name[] = {"skill.json", "skill.txt", "skill.csv", "calibration.svg",
                                       "calibration.png"};
    struct core_buf text[5] = {0};
    enum ph_status status = run_skill_json(run, skill, &text[0], err);
    if (!status)
        status = run_skill_text(run, skill, &text[1], err);
    if (!status)
        status = run_skill_csv(skill, &text[2], err);
    if (!status)
        status = plot_make(skill, EXPORT_MAP_SVG, &text[3], err);
    if (!status)
        status = plot_make(skill, EXPORT_MAP_PNG, &text[4], err);
    if (!status)
        status = core_file_mkdir(dir, err);
    for (size_t i = 0; !status && i < sizeof name / sizeof *name; i++) {
        char path[PATH_BYTES];
        if (snprintf(path, sizeof path, "%s/%s", dir, name[i]) >= PATH_BYTES)
            status = core_err_set(err, PH_EIO, dir, "use a shorter path", "the path is too long");
        else
            status = core_file_write_buf(path, &text[i], err);
    }
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        core_buf_fini(&text[i]);
    return status;
}
