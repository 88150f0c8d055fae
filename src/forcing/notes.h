// What looks odd in a file, kept until someone can be told: the run's warnings or `forcing inspect`.
#ifndef FORCING_NOTES_H
#define FORCING_NOTES_H

#include <stdbool.h>

#include "core/arena.h"
#include "pharos/pharos.h"

struct forcing_note {
    const char *code; // stable, kebab-case
    const char *text;
    bool grave; // changes how far results can be trusted: a warning of the run
    struct forcing_note *next;
};

struct forcing_notes {
    struct core_arena *arena; // owns the texts
    struct forcing_note *first, *last;
};

// Adds a note that is worth a warning, or one that is only good to know; the same code and text twice is one.
// Out of memory: dropped.
void forcing_note_add(struct forcing_notes *notes, const char *code, const char *text, ...) PH_PRINTF(3, 4);
void forcing_note_mention(struct forcing_notes *notes, const char *code, const char *text, ...)
    PH_PRINTF(3, 4);

#endif
