// Files of a case: forcing, tracks, photographs, messages. Each is an event of its log.
#ifndef API_ATTACHMENTS_H
#define API_ATTACHMENTS_H

#include "api/route.h"
#include "store/store.h"

// The latest event that brought a file of this name; PH_EINPUT when none did.
enum ph_status api_attachment_find(struct store *store, const char *case_id, const char *name, int64_t *seq,
                                   struct ph_err *err) PH_NODISCARD;

void api_files_list(struct api_call *call);
void api_file_put(struct api_call *call);
void api_file_get(struct api_call *call);
void api_file_inspect(struct api_call *call);
void api_environment_list(struct api_call *call);

#endif
