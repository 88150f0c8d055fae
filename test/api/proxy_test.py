"""The shipped nginx configuration in front of a server with users. usage: proxy_test.py PHAROS SOURCE"""
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import http.client

from pharos_api import Server, Tap, free_port, wait_listening

PASSWORD = "four words are enough"
NAME = "sar.example.org"


def configure(source, folder, port, behind):
    """The shipped file with this test's certificate and ports, in a whole configuration that needs no rights."""
    shipped = open(os.path.join(source, "examples/nginx/pharos.conf")).read()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=" + NAME, "-addext", "subjectAltName=DNS:" + NAME,
                    "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem"], check=True, stderr=subprocess.DEVNULL)
    text = re.sub(r"listen \[::\].*\n", "", shipped).replace("listen 443", f"listen 127.0.0.1:{port}")
    text = text.replace("127.0.0.1:8080", behind).replace("/etc/ssl/certs/sar.example.org.pem", folder + "/cert.pem")
    text = text.replace("/etc/ssl/private/sar.example.org.key", folder + "/key.pem")
    temp = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(folder + "/nginx.conf", "w") as out:
        user = "user root;" if os.geteuid() == 0 else ""
        out.write(f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
                  f"http {{ access_log off; {temp}\n{text}\n}}\n")


class Client:
    """Asks for NAME at this port, over TLS with the test's certificate."""

    def __init__(self, folder, port):
        self.context = ssl.create_default_context(cafile=folder + "/cert.pem")
        self.port = port

    def ask(self, method, path, body=None, headers=None):
        raw = socket.create_connection(("127.0.0.1", self.port), 30)
        connection = http.client.HTTPConnection(NAME)
        connection.sock = self.context.wrap_socket(raw, server_hostname=NAME)
        connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content


def through(tap, client):
    status, headers, _ = client.ask("GET", "/api/v1/health")
    tap.ok(status == 200 and "default-src 'none'" in headers["Content-Security-Policy"], "the server is reached", status)
    tap.ok("max-age" in headers["Strict-Transport-Security"], "over TLS only, from now on")
    tap.ok(client.ask("GET", "/api/v1/cases")[0] == 401, "nobody is let in without a name")
    login = '{"user": "vera", "password": "%s"}' % PASSWORD
    status, headers, _ = client.ask("POST", "/api/v1/login", login, {"Origin": "https://" + NAME})
    cookie = headers["Set-Cookie"] or ""
    tap.ok(status == 200 and cookie.startswith("__Host-pharos=") and "; Secure" in cookie, "a session's cookie is for TLS only",
           status, cookie)
    tap.ok(client.ask("GET", "/api/v1/cases", headers={"Cookie": cookie.split(";")[0]})[0] == 200, "and opens the list")
    status = client.ask("POST", "/api/v1/login", login, {"Origin": "http://" + NAME})[0]
    tap.ok(status == 403, "a page of the same name without TLS is another origin", status)
    guesses = [client.ask("POST", "/api/v1/login", '{"user": "u%d", "password": "guess"}' % i,
                          {"X-Forwarded-For": f"10.0.0.{i}"})[0] for i in range(60)]
    tap.ok(guesses[0] == 401 and guesses[-1] == 429, "who says to be many addresses is still one", guesses)


def main():
    pharos, source = sys.argv[1:3]
    tap = Tap()
    server = Server(pharos)
    server.user("add", "vera", "mrcc", "coordinator", password=PASSWORD + "\n")
    server.stop()
    bare = subprocess.run([pharos, "serve", "--listen", "0.0.0.0:0", "--db", server.db], stderr=subprocess.PIPE, text=True)
    tap.ok(bare.returncode == 2 and "--behind-proxy" in bare.stderr, "without a proxy it listens at no network")
    alone = subprocess.run([pharos, "serve", "--listen", "127.0.0.1:0", "--behind-proxy", "https://" + NAME,
                            "--db", server.folder.name + "/empty.db"], stderr=subprocess.PIPE, text=True)
    tap.ok(alone.returncode == 2 and "users" in alone.stderr, "nor behind one without users", alone.stderr)
    if not shutil.which("nginx") or not shutil.which("openssl"):
        tap.skip("the shipped configuration", "no nginx and openssl here")
        return tap.done()
    server = Server(pharos, "--behind-proxy", "https://" + NAME, db=server.db, folder=server.folder)
    port = free_port()
    configure(source, server.folder.name, port, server.url.split("//")[1])
    nginx = subprocess.Popen(["nginx", "-c", server.folder.name + "/nginx.conf", "-e", server.folder.name + "/error.log"])
    if tap.ok(wait_listening(nginx, port), "nginx takes the configuration", open(server.folder.name + "/error.log").read()):
        through(tap, Client(server.folder.name, port))
    nginx.terminate()
    nginx.wait(30)
    tap.ok(server.stop() == 0, "the server ends when asked to")
    return tap.done()


sys.exit(main())
