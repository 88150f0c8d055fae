// The next level of a source, read by a thread of its own while the drift works on the live ones. Answers are
// the same with and without: what is read is handed over, checked and turned by the thread that owns the
// source.
#ifndef FORCING_AHEAD_H
#define FORCING_AHEAD_H

#include "forcing/source.h"

struct forcing_ahead;

// Starts to read a level on the live block, unless it is under way already. That it cannot be started, or
// that the reading fails, is no failure: the level is then read when it is needed.
void forcing_ahead_start(struct forcing_source *source, size_t level);

// Waits for what is under way. True when it was this level: *uv then is its values, and what *uv was is
// freed.
bool forcing_ahead_take(struct forcing_source *source, size_t level, float **uv);

// Waits, and forgets. The decoders are then free for others.
void forcing_ahead_end(struct forcing_source *source);

// Bytes held.
size_t forcing_ahead_bytes(const struct forcing_source *source);

#endif
