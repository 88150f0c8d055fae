"""What a server must refuse. usage: trust_test.py PHAROS"""
import socket
import sys

from pharos_api import Server, Tap, conforms

CASE = {"pharos": "case/1", "name": "x"}


def raw(server, text):
    """Status line of the answer to these bytes; "" when the connection was closed without one."""
    host, port = server.url.split("//")[1].split(":")
    with socket.create_connection((host, int(port)), 10) as s:
        s.sendall(text.encode("latin-1").replace(b"HOST", f"{host}:{port}".encode()))
        s.settimeout(10)
        if "\r\n\r\n" not in text or "HTTP" not in text:
            s.shutdown(socket.SHUT_WR)  # nothing more comes: else the server waits for the rest, as it should
        try:
            return s.recv(4096).split(b"\r\n")[0].decode("latin-1")
        except OSError:
            return ""


def origins(server, tap):
    tap.ok(server.ask("GET", "/api/v1/cases", headers={"Host": "evil.example"})[0] == 403,
           "a name that is not this server's is refused (rebinding)")
    tap.ok(server.ask("POST", "/api/v1/cases", CASE, {"Origin": "https://evil.example"})[0] == 403,
           "a request from another site's page is refused")
    tap.ok(server.ask("POST", "/api/v1/cases", CASE, {"Sec-Fetch-Site": "cross-site"})[0] == 403,
           "also when only the browser says so")
    tap.ok(server.ask("POST", "/api/v1/cases", CASE, {"Origin": server.url, "Sec-Fetch-Site": "same-origin"})[0] == 201,
           "one of its own page is not")


def requests(server, tap):
    host = "Host: HOST\r\n"
    for sentence, text in (
            ("a path with ..", f"GET /../../etc/passwd HTTP/1.1\r\n{host}\r\n"),
            ("a path with an encoded ..", f"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n{host}\r\n"),
            ("an encoded slash and ..", f"GET /assets%2f..%2f..%2fetc HTTP/1.1\r\n{host}\r\n"),
            ("a hidden file", f"GET /.git HTTP/1.1\r\n{host}\r\n"),
            ("two lengths", f"POST /api/v1/parse HTTP/1.1\r\n{host}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{{}}"),
            ("a length below zero", f"POST /api/v1/parse HTTP/1.1\r\n{host}Content-Length: -1\r\n\r\n"),
            ("a length in words", f"POST /api/v1/parse HTTP/1.1\r\n{host}Content-Length: two\r\n\r\n"),
            ("a body beyond all limits", f"POST /api/v1/parse HTTP/1.1\r\n{host}Content-Length: 99999999999\r\n\r\n"),
            ("an unknown method", f"BREW /api/v1/cases HTTP/1.1\r\n{host}\r\n"),
            ("headers without end", f"GET / HTTP/1.1\r\n{host}" + "A: " + "x" * 60000 + "\r\n\r\n"),
            ("a request line without end", "GET /" + "x" * 60000 + f" HTTP/1.1\r\n{host}\r\n"),
            ("bytes that are no HTTP", "\x00\x01\x02\x03\r\n\r\n")):
        line = raw(server, text)
        tap.ok(" 200 " not in line and " 500 " not in line and " 2" not in line[8:11], f"{sentence} is refused", line)
    tap.ok(server.ask("POST", "/api/v1/cases", b"{", {"Content-Type": "application/json"})[0] == 400,
           "JSON that ends too early is a problem with its place")
    tap.ok(server.ask("POST", "/api/v1/cases", b'{"name": 1, "name": 2}', {"Content-Type": "application/json"})[0] == 400,
           "a member twice is refused")
    tap.ok(server.ask("POST", "/api/v1/cases", b"{}", {"Content-Type": "text/plain"})[0] == 415,
           "what does not say that it is JSON is refused: a plain form of another site could send it")
    status, headers, problem = server.ask("DELETE", "/api/v1/cases")
    tap.ok(status == 405 and headers["Allow"] == "GET, POST", "a method that is not there names those that are", problem)


def files(server, tap):
    made = server.ask("POST", "/api/v1/cases", CASE)[2]["id"]
    path = "/api/v1/cases/" + made
    for name in ("..", ".hidden", "case.json", "a%2fb", "a%00b", "x" * 200):
        status = server.ask("PUT", f"{path}/files/{name}", b"bytes")[0]
        tap.ok(status in (400, 404, 422), f"a file named {name[:12]} is refused", status)
    etag = server.ask("GET", path)[1]["ETag"]
    document = {"environment": {"current": [{"file": "/etc/passwd"}], "wind": [{"file": "../../secret.nc"}]}}
    server.ask("PATCH", path, document, {"If-Match": etag})
    run = server.ask("POST", path + "/runs")[2]
    last = list(server.events(f"{path}/runs/{run['id']}/events"))[-1]
    tap.ok(last["state"] == "failed" and "/etc/passwd" in last["problem"]["where"],
           "a case over HTTP opens no file of this machine", last)
    tap.ok(server.ask("GET", "/api/v1/health")[2]["status"] == "good", "and the server is well")


def headers(server, tap):
    _, got, _ = server.ask("GET", "/api/v1/cases")
    tap.ok("default-src 'none'" in got["Content-Security-Policy"] and got["X-Content-Type-Options"] == "nosniff",
           "every answer carries a strict policy", dict(got))


def main():
    tap = Tap()
    server = Server(sys.argv[1])
    origins(server, tap)
    requests(server, tap)
    files(server, tap)
    headers(server, tap)
    conforms(server, tap)
    tap.ok(server.stop() == 0, "the server ends when asked to")
    return tap.done()


sys.exit(main())
