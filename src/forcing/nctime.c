#include "forcing/nctime.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "forcing/ncgrid.h"
#include "forcing/timeunits.h"

// More than any real file has; letters of a time.
enum { MOST_TIMES = 1 << 20, MOST_LETTERS = 64 };

static const struct forcing_description *description(const struct forcing_file *file)
{
    return file->content;
}

struct stamp {
    int64_t t_ns;
    uint64_t index;
};

static int stamp_order(const void *a, const void *b)
{
    const struct stamp *x = a, *y = b;
    if (x->t_ns != y->t_ns)
        return x->t_ns < y->t_ns ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

// Times in rising order, each once; says so when the file had them otherwise.
static enum ph_status times_sort(struct core_arena *arena, const int64_t *t_ns, size_t n,
                                 struct forcing_nctime *out, struct forcing_notes *notes, struct ph_err *err)
{
    struct stamp *stamps = CORE_ARENA_NEW(arena, struct stamp, n);
    int64_t *sorted = CORE_ARENA_NEW(arena, int64_t, n);
    uint64_t *index = CORE_ARENA_NEW(arena, uint64_t, n);
    if (!stamps || !sorted || !index)
        return core_err_nomem(err);
    bool unsorted = false;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        stamps[i] = (struct stamp){t_ns[i], i};
        unsorted = unsorted || (i && t_ns[i] < t_ns[i - 1]);
    }
    qsort(stamps, n, sizeof *stamps, stamp_order);
    for (size_t i = 0; i < n; i++) {
        if (kept && stamps[i].t_ns == sorted[kept - 1])
            continue;
        sorted[kept] = stamps[i].t_ns;
        index[kept++] = stamps[i].index;
    }
    if (unsorted)
        forcing_note_add(notes, "unsorted-times", "times are not in order; they are read in order");
    if (kept < n)
        forcing_note_add(notes, "repeated-times", "%zu times are there twice; the first of each is read",
                         n - kept);
    *out = (struct forcing_nctime){sorted, index, kept};
    return PH_OK;
}

// ---------------------------------------------------------------- numbers since an epoch

// Numbers in the units of a time variable -> times; n of them in the file's arena.
static enum ph_status numbers_convert(struct forcing_file *file, const struct forcing_var *time,
                                      const char *calendar, const double *value, size_t n, int64_t **out,
                                      struct forcing_notes *notes, struct ph_err *err)
{
    const char *units = forcing_att_text(time, "units");
    struct forcing_timeunits meaning;
    if (!units)
        return core_err_set(err, PH_EINPUT, time->name, "set the attribute units of time with ncatted",
                            "the times have no units, so what they count from is not known");
    if (!calendar)
        calendar = forcing_att_text(time, "calendar");
    enum ph_status status = forcing_timeunits_parse(units, calendar, &meaning, err);
    if (status)
        return status;
    int64_t *t_ns = CORE_ARENA_NEW(&file->arena, int64_t, n);
    if (!t_ns)
        return core_err_nomem(err);
    bool single = time->number == NUMBER_FLOAT32;
    status = forcing_timeunits_convert_all(&meaning, value, n, single, t_ns, notes, err);
    if (!strcasecmp(units, "pythonic days"))
        forcing_note_mention(notes, "pythonic-days",
                             "times are Python's day numbers: day 1 is 0001-01-01 of the Gregorian calendar");
    if (!status)
        *out = t_ns;
    return status;
}

static enum ph_status numbers_read(struct forcing_file *file, int var, const char *calendar, int64_t **out,
                                   size_t *n, struct forcing_notes *notes, struct ph_err *err)
{
    double *value;
    enum ph_status status = forcing_ncgrid_read(file, var, MOST_TIMES, &value, n, err);
    return status
               ? status
               : numbers_convert(file, &description(file)->vars[var], calendar, value, *n, out, notes, err);
}

// ---------------------------------------------------------------- texts

static enum ph_status text_convert(const struct forcing_var *var, const double *code, size_t n, int64_t *t_ns,
                                   struct ph_err *err)
{
    char text[MOST_LETTERS + 1] = "";
    int year, month, day, hour = 0, minute = 0, used = 0;
    double second = 0;
    for (size_t k = 0; k < n && k < MOST_LETTERS; k++)
        text[k] = (char)code[k];
    int got =
        sscanf(text, "%4d-%2d-%2d%*[_T ]%2d:%2d:%lf%n", &year, &month, &day, &hour, &minute, &second, &used);
    struct core_date date = {year, month, day, hour, minute, (int)second, 0};
    bool good = got == 6 && year > 1678 && year < 2262 && month >= 1 && month <= 12 && day >= 1 &&
                day <= 31 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 &&
                second < 60 && strspn(text + used, " Z") == strlen(text + used);
    if (good) {
        *t_ns = core_time_from_date(date) + llround((second - floor(second)) * 1e9);
        good = core_time_to_date(*t_ns).day == day;
    }
    return good ? PH_OK
                : core_err_set(err, PH_EINPUT, var->name,
                               "give the file a time with units \"hours since ...\"",
                               "the text \"%.30s\" is no time of the form YYYY-MM-DD_hh:mm:ss", text);
}

static enum ph_status texts_read(struct forcing_file *file, int var, int64_t **out, size_t *n,
                                 struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const struct forcing_var *times = &desc->vars[var];
    uint64_t start[2] = {0}, count[2] = {1, desc->dims[times->dims[1]].length};
    *n = (size_t)desc->dims[times->dims[0]].length;
    if (!*n || *n > MOST_TIMES || !count[1] || count[1] > 1024)
        return core_err_set(err, PH_EINPUT, times->name, "check the file with ncdump -h",
                            "no times can be read of it");
    int64_t *t_ns = CORE_ARENA_NEW(&file->arena, int64_t, *n);
    enum ph_status status = t_ns ? PH_OK : core_err_nomem(err);
    for (; !status && start[0] < *n; start[0]++) {
        const double *code;
        status = forcing_decoder_read(file->decoder, var, 2, start, count, &code, err);
        if (!status)
            status = text_convert(times, code, (size_t)count[1], &t_ns[start[0]], err);
    }
    *out = t_ns;
    return status;
}

// FVCOM's days (Modified Julian Days) and thousandths of a second beside its coarse times; -1: none.
static int beside(const struct forcing_description *desc, const char *name, int dim)
{
    const struct forcing_var *var = forcing_var_find(desc, name);
    return var && var->number && var->rank == 1 && var->dims[0] == dim ? (int)(var - desc->vars) : -1;
}

#define MJD_EPOCH_NS (INT64_C(-3506716800) * CORE_NS_PER_S) // 1858-11-17T00:00Z

static enum ph_status days_read(struct forcing_file *file, int days_var, int ms_var, int64_t **out, size_t *n,
                                struct ph_err *err)
{
    double *days, *ms;
    size_t n_ms;
    enum ph_status status = forcing_ncgrid_read(file, days_var, MOST_TIMES, &days, n, err);
    if (!status)
        status = forcing_ncgrid_read(file, ms_var, MOST_TIMES, &ms, &n_ms, err);
    if (status)
        return status;
    int64_t *t_ns = CORE_ARENA_NEW(&file->arena, int64_t, *n);
    if (!t_ns)
        return core_err_nomem(err);
    for (size_t i = 0; i < *n; i++) {
        if (!(days[i] > -1e5 && days[i] < 1.4e5 && ms[i] >= 0 && ms[i] <= 86400000 && n_ms == *n))
            return core_err_set(err, PH_EINPUT, description(file)->vars[days_var].name,
                                "check it with ncdump -v", "day %zu of Itime and Itime2 is no time", i + 1);
        t_ns[i] =
            MJD_EPOCH_NS + (int64_t)days[i] * 86400 * CORE_NS_PER_S + (int64_t)ms[i] * (CORE_NS_PER_S / 1000);
    }
    *out = t_ns;
    return PH_OK;
}

// Exact times beside coarse ones or ones that cannot be read. False: there are none, or they are no better.
static bool exact_read(struct forcing_file *file, const struct forcing_layout *layout, int64_t **out,
                       size_t *n)
{
    const struct forcing_description *desc = description(file);
    if (layout->text_var >= 0 && !texts_read(file, layout->text_var, out, n, NULL))
        return true;
    if (layout->time_var < 0 || desc->vars[layout->time_var].rank != 1)
        return false;
    int dim = desc->vars[layout->time_var].dims[0];
    int days = beside(desc, "Itime", dim), ms = beside(desc, "Itime2", dim);
    return days >= 0 && ms >= 0 && !days_read(file, days, ms, out, n, NULL);
}

// ---------------------------------------------------------------- lead times and means

static enum ph_status leads_add(struct forcing_file *file, const struct forcing_layout *layout,
                                int64_t **t_ns, size_t *n, struct ph_err *err)
{
    const struct forcing_var *lead = &description(file)->vars[layout->lead_var];
    const char *units = forcing_att_text(lead, "units");
    double unit_s = 0, *value;
    size_t n_leads;
    if (!units || !forcing_timeunits_length(units, &unit_s))
        return core_err_set(err, PH_EINPUT, lead->name, "set its units to hours with ncatted",
                            "the unit \"%.40s\" of the lead times has no constant length",
                            units ? units : "");
    enum ph_status status = forcing_ncgrid_read(file, layout->lead_var, MOST_TIMES, &value, &n_leads, err);
    if (status)
        return status;
    int64_t *sum = CORE_ARENA_NEW(&file->arena, int64_t, n_leads);
    if (!sum)
        return core_err_nomem(err);
    for (size_t i = 0; i < n_leads; i++) {
        double seconds = value[i] * unit_s;
        if (!(fabs(seconds) < 1e9))
            return core_err_set(err, PH_EINPUT, lead->name, "check it with ncdump -v",
                                "lead time %zu is longer than any forecast", i + 1);
        sum[i] = (*t_ns)[0] + llround(seconds * 1e3) * (CORE_NS_PER_S / 1000);
    }
    *t_ns = sum;
    *n = n_leads;
    return PH_OK;
}

// Means whose intervals are stated, but which are stamped at another time than the middle of them.
static enum ph_status middles_find(struct forcing_file *file, const struct forcing_layout *layout,
                                   const char *calendar, int64_t *t_ns, size_t n, struct forcing_notes *notes,
                                   struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const struct forcing_var *time = &desc->vars[layout->time_var];
    const char *name = forcing_att_text(time, "bounds");
    const struct forcing_var *bounds = name ? forcing_var_find(desc, name) : NULL;
    double *value;
    int64_t *ends;
    size_t n_ends, moved = 0;
    if (!bounds || !bounds->number || bounds->rank != 2 || time->rank != 1 ||
        bounds->dims[0] != time->dims[0] || desc->dims[bounds->dims[1]].length != 2)
        return PH_OK;
    struct forcing_notes unsaid = {.arena = notes->arena};
    enum ph_status status =
        forcing_ncgrid_read(file, (int)(bounds - desc->vars), MOST_TIMES, &value, &n_ends, err);
    if (!status)
        status = numbers_convert(file, time, calendar, value, n_ends, &ends, &unsaid, err);
    if (status)
        return status;
    for (size_t i = 0; i < n && 2 * i + 1 < n_ends; i++) {
        int64_t from = ends[2 * i], to = ends[2 * i + 1], middle = from + (to - from) / 2;
        bool within = from <= to && t_ns[i] >= from && t_ns[i] <= to;
        moved += within && t_ns[i] != middle;
        t_ns[i] = within ? middle : t_ns[i];
    }
    if (moved)
        forcing_note_add(
            notes, "mean-stamps",
            "values are means over intervals, but not stamped at the middle of them: they are read there");
    return PH_OK;
}

static bool is_coarse(const struct forcing_notes *notes)
{
    for (const struct forcing_note *note = notes->first; note; note = note->next)
        if (!strcmp(note->code, "coarse-times"))
            return true;
    return false;
}

static void notes_pass(struct forcing_notes *to, const struct forcing_notes *from)
{
    for (const struct forcing_note *note = from->first; note; note = note->next)
        if (note->grave)
            forcing_note_add(to, note->code, "%s", note->text);
        else
            forcing_note_mention(to, note->code, "%s", note->text);
}

enum ph_status forcing_nctime_read(struct forcing_file *file, const struct forcing_layout *layout,
                                   const char *calendar, bool means, struct forcing_nctime *out,
                                   struct forcing_notes *notes, struct ph_err *err)
{
    int64_t *t_ns = NULL, *exact = NULL;
    size_t n = 0, n_exact = 0;
    struct forcing_notes said = {.arena = notes->arena};
    enum ph_status status = PH_EINPUT;
    if (layout->time_var >= 0)
        status = numbers_read(file, layout->time_var, calendar, &t_ns, &n, &said, err);
    bool better = (layout->time_var < 0 || status == PH_EINPUT || is_coarse(&said)) &&
                  exact_read(file, layout, &exact, &n_exact) && (status || n_exact == n);
    if (better) {
        t_ns = exact;
        n = n_exact;
        status = PH_OK;
        forcing_note_mention(notes, "exact-times", "times are read from the exact ones beside those in %s",
                             layout->time_var >= 0 ? description(file)->vars[layout->time_var].name
                                                   : "numbers");
    } else {
        notes_pass(notes, &said);
    }
    if (!status && layout->lead_var >= 0)
        status = leads_add(file, layout, &t_ns, &n, err);
    else if (!status && means && layout->time_var >= 0)
        status = middles_find(file, layout, calendar, t_ns, n, notes, err);
    if (!status && !t_ns)
        status = core_err_set(err, PH_EINPUT, NULL, "give the file a time with units \"hours since ...\"",
                              "the times cannot be read");
    return status ? status : times_sort(&file->arena, t_ns, n, out, notes, err);
}
