#include "scenario/strata.h"

#include <math.h>
#include <stdlib.h>

#include "core/err.h"
#include "core/rng.h"

// One (scenario, object) with weight. Its k-th particle stands at about (k + 1/2) / count of all particles.
struct stratum {
    size_t source, object, index;
    double weight; // of all, sums to 1
    size_t count, used;
    double remainder, next; // `next`: where the next particle stands, in (0, 1)
    uint32_t couple_side;   // side of the first of the couple that is being dealt
};

struct strata {
    struct stratum *item;
    size_t n;
};

// ---- how many ----

// P(scenario) x P(object | scenario), the latter over the objects that the scenario allows.
static bool strata_list(const struct scenario_case *c, struct core_arena *scratch, struct strata *out)
{
    out->item = CORE_ARENA_NEW(scratch, struct stratum, c->n_sources * c->n_objects);
    for (size_t i = 0; out->item && i < c->n_sources; i++) {
        const struct scenario_source *source = &c->source[i];
        double allowed = 0;
        for (size_t j = 0; j < c->n_objects; j++)
            allowed += source->object_allowed[j] ? c->object[j].weight : 0;
        for (size_t j = 0; j < c->n_objects; j++) {
            double weight = source->object_allowed[j] ? source->weight * c->object[j].weight / allowed : 0;
            if (weight > 0) {
                out->item[out->n] =
                    (struct stratum){.source = i, .object = j, .index = out->n, .weight = weight};
                out->n++;
            }
        }
    }
    return out->item != NULL;
}

static int remainder_compare(const void *a, const void *b)
{
    const struct stratum *p = a, *q = b;
    if (p->remainder != q->remainder)
        return p->remainder > q->remainder ? -1 : 1;
    return p->index < q->index ? -1 : p->index > q->index;
}

// Largest remainder, over what is left when every stratum has one: nobody's boat is left out for being
// unlikely.
static void counts_share(struct strata *strata, size_t particles)
{
    size_t given = 0;
    for (size_t i = 0; i < strata->n; i++) {
        struct stratum *s = &strata->item[i];
        double share = s->weight * (double)particles;
        s->count = share < 1 ? 1 : (size_t)share;
        s->remainder = share - (double)s->count;
        given += s->count;
    }
    qsort(strata->item, strata->n, sizeof *strata->item, remainder_compare);
    for (size_t i = 0; given < particles; i = (i + 1) % strata->n, given++)
        strata->item[i].count++;
    // Too many only where small ones were rounded up to one: take from those furthest above their share.
    while (given > particles) {
        size_t most = 0;
        double excess = -INFINITY;
        for (size_t i = 0; i < strata->n; i++) {
            double over = (double)strata->item[i].count - strata->item[i].weight * (double)particles;
            if (strata->item[i].count > 1 && over > excess) {
                excess = over;
                most = i;
            }
        }
        strata->item[most].count--;
        given--;
    }
}

// ---- in which order ----

// Particles of a stratum are spread evenly over the numbers, each jittered within its own part, so that every
// range of particles is a fair sample, and replayed points (particle i mod n) meet every object and side.
static void next_place(struct stratum *s, uint64_t seed)
{
    double u[4];
    core_rng_uniform(seed, s->used, 1 + (uint32_t)s->index, CORE_RNG_SIDE, u);
    s->next = ((double)s->used + u[0]) / (double)s->count;
}

static bool before(const struct stratum *a, const struct stratum *b)
{
    bool a_done = a->used == a->count, b_done = b->used == b->count;
    if (a_done || b_done)
        return !a_done && b_done;
    return a->next != b->next ? a->next < b->next : a->index < b->index;
}

static void heap_sink(struct strata *heap, size_t at)
{
    for (;;) {
        size_t first = at, left = 2 * at + 1, right = left + 1;
        if (left < heap->n && before(&heap->item[left], &heap->item[first]))
            first = left;
        if (right < heap->n && before(&heap->item[right], &heap->item[first]))
            first = right;
        if (first == at)
            return;
        struct stratum swapped = heap->item[at];
        heap->item[at] = heap->item[first];
        heap->item[first] = swapped;
        at = first;
    }
}

// Half right, half left: of each couple of a stratum's particles, chance says which is which.
static uint8_t side_of(struct stratum *s, enum scenario_orientation orientation, uint64_t seed,
                       uint64_t particle)
{
    uint32_t words[4];
    if (orientation != SCENARIO_BOTH)
        return orientation == SCENARIO_LEFT;
    if (s->used % 2)
        return !s->couple_side;
    core_rng_words(seed, particle, 0, CORE_RNG_SIDE, words);
    s->couple_side = words[0] >> 31;
    return (uint8_t)s->couple_side;
}

static void point_give(const struct scenario_source *source, size_t number, struct scenario_seeds *seeds,
                       size_t i)
{
    const struct scenario_start *start = &source->start[number % source->n_start];
    seeds->lat_deg[i] = start->pos.lat_deg;
    seeds->lon_deg[i] = start->pos.lon_deg;
    seeds->start_ns[i] = start->time.from_ns;
}

enum ph_status scenario_strata_fill(const struct scenario_case *c, struct core_arena *scratch,
                                    struct scenario_seeds *seeds, struct ph_err *err)
{
    struct strata strata = {0};
    uint64_t seed = c->drift.seed;
    size_t *in_source = CORE_ARENA_NEW(scratch, size_t, c->n_sources);
    if (!in_source || !strata_list(c, scratch, &strata))
        return core_err_nomem(err);
    if (!strata.n || seeds->n < strata.n)
        return core_err_set(err, PH_EINPUT, "/drift/particles", "ask for more particles",
                            "%zu particles are too few for %zu pairs of scenario and object", seeds->n,
                            strata.n);
    counts_share(&strata, seeds->n);
    for (size_t i = 0; i < strata.n; i++)
        next_place(&strata.item[i], seed);
    for (size_t i = strata.n; i-- > 0;)
        heap_sink(&strata, i);
    for (size_t i = 0; i < seeds->n; i++) {
        struct stratum *s = &strata.item[0];
        const struct scenario_source *source = &c->source[s->source];
        seeds->source[i] = (uint16_t)s->source;
        seeds->object[i] = (uint16_t)s->object;
        seeds->weight[i] = s->weight / (double)s->count;
        seeds->side[i] = side_of(s, c->drift.orientation, seed, i);
        if (source->kind == SCENARIO_POINTS)
            point_give(source, in_source[s->source]++, seeds, i);
        s->used++;
        next_place(s, seed);
        heap_sink(&strata, 0);
    }
    return PH_OK;
}
