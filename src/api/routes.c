// The table of routes: what there is, who may ask for it.
#include "api/access.h"
#include "api/attachments.h"
#include "api/cases.h"
#include "api/runs.h"
#include "api/server.h"
#include "api/sharing.h"
#include "api/tools.h"

#define V "/api/v1"
#define CASE V "/cases/{case}"
#define RUN CASE "/runs/{run}"

const struct api_route api_routes[] = {
    {"GET", V "/health", API_ANYBODY, API_NO_BODY, true, false, "health", "Is the server well?", api_health},
    {"GET", V "/openapi.json", API_ANYBODY, API_NO_BODY, true, false, "openapi", "This document",
     api_openapi},
    {"GET", V "/session", API_ANYBODY, API_NO_BODY, true, false, "session", "Who am I, and in which centres?",
     api_session, .knows_person = true},
    {"POST", V "/login", API_ANYBODY, API_JSON_BODY, false, false, "login",
     "Begins a session: sets its cookie", api_login, .knows_person = true},
    {"POST", V "/logout", API_ANYBODY, API_NO_BODY, false, false, "logout", "Ends the session", api_logout,
     .knows_person = true},
    {"POST", V "/password", API_VIEWER, API_JSON_BODY, false, false, "password",
     "Changes one's own password; ends every session", api_password},
    {"GET", V "/objects", API_VIEWER, API_NO_BODY, true, false, "objects", "Leeway classes and presets",
     api_objects},
    {"GET", V "/position", API_VIEWER, API_NO_BODY, true, false, "position",
     "Reads a position in any marine notation", api_position},
    {"GET", V "/coast", API_VIEWER, API_NO_BODY, false, false, "coast", "The shoreline in a box", api_coast},
    {"GET", V "/environment", API_VIEWER, API_NO_BODY, false, false, "environment",
     "Forcing files that every case may use", api_environment_list},
    {"POST", V "/parse", API_VIEWER, API_JSON_BODY, true, false, "parse",
     "Positions, times, people and craft in a message as it came", api_parse},
    {"GET", V "/cases", API_VIEWER, API_NO_BODY, true, false, "listCases", "Cases, the last changed first",
     api_cases_list},
    {"POST", V "/cases", API_COORDINATOR, API_JSON_BODY, false, false, "createCase",
     "A new case from its document", api_cases_create},
    {"GET", CASE, API_VIEWER, API_NO_BODY, true, false, "showCase", "A case and its document", api_case_show},
    {"PATCH", CASE, API_COORDINATOR, API_JSON_BODY, false, true, "patchCase",
     "Changes the document by a merge patch (RFC 7396)", api_case_patch},
    {"GET", CASE "/check", API_VIEWER, API_NO_BODY, false, false, "checkCase",
     "What is missing before it can be run", api_case_check},
    {"GET", CASE "/log", API_VIEWER, API_NO_BODY, true, false, "caseLog", "The log: who, what, when, why",
     api_case_log},
    {"POST", CASE "/reports", API_COORDINATOR, API_JSON_BODY, false, false, "addReport",
     "A message or sighting as it came", api_case_report},
    {"POST", CASE "/notes", API_COORDINATOR, API_JSON_BODY, false, false, "addNote", "A note in the log",
     api_case_note},
    {"POST", CASE "/close", API_COORDINATOR, API_JSON_BODY, false, true, "closeCase",
     "Closes the case for a reason", api_case_close},
    {"POST", CASE "/reopen", API_COORDINATOR, API_JSON_BODY, false, true, "reopenCase",
     "Opens it again for a reason", api_case_reopen},
    {"GET", CASE "/shares", API_VIEWER, API_NO_BODY, false, false, "listShares",
     "Whose the case is and with whom it is shared", api_shares_list},
    {"PUT", CASE "/shares/{centre}", API_COORDINATOR, API_JSON_BODY, false, false, "share",
     "Shares the case with another centre", api_share_put, .owners_only = true},
    {"DELETE", CASE "/shares/{centre}", API_COORDINATOR, API_NO_BODY, false, false, "unshare",
     "Ends the sharing", api_share_end, .owners_only = true},
    {"GET", CASE "/files", API_VIEWER, API_NO_BODY, false, false, "listFiles", "Files attached to the case",
     api_files_list},
    {"PUT", CASE "/files/{name}", API_COORDINATOR, API_BYTES_BODY, false, false, "attachFile",
     "Attaches a file", api_file_put},
    {"GET", CASE "/files/{name}", API_VIEWER, API_NO_BODY, false, false, "getFile",
     "A file as it was attached", api_file_get},
    {"GET", CASE "/files/{name}/inspect", API_VIEWER, API_NO_BODY, false, false, "inspectFile",
     "What is in a forcing file and how it will be read", api_file_inspect},
    {"GET", CASE "/runs", API_VIEWER, API_NO_BODY, false, false, "listRuns", "Runs of the case",
     api_runs_list},
    {"POST", CASE "/runs", API_COORDINATOR, API_NO_BODY, false, false, "startRun",
     "Drifts and plans the case as it stands", api_runs_create},
    {"GET", RUN, API_VIEWER, API_NO_BODY, false, false, "showRun", "State of a run", api_run_show},
    {"DELETE", RUN, API_COORDINATOR, API_NO_BODY, false, false, "cancelRun", "Cancels a run", api_run_cancel},
    {"GET", RUN "/events", API_VIEWER, API_NO_BODY, true, false, "runEvents",
     "Progress of a run as server-sent events", api_run_events},
    {"GET", RUN "/files/{name}", API_VIEWER, API_NO_BODY, false, false, "runFile",
     "A result: summary.json, plan.json, tasks~ASSET.gpx, report.html, …", api_run_file},
    {"GET", RUN "/particles", API_VIEWER, API_NO_BODY, false, false, "runParticles",
     "Particles at one time as a binary frame", api_run_particles},
    {"POST", RUN "/evaluate", API_VIEWER, API_JSON_BODY, false, false, "evaluatePlan",
     "POS of an edited plan on this run's cloud", api_run_evaluate},
};
const size_t api_n_routes = sizeof api_routes / sizeof *api_routes;
