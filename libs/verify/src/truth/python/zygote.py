"""Waits, warm, and gives each check a pair of processes of its own. Follows jail.py."""

class Zygote:
    """One check at a time. On standard input: the time limit in eight digits of milliseconds, then what the
    driver reads. On standard output: the driver's verdict line, then one line that says how it ended."""

    def __init__(self, bounds):
        self.bounds = bounds
        self.own = os.open("/proc/self/ns/pid", os.O_RDONLY) if bounds["nested"] else None

    def serve(self):
        while True:
            milliseconds = int(exactly(8))
            self.say(self.check(milliseconds / 1000))

    def check(self, seconds):
        deadline = time.monotonic() + seconds
        child = self.fork(dict(self.bounds, cpuSeconds=max(1, int(seconds * 0.8))))
        watched = os.pidfd_open(child)
        try:
            return self.watch(watched, deadline)
        finally:
            os.close(watched)
            self.end_all()

    def fork(self, bounds):
        if self.own is not None:
            must(LIBC.unshare(NEWPID), "unshare")  # for the children: the next one is the first of its namespace
        child = os.fork()
        if child == 0:
            try:
                shut_in(bounds)
                be_driver(bounds)
            except BaseException as error:
                os.write(2, (repr(error)[:500] + "\n").encode())
            os._exit(1)
        if self.own is not None:
            must(LIBC.setns(self.own, NEWPID), "setns")
        return child

    def watch(self, watched, deadline):
        poll = select.poll()
        poll.register(watched, select.POLLIN)
        while not poll.poll(20):
            if time.monotonic() >= deadline:
                return "timeout"
            if self.resident() > self.bounds["memoryBytes"]:
                return "memory_limit"
        return "ended"

    def resident(self):
        """Bytes held by all processes of the check; pages they share count for each. Shared anonymous memory too."""
        own = {"1", str(os.getpid())}
        total = 0
        for name in os.listdir("/proc"):
            if name.isdigit() and name not in own:
                try:
                    with open("/proc/%s/status" % name) as file:
                        lines = file.read().split("\n")
                except OSError:
                    continue
                total += sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon:", "RssShmem:")))
        return total * 1024

    def end_all(self):
        """Every process but this one and the sandbox's first (kill(2), pid -1), and what waits to be reaped."""
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass
        try:
            while True:
                os.waitpid(-1, 0)
        except ChildProcessError:
            pass

    def say(self, how):
        os.write(1, (". " + how + "\n").encode())


def main():
    bounds = json.loads(sys.argv[1])
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")  # should the host run out of memory, checks end first
    except OSError:
        pass
    zygote = Zygote(bounds)
    gc.collect()
    gc.freeze()
    zygote.say("ready")
    zygote.serve()


if __name__ == "__main__":
    main()
