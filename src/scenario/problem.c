#include "scenario/problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "scenario/text.h"

void scenario_problems_fini(struct scenario_problems *problems)
{
    core_arena_fini(&problems->arena);
    *problems = (struct scenario_problems){0};
}

// Room for one more: doubles the array at powers of two (the arena keeps the old ones, which is little).
static bool room_make(struct scenario_problems *problems)
{
    size_t n = problems->n;
    if (n & (n - 1))
        return true;
    struct scenario_problem *grown = CORE_ARENA_NEW(&problems->arena, struct scenario_problem, n ? 2 * n : 1);
    if (!grown)
        return false;
    if (n)
        memcpy(grown, problems->item, n * sizeof *grown);
    problems->item = grown;
    return true;
}

bool scenario_problem_add(struct scenario_problems *problems, const struct scenario_problem *problem)
{
    if (problems->n == SCENARIO_MAX_PROBLEMS) {
        problems->n_more++;
        return true;
    }
    struct scenario_problem copy = *problem;
    copy.pointer = core_arena_text(&problems->arena, problem->pointer);
    copy.found = core_arena_text(&problems->arena, problem->found);
    copy.expected = core_arena_text(&problems->arena, problem->expected);
    copy.text = core_arena_text(&problems->arena, problem->text);
    if (!copy.pointer || !copy.found || !copy.expected || !copy.text || !room_make(problems))
        return false;
    problems->item[problems->n++] = copy;
    return true;
}

// ---- places ----

struct place {
    const char *pointer;
    size_t length, offset, problem; // length: of the longest pointer met so far that leads to it
};

struct placing {
    struct place *place; // sorted by pointer
    size_t n;
};

static int place_compare(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->pointer, ((const struct place *)b)->pointer);
}

// A value of the text: it is the place of every problem whose pointer it is, and a place around every problem
// below it. Pointers below P sort directly behind P, so a binary search finds the run of both.
static void place_visit(void *arg, const char *pointer, size_t offset, bool repeated)
{
    struct placing *placing = arg;
    size_t length = strlen(pointer), low = 0, high = placing->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(placing->place[middle].pointer, pointer) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < placing->n && !strncmp(placing->place[low].pointer, pointer, length); low++) {
        struct place *place = &placing->place[low];
        char next = place->pointer[length];
        if (next == '\0' || (next == '/' && length >= place->length)) {
            place->offset = offset;
            place->length = length;
        }
    }
}

static int place_compare_offset(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    return p->offset < q->offset ? -1 : p->offset > q->offset;
}

// One pass over the text; the places are sorted by offset.
static void lines_count(struct scenario_problems *problems, const struct placing *placing, const char *text)
{
    size_t line = 1, column = 1, at = 0;
    for (size_t i = 0; i < placing->n; i++) {
        for (; at < placing->place[i].offset; at++) {
            if (text[at] == '\n') {
                line++;
                column = 1;
            } else if (((unsigned char)text[at] & 0xC0) != 0x80) { // characters, not bytes
                column++;
            }
        }
        problems->item[placing->place[i].problem].line = line;
        problems->item[placing->place[i].problem].column = column;
    }
}

static int problem_compare(const void *a, const void *b)
{
    const struct scenario_problem *p = a, *q = b;
    if (p->line != q->line)
        return p->line < q->line ? -1 : 1;
    if (p->column != q->column)
        return p->column < q->column ? -1 : 1;
    int order = strcmp(p->pointer, q->pointer);
    return order ? order : strcmp(p->text, q->text);
}

bool scenario_problem_place(struct scenario_problems *problems, const char *text, size_t length)
{
    if (!problems->n)
        return true;
    struct placing placing = {.place = CORE_ARENA_NEW(&problems->arena, struct place, problems->n),
                              .n = problems->n};
    if (!placing.place)
        return false;
    for (size_t i = 0; i < problems->n; i++)
        placing.place[i] = (struct place){.pointer = problems->item[i].pointer, .problem = i};
    qsort(placing.place, placing.n, sizeof *placing.place, place_compare);
    if (!scenario_text_scan(text, length, place_visit, &placing))
        return false;
    qsort(placing.place, placing.n, sizeof *placing.place, place_compare_offset);
    lines_count(problems, &placing, text);
    qsort(problems->item, problems->n, sizeof *problems->item, problem_compare);
    return true;
}

enum ph_status scenario_problem_status(const struct scenario_problems *problems, const char *name,
                                       struct ph_err *err)
{
    const struct scenario_problem *first = NULL;
    for (size_t i = 0; i < problems->n; i++)
        if (!first || (first->status == PH_EUNSUPPORTED && problems->item[i].status == PH_EINPUT))
            first = &problems->item[i];
    if (!first)
        return PH_OK;
    char more[64] = "", fix[256];
    size_t others = problems->n + problems->n_more - 1;
    if (others)
        snprintf(more, sizeof more, " (and %zu more problem%s)", others, others == 1 ? "" : "s");
    snprintf(fix, sizeof fix, "expected: %s", first->expected);
    (void)core_err_set(err, first->status, first->pointer, fix, "%s%s", first->text, more);
    core_err_within(err, name);
    return first->status;
}
