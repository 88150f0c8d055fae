// The bytes of a JSON document: where its values stand, and which members are repeated. The JSON library
// keeps neither.
#ifndef SCENARIO_TEXT_H
#define SCENARIO_TEXT_H

#include <stdbool.h>
#include <stddef.h>

// Calls visit for every value of a valid JSON text in the order of the document, with its JSON pointer
// (RFC 6901) and byte offset; `repeated` is true for a member whose name its object had already. False when
// out of memory. What to do with text that is not JSON is undefined in result, not in behaviour.
bool scenario_text_scan(const char *text, size_t length,
                        void (*visit)(void *arg, const char *pointer, size_t offset, bool repeated),
                        void *arg);

#endif
