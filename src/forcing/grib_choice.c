#include "forcing/grib_choice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "forcing/reading.h"

// A field that could serve.
struct candidate {
    const struct forcing_grib_keys *keys;
    enum forcing_grib_role role;
    bool grid_relative;
    struct forcing_grib_level level;
    int64_t t_ns;
};

struct candidates {
    struct candidate *at;
    size_t n;
};

void forcing_grib_choice_name(const struct forcing_grib_keys *keys, char *out, size_t size)
{
    const char *name = keys->name[0] && strcmp(keys->name, "unknown") ? keys->name : "unnamed";
    if (keys->member >= 0)
        snprintf(out, size, "%s#%d", name, keys->member);
    else
        snprintf(out, size, "%s", name);
}

// "10u", "10U", "10u#3"
static bool has_name(const struct forcing_grib_keys *keys, const char *name)
{
    char full[2 * GRIB_TEXT];
    forcing_grib_choice_name(keys, full, sizeof full);
    return !strcasecmp(full, name) || !strcasecmp(keys->name, name);
}

// Its role: by the names that the case gives, else by its codes.
static bool role_of(const struct forcing_grib_keys *keys, const struct forcing_ask *ask,
                    struct candidate *out)
{
    struct forcing_grib_meaning meaning = {.role = GRIB_ROLE_NONE};
    bool known = forcing_grib_meaning(keys, &meaning);
    out->keys = keys;
    out->role = meaning.role;
    out->grid_relative = meaning.grid_relative;
    if (!ask->variables[0])
        return known && meaning.kind == ask->kind;
    bool first = has_name(keys, ask->variables[0]),
         second = ask->variables[1] && has_name(keys, ask->variables[1]);
    bool plain = out->role == GRIB_ROLE_NONE || meaning.kind != ask->kind;
    if ((first || second) && plain)
        out->role = ask->kind == FORCING_SEA_TEMPERATURE ? GRIB_ROLE_SCALAR
                    : first                              ? GRIB_ROLE_U
                                                         : GRIB_ROLE_V;
    return first || second;
}

// Values over an interval: only means are speeds that carry something along.
static bool is_value(const struct forcing_grib_keys *keys)
{
    return keys->statistic == -1 || keys->statistic == 0;
}

// Levels that are too high or too deep to serve.
struct aloft {
    double low, high;
    bool mixed; // of several types
    const char *type;
};

// In the unit of the level's name: edition 2 counts pressure in Pa whatever ecCodes calls it.
static double level_named(const struct forcing_grib_keys *keys)
{
    bool pascal = keys->edition == 2 && !strcmp(keys->level_type, "isobaricInhPa");
    return pascal ? keys->level / 100 : keys->level;
}

static void aloft_tell(struct aloft *aloft, const struct forcing_grib_keys *keys, enum forcing_kind kind,
                       struct ph_err *why)
{
    bool first = !aloft->type;
    aloft->mixed = aloft->mixed || (!first && strcmp(aloft->type, keys->level_type) != 0);
    double level = level_named(keys);
    aloft->low = first ? level : fmin(aloft->low, level);
    aloft->high = first ? level : fmax(aloft->high, level);
    aloft->type = keys->level_type;
    const char *name = forcing_kind_name(kind), *fix = "get the field at the surface, or at 10 m";
    if (aloft->mixed)
        core_err_set(why, PH_EINPUT, keys->name, fix, "%s is only there at levels of several types, as %s",
                     name, keys->level_type);
    else if (aloft->low < aloft->high)
        core_err_set(why, PH_EINPUT, keys->name, fix, "%s is only there at levels %g to %g of type %s", name,
                     aloft->low, aloft->high, keys->level_type);
    else
        core_err_set(why, PH_EINPUT, keys->name, fix, "%s is only there at level %g of type %s", name, level,
                     keys->level_type);
}

static enum ph_status candidates_list(const struct forcing_grib_keys *keys, size_t n,
                                      const struct forcing_ask *ask, struct core_arena *arena,
                                      struct candidates *out, struct ph_err *why)
{
    struct candidates all = {CORE_ARENA_NEW(arena, struct candidate, n), 0};
    struct aloft aloft = {0};
    if (!all.at)
        return core_err_nomem(why);
    for (size_t i = 0; i < n; i++) {
        struct candidate *next = &all.at[all.n];
        if (!role_of(&keys[i], ask, next) || !is_value(&keys[i]))
            continue;
        next->level = forcing_grib_level(&keys[i], ask->kind);
        if (!next->level.usable) {
            aloft_tell(&aloft, &keys[i], ask->kind, why);
            continue;
        }
        if (!forcing_grib_time(&keys[i], &next->t_ns, why))
            all.n++;
    }
    *out = all;
    return PH_OK;
}

// Keeps those that the test likes.
static void keep(struct candidates *all, bool (*likes)(const struct candidate *, const void *),
                 const void *arg)
{
    size_t kept = 0;
    for (size_t i = 0; i < all->n; i++)
        if (likes(&all->at[i], arg))
            all->at[kept++] = all->at[i];
    all->n = kept;
}

static size_t count(const struct candidates *all, bool (*likes)(const struct candidate *, const void *),
                    const void *arg)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        n += likes(&all->at[i], arg);
    return n;
}

static bool has_role(const struct candidate *candidate, const void *arg)
{
    return candidate->role == *(const enum forcing_grib_role *)arg;
}

static bool is_component(const struct candidate *candidate, const void *arg)
{
    return candidate->role == GRIB_ROLE_U || candidate->role == GRIB_ROLE_V;
}

static bool is_directed(const struct candidate *candidate, const void *arg)
{
    return candidate->role == GRIB_ROLE_SPEED || candidate->role == GRIB_ROLE_DIRECTION;
}

static size_t with_role(const struct candidates *all, enum forcing_grib_role role)
{
    return count(all, has_role, &role);
}

// Components when there are both, else speed and direction when there are both, else what there is.
static enum ph_status reading_choose(struct candidates *all, const struct forcing_ask *ask,
                                     struct forcing_grib_choice *out, struct ph_err *err)
{
    bool components = with_role(all, GRIB_ROLE_U) && with_role(all, GRIB_ROLE_V);
    bool pair = with_role(all, GRIB_ROLE_SPEED) && with_role(all, GRIB_ROLE_DIRECTION);
    if (ask->kind == FORCING_SEA_TEMPERATURE)
        return PH_OK;
    out->directed = !components && (pair || !count(all, is_component, NULL));
    if (out->directed && ask->kind != FORCING_WIND)
        return core_err_set(err, PH_EINPUT, NULL, "use a file with the components of the current",
                            "GRIB does not state whether a current's direction is toward or from where");
    keep(all, out->directed ? is_directed : is_component, NULL);
    return PH_OK;
}

static bool is_instant(const struct candidate *candidate, const void *arg)
{
    return candidate->keys->statistic == -1;
}

static bool at_level(const struct candidate *candidate, const void *arg)
{
    return candidate->level.away_m == *(const double *)arg;
}

static void level_choose(struct candidates *all, const struct forcing_ask *ask)
{
    double wanted = ask->kind == FORCING_WIND ? 10 : isnan(ask->depth_m) ? 0 : fabs(ask->depth_m), best = 0;
    double away = INFINITY;
    for (size_t i = 0; i < all->n; i++)
        if (fabs(all->at[i].level.away_m - wanted) < away) {
            best = all->at[i].level.away_m;
            away = fabs(best - wanted);
        }
    keep(all, at_level, &best);
}

static bool near(double a, double b, double apart)
{
    return fabs(a - b) <= apart || (isnan(a) && isnan(b));
}

static bool near_lon(double a, double b)
{
    return fabs(remainder(a - b, 360)) <= 2e-3;
}

static double west(const struct forcing_grib_keys_grid *grid)
{
    return grid->i_negative ? grid->last_lon_deg : grid->first_lon_deg;
}

static double south(const struct forcing_grib_keys_grid *grid)
{
    return grid->j_positive ? grid->first_lat_deg : grid->last_lat_deg;
}

// The same points, whatever the order of scanning; edition 1 writes thousandths of a degree.
static bool same_points(const struct forcing_grib_keys_grid *a, const struct forcing_grib_keys_grid *b)
{
    if (a->hash == b->hash)
        return true;
    bool maps = isfinite(a->dx_m), rows = a->ni > 0;
    if (!rows || strcmp(a->type, b->type) || a->ni != b->ni || a->nj != b->nj ||
        a->relative_to_grid != b->relative_to_grid)
        return false;
    if (maps)
        return a->i_negative == b->i_negative && a->j_positive == b->j_positive &&
               near(a->dx_m, b->dx_m, 1) && near(a->dy_m, b->dy_m, 1) && near(a->lad_deg, b->lad_deg, 2e-3) &&
               near(a->lov_deg, b->lov_deg, 2e-3) && near(a->latin1_deg, b->latin1_deg, 2e-3) &&
               near(a->latin2_deg, b->latin2_deg, 2e-3) && near(a->major_m, b->major_m, 1) &&
               near(a->minor_m, b->minor_m, 1) && a->south_pole == b->south_pole &&
               near(a->first_lat_deg, b->first_lat_deg, 2e-3) && near_lon(a->first_lon_deg, b->first_lon_deg);
    return a->gaussian_n == b->gaussian_n && near(south(a), south(b), 2e-3) && near_lon(west(a), west(b)) &&
           near(fabs(a->first_lat_deg - a->last_lat_deg), fabs(b->first_lat_deg - b->last_lat_deg), 2e-3) &&
           near(a->di_deg, b->di_deg, 2e-3) && near(a->pole_lat_deg, b->pole_lat_deg, 2e-3) &&
           near(a->pole_lon_deg, b->pole_lon_deg, 2e-3);
}

static bool on_grid(const struct candidate *candidate, const void *arg)
{
    return same_points(&candidate->keys->grid, arg);
}

// The grid of most fields; the first of them in the file when there are several.
static enum ph_status grid_choose(struct candidates *all, struct forcing_notes *notes, struct ph_err *err)
{
    const struct forcing_grib_keys_grid *best = &all->at[0].keys->grid;
    size_t most = count(all, on_grid, best), before = all->n;
    bool u = with_role(all, GRIB_ROLE_U), v = with_role(all, GRIB_ROLE_V);
    for (size_t i = 1; i < all->n && 2 * most < before; i++) {
        size_t n = count(all, on_grid, &all->at[i].keys->grid);
        if (n > most) {
            most = n;
            best = &all->at[i].keys->grid;
        }
    }
    if (most == before)
        return PH_OK;
    keep(all, on_grid, best);
    if (u && v && !(with_role(all, GRIB_ROLE_U) && with_role(all, GRIB_ROLE_V)))
        return core_err_set(err, PH_EUNSUPPORTED, all->at[0].keys->name,
                            "interpolate both to the same points first",
                            "the two components are not on the same points");
    forcing_note_add(notes, "several-grids", "%zu of %zu fields are on other grids and are left out",
                     before - most, before);
    return PH_OK;
}

// Members of an ensemble are different futures: none is taken by chance.
static enum ph_status member_check(const struct candidates *all, struct ph_err *err)
{
    const struct forcing_grib_keys *first = all->at[0].keys;
    for (size_t i = 1; i < all->n; i++) {
        const struct forcing_grib_keys *other = all->at[i].keys;
        if (other->member == first->member && other->derived == first->derived)
            continue;
        char u[2 * GRIB_TEXT];
        forcing_grib_choice_name(first, u, sizeof u);
        return core_err_set(err, PH_EINPUT, first->name, "name one: \"variables\": [\"10u#1\", \"10v#1\"]",
                            "these are members of an ensemble, the first of them %s: which one is meant?", u);
    }
    // Code table 4.7: 0 and 1 are means of all members.
    if (first->derived > 1)
        return core_err_set(err, PH_EINPUT, first->name, "use the mean or a member of the ensemble",
                            "this is a measure of an ensemble, such as its spread, not a field of it");
    return PH_OK;
}

static int part_of(const struct candidate *candidate)
{
    return candidate->role == GRIB_ROLE_V || candidate->role == GRIB_ROLE_DIRECTION;
}

static int64_t run_of(const struct forcing_grib_keys *keys)
{
    const struct forcing_grib_date *d = &keys->reference;
    return (((d->year * 13 + d->month) * 32 + d->day) * 25 + d->hour) * 3600 + d->minute * 60 + d->second;
}

// By time; of several runs of a model the latest first; u before v; then as in the file.
static int candidate_order(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int64_t run_x = run_of(x->keys), run_y = run_of(y->keys);
    if (x->t_ns != y->t_ns)
        return x->t_ns < y->t_ns ? -1 : 1;
    if (run_x != run_y)
        return run_x > run_y ? -1 : 1;
    if (part_of(x) != part_of(y))
        return part_of(x) - part_of(y);
    if (x->keys->offset != y->keys->offset)
        return x->keys->offset < y->keys->offset ? -1 : 1;
    return x->keys->field < y->keys->field ? -1 : x->keys->field > y->keys->field;
}

// How the candidates of one time pair up.
struct tally {
    size_t twice, alone;
    bool need[2];
};

// Both parts of the latest run that has both, of all those with this time; moves *i behind them.
static bool time_pair(const struct candidates *all, size_t *i, struct tally *tally,
                      const struct forcing_grib_keys *pair[2])
{
    int64_t t_ns = all->at[*i].t_ns;
    bool complete = false;
    size_t n = 0;
    while (*i < all->n && all->at[*i].t_ns == t_ns) {
        int64_t run = run_of(all->at[*i].keys);
        const struct forcing_grib_keys *found[2] = {NULL, NULL};
        for (; *i < all->n && all->at[*i].t_ns == t_ns && run_of(all->at[*i].keys) == run; (*i)++, n++) {
            int p = part_of(&all->at[*i]);
            found[p] = found[p] ? found[p] : all->at[*i].keys;
        }
        if (complete || (tally->need[0] && !found[0]) || (tally->need[1] && !found[1]))
            continue;
        complete = true;
        pair[0] = found[0];
        pair[1] = found[1];
    }
    tally->alone += !complete;
    tally->twice += complete && n > (size_t)tally->need[0] + (size_t)tally->need[1];
    return complete;
}

static enum ph_status times_pair(struct candidates *all, struct core_arena *arena,
                                 struct forcing_grib_choice *out, struct forcing_notes *notes,
                                 struct ph_err *err)
{
    struct tally tally = {0};
    int64_t *t_ns = CORE_ARENA_NEW(arena, int64_t, all->n);
    for (int p = 0; p < 2; p++)
        out->part[p] = CORE_ARENA_NEW(arena, const struct forcing_grib_keys *, all->n);
    if (!t_ns || !out->part[0] || !out->part[1])
        return core_err_nomem(err);
    for (size_t i = 0; i < all->n; i++)
        tally.need[part_of(&all->at[i])] = true;
    qsort(all->at, all->n, sizeof *all->at, candidate_order);
    for (size_t i = 0; i < all->n;) {
        const struct forcing_grib_keys *pair[2] = {NULL, NULL};
        int64_t at = all->at[i].t_ns;
        if (!time_pair(all, &i, &tally, pair))
            continue;
        for (int p = 0; p < 2; p++)
            out->part[p][out->n_times] = pair[p];
        t_ns[out->n_times++] = at;
    }
    if (tally.twice)
        forcing_note_add(notes, "repeated-times",
                         "%zu times are there more than once; the latest run of each is read", tally.twice);
    if (tally.alone && out->n_times)
        forcing_note_add(notes, "half-times", "%zu times lack one of the two components and are left out",
                         tally.alone);
    if (!out->n_times)
        return core_err_set(err, PH_EINPUT, all->at[0].keys->name, "fetch both for the same times",
                            "the two components are nowhere given for the same time");
    out->t_ns = t_ns;
    out->sample[0] = out->part[0][0];
    out->sample[1] = out->part[1][0];
    return PH_OK;
}

// Factor from the wind's height to 10 m, by the neutral logarithmic profile.
static enum ph_status height_convert(const struct candidate *one, double *factor, struct forcing_notes *notes,
                                     struct ph_err *err)
{
    if (!one->level.stated)
        forcing_note_add(notes, "wind-height-unknown", "%s is at the level \"%s\": read as 10 m",
                         one->keys->name, one->keys->level_type);
    return forcing_reading_height(one->keys->name, one->level.away_m, factor, notes, err);
}

static enum ph_status meaning_tell(const struct candidates *all, const struct forcing_ask *ask,
                                   struct forcing_grib_choice *out, struct forcing_notes *notes,
                                   struct ph_err *err)
{
    const struct candidate *one = &all->at[0];
    bool means = one->keys->statistic >= 0;
    if (one->keys->derived >= 0)
        forcing_note_add(notes, "ensemble-mean",
                         "%s is a mean of an ensemble: smoother and weaker than any "
                         "of its members",
                         one->keys->name);
    if (means)
        forcing_note_mention(notes, "mean-values",
                             "values are means, read as at the middle of their intervals");
    if (ask->kind == FORCING_CURRENT && isnan(ask->depth_m) && one->level.away_m > 5)
        forcing_note_add(notes, "deep-current", "%s: the shallowest level is at %g m", one->keys->name,
                         one->level.away_m);
    out->factor = 1;
    return ask->kind == FORCING_WIND ? height_convert(one, &out->factor, notes, err) : PH_OK;
}

static enum ph_status narrow(struct candidates *all, const struct forcing_ask *ask,
                             struct forcing_grib_choice *out, struct forcing_notes *notes, struct ph_err *err)
{
    enum ph_status status = reading_choose(all, ask, out, err);
    if (status)
        return status;
    if (count(all, is_instant, NULL))
        keep(all, is_instant, NULL);
    level_choose(all, ask);
    status = grid_choose(all, notes, err);
    if (!status)
        status = member_check(all, err);
    return status;
}

enum ph_status forcing_grib_choose(const struct forcing_grib_keys *keys, size_t n,
                                   const struct forcing_ask *ask, struct core_arena *arena,
                                   struct forcing_grib_choice *out, struct forcing_notes *notes, bool *absent,
                                   struct ph_err *err)
{
    struct forcing_grib_choice choice = {.kind = ask->kind};
    struct candidates all = {0};
    struct ph_err why = {0};
    enum ph_status status = candidates_list(keys, n, ask, arena, &all, &why);
    if (!status && !all.n && !why.status) {
        *absent = true;
        return core_err_set(err, PH_EINPUT, NULL, "see what it holds with grib_ls",
                            "no fields of %s were found", forcing_kind_name(ask->kind));
    }
    if (status || !all.n) {
        if (err)
            *err = why;
        return why.status;
    }
    status = narrow(&all, ask, &choice, notes, err);
    if (!status)
        status = meaning_tell(&all, ask, &choice, notes, err);
    if (!status)
        status = times_pair(&all, arena, &choice, notes, err);
    if (status)
        return status;
    choice.grid_relative = all.at[0].grid_relative;
    *out = choice;
    return PH_OK;
}
