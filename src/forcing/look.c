#include "forcing/look.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "forcing/shore.h"

#define LOOK_POINTS (24UL << 20) // of all levels together, unless all are asked for
#define BAND_POINTS (4UL << 20)  // in memory at once
enum { LEAST_LEVELS = 3, MOST_DAMAGED = 8 };

static void tell_note(void *arg, const char *code, const char *text)
{
    forcing_note_add(arg, code, "%s", text);
}

struct looker {
    struct forcing_file *file;
    const struct forcing_field *field;
    struct forcing_look *look;
    struct forcing_shore *shore; // tallies of missing and valid at sea and on land, first level only
    float *uv;
    uint64_t hash, previous;
    bool zero, any;
};

static size_t levels_wanted(const struct forcing_field *field, bool full)
{
    size_t points = field->grid.nj * field->grid.ni;
    size_t most = LOOK_POINTS / (points ? points : 1);
    most = most < LEAST_LEVELS ? LEAST_LEVELS : most;
    return full || field->n_times <= most ? field->n_times : most;
}

static void band_take(struct looker *looker, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double u = (double)looker->uv[2 * i], v = (double)looker->uv[2 * i + 1];
        uint32_t bits[2];
        if (isnan(u) || isnan(v))
            continue;
        memcpy(bits, looker->uv + 2 * i, sizeof bits);
        looker->any = true;
        looker->zero = looker->zero && u == 0 && v == 0;
        // FNV-1a over words: only for telling levels apart
        looker->hash = ((looker->hash ^ bits[0]) * 1099511628211U ^ bits[1]) * 1099511628211U;
    }
    forcing_survey_add(&looker->look->survey, looker->field->kind, looker->uv, n);
}

// One level, in bands of rows (or of points where there are no rows).
static enum ph_status level_look(struct looker *looker, size_t level, struct ph_err *err)
{
    const struct forcing_grid *grid = &looker->field->grid;
    size_t rows = grid->nj > 1 ? BAND_POINTS / grid->ni : 1, columns = grid->nj > 1 ? grid->ni : BAND_POINTS;
    rows = rows ? rows : 1;
    looker->hash = 14695981039346656037U;
    looker->zero = true;
    looker->any = false;
    for (size_t j = 0; j < grid->nj; j += rows)
        for (size_t i = 0; i < grid->ni; i += columns) {
            struct forcing_block band = {j, grid->nj - j < rows ? grid->nj - j : rows, i,
                                         grid->ni - i < columns ? grid->ni - i : columns};
            enum ph_status status = looker->file->format->read(looker->file, looker->field, FORCING_PART_BOTH,
                                                               level, band, looker->uv, 2 * band.ni, err);
            if (status)
                return status;
            if (looker->shore && !level)
                forcing_shore_add(looker->shore, grid, band, looker->uv);
            band_take(looker, band.nj * band.ni);
        }
    looker->look->zero += looker->any && looker->zero;
    looker->look->repeat +=
        looker->any && !looker->zero && looker->look->n_levels && looker->hash == looker->previous;
    looker->previous = looker->hash;
    looker->look->n_levels++;
    return PH_OK;
}

static int step_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

// Steps in time of more than one and a half times the usual one.
static void gaps_tell(const struct forcing_field *field, struct forcing_notes *notes)
{
    size_t n = field->n_times < 3 ? 0 : field->n_times - 1, gaps = 0, first = 0;
    int64_t *step = n ? malloc(n * sizeof *step) : NULL;
    char from[CORE_TIME_TEXT], to[CORE_TIME_TEXT];
    if (!step)
        return;
    for (size_t i = 0; i < n; i++)
        step[i] = field->t_ns[i + 1] - field->t_ns[i];
    qsort(step, n, sizeof *step, step_order);
    int64_t usual = step[n / 2];
    free(step);
    for (size_t i = n; i-- > 0;)
        if (field->t_ns[i + 1] - field->t_ns[i] > usual + usual / 2) {
            gaps++;
            first = i;
        }
    if (!gaps)
        return;
    core_time_iso(field->t_ns[first], from);
    core_time_iso(field->t_ns[first + 1], to);
    forcing_note_add(notes, "gap",
                     "nothing between %s and %s, where steps are %.3g h as a rule (%zu such gap%s)", from, to,
                     (double)usual / 3.6e12, gaps, gaps > 1 ? "s" : "");
}

static void levels_tell(const struct forcing_look *look, enum forcing_kind kind, struct forcing_notes *notes)
{
    const char *name = forcing_kind_name(kind);
    if (look->zero && look->zero < look->n_levels)
        forcing_note_add(notes, "zero-levels",
                         "%zu of %zu levels of %s that were looked at are zero everywhere", look->zero,
                         look->n_levels, name);
    if (look->repeat)
        forcing_note_add(notes, "repeated-levels",
                         "%zu of %zu levels of %s that were looked at are the same as the one before",
                         look->repeat, look->n_levels, name);
    if (look->damaged)
        forcing_note_add(notes, "damaged-level",
                         "%zu of %zu levels of %s that were looked at cannot be decoded", look->damaged,
                         look->damaged + look->n_levels, name);
    if (!look->survey.valid)
        forcing_note_add(notes, "all-missing", "every value of %s that was looked at is missing", name);
}

// A level that cannot be decoded is left out, as in a run; a file of nothing else is refused.
static enum ph_status levels_look(struct looker *looker, bool full, struct ph_err *err)
{
    size_t n = levels_wanted(looker->field, full);
    enum ph_status status = PH_OK;
    for (size_t k = 0; k < n; k++) {
        status = level_look(looker, n > 1 ? k * (looker->field->n_times - 1) / (n - 1) : 0, err);
        looker->look->damaged += status == PH_EINPUT;
        if (status && (status != PH_EINPUT || looker->look->damaged > MOST_DAMAGED))
            return status;
    }
    return looker->look->n_levels ? PH_OK : status;
}

enum ph_status forcing_look_over(struct forcing_file *file, const struct forcing_field *field, bool full,
                                 struct forcing_notes *notes, struct forcing_look *out, struct ph_err *err)
{
    struct forcing_look look = {0};
    struct forcing_shore shore = {0};
    size_t points = field->grid.nj * field->grid.ni;
    size_t band = points > BAND_POINTS ? BAND_POINTS : points;
    band = band < field->grid.ni && field->grid.nj > 1 ? field->grid.ni : band;
    struct looker looker = {.file = file, .field = field, .look = &look};
    looker.uv = malloc((band ? band : 1) * 2 * sizeof *looker.uv);
    if (!looker.uv)
        return core_err_nomem(err);
    looker.shore = field->kind == FORCING_CURRENT && forcing_shore_open(&shore, &field->grid) ? &shore : NULL;
    enum ph_status status = levels_look(&looker, full, err);
    free(looker.uv);
    if (!status) {
        forcing_survey_tell(&look.survey, field->kind, tell_note, notes);
        forcing_survey_tell_mean(&look.survey, field->kind, tell_note, notes);
        levels_tell(&look, field->kind, notes);
        gaps_tell(field, notes);
        if (looker.shore)
            forcing_shore_tell(&shore, notes);
        *out = look;
    }
    forcing_shore_close(&shore);
    return status;
}
