#!/usr/bin/env python3
"""Small resources asked for over kept connections while a run goes on, and idle connections beside them.

usage: bench/serve.py [PHAROS] [SECONDS] [CLIENTS] [IDLE] [PACE]    (build/pharos 10 32 0 2000; PACE requests a second)

Clients are processes of this script on the same machine: what they take of its processors is part of the figure. Waiting for the pace is
not part of an answer's time, but a client that falls behind asks at once.
"""
import json
import multiprocessing
import os
import resource
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../test/api"))
from pharos_api import Server  # noqa: E402
from case_test import demo_case  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def client(address, paths, until, each_s, out):
    """Latencies in seconds; every request over one kept socket, read with as little work as may be."""
    s = socket.create_connection(address)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    took, n, due = [], 0, time.monotonic()
    while (now := time.monotonic()) < until:
        if now < due:
            time.sleep(due - now)
        due = max(due + each_s, now - 0.1)
        begin = time.monotonic()
        s.sendall(f"GET {paths[n % len(paths)]} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n\r\n".encode())
        got = b""
        while b"\r\n\r\n" not in got:
            got += s.recv(65536)
        head, rest = got.split(b"\r\n\r\n", 1)
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(rest) < length:
            rest += s.recv(65536)
        took.append(time.monotonic() - begin)
        assert head.startswith(b"HTTP/1.1 200"), head
        n += 1
    out.put(took)


def run_started(server, path, case):
    case["drift"]["particles"] = 200000  # long enough to be there all the time
    etag = server.ask("GET", path)[1]["ETag"]
    server.ask("PATCH", path, {"drift": case["drift"]}, {"If-Match": etag})
    return server.ask("POST", path + "/runs")[2]["id"]


def cpu_s(pid):
    """Seconds of processor that a process has had, all threads."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    pharos, seconds, clients, idle, pace = [*sys.argv[1:], *["build/pharos", "10", "32", "0", "2000"][len(sys.argv) - 1:]]
    seconds, clients, idle, pace = float(seconds), int(clients), int(idle), float(pace)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    server = Server(os.path.abspath(pharos))
    case, files = demo_case(ROOT)
    path = "/api/v1/cases/" + server.ask("POST", "/api/v1/cases", case)[2]["id"]
    for file in files:
        server.ask("PUT", f"{path}/files/{os.path.basename(file)}", open(file, "rb").read())
    host, port = server.url.split("//")[1].split(":")
    address = (host, int(port))
    sleeping = [socket.create_connection(address) for _ in range(idle)]
    for s in sleeping[::2]:
        s.sendall(b"GET /api/v1/health HT")  # half of them slow, in the midst of a request
    run = run_started(server, path, case)
    out, until = multiprocessing.Queue(), time.monotonic() + seconds
    paths = ["/api/v1/health", path, path + "/log?limit=5", "/api/v1/cases?limit=5", "/api/v1/position?text=33-24N%20012-42E"]
    asking = [multiprocessing.Process(target=client, args=(address, paths, until, clients / pace, out)) for _ in range(clients)]
    before_s = cpu_s(server.process.pid)
    for process in asking:
        process.start()
    took = sorted(t for _ in asking for t in out.get())
    each_us = 1e6 * (cpu_s(server.process.pid) - before_s) / len(took)
    state = server.ask("GET", f"{path}/runs/{run}")[2]["state"]
    at = lambda frac: 1000 * took[min(len(took) - 1, int(frac * len(took)))]
    print(json.dumps({"per_s": round(len(took) / seconds), "ms": {"p50": round(at(.5), 2), "p99": round(at(.99), 2),
                      "max": round(at(1), 1)}, "server_cpu_us": round(each_us), "idle": idle, "clients": clients, "run": state, "cores": os.cpu_count()}))
    server.ask("DELETE", f"{path}/runs/{run}", raw=True)
    server.stop()


if __name__ == "__main__":
    main()
