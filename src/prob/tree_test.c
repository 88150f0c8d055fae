#include "prob/tree.h"

#include <string.h>

#include "core/rng.h"
#include "test/tap.h"

enum { N = 4000 };
static double x[N], y[N], noise[N], target[N], weight[N];
static const double *const columns[] = {x, y, noise};

static void sample_fill(void)
{
    for (size_t i = 0; i < N; i++) {
        double u[4];
        core_rng_uniform(5, i, 0, CORE_RNG_PLAN, u);
        x[i] = u[0], y[i] = 1000 * u[1], noise[i] = u[2];
        target[i] = (u[0] > 0.25) + 2 * (1000 * u[1] > 600); // four values in rectangles
        weight[i] = 0.5 + u[3];
    }
}

static bool leaves_hold(const struct prob_tree *tree, size_t least, double *worst)
{
    static uint8_t seen[N];
    size_t total = 0;
    memset(seen, 0, sizeof seen);
    *worst = 0;
    for (size_t k = 0; k < tree->n_nodes; k++) {
        const struct prob_tree_node *node = &tree->node[k];
        if (node->feature >= 0)
            continue;
        double sum = 0, square = 0;
        for (uint32_t i = node->from; i < node->from + node->n; i++) {
            uint32_t m = tree->order[i];
            if (seen[m]++ || prob_tree_leaf(tree, (const double[]){x[m], y[m], noise[m]}) != k)
                return false;
            sum += target[m], square += target[m] * target[m];
        }
        total += node->n;
        *worst += square - sum * sum / node->n;
        if (node->n < least)
            return false;
    }
    return total == N;
}

int main(void)
{
    struct core_arena arena = {0};
    struct prob_tree tree, again;
    double left = 0, whole = 0, mean = 0;
    sample_fill();
    for (size_t i = 0; i < N; i++)
        mean += target[i] / N;
    for (size_t i = 0; i < N; i++)
        whole += (target[i] - mean) * (target[i] - mean);
    struct prob_sample sample = {N, 3, columns, target, weight};
    bool good = !prob_tree_make(&sample, 24, &arena, &tree, NULL);
    tap_ok(good && leaves_hold(&tree, 24, &left),
           "every member is found in its leaf, and no leaf is too small");
    tap_ok(left < 0.02 * whole, "splits are where the target differs: %.4f of its variance is left",
           left / whole);
    good = !prob_tree_make(&sample, 24, &arena, &again, NULL);
    tap_ok(good && tree.n_nodes == again.n_nodes && !memcmp(tree.order, again.order, N * sizeof *tree.order),
           "the same sample gives the same tree");
    sample.target = NULL;
    good = !prob_tree_make(&sample, 50, &arena, &tree, NULL);
    size_t most = 0;
    for (size_t k = 0; k < tree.n_nodes; k++)
        if (tree.node[k].feature < 0 && tree.node[k].n > most)
            most = tree.node[k].n;
    tap_ok(good && leaves_hold(&tree, 50, &left) && most < 150,
           "without a target: cells of like size (at most %zu)", most);
    double same[N] = {0};
    const double *const flat[] = {same};
    sample = (struct prob_sample){N, 1, flat, target, weight};
    good = !prob_tree_make(&sample, 24, &arena, &tree, NULL);
    tap_ok(good && tree.n_nodes == 1, "where nothing differs there is one leaf");
    sample.n = 0;
    good = !prob_tree_make(&sample, 24, &arena, &tree, NULL);
    tap_ok(good && tree.n_nodes == 1 && prob_tree_leaf(&tree, same) == 0,
           "an empty sample has one empty leaf");
    core_arena_fini(&arena);
    return tap_done();
}
