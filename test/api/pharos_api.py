"""A server of its own for a test, and a client: nothing but Python's standard library."""
import atexit
import json
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request


def on_postgres():
    """Is this the run of the test on the server that script/postgres has started? (last argument "postgres")"""
    return sys.argv[-1] == "postgres"


def schema_new():
    """The address of an empty schema on that server."""
    url, name = os.environ["PHAROS_TEST_POSTGRES"], "api_" + os.urandom(4).hex()
    subprocess.run(["psql", "-q", url, "-c", "CREATE SCHEMA " + name], check=True)
    return f"{url}&options=-csearch_path%3D{name}"


class Server:
    def __init__(self, pharos, *options, db=None, folder=None):
        self.pharos = pharos
        self.folder = folder or tempfile.TemporaryDirectory(prefix="pharos-api-")
        self.db = db or (schema_new() if on_postgres() else os.path.join(self.folder.name, "test.db"))
        self.process = subprocess.Popen([pharos, "serve", "--listen", "127.0.0.1:0", "--db", self.db, *options],
                                        stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)  # a test that breaks off must not leave it behind
        self.url = self.process.stdout.readline().strip().rstrip("/")
        self.headers, self.answered = {}, []

    def user(self, *arguments, password=None):
        """`pharos user ARGUMENTS`: what it prints."""
        done = subprocess.run([self.pharos, "user", *arguments, "--db", self.db], input=password, text=True,
                              stdout=subprocess.PIPE, check=True)
        return done.stdout.strip()

    def ask(self, method, path, body=None, headers=None, raw=False):
        """(status, headers, parsed JSON or bytes)"""
        sent = {"Content-Type": "application/octet-stream" if isinstance(body, bytes) else "application/json"}
        sent.update(self.headers)
        sent.update(headers or {})
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=sent)
        try:
            answer = urllib.request.urlopen(request, timeout=120)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            content = answer.read()
            kind = (answer.headers["Content-Type"] or "").split(";")[0]
            if kind in ("application/json", "application/problem+json"):
                self.answered.append((method.lower(), path.split("?")[0], answer.status, kind, content))
            return answer.status, answer.headers, content if raw else json.loads(content or b"null")

    def events(self, path):
        """The data of each server-sent event."""
        request = urllib.request.Request(self.url + path, headers=self.headers)
        with urllib.request.urlopen(request, timeout=300) as stream:
            for line in stream:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)


def free_port():
    """A port that nobody has at this moment."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_listening(process, port):
    """Until the process takes connections at the port; False when it ends first."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            select.select([], [], [], 0.02)
    return False


def conforms(server, tap):
    """Every JSON answer that this server gave so far is as its OpenAPI document says."""
    sentence = "every answer is as the OpenAPI document says"
    try:
        import jsonschema
    except ImportError:
        tap.skip(sentence, "no python3-jsonschema here")
        return
    document = server.ask("GET", "/api/v1/openapi.json")[2]
    table = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", pattern) + "$"), methods) for pattern, methods in document["paths"].items()]
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    wrong, n = [f"no schema {name}" for name in named - set(document["components"]["schemas"])], 0
    for method, path, status, kind, content in server.answered:
        methods = next((m for p, m in table if p.match(path)), {})
        if not path.startswith("/api/") or "%" in path or method not in methods:
            continue
        responses = methods[method]["responses"]
        schema = responses["2XX" if status < 300 else "default"].get("content", {}).get(kind, {}).get("schema")
        if status >= 300 and not schema:
            wrong.append(f"{method} {path}: {status} as {kind}")
        if schema:
            n += 1
            check = jsonschema.Draft202012Validator({**schema, "components": document["components"]})
            wrong += [f"{method} {path}: {e.message}" for e in check.iter_errors(json.loads(content))]
    tap.ok(n > 5 and not wrong, sentence + f" ({n})", *wrong[:8])


class Tap:
    def __init__(self):
        self.n = self.bad = 0
        if on_postgres() and not os.environ.get("PHAROS_TEST_POSTGRES"):
            print("1..0 # SKIP no PostgreSQL here: script/postgres starts one")
            sys.exit(0)

    def ok(self, good, sentence, *detail):
        self.n += 1
        self.bad += not good
        print(("ok" if good else "not ok"), self.n, "-", sentence, flush=True)
        if not good:
            for line in detail:
                print("#", line, flush=True)
        return good

    def skip(self, sentence, why):
        self.n += 1
        print(f"ok {self.n} - {sentence} # SKIP {why}", flush=True)

    def done(self):
        print(f"1..{self.n}")
        return 1 if self.bad else 0
