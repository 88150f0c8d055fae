// The folder in which one run is made: the case's document, the files that it names, and what comes out.
#ifndef API_WORKSPACE_H
#define API_WORKSPACE_H

#include <jansson.h>

#include "store/store.h"

enum { API_PATH = 512 };

// Makes a new folder below `root` with case.json as after event `seq` and every file that it names: "NAME" is
// a file attached to the case, "environment/NAME" one of the folder that the server was started with. Other
// names are PH_EINPUT: a case that came over the network opens nothing else on this machine.
enum ph_status api_workspace_make(struct store *store, const char *case_id, int64_t seq,
                                  const char *environment, const char *root, char folder[API_PATH],
                                  struct ph_err *err) PH_NODISCARD;
void api_workspace_remove(const char *folder);

// Every file below `folder`/`part`, "tasks/A1.gpx", with its bytes; those above `most` bytes are left out and
// named in `too_big` (a JSON array, may be NULL). Lives in the arena.
enum ph_status api_workspace_files(const char *folder, const char *part, size_t most,
                                   struct core_arena *arena, struct store_file **out, size_t *n,
                                   json_t *too_big, struct ph_err *err) PH_NODISCARD;

// Is this the name of a file and nothing else: no folder, not hidden, plain letters.
bool api_workspace_name_good(const char *name);

// Media type by the name's end.
const char *api_workspace_media(const char *name);

#endif
