#include "scenario/parts.h"

#include <math.h>
#include <stdio.h>

#include "core/time.h"
#include "core/units.h"
#include "scenario/value.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const int64_t max_particles = 100000000;                                 // 1e8
static const double max_steps = 2e6, max_outputs = 20000, max_snapshots = 2e10; // particles x outputs
static const double max_days = 730;

// Defaults of the contract; docs/case.md says where each comes from.
static const struct scenario_drift defaults = {
    .step_s = 600,
    .output_every_s = 3600,
    .particles = 10000,
    .seed = 1,
    .integrator = SCENARIO_RK2,
    .leeway_noise = true,
    .jibing = true,
    .wind_sd_mps = 2.0,
    .wind_correlation_s = 12 * 3600.0,
    .current_sd_mps = 0.12,
    .current_correlation_s = 24 * 3600.0,
    .diffusivity_m2s = 10,
    .on_land_start = true,
};

static void random_terms_off(struct scenario_drift *drift)
{
    drift->leeway_noise = drift->jibing = false;
    drift->wind_sd_mps = drift->current_sd_mps = drift->diffusivity_m2s = 0;
}

static void uncertainty_read(const struct scenario_node *parent, struct scenario_drift *drift)
{
    static const struct scenario_member members[] = {{"leeway"},
                                                     {"jibing"},
                                                     {"wind_sd", SCENARIO_SPEED},
                                                     {"wind_correlation", SCENARIO_DURATION},
                                                     {"current_sd", SCENARIO_SPEED},
                                                     {"current_correlation", SCENARIO_DURATION},
                                                     {"diffusivity_m2s"}};
    const struct scenario_range correlation = {0, 60 * 86400.0, true};
    struct scenario_node node = scenario_node_member(parent, "uncertainty");
    if (!node.value)
        return;
    if (json_is_string(node.value)) {
        static const char *const words[] = {"none", NULL};
        int none;
        if (scenario_read_choice(parent, "uncertainty", words, SCENARIO_OPTIONAL, &none))
            random_terms_off(drift);
        return;
    }
    if (!scenario_node_is_object(&node, members, COUNT(members)))
        return;
    scenario_read_bool(&node, "leeway", &drift->leeway_noise);
    scenario_read_bool(&node, "jibing", &drift->jibing);
    scenario_read_quantity(&node, "wind_sd", SCENARIO_SPEED, (struct scenario_range){0, 20},
                           SCENARIO_OPTIONAL, &drift->wind_sd_mps);
    scenario_read_quantity(&node, "wind_correlation", SCENARIO_DURATION, correlation, SCENARIO_OPTIONAL,
                           &drift->wind_correlation_s);
    scenario_read_quantity(&node, "current_sd", SCENARIO_SPEED, (struct scenario_range){0, 5},
                           SCENARIO_OPTIONAL, &drift->current_sd_mps);
    scenario_read_quantity(&node, "current_correlation", SCENARIO_DURATION, correlation, SCENARIO_OPTIONAL,
                           &drift->current_correlation_s);
    scenario_read_number(&node, "diffusivity_m2s", (struct scenario_range){0, 1e4}, SCENARIO_OPTIONAL,
                         &drift->diffusivity_m2s);
}

// Pairs of scenario and object with weight: each needs a particle (strata.c).
static size_t pairs_count(const struct scenario_case *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_sources; i++)
        for (size_t j = 0; c->source[i].object_allowed && j < c->n_objects; j++)
            n += c->source[i].weight > 0 && c->object[j].weight > 0 && c->source[i].object_allowed[j];
    return n;
}

static void pairs_check(const struct scenario_node *node, const struct scenario_case *c)
{
    struct scenario_node particles = scenario_node_member(node, "particles");
    size_t pairs = pairs_count(c);
    char expected[64];
    snprintf(expected, sizeof expected, "at least %zu particles", pairs);
    if (c->drift.particles < pairs)
        scenario_node_problem(&particles, PH_EINPUT, expected,
                              "%zu particles are too few for %zu pairs of scenario and object",
                              c->drift.particles, pairs);
}

static void numbers_read(const struct scenario_node *node, const struct scenario_overrides *overrides,
                         struct scenario_drift *drift)
{
    int64_t particles = (int64_t)drift->particles, seed = (int64_t)drift->seed;
    struct scenario_node at = scenario_node_member(node, "particles");
    scenario_read_integer(node, "particles", 1, max_particles, SCENARIO_OPTIONAL, &particles);
    scenario_read_integer(node, "seed", 0, INT64_MAX, SCENARIO_OPTIONAL, &seed);
    drift->particles = (size_t)particles;
    drift->seed = (uint64_t)seed;
    if (overrides && overrides->has_particles) {
        bool good = overrides->particles >= 1 && overrides->particles <= (size_t)max_particles;
        drift->particles = good ? overrides->particles : drift->particles;
        if (!good)
            scenario_node_problem(&at, PH_EINPUT, "a whole number from 1 to 100000000",
                                  "the number of particles given beside the case is %zu",
                                  overrides->particles);
    }
    if (overrides && overrides->has_seed)
        drift->seed = overrides->seed;
}

// Outputs fall on steps: each must be a whole number of steps after the last.
static void steps_read(const struct scenario_node *node, struct scenario_drift *drift)
{
    bool step =
        scenario_read_quantity(node, "step", SCENARIO_DURATION, (struct scenario_range){1, 6 * 3600.0},
                               SCENARIO_OPTIONAL, &drift->step_s);
    bool output = scenario_read_quantity(node, "output_every", SCENARIO_DURATION,
                                         (struct scenario_range){1, 30 * 86400.0}, SCENARIO_OPTIONAL,
                                         &drift->output_every_s);
    struct scenario_node at = scenario_quantity_node(node, "output_every", SCENARIO_DURATION);
    double steps = drift->output_every_s / drift->step_s;
    if (!output && step && !at.value) { // the default, on the first step at or after it
        drift->output_every_s = ceil(steps - 1e-9) * drift->step_s;
        return;
    }
    if (output && fabs(steps - round(steps)) > 1e-9 * steps)
        scenario_node_problem(&at, PH_EINPUT, "a whole number of steps (step_s)",
                              "outputs every %g s do not fall on steps of %g s", drift->output_every_s,
                              drift->step_s);
}

static void length_check(const struct scenario_node *node, const struct scenario_drift *drift)
{
    double seconds =
        ((double)drift->until_ns - (double)drift->start_ns) / CORE_NS_PER_S; // int64 could overflow
    double outputs = ceil(seconds / drift->output_every_s) + 1;
    struct scenario_node until = scenario_node_member(node, "until");
    struct scenario_node output = scenario_quantity_node(node, "output_every", SCENARIO_DURATION);
    if (!output.value)
        output = until;
    if (seconds > max_days * 86400 || seconds / drift->step_s > max_steps)
        scenario_node_problem(&until, PH_EINPUT, "at most 730 days and 2,000,000 steps",
                              "this run is too long: %.1f days in %.0f steps", seconds / 86400,
                              seconds / drift->step_s);
    else if (outputs > max_outputs || outputs * (double)drift->particles > max_snapshots)
        scenario_node_problem(&output, PH_EINPUT,
                              "at most 20,000 outputs, and particles x outputs up to 2e10",
                              "%.0f outputs of %zu particles are too many", outputs, drift->particles);
}

// start <= every start of a particle; until after start and not before any particle is adrift.
static void times_read(const struct scenario_node *node, struct scenario_window times,
                       struct scenario_drift *drift)
{
    struct scenario_node start = scenario_node_member(node, "start"),
                         until = scenario_node_member(node, "until");
    bool known = times.from_ns <= times.to_ns;
    char text[CORE_TIME_TEXT], expected[80];
    drift->start_ns = known ? times.from_ns : 0;
    bool started = scenario_read_time(node, "start", SCENARIO_OPTIONAL, &drift->start_ns);
    if (started && known && drift->start_ns > times.from_ns) {
        core_time_iso(times.from_ns, text);
        snprintf(expected, sizeof expected, "a time not after %s", text);
        scenario_node_problem(&start, PH_EINPUT, expected,
                              "the run would start after a scenario has started");
        started = known = false;
    }
    if (!scenario_read_time(node, "until", SCENARIO_REQUIRED, &drift->until_ns) || !(known || started))
        return;
    int64_t last_ns = known && times.to_ns > drift->start_ns ? times.to_ns : drift->start_ns;
    core_time_iso(last_ns, text);
    if (drift->until_ns <= drift->start_ns || drift->until_ns < last_ns) {
        snprintf(expected, sizeof expected, "a time after %s", text);
        scenario_node_problem(&until, PH_EINPUT, expected, "%s",
                              drift->until_ns <= drift->start_ns
                                  ? "the run would end before it starts"
                                  : "the run would end before every scenario has started");
        return;
    }
    length_check(node, drift);
}

void scenario_drift_read(const struct scenario_node *root, struct scenario_window times,
                         const struct scenario_overrides *overrides, struct scenario_case *c)
{
    static const struct scenario_member members[] = {{"until"},
                                                     {"start"},
                                                     {"step", SCENARIO_DURATION},
                                                     {"output_every", SCENARIO_DURATION},
                                                     {"particles"},
                                                     {"seed"},
                                                     {"integrator"},
                                                     {"direction"},
                                                     {"uncertainty"},
                                                     {"orientation"},
                                                     {"jibe_model"},
                                                     {"on_land_start"}};
    static const char *const integrators[] = {"rk2", "euler", "rk4", NULL};
    static const char *const directions[] = {"forward", "backward", NULL};
    static const char *const orientations[] = {"both", "left", "right", NULL};
    static const char *const jibe_models[] = {"constant", "allen", NULL};
    struct scenario_node node = scenario_node_member(root, "drift");
    int integrator = SCENARIO_RK2, direction = 0, orientation = SCENARIO_BOTH, jibe = SCENARIO_JIBE_CONSTANT;
    c->drift = defaults;
    if (!scenario_node_is_object(&node, members, COUNT(members)))
        return;
    numbers_read(&node, overrides, &c->drift);
    pairs_check(&node, c);
    steps_read(&node, &c->drift);
    times_read(&node, times, &c->drift);
    scenario_read_choice(&node, "integrator", integrators, SCENARIO_OPTIONAL, &integrator);
    scenario_read_choice(&node, "orientation", orientations, SCENARIO_OPTIONAL, &orientation);
    scenario_read_choice(&node, "jibe_model", jibe_models, SCENARIO_OPTIONAL, &jibe);
    scenario_read_bool(&node, "on_land_start", &c->drift.on_land_start);
    uncertainty_read(&node, &c->drift);
    if (scenario_read_choice(&node, "direction", directions, SCENARIO_OPTIONAL, &direction) &&
        direction == 1) {
        struct scenario_node at = scenario_node_member(&node, "direction");
        scenario_node_problem(&at, PH_EUNSUPPORTED,
                              "\"forward\", and a scenario of kind \"backtrack\" with the find",
                              "a cloud run backwards spreads instead of gathering at its start");
    }
    c->drift.integrator = (enum scenario_integrator)integrator;
    c->drift.orientation = (enum scenario_orientation)orientation;
    c->drift.jibe_model = (enum scenario_jibe_model)jibe;
}
