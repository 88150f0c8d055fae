#include "plan/allocate.h"

#include "core/file.h"
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
    tap_near(6000 * (1 - a.pos), 106.20773686, 2e-5, "Washburn 1995: three resources leave 106.20773686");
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

static void moving_inverse_cube_is_refused(void)
{
    const double prior[] = {1, 1}, w[] = {1, 1}, budget[] = {1, 1};
    const struct plan_move move[] = {{0, 1, 1}, {1, 0, 1}};
    struct plan_allocation_problem p = {2, 1, 2, prior, w, budget, move, 2, PLAN_LAW_INVERSE_CUBE};
    struct core_job job = {0};
    struct core_arena arena = {0};
    struct plan_allocation a;
    tap_ok(plan_allocate(&p, &job, &arena, &a, NULL) == PH_EUNSUPPORTED,
           "inverse-cube detection of a moving target is refused, not guessed");
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
    moving_inverse_cube_is_refused();
    files();
    return tap_done();
}
