"""Server and database killed outright, a full disk: nothing acknowledged is lost. usage: crash_test.py PHAROS"""
import os
import random
import subprocess
import sys
import threading
import urllib.error

from pharos_api import Server, Tap, on_postgres

CASE = {"pharos": "case/1", "name": "x"}
WRITERS, KILLS = 3, 5


class Writer(threading.Thread):
    """Writes notes until told to stop; keeps what was acknowledged. What was not is repeated under the same key."""

    def __init__(self, session, number):
        super().__init__(daemon=True)
        self.session, self.number, self.acknowledged = session, number, {}

    def run(self):
        n = 0
        while not self.session.over.is_set():
            text = f"note {self.number}.{n}"
            try:
                status, _, answer = self.session.server.ask("POST", self.session.path + "/notes", {"text": text},
                                                            {"Idempotency-Key": text + self.session.path})
            except (OSError, urllib.error.URLError, ValueError, ConnectionError):
                self.session.away.wait(0.01)  # it is being started again
                continue
            if status == 201:
                self.acknowledged[answer["seq"]] = text
                n += 1
                self.session.written.release()


class Session:
    def __init__(self, pharos):
        self.server = Server(pharos)
        self.path = "/api/v1/cases/" + self.server.ask("POST", "/api/v1/cases", CASE)[2]["id"]
        self.over, self.away, self.written = threading.Event(), threading.Event(), threading.Semaphore(0)
        self.writers = [Writer(self, i) for i in range(WRITERS)]
        for writer in self.writers:
            writer.start()

    def wait_written(self, n):
        return all(self.written.acquire(timeout=60) for _ in range(n))

    def end(self):
        self.over.set()
        for writer in self.writers:
            writer.join(60)

    def log(self):
        events, after = [], 0
        while after is not None:
            page = self.server.ask("GET", f"{self.path}/log?limit=200&after={after}")[2]
            events += page["events"]
            after = page.get("next")
        return events

    def lost(self):
        """Acknowledged notes that are not in the log under their number, and those that are there twice."""
        events = self.log()
        there = {e["seq"]: e["body"].get("text") for e in events}
        texts = [e["body"]["text"] for e in events if e["kind"] == "note"]
        acknowledged = {seq: text for w in self.writers for seq, text in w.acknowledged.items()}
        twice = {t for t in texts if texts.count(t) > 1}
        return len(acknowledged), [a for a in acknowledged.items() if there.get(a[0]) != a[1]], twice


def judged(session, tap, pharos, what):
    session.end()
    n, lost, twice = session.lost()
    tap.ok(n >= KILLS and not lost, f"{what}: each of {n} acknowledged notes is in the log", lost[:5])
    tap.ok(not twice, "and none twice, though they were repeated", twice)
    session.server.stop()
    verified = subprocess.run([pharos, "case", "verify", "--db", session.server.db], stdout=subprocess.PIPE, text=True)
    tap.ok(verified.returncode == 0, "and the chain of the log is whole", verified.stdout)


def killed_server(pharos, tap):
    session, chance = Session(pharos), random.Random(6)
    alive = True
    for _ in range(KILLS):
        alive = alive and session.wait_written(chance.randint(1, 25))
        session.server.process.kill()
        session.server.process.wait()
        session.server = Server(pharos, db=session.server.db, folder=session.server.folder)
    tap.ok(alive, "writing goes on after each kill of the server")
    judged(session, tap, pharos, "the server killed")


def killed_database(pharos, tap):
    session, control = Session(pharos), os.environ["PHAROS_TEST_POSTGRES_CTL"]
    alive = all(session.wait_written(10) and subprocess.run([control, "kill"]).returncode == 0 for _ in range(2))
    tap.ok(alive and session.wait_written(10), "writing goes on after the database was killed")
    judged(session, tap, pharos, "the database killed")


def full_disk(pharos, tap):
    """In a file system of 3 MB; only where one may be mounted."""
    server = Server(pharos)
    folder = os.path.join(server.folder.name, "small")
    os.mkdir(folder)
    server.stop()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], stderr=subprocess.DEVNULL)
    if mounted.returncode:
        tap.skip("a full disk", "no rights to mount a small file system")
        return
    try:
        small = Server(pharos, db=folder + "/small.db", folder=server.folder)
        path = "/api/v1/cases/" + small.ask("POST", "/api/v1/cases", CASE)[2]["id"]
        answers, kept = [], []
        for i in range(40):
            content = random.Random(i).randbytes(200000)
            status = small.ask("PUT", f"{path}/files/{i}.bin", content)[0]
            answers.append(status)
            kept += [(i, content)] if status == 201 else []
        tap.ok(kept and answers[-1] == 507, "a full disk is said to be full", answers)
        whole = all(small.ask("GET", f"{path}/files/{i}.bin", raw=True)[2] == content for i, content in kept)
        tap.ok(whole, "and what was taken is there")
        tap.ok(small.ask("GET", "/api/v1/health")[0] == 200 and small.stop() == 0, "and the server is well")
        verified = subprocess.run([pharos, "case", "verify", "--db", small.db], stdout=subprocess.PIPE, text=True)
        tap.ok(verified.returncode == 0, "and so is the log", verified.stdout)
    finally:
        subprocess.run(["umount", folder])


def main():
    tap = Tap()
    killed_server(sys.argv[1], tap)
    (killed_database if on_postgres() else full_disk)(sys.argv[1], tap)
    return tap.done()


sys.exit(main())
