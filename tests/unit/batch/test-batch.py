# SPDX-License-Identifier: GPL-3.0-or-later
"""tpl-batch with a tpl-shrink that plays scripts: what it starts when, what it writes down, and what
is left of it after it was killed. Arguments: tpl-batch, the fake tpl-shrink, the folder of tap.py."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

PROGRAM, FAKE = map(os.path.abspath, sys.argv[1:3])
sys.path.insert(0, sys.argv[3])
sys.dont_write_bytecode = True

import tap  # noqa: E402


class Batch:
    """A folder with sources, and the ways to call the program there."""

    def __init__(self, **scripts):
        self.holder = tempfile.TemporaryDirectory(prefix="tpl-batch-")
        self.folder = self.holder.name
        self.log = self.path("log")
        self.journal = self.path("journal")
        self.env = {**os.environ, "TPL_SHRINK": FAKE, "TPL_SURVEY": "/bin/false", "LC_ALL": "C",
                    "FAKE_LOG": self.log, "TPL_BATCH_SLOTS": self.path("slots"),
                    "XDG_STATE_HOME": self.path("state")}
        self.names = list(scripts)
        for name, script in scripts.items():
            self.write(name, script)
        self.write("jobs", "".join(f"{name} {name}.out\n" for name in scripts))

    def path(self, name):
        return os.path.join(self.holder.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def words(self, *options, jobs=("jobs",)):
        return [PROGRAM, "--journal", self.journal, "--retry-delay=0", *options, *jobs]

    def start(self, *options, jobs=("jobs",), **keywords):
        # A shell without job control lets its background commands ignore SIGINT; so may our caller.
        return subprocess.Popen(self.words(*options, jobs=jobs), cwd=self.folder, env=self.env,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
                                **keywords)

    def run(self, *options, status=0, jobs=("jobs",), stdin=None):
        done = subprocess.run(self.words(*options, jobs=jobs), cwd=self.folder, env=self.env,
                              capture_output=True, text=True, timeout=60, check=False, input=stdin)
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return done

    def events(self):
        """[(what, source), ...] of the fake's log."""
        if not os.path.exists(self.log):
            return []
        lines = [line.split() for line in self.read("log").splitlines()]
        return [(line[0], line[2] if line[0] == "end" else line[1]) for line in lines]

    def count(self, what, name):
        return self.events().count((what, name))

    def most_at_once(self):
        now = most = 0
        for what, _ in self.events():
            now += {"begin": 1, "end": -1}.get(what, 0)
            most = max(most, now)
        return most

    def wait_for(self, what, name, seconds=20):
        last = time.monotonic() + seconds
        while (what, name) not in self.events():
            assert time.monotonic() < last, (what, name, self.events())
            time.sleep(0.02)

    def exists(self, name):
        return os.path.exists(self.path(name))

    def all_made(self):
        return all(self.exists(f"{name}.out") for name in self.names)

    def records(self):
        return [json.loads(line) for line in self.read("journal").splitlines()]


def test_all_done_and_again_nothing():
    batch = Batch(a="", b="", c="noise")
    done = batch.run("--jobs=2", "--report=report.json")
    assert batch.all_made()
    assert "3 done of 3" in done.stdout, done.stdout
    report = json.loads(batch.read("report.json"))
    assert report["status"] == 0 and report["counts"]["done"] == 3, report
    assert [job["target_bytes"] for job in report["jobs"]] == [1 << 30] * 3
    before = batch.read("journal"), os.stat(batch.path("a.out"))
    again = batch.run("--jobs=2")
    assert "All 3 jobs are done already: nothing was changed." in again.stdout, again.stdout
    assert before == (batch.read("journal"), os.stat(batch.path("a.out")))
    assert "done already" in batch.run("--resume", jobs=()).stdout


def test_default_journal():
    batch = Batch(a="", b="status 1 broken")
    batch.journal = ""
    words = [PROGRAM, "--retry-delay=0"]
    for more, status, begun in ((["jobs"], 1, 1), (["jobs"], 1, 2), (["--resume"], 1, 3)):
        done = subprocess.run(words + more, cwd=batch.folder, env=batch.env, capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode == status, done
        assert batch.count("begin", "b") == begun and batch.count("begin", "a") == 1
    assert len(os.listdir(batch.path("state/tpl-shrink"))) == 1


def test_at_once():
    batch = Batch(**{name: "meet 3\nsleep 0.2" for name in "abcdef"})
    batch.run("--jobs=3")
    assert batch.most_at_once() == 3, batch.events()


def test_two_batches_share_the_slots():
    batch = Batch(**{name: "meet 2\nsleep 0.2" for name in "abcdef"})
    batch.write("jobs", "a a.out\nb b.out\nc c.out\n")
    batch.write("others", "d d.out\ne e.out\nf f.out\n")
    first = batch.start("--jobs=2")
    batch.journal = batch.path("journal2")
    second = batch.start("--jobs=2", jobs=("others",))
    assert first.wait(60) == 0 and second.wait(60) == 0
    first.communicate(), second.communicate()
    assert batch.all_made() and batch.most_at_once() == 2, batch.events()


def test_one_journal_one_batch():
    batch = Batch(a="sleep 5")
    first = batch.start()
    batch.wait_for("begin", "a")
    assert "another tpl-batch" in batch.run(status=5).stderr
    first.terminate()
    first.communicate()


def test_never_two_on_one_volume():
    batch = Batch(a="meet 2\nsleep 0.2", b="meet 2\nsleep 0.2")
    os.link(batch.path("a"), batch.path("other-name-of-a"))
    batch.write("jobs", "a 1.out\nother-name-of-a 2.out\n./b 3.out\nb 4.out\n")
    batch.run("--jobs=4")
    assert batch.most_at_once() == 2, batch.events()
    os.mkdir(batch.path("folder"))
    os.symlink(batch.folder, batch.path("link"))
    batch.write("jobs", "a new.out\nb link/folder/../new.out\n")
    assert "jobs 1 and 2 have one TARGET" in batch.run(status=2).stderr
    batch.write("jobs", "a b\nb c.out --force\n")
    assert "TARGET of job 1 is the SOURCE of job 2" in batch.run(status=2).stderr
    assert not batch.exists("new.out") and not batch.exists("c.out")


def test_order():
    sizes = {"a": 100, "b": 3000, "c": 200}
    batch = Batch(**{name: "" for name in sizes})
    disks = [{"path": batch.path(name), "virtual_bytes": size + 10, "predicted_bytes": 10,
              "estimate": False} for name, size in sizes.items()]
    batch.write("survey", f"#!/bin/sh\necho '{json.dumps({'format': 1, 'disks': disks})}'\n")
    os.chmod(batch.path("survey"), 0o755)
    batch.env["TPL_SURVEY"] = batch.path("survey")
    batch.run("--jobs=1", "--order=given")
    batch.run("--jobs=1", "--again", "--order=gain", status=3)
    begun = [name for what, name in batch.events() if what == "begin"]
    assert begun == list("abc") + list("bca"), begun


def test_room_is_reserved():
    free = os.statvfs(tempfile.gettempdir())
    free = free.f_bavail * free.f_frsize
    batch = Batch(huge="", big="meet 2\nsleep 0.2", large="meet 2\nsleep 0.2", small="meet 2")
    sizes = {"huge": 3 * free, "big": free * 2 // 3, "large": free * 2 // 3, "small": 10}
    disks = [{"path": batch.path(name), "virtual_bytes": size * 2, "predicted_bytes": size,
              "estimate": False} for name, size in sizes.items()]
    batch.write("survey", f"#!/bin/sh\necho '{json.dumps({'format': 1, 'disks': disks})}'\n")
    os.chmod(batch.path("survey"), 0o755)
    batch.env["TPL_SURVEY"] = batch.path("survey")
    done = batch.run("--jobs=4", status=3)
    assert re.search(r"huge.out: refused \(status 4\): TARGET needs .*, and .* are free", done.stderr)
    assert batch.count("begin", "huge") == 0
    assert batch.most_at_once() == 2, batch.events()  # big or large, and small
    assert batch.exists("big.out") and batch.exists("large.out") and batch.exists("small.out")


def test_retries():
    batch = Batch(a="retriable 2", b="retriable 9", c="status 1")
    done = batch.run("--retries=3", "--report=r", status=1)
    jobs = json.loads(batch.read("r"))["jobs"]
    assert [job["attempts"] for job in jobs] == [3, 4, 1], jobs
    assert [job["state"] for job in jobs] == ["done", "failed", "failed"]
    assert "attempt 2 of 4" in done.stderr, done.stderr
    assert not batch.exists(".b.out.tpl-shrink")


def test_back_off():
    batch = Batch(a="retriable 2")
    began = time.monotonic()
    batch.run("--retry-delay=1")
    assert 3 <= time.monotonic() - began < 20  # 1 s, then 2 s


def test_outcomes():
    for script, status, state in (("status 3 no", 3, "refused"), ("status 4 x", 3, "refused"),
                                  ("status 6 x", 1, "failed"), ("mute", 1, "failed"),
                                  ("status 7 x", 7, "nothing to gain")):
        batch = Batch(a=script, b="")
        batch.run("--report=r", status=status)
        report = json.loads(batch.read("r"))
        assert report["jobs"][0]["state"] == state and report["status"] == status, report
        assert batch.exists("b.out") and not batch.exists("a.out")
    batch = Batch(a="status 3 no", b="status 1 x", c="status 7")
    batch.run(status=1)
    batch.run(status=1)
    assert [batch.count("begin", name) for name in "abc"] == [2, 2, 1]  # no gain is an end


def test_reports_of_hostile_text():
    batch = Batch(a="status 3 <b>&\"\x01\x1b[2J\u202e]]>", b="status 1")
    os.rename(batch.path("b"), batch.path("b<&\"'"))
    batch.write("jobs", "a a.out\n\"b<&\\\"'\" b.out\nb-that-is-not-there c.out\n")
    done = batch.run("--junit=x.xml", "--report=r", status=1)
    assert "\x1b" not in done.stderr and "\\x1b[2J" in done.stderr, done.stderr
    suite = ElementTree.parse(batch.path("x.xml")).getroot().find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "3", "0")
    failures = [case.find("failure") for case in suite]
    assert failures[0].get("type") == "refused" and "<b>&\"" in failures[0].get("message")
    json.loads(batch.read("r"))


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()


def no_fake_left(batch, seconds=10):
    last = time.monotonic() + seconds
    while subprocess.run(["pgrep", "-f", f"{FAKE}.*{batch.folder}"], capture_output=True,
                         check=False).stdout:
        assert time.monotonic() < last, "a tpl-shrink lives on"
        time.sleep(0.05)


def test_kill_and_resume():
    batch = Batch(a="", b="sleep 30", c="sleep 30", d="")
    process = batch.start("--jobs=2", "--order=given")
    batch.wait_for("begin", "b")
    batch.wait_for("begin", "c")
    kill(process)
    no_fake_left(batch)
    assert batch.exists("a.out") and not batch.exists("b.out")
    batch.write("b", "")
    batch.write("c", "")
    with open(batch.journal, "a", encoding="utf-8") as file:
        file.write('{"kind":"end","job":"torn')  # as a power cut leaves it
    folder, batch.folder = batch.folder, "/"  # from wherever it is resumed
    batch.run("--resume", "--jobs=2", jobs=())
    batch.folder = folder
    assert batch.all_made() and "cwd=/ " not in batch.read("log")
    assert [batch.count("begin", name) for name in "abcd"] == [1, 2, 2, 1]
    assert all(record["kind"] for record in batch.records())


def test_twenty_killed_twice():
    batch = Batch(**{f"g{i}": "sleep 0.6" for i in range(20)})
    for words, jobs, ended in ((("--jobs=2",), ("jobs",), 5), (("--resume", "--jobs=2"), (), 12)):
        process = batch.start(*words, jobs=jobs)
        while sum(what == "end" for what, _ in batch.events()) < ended:
            assert process.poll() is None
            time.sleep(0.01)
        # A job that ends before the batch has looked at it once would be refused for its target.
        begun = sum(what == "begin" for what, _ in batch.events())
        while batch.read("journal").count('"work"') < begun:
            time.sleep(0.01)
        kill(process)
    batch.run("--resume", "--jobs=2", jobs=())
    no_fake_left(batch)
    assert batch.all_made()
    done = [line.split()[2] for line in batch.read("log").splitlines() if line.startswith("end 0")]
    assert sorted(done) == sorted(batch.names), done  # none twice
    assert "All 20 jobs are done already" in batch.run("--resume", jobs=()).stdout


def test_killed_while_the_job_ends():
    """The tpl-shrink of a killed batch publishes its target: it is not made once more."""
    batch = Batch(a="sleep 1\nfinish")
    process = batch.start()
    batch.wait_for("begin", "a")
    while '"work"' not in batch.read("journal"):
        time.sleep(0.02)
    kill(process)
    done = batch.run("--resume", jobs=())  # waits for it
    assert batch.count("begin", "a") == 1 and ("term", "a") in batch.events()
    assert "finished while the batch before" in done.stderr, done.stderr
    assert "done already" in batch.run().stdout


def test_killed_with_more_to_do():
    """Where the name is not the last step, a target that is there is no proof that all was done."""
    batch = Batch(a="sleep 1\nfinish")
    batch.write("jobs", "a a.out --define try\n")
    process = batch.start()
    batch.wait_for("begin", "a")
    while '"work"' not in batch.read("journal"):
        time.sleep(0.02)
    kill(process)
    no_fake_left(batch)
    assert batch.exists("a.out") and "exists" in batch.run("--resume", status=3, jobs=()).stderr


def test_another_file_of_that_name_is_no_result():
    batch = Batch(a="sleep 30")
    process = batch.start()
    batch.wait_for("begin", "a")
    kill(process)
    no_fake_left(batch)
    batch.write("a.out", "somebody's")
    assert "exists" in batch.run("--resume", status=3, jobs=()).stderr
    assert batch.read("a.out") == "somebody's"


def test_resume_waits_for_what_lingers():
    batch = Batch(a="sleep 30\nlinger 1.5")
    process = batch.start()
    batch.wait_for("begin", "a")
    kill(process)
    batch.wait_for("term", "a")
    batch.write("a", "")
    batch.run("--resume", jobs=())
    # The kernel sends the signal for each thread of the parent that dies.
    events = [what for what, _ in batch.events() if what != "term"]
    assert events == ["begin", "end", "begin", "end"], events


def test_signals():
    for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        batch = Batch(a="sleep 30", b="sleep 30", c="sleep 30")
        process = batch.start("--jobs=2", "--report=r", "--order=given")
        batch.wait_for("begin", "b")
        process.send_signal(number)
        _, stderr = process.communicate(timeout=30)
        assert process.returncode == status, (process.returncode, stderr)
        no_fake_left(batch)
        assert batch.records()[-1]["kind"] == "stop"
        counts = json.loads(batch.read("r"))["counts"]
        assert counts["stopped"] == 2 and counts["waiting"] == 1, counts
        for name in "abc":
            batch.write(name, "")
        batch.run("--resume", jobs=())
        assert batch.all_made() and batch.count("begin", "c") == 1


def test_what_changed_since():
    batch = Batch(gone="", replaced="", used="", newer="")
    batch.run()
    os.unlink(batch.path("gone.out"))
    os.unlink(batch.path("replaced.out"))
    batch.write("replaced.out", "another one")
    os.utime(batch.path("used.out"))
    batch.write("newer", "noise")
    done = batch.run("--order=given", "--jobs=1", status=3)
    begun = [name for what, name in batch.events()[8:] if what == "begin"]
    assert begun == ["gone", "newer"], begun
    assert re.search(r"replaced.out: refused \(status 3\): TARGET is not the disk", done.stderr)
    assert "written to after" in done.stderr
    assert batch.read("replaced.out") == "another one"


def test_again():
    batch = Batch(a="")
    batch.write("jobs", "a a.out --force --identity keep\n")
    batch.run()
    batch.run("--again")
    assert batch.count("begin", "a") == 2
    assert "--force --identity=keep" in batch.read("log")


def test_a_list_that_grew():
    batch = Batch(a="", b="")
    batch.write("jobs", "a a.out\n")
    batch.run()
    batch.write("jobs", "b b.out\na a.out\n")
    batch.run()
    assert batch.all_made() and batch.count("begin", "a") == 1


def test_damaged_journal():
    batch = Batch(a="")
    batch.run()
    lines = batch.read("journal").splitlines()
    batch.write("journal", "\n".join([lines[0], "rubbish", *lines[1:]]) + "\n")
    assert "line 2" in batch.run(status=1).stderr
    assert batch.count("begin", "a") == 1
    batch.write("journal", '{"kind":"batch","jobs":[{"number":9,"source":"a"}]}\n')
    assert "line 1" in batch.run("--resume", status=1, jobs=()).stderr


def test_a_file_that_is_no_journal():
    batch = Batch(a="")
    for text in ("precious", '{"kind":"plan"}', "x\n", "{}"):
        batch.write("journal", text)
        assert "no journal of tpl-batch's" in batch.run(status=1).stderr
        assert batch.read("journal") == text
    os.truncate(batch.journal, 1 << 30)
    assert "too large" in batch.run(status=1).stderr
    batch.write("journal", '{"kind":"ba')
    batch.run()


def test_lists():
    batch = Batch(a="", b="")
    json_list = [{"source": "a", "target": "a.out", "options": {"force": True, "size": 1 << 30,
                                                               "replace": False, "vg": "x y"}}]
    lines = "# a comment\n\na 'a.out' --force --size=1073741824 # why\n"
    yaml = ("# YAML\n- source: a\n  target: a.out\n  options:\n    force: true\n    size: 1073741824\n"
            "    replace: false\n")
    json_list[0]["options"].pop("vg")
    for text in (lines, json.dumps(json_list), yaml, "---\n" + yaml):
        batch.write("jobs", text)
        batch.run("--again")
        assert batch.read("log").splitlines()[-2].endswith(" --json --force --size=1073741824")
    batch.run("--again", jobs=("-",), stdin="a a.out --force")


def test_wrong_lists():
    batch = Batch(a="")
    for text, complaint in (
            ("a a.out\na\n", "line 2: a SOURCE and a TARGET are needed; 1 given"),
            ("a 'a.out\n", "line 1: "), ("a a.out --nosuch\n", "line 1: there is no option --nosuch"),
            ("a a.out --size=big", "job 1: --size: \"big\" is not a size"),
            ("a a.out --json", "tpl-batch's own"), ("--plan a a.out", "no other mode"),
            ("a a.out --vg=x --identity=keep", "job 1: --vg renames"),
            ("# nothing\n", "no job in the list"), ("[{}]", "job 1: it has no"), ("[", "JSON"),
            ("[{\"source\":\"a\",\"target\":\"b\",\"force\":true}]", "\"force\" is none of"),
            ("[{\"source\":\"a\",\"target\":\"b\",\"options\":{\"force\":\"yes\"}}]", "takes no value"),
            ("[{\"source\":\"a\",\"target\":\"b\",\"options\":{\"plan\":true}}]", "no option --plan"),
            ("- source: a\n  target: &x b\n- *x\n", "line 3"), ("- source: [", "YAML"),
            ("- source: a\n  source: b\n", "second time"), ("---\n- source: a\n---\n- 1", "a second document"),
            ("dom:* x\n", "must have {} in it")):
        batch.write("jobs", text)
        stderr = batch.run(status=3 if "no job" in complaint else 2).stderr
        assert complaint in stderr, (complaint, stderr)
    assert not batch.events() and not batch.exists("a.out")
    batch.run(status=2, jobs=("no-such-list",))
    batch.run("--resume", "--again", status=2)
    batch.run("--resume", status=3, jobs=())


def test_selected_domains():
    """With libvirt's test driver: every domain that does not run and matches."""
    batch = Batch(a="", b="", c="", d="")
    domains = "".join(
        f"<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>"
        f"<name>{name}</name><memory>1024</memory><os><type>hvm</type></os>"
        f"<test:runstate>{state}</test:runstate><devices><disk type='file' device='disk'>"
        f"<source file='{batch.path(disk)}'/><target dev='vda'/></disk></devices></domain>"
        for name, state, disk in (("web2", 5, "a"), ("web1", 5, "b"), ("web3", 1, "c"), ("db", 5, "d")))
    batch.write("node.xml", f"<node>{domains}</node>")
    batch.env["LIBVIRT_DEFAULT_URI"] = f"test://{batch.path('node.xml')}"
    batch.write("jobs", "dom:web* small/{}.img --define {}-try\ndom:db db.img\n")
    plan = json.loads(batch.run("--dry-run", "--json").stdout)["jobs"]
    assert [(job["source"], job["target"]) for job in plan] == [
        ("dom:web1", batch.path("small/web1.img")), ("dom:web2", batch.path("small/web2.img")),
        ("dom:db", batch.path("db.img"))], plan
    batch.write("jobs", "dom:web1 x.img\ndom:web? {}.img")
    # One domain twice is no mistake, though never done twice at once.
    assert len(json.loads(batch.run("--dry-run", "--json").stdout)["jobs"]) == 3
    batch.write("jobs", f"dom:web1 x.img\n{batch.path('a')} {batch.path('b')}")
    assert "TARGET of job 2 is the SOURCE of job 1" in batch.run(status=2).stderr
    batch.write("jobs", "dom:none* {}.img")
    assert "no stopped domain matches" in batch.run(status=3).stderr
    batch.env["LIBVIRT_DEFAULT_URI"] = "test:///no/such/file"
    batch.run(status=5)


def test_dry_run():
    batch = Batch(a="", b="")
    done = batch.run("--dry-run", "--jobs=2")
    assert "2 of 2 to do, 2 at once" in done.stdout, done.stdout
    assert not batch.exists("journal") and not batch.events()
    batch.run()
    assert "0 of 2 to do" in batch.run("--dry-run").stdout
    assert json.loads(batch.run("--dry-run", "--json").stdout)["counts"]["done"] == 2


def test_json():
    batch = Batch(a="sleep 0.2", b="status 3 \x1b no")
    done = batch.run("--json", status=3)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[-1]["kind"] == "result" and lines[-1]["done"] == 1 and lines[-1]["refused"] == 1
    assert {"start", "stage", "progress", "end"} <= {line["kind"] for line in lines}
    ends = {line["job"]: line["state"] for line in lines if line["kind"] == "end"}
    assert ends == {1: "done", 2: "refused"}, ends
    assert "\x1b" not in done.stdout


def test_quiet():
    batch = Batch(a="")
    done = batch.run("--quiet")
    assert done.stdout == done.stderr == ""


def test_manners():
    batch = Batch(a="")
    batch.run("--nice=5", "--ionice=idle")
    line = next(line for line in batch.read("log").splitlines() if line.startswith("begin"))
    assert f"nice={os.nice(0) + 5} " in line and "ionice=3" in line, line
    for words in (("--nice=20",), ("--ionice=realtime",), ("--ionice=best-effort:8",), ("--jobs=0",)):
        batch.run(*words, status=2)


def test_screen():
    batch = Batch(a="meet 2\nsleep 0.8", b="meet 2\nsleep 0.8", c="status 3 no")
    master, slave = pty.openpty()
    child = subprocess.Popen(batch.words("--jobs=2", "--order=given"), cwd=batch.folder,
                             env={**batch.env, "TERM": "xterm", "LC_ALL": "C.UTF-8"},
                             stdin=slave, stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    text = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    assert child.wait(30) == 3
    text = text.decode()
    assert re.search(r"▸   1 a.out .*█.*\d+%  [\d.]+ KiB of 781 KiB", text), text
    assert "2 running, 1 waiting" in text and "1 running" in text
    lines, row, start = [""], 0, True
    for token in re.findall(r"\x1b\[(\d*)([A-Z])|(\r)|(\n)|([^\x1b\r\n])", text):
        count, letter, carriage, newline, char = token
        if letter == "A":
            row -= int(count)
            assert row >= 0, text
        elif letter == "J":
            del lines[row + 1:]
            lines[row] = ""
        elif newline:
            row += 1
            lines += [""] * (row + 1 - len(lines))
        if char:
            lines[row] = char if start else lines[row] + char
        start = not char and (start or carriage or newline)
    kept = [line for line in lines if line]
    assert len(kept) == 3 and all(line[0] in "✓✗" for line in kept), kept


tap.run(globals())
