"""Who may do what: every route of the API as everybody. usage: roles_test.py PHAROS"""
import json
import sys

from pharos_api import Server, Tap, conforms

CASE = {"pharos": "case/1", "name": "x"}
RANK = {"anybody": 0, "viewer": 1, "coordinator": 2, "admin": 3}
PASSWORD = "four words are enough"
# name: (centre, role, least of role and what the case is shared for)
PEOPLE = {
    "vera": ("mrcc", "viewer", "viewer"),
    "carlo": ("mrcc", "coordinator", "coordinator"),
    "ada": ("mrcc", "admin", "admin"),
    "foreign": ("other", "admin", "anybody"),
    "guest": ("guests", "admin", "viewer"),  # the case is shared with this centre for looking only
    "ally": ("allies", "admin", "coordinator"),
    "leaver": ("mrcc", "none", "anybody"),
}


def refused(status, problem):
    """'login', 'role', 'hidden', or None when the request was let in."""
    kind = problem.get("type", "").split(":")[-1] if isinstance(problem, dict) and status >= 400 else ""
    if kind == "not-found" and problem["title"] == "there is no such case":
        return "hidden"
    return kind if kind in ("login", "role", "csrf") else None


def expected(route_role, pattern, owners_only, person):
    if route_role == "anybody":
        return None
    if person is None:
        return "login"
    home, in_centre, in_case = PEOPLE[person]
    if "/centres/" in pattern and home != "mrcc":
        return "role"
    if "{case}" in pattern:
        if owners_only and in_case != "anybody" and PEOPLE[person][0] != "mrcc":
            return "role"
        return "hidden" if in_case == "anybody" else "role" if RANK[in_case] < RANK[route_role] else None
    return "role" if RANK.get(in_centre, 0) < RANK[route_role] else None


def table(server, tap, tokens, case):
    routes = server.ask("GET", "/api/v1/openapi.json")[2]["paths"]
    wrong, n = [], 0
    for pattern, methods in sorted(routes.items()):
        path = pattern.replace("{case}", case).replace("{name}", "a.txt").replace("{run}", "0" * 16)
        path = path.replace("centres/{centre}", "centres/mrcc").replace("{centre}", "nowhere").replace("{user}", "newcomer")
        for method, route in methods.items():
            for person in [None, *PEOPLE]:
                headers = {"Authorization": "Bearer " + tokens[person]} if person else {}
                if pattern.endswith("/logout"):
                    headers["X-Note"] = "ends nothing: there is no cookie"
                body = {} if method in ("post", "put", "patch") else None
                status, _, answer = server.ask(method.upper(), path, body, headers, raw=True)
                try:
                    answer = json.loads(answer or b"null")
                except ValueError:
                    answer = None
                want = expected(route["x-role"], pattern, "x-owners-only" in route, person)
                n += 1
                if refused(status, answer) != want or status >= 500:
                    wrong.append(f"{method} {pattern} as {person}: {status} {answer}, expected {want or 'in'}")
    tap.ok(n > 200 and not wrong, f"each of {n} requests by a role is let in or refused as the table says", *wrong)


def lists(server, tap, tokens, case):
    for person, (_, _, role) in PEOPLE.items():
        status, _, listed = server.ask("GET", "/api/v1/cases", headers={"Authorization": "Bearer " + tokens[person]})
        ids = [c["id"] for c in listed.get("cases", [])]
        tap.ok(ids == ([case] if role != "anybody" else []), f"{person} sees in the list what is his", status, ids)


def cookie_of(headers):
    return headers["Set-Cookie"].split(";")[0]


def sessions(server, tap, case):
    status, headers, me = server.ask("POST", "/api/v1/login", {"user": "carlo", "password": PASSWORD})
    cookie = headers["Set-Cookie"]
    tap.ok(status == 200 and me["centres"] == [{"centre": "mrcc", "role": "coordinator"}], "a password opens a session", me)
    tap.ok("HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie, "its cookie is for this page only", cookie)
    inside = {"Cookie": cookie_of(headers)}
    path = "/api/v1/cases/" + case
    tap.ok(server.ask("GET", path, headers=inside)[0] == 200, "with it the case is read")
    note = (path + "/notes", {"text": "hello"})
    status, _, problem = server.ask("POST", *note, inside)
    tap.ok(status == 403 and problem["type"].endswith("csrf"), "a change by cookie alone is refused", problem)
    status = server.ask("POST", *note, {**inside, "X-Pharos-CSRF": me["csrf"][:-1] + "!"})[0]
    tap.ok(status == 403, "and one with a guessed word")
    inside["X-Pharos-CSRF"] = me["csrf"]
    tap.ok(server.ask("POST", *note, inside)[0] == 201, "with the session's own word it is taken")
    tap.ok(server.ask("GET", path + "/log", headers=inside)[2]["events"][-1]["who"] == "carlo", "and the log says who")
    session = server.ask("GET", "/api/v1/session", headers=inside)[2]
    tap.ok(session["user"] == "carlo" and session["csrf"] == me["csrf"], "the page can ask who it is", session)
    tap.ok(server.ask("GET", "/api/v1/session")[2]["user"] is None, "nobody is told to be nobody")
    token_in_cookie = {"Cookie": "pharos=" + server.user("token", "carlo", "elsewhere")}
    tap.ok(server.ask("GET", path, headers=token_in_cookie)[0] == 401, "a program's token is no session")
    tap.ok(server.ask("POST", "/api/v1/logout", {}, inside)[0] == 204, "he logs out")
    tap.ok(server.ask("GET", path, headers=inside)[0] == 401, "and the cookie opens nothing any more")


def passwords(server, tap):
    say = lambda password, user="vera": server.ask("POST", "/api/v1/login", {"user": user, "password": password})
    _, headers, me = say(PASSWORD)
    inside = {"Cookie": cookie_of(headers), "X-Pharos-CSRF": me["csrf"]}
    change = lambda old, new: server.ask("POST", "/api/v1/password", {"old": old, "new": new}, inside)[0]
    tap.ok(change("not it at all", "another one to keep") == 401, "a password is changed by who knows it only")
    tap.ok(change(PASSWORD, "short") == 422, "a short one is refused")
    tap.ok(change(PASSWORD, "another one to keep") == 204, "a good one is taken")
    tap.ok(server.ask("GET", "/api/v1/cases", headers=inside)[0] == 401, "which ends the sessions")
    tap.ok(say(PASSWORD)[0] == 401 and say("another one to keep")[0] == 200, "and the new one opens")
    same = say("wrong wrong wrong")[2], say("wrong wrong wrong", "nobody.at.all")[2]
    tap.ok(same[0] == same[1], "who is not there is answered like who mistypes", same)
    tries = [say(f"guess number {i}")[0] for i in range(12)]
    tap.ok(tries[0] == 401 and tries[-1] == 429, "guessing is slowed down", tries)
    status, headers, _ = say("another one to keep")
    tap.ok(status == 429 and headers["Retry-After"], "also for the right one, for a while")
    tap.ok(say(PASSWORD, "carlo")[0] == 200, "but not for others")


def members(server, tap, tokens):
    ask = lambda method, who, body=None: server.ask(method, "/api/v1/centres/mrcc/members/" + who, body,
                                                    {"Authorization": "Bearer " + tokens["ada"]})[0]
    tap.ok(ask("PUT", "newcomer", {"role": "viewer"}) == 404, "an admin gives no role to nobody")
    tap.ok(ask("PUT", "newcomer", {"role": "viewer", "password": PASSWORD}) == 204, "but makes a new user")
    tap.ok("newcomer" in server.user("list").split(), "who is there")
    tap.ok(ask("PUT", "foreign", {"role": "viewer", "password": PASSWORD}) >= 409, "nobody else's password is changed so")
    tap.ok(ask("PUT", "newcomer", {"role": "king"}) == 422 and ask("PUT", "ada", {"role": "viewer"}) == 409,
           "no role is invented, nor one's own changed")
    tap.ok(ask("DELETE", "newcomer") == 204, "and takes him out again")
    listed = server.ask("GET", "/api/v1/centres/mrcc/members", headers={"Authorization": "Bearer " + tokens["ada"]})[2]
    tap.ok("newcomer" not in [m["user"] for m in listed["members"]] and len(listed["members"]) == 3, "of the list", listed)


def ends(server, tap, tokens):
    ask = lambda person: server.ask("GET", "/api/v1/cases", headers={"Authorization": "Bearer " + tokens[person]})[0]
    server.user("revoke", "ally", "test")
    tap.ok(ask("ally") == 401, "a token that was revoked opens nothing")
    server.user("remove", "guest")
    tap.ok(ask("guest") == 401 and "guest" not in server.user("list").split(), "nor does one of a user who was removed")
    server.user("role", "vera", "mrcc", "none")
    tap.ok(ask("vera") == 403, "nor one without a role in any centre")


def main():
    tap = Tap()
    server = Server(sys.argv[1])
    old = server.ask("POST", "/api/v1/cases", CASE)[2]["id"]
    tap.ok(server.ask("GET", "/api/v1/session")[2]["users"] is False, "without users one person works alone")
    for name, (centre, role, _) in PEOPLE.items():
        server.user("add", name, centre, "viewer" if role == "none" else role, password=PASSWORD + "\n")
    server.user("role", "leaver", "mrcc", "none")
    tokens = {name: server.user("token", name, "test") for name in PEOPLE}
    as_ada = {"Authorization": "Bearer " + tokens["ada"]}
    tap.ok(server.ask("GET", "/api/v1/cases")[0] == 401, "from the first user on nobody is let in without a name")
    tap.ok(server.ask("GET", "/api/v1/cases/" + old, headers=as_ada)[0] == 404, "a case of nobody is nobody's")
    status, _, made = server.ask("POST", "/api/v1/cases", CASE, as_ada)
    tap.ok(status == 201, "a case is made in the centre of who makes it", made)
    tap.ok(server.ask("POST", "/api/v1/cases?centre=other", CASE, as_ada)[0] == 403, "and in no other")
    path = "/api/v1/cases/" + made["id"]
    for centre, role in (("guests", "viewer"), ("allies", "coordinator")):
        status, _, answer = server.ask("PUT", f"{path}/shares/{centre}", {"role": role}, as_ada)
        tap.ok(status == 200, f"it is shared with the {centre}", answer)
    tap.ok(server.ask("PUT", path + "/shares/nowhere", {"role": "viewer"}, as_ada)[0] == 422, "but with no centre that is not there")
    tap.ok(server.ask("PUT", path + "/shares/mrcc", {"role": "viewer"}, as_ada)[0] == 422, "and nobody takes it from its own")
    as_ally = {"Authorization": "Bearer " + tokens["ally"]}
    tap.ok(server.ask("PUT", path + "/shares/other", {"role": "viewer"}, as_ally)[0] == 403, "who got it does not hand it on")
    kinds = [e["kind"] for e in server.ask("GET", path + "/log", headers=as_ada)[2]["events"]]
    tap.ok(kinds == ["created", "shared", "shared"], "sharing is in the log", kinds)
    shares = server.ask("GET", path + "/shares", headers=as_ada)[2]["shares"]
    tap.ok([s["centre"] for s in shares if s["owner"]] == ["mrcc"] and len(shares) == 3, "and can be read", shares)
    table(server, tap, tokens, made["id"])
    lists(server, tap, tokens, made["id"])
    sessions(server, tap, made["id"])
    members(server, tap, tokens)
    passwords(server, tap)
    server.ask("DELETE", path + "/shares/allies", headers=as_ada)
    tap.ok(server.ask("GET", path, headers=as_ally)[0] == 404, "what is shared no longer is not seen any more")
    server.user("give", old, "mrcc")
    tap.ok(server.ask("GET", "/api/v1/cases/" + old, headers=as_ada)[0] == 200, "an old case is given to a centre")
    ends(server, tap, tokens)
    conforms(server, tap)
    tap.ok(server.stop() == 0, "the server ends when asked to")
    return tap.done()


sys.exit(main())
