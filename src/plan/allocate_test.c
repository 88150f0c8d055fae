#include "plan/allocate.h"

#include "core/file.h"
#include "core/rng.h"
#include "core/units.h"
#include "test/tap.h"

static struct plan_allocation solve(const struct plan_allocation_problem *p, struct core_arena *arena)
{
    struct core_job job = {0};
    struct plan_allocation a = {0};
    struct ph_err err = {0};
    if (plan_allocate(p, &job, arena, &a, &err))
        printf("# %s\n", err.what);
    return a;
}

static void washburn(void)
{
    const double prior[] = {1000, 1000, 2000, 2000};
    const double w[] = {1, 2, 3, 4, 3, 2, 2, 1, 0, 1, 0, 1}, budget[] = {3, 2, 1};
    struct plan_allocation_problem p = {4, 3, 1, prior, w, budget, NULL, 0, PLAN_LAW_EXPONENTIAL};
    struct core_arena arena = {0};
    struct plan_allocation a = solve(&p, &arena);
    tap_near(6000 * (1 - a.pos), 106.20773686, 6e-6, "Washburn 1995: three resources leave 106.20773686");
    tap_ok(!a.stopped_early && a.gap <= 1e-8 * a.pos, "and the certificate is within 1e-8");
    core_arena_fini(&arena);
}

static void b1(void)
{
    enum { N = 21 };
    double prior[N] = {0}, w[N], budget[8];
    struct plan_move move[3 * N];
    for (int c = 0; c < N; c++) {
        prior[c] = c >= 8 && c <= 12 ? 0.2 : 0;
        w[c] = 1;
        move[3 * c] = (struct plan_move){(size_t)c, (size_t)c, 0.4};
        move[3 * c + 1] = (struct plan_move){(size_t)c, (size_t)(c ? c - 1 : c), 0.3};
        move[3 * c + 2] = (struct plan_move){(size_t)c, (size_t)(c < N - 1 ? c + 1 : c), 0.3};
    }
    for (int t = 0; t < 8; t++)
        budget[t] = 2;
    struct plan_allocation_problem p = {N, 1, 8, prior, w, budget, move, 3 * N, PLAN_LAW_EXPONENTIAL};
    struct core_arena arena = {0};
    struct plan_allocation a = solve(&p, &arena);
    tap_near(a.myopic_pos, .8786121372, 1e-9, "B1: the myopic plan has POS .8786121372");
    tap_near(a.pos, .8906548504, 1e-9, "B1: the optimum is .8906548504");
    tap_ok(a.gap <= 1e-8 * a.pos && a.upper_bound >= a.pos, "B1: and its certificate is within 1e-8");
    core_arena_fini(&arena);
}

// A circular normal on a fine grid against the closed forms.
static void circular_normal(enum plan_law law, double effort, double want, double tol, const char *sentence)
{
    enum { SIDE = 161 };
    static double prior[SIDE * SIDE], w[SIDE * SIDE];
    const double half = 5, step = 2 * half / SIDE;
    for (int i = 0; i < SIDE * SIDE; i++) {
        double x = -half + (i % SIDE + 0.5) * step, y = -half + (i / SIDE + 0.5) * step;
        prior[i] = exp(-(x * x + y * y) / 2);
        w[i] = 1 / (step * step);
    }
    struct plan_allocation_problem p = {SIDE * SIDE, 1, 1, prior, w, &effort, NULL, 0, law};
    struct core_arena arena = {0};
    tap_near(solve(&p, &arena).pos, want, tol, sentence);
    core_arena_fini(&arena);
}

// --- random problems, judged by walking every way
// ------------------------------------------------------------------------------------

enum { MOST_CELLS = 5, MOST_RESOURCES = 3, MOST_PERIODS = 4 };

// A small problem whose ways can all be walked: what the solver says is checked without its recursions.
struct small {
    double prior[MOST_CELLS], w[MOST_RESOURCES * MOST_CELLS], budget[MOST_RESOURCES * MOST_PERIODS];
    struct plan_move move[MOST_CELLS * MOST_CELLS];
    struct plan_allocation_problem p;
    const double *effort;
    double gradient[MOST_PERIODS][MOST_CELLS], failure;
};

static double chance(uint64_t seed, uint32_t what)
{
    double u[4];
    core_rng_uniform(seed, what, 77, CORE_RNG_PLAN, u);
    return u[0];
}

static void small_make(struct small *s, uint64_t seed, enum plan_law law)
{
    uint32_t k = 0;
    size_t n = 1 + (size_t)(chance(seed, k++) * MOST_CELLS),
           r = 1 + (size_t)(chance(seed, k++) * MOST_RESOURCES);
    size_t t = 1 + (size_t)(chance(seed, k++) * MOST_PERIODS);
    bool alike = chance(seed, k++) < 0.3; // resources that differ by a factor only: every split is as good
    *s = (struct small){.p = {n, r, t, s->prior, s->w, s->budget, s->move, n * n, law}};
    for (size_t c = 0; c < n; c++)
        s->prior[c] = 0.05 + chance(seed, k++);
    for (size_t i = 0; i < r * n; i++)
        s->w[i] = alike ? 1 + (double)(i / n) : fmax(0, 2 * chance(seed, k++) - 0.3);
    for (size_t i = 0; i < r * t; i++)
        s->budget[i] = fmax(0, 1.2 * chance(seed, k++) - 0.1);
    for (size_t from = 0; from < n; from++) {
        double sum = 0;
        for (size_t to = 0; to < n; to++)
            sum += s->move[from * n + to].p = pow(chance(seed, k++), 3) + (from == to);
        for (size_t to = 0; to < n; to++)
            s->move[from * n + to] = (struct plan_move){from, to, s->move[from * n + to].p / sum};
    }
}

static double small_exposure(const struct small *s, size_t t, size_t c)
{
    double e = 0;
    for (size_t r = 0; r < s->p.n_resources; r++)
        e += s->w[r * s->p.n_cells + c] * s->effort[(t * s->p.n_resources + r) * s->p.n_cells + c];
    return e;
}

static void walk(struct small *s, size_t t, double p, double e, size_t *way)
{
    if (t == s->p.n_periods || t >= MOST_PERIODS) {
        bool random = s->p.law == PLAN_LAW_EXPONENTIAL;
        s->failure += p * (random ? exp(-e) : erfc(sqrt(CORE_PI) / 2 * e));
        for (size_t k = 0; k < t && k < MOST_PERIODS; k++)
            s->gradient[k][way[k]] += p * (random ? exp(-e) : exp(-CORE_PI / 4 * e * e));
        return;
    }
    for (size_t c = 0; c < s->p.n_cells; c++) {
        double q = t ? s->move[way[t - 1] * s->p.n_cells + c].p : s->prior[c];
        way[t] = c;
        walk(s, t + 1, p * q, e + small_exposure(s, t, c), way);
    }
}

// The certificate, from the gradient along all ways; and how far any budget is exceeded.
static double small_gap(struct small *s, double *over)
{
    double gap = 0;
    size_t n = s->p.n_cells;
    for (size_t t = 0; t < s->p.n_periods; t++)
        for (size_t r = 0; r < s->p.n_resources; r++) {
            double most = 0, has = 0, spent = 0, budget = s->budget[r * s->p.n_periods + t];
            for (size_t c = 0; c < n; c++) {
                double z = s->effort[(t * s->p.n_resources + r) * n + c],
                       g = s->gradient[t][c] * s->w[r * n + c];
                most = fmax(most, g), has += g * z, spent += z;
                *over = fmax(*over, -z);
            }
            *over = fmax(*over, spent - budget);
            gap += budget * most - has;
        }
    return gap;
}

static void every_way(enum plan_law law, int problems, const char *name)
{
    double worst_gap = 0, worst_pos = 0, over = 0;
    int early = 0, below_myopic = 0;
    for (int seed = 1; seed <= problems; seed++) {
        struct small s;
        struct core_arena arena = {0};
        size_t way[MOST_PERIODS];
        double all = 0;
        small_make(&s, (uint64_t)seed, law);
        struct plan_allocation a = solve(&s.p, &arena);
        s.effort = a.effort;
        for (size_t c = 0; c < s.p.n_cells; c++)
            all += s.prior[c];
        if (s.effort)
            walk(&s, 0, 1, 0, way);
        double gap = small_gap(&s, &over) / all, pos = 1 - s.failure / all;
        early += a.stopped_early;
        below_myopic += a.pos < a.myopic_pos - 1e-12;
        worst_pos = fmax(worst_pos, fabs(pos - a.pos));
        worst_gap = fmax(worst_gap, a.pos > 1e-9 ? gap / a.pos : 0);
        core_arena_fini(&arena);
    }
    tap_ok(early == 0 && worst_gap <= 1e-8, "%s: %d random problems, none is 1e-8 from its optimum", name,
           problems);
    tap_ok(worst_pos <= 1e-10, "%s: POS is that of walking every way", name);
    tap_ok(over <= 1e-12 && below_myopic == 0, "%s: no budget is exceeded, and myopic is never better", name);
    printf("# worst gap %.2g, pos %.2g, over %.2g, early %d\n", worst_gap, worst_pos, over, early);
}

// A target that goes round three cells for certain, and one searcher for each period: the inverse cube adds
// up to erf(sqrt(pi)/2 (C1 + C2 + C3)) wherever the effort is spent along the way.
static void carousel(void)
{
    const double prior[] = {1, 0, 0}, w[] = {1, 1, 1}, budget[] = {0.3, 0.5, 0.4};
    const struct plan_move move[] = {{0, 1, 1}, {1, 2, 1}, {2, 0, 1}};
    struct plan_allocation_problem p = {3, 1, 3, prior, w, budget, move, 3, PLAN_LAW_INVERSE_CUBE};
    struct core_arena arena = {0};
    tap_near(solve(&p, &arena).pos, erf(sqrt(CORE_PI) / 2 * 1.2), 1e-12,
             "inverse cube: coverage adds up along the way of a moving target");
    core_arena_fini(&arena);
}

// --- files
// --------------------------------------------------------------------------------------------------

static enum ph_status file_solve(const char *text, struct core_buf *out, struct ph_err *err)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/pharos-allocate-%d.json", (int)getpid());
    struct core_job job = {0};
    if (core_file_write(path, text, strlen(text), NULL))
        return PH_EIO;
    enum ph_status status = plan_allocate_file(path, &job, out, err);
    unlink(path);
    return status;
}

static void refused(const char *text, const char *pointer, const char *sentence)
{
    struct core_buf out = {0};
    struct ph_err err = {0};
    enum ph_status status = file_solve(text, &out, &err);
    if (!tap_ok(status == PH_EINPUT && !out.length && strstr(err.where, pointer), "%s", sentence))
        printf("# status %d at '%s': %s\n", status, err.where, err.what);
    core_buf_fini(&out);
}

static void files(void)
{
    struct core_buf out = {0};
    struct ph_err err = {0};
    enum ph_status status =
        file_solve("{\"pharos\":\"allocation/1\",\"prior\":[0.75,0.25],\"effectiveness\":[[1,1]],"
                   "\"budget\":[[0.5,0.5]],\"x-note\":1}",
                   &out, &err);
    tap_ok(!status && out.text && strstr(out.text, "\"upper_bound\"") && strstr(out.text, "\"effort\""),
           "a problem file is solved and answered in JSON");
    core_buf_fini(&out);
#define HEAD "{\"pharos\":\"allocation/1\","
    refused("{", "json", "half a file is refused");
    refused("[1]", "/pharos", "a file of another kind is refused");
    refused(HEAD "\"prior\":[],\"effectiveness\":[[1]],\"budget\":[[1]]}", "/prior",
            "an empty prior is refused");
    refused(HEAD "\"prior\":[1,-1],\"effectiveness\":[[1,1]],\"budget\":[[1]]}", "/prior/1",
            "a negative prior is refused at its place");
    refused(HEAD "\"prior\":[0,0],\"effectiveness\":[[1,1]],\"budget\":[[1]]}", "/prior",
            "a prior of zero is refused");
    refused(HEAD "\"prior\":[1,1],\"effectiveness\":[[1]],\"budget\":[[1]]}", "/effectiveness/0",
            "a short row is refused at its place");
    refused(HEAD "\"prior\":[1,1],\"effectiveness\":[[1,1],[1,1]],\"budget\":[[1]]}", "/budget",
            "a missing budget row is refused");
    refused(HEAD "\"prior\":[1,1],\"effectiveness\":[[1,1]],\"budget\":[[1]],\"budgets\":1}", "/budgets",
            "an unknown member is refused");
    refused(HEAD "\"prior\":[1,1],\"effectiveness\":[[1,1]],\"budget\":[[1,1]],\"transition\":[[0,2,1]]}",
            "/transition/0", "a transition to no cell is refused at its place");
    refused(
        HEAD
        "\"prior\":[1,1],\"effectiveness\":[[1,1]],\"budget\":[[1,1]],\"transition\":[[0,1,1],[1,1,0.5]]}",
        "/transition", "transitions that lose probability are refused");
    refused(HEAD "\"prior\":[1,1],\"effectiveness\":[[1,1]],\"budget\":[[1]],\"detection\":\"guess\"}",
            "/detection", "an unknown detection law is refused");
}

int main(void)
{
    washburn();
    b1();
    const double pi = CORE_PI;
    circular_normal(PLAN_LAW_EXPONENTIAL, 0.5 * pi, .158279, 1e-4,
                    "circular normal, random search, u = .5: .158279");
    circular_normal(PLAN_LAW_EXPONENTIAL, 4 * pi, .593994, 1e-4,
                    "circular normal, random search, u = 4: .593994");
    circular_normal(PLAN_LAW_EXPONENTIAL, 9 * pi, .800852, 1e-4,
                    "circular normal, random search, u = 9: .800852");
    circular_normal(PLAN_LAW_INVERSE_CUBE, 1, .12918, 1e-4, "circular normal, inverse cube, Z = 1: .12918");
    circular_normal(PLAN_LAW_INVERSE_CUBE, 4, .38276, 1e-4, "circular normal, inverse cube, Z = 4: .38276");
    circular_normal(PLAN_LAW_INVERSE_CUBE, 16, .78851, 1e-4, "circular normal, inverse cube, Z = 16: .78851");
    carousel();
    int problems = getenv("PHAROS_ALLOCATE_CASES") ? atoi(getenv("PHAROS_ALLOCATE_CASES")) : 150;
    every_way(PLAN_LAW_EXPONENTIAL, problems, "exponential");
    every_way(PLAN_LAW_INVERSE_CUBE, problems, "inverse cube");
    files();
    return tap_done();
}
