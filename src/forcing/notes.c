#include "forcing/notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void note_append(struct forcing_notes *notes, bool grave, const char *code, const char *text,
                        va_list args)
{
    char line[512];
    vsnprintf(line, sizeof line, text, args);
    for (const struct forcing_note *note = notes->first; note; note = note->next)
        if (!strcmp(note->code, code) && !strcmp(note->text, line))
            return;
    struct forcing_note *note = CORE_ARENA_NEW(notes->arena, struct forcing_note, 1);
    char *copy = note ? core_arena_text(notes->arena, line) : NULL;
    if (!copy)
        return;
    *note = (struct forcing_note){.code = code, .text = copy, .grave = grave};
    if (notes->last)
        notes->last->next = note;
    else
        notes->first = note;
    notes->last = note;
}

void forcing_note_add(struct forcing_notes *notes, const char *code, const char *text, ...)
{
    va_list args;
    va_start(args, text);
    note_append(notes, true, code, text, args);
    va_end(args);
}

void forcing_note_mention(struct forcing_notes *notes, const char *code, const char *text, ...)
{
    va_list args;
    va_start(args, text);
    note_append(notes, false, code, text, args);
    va_end(args);
}
