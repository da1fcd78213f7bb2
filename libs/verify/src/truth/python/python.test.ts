import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, describe, test } from 'node:test';
import { codeChecker } from '../code.ts';
import type { Truth } from '../outcome.ts';
import { openPython } from './open.ts';

/** Of programs that should end by themselves; of those that will not. Milliseconds. */
const patienceMs = 10_000;
const timeoutMs = 1_000;
const opened = await openPython({ lanes: 4, setup: 'nested' });
// Missing bubblewrap must fail here, not pass over what these tests are for.
if (!opened.available) throw new Error(`these tests need a sandbox: ${opened.reason}; ${opened.fix}`);
const { sandbox } = opened;
after(() => sandbox.close());
const live = new AbortController().signal;

async function judge(code: string, tests: string, entry?: string, limitMs = patienceMs): Promise<Truth> {
  const checker = codeChecker({ sandbox, timeoutMs: limitMs });
  return checker(code, { kind: 'code', language: 'python', tests, entry }, live);
}

/** Outcome in short: `pass 2/2`, `fail 1/2`, `unknown missing_module`. */
async function outcome(code: string, tests: string, entry?: string): Promise<string> {
  const { outcome, passed, total, detail } = await judge(code, tests, entry);
  return [outcome, total === undefined ? undefined : `${passed}/${total}`, detail].filter(Boolean).join(' ');
}

describe('right programs pass, by whatever shape their tests have', { concurrency: 4 }, () => {
  const golden: readonly (readonly [name: string, code: string, tests: string, entry?: string])[] = [
    [
      'plain asserts',
      'def add(a, b):\n    return a + b',
      'assert add(1, 2) == 3\nassert add("a", "b") == "ab"',
    ],
    [
      'an argument changed in place',
      'def order(xs):\n    xs.sort()',
      'xs = [3, 1, 2]\norder(xs)\nassert xs == [1, 2, 3]',
    ],
    [
      'a function handed over',
      'def each(f, xs):\n    return [f(x) for x in xs]',
      'assert each(lambda x: x + 1, [1, 2]) == [2, 3]',
    ],
    [
      'exact types',
      'def same(x):\n    return x',
      'for x in (1, 1.0, True, None, 2**80, -0.5, (1, [2]), {1: {2}}, b"\\xff", 1j, range(3), frozenset({1}), float("inf")):\n    assert same(x) == x and type(same(x)) is type(x)',
    ],
    [
      'a class with state',
      'class Stack:\n    def __init__(self):\n        self.items = []\n    def push(self, x):\n        self.items.append(x)\n    def __len__(self):\n        return len(self.items)',
      's = Stack()\ns.push(4)\nassert len(s) == 1 and s.items == [4]\nassert isinstance(s, Stack)',
    ],
    [
      "equality of the document's own objects",
      'from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\ndef p(x):\n    return P(x)',
      'assert p(3) == P(3)\nassert p(3) != P(4)\nassert p(3).x == 3',
    ],
    [
      'a builtin exception',
      'def f(x):\n    if x < 0:\n        raise ValueError("negative")\n    return x',
      'try:\n    f(-1)\nexcept ValueError as error:\n    assert "negative" in str(error)\nelse:\n    assert False\nassert f(1) == 1',
    ],
    [
      'an exception of its own',
      'class Broken(Exception):\n    pass\ndef f():\n    raise Broken("x")',
      'caught = False\ntry:\n    f()\nexcept Broken:\n    caught = True\nassert caught',
    ],
    [
      'a generator',
      'def count(n):\n    for i in range(n):\n        yield i',
      'assert list(count(3)) == [0, 1, 2]\nassert next(count(1)) == 0\nassert [a for a in count(2)] == [0, 1]',
    ],
    [
      'test functions and an import of the document',
      'def twice(x):\n    return 2 * x',
      'from solution import twice\ndef test_one():\n    assert twice(1) == 2\ndef test_two():\n    assert twice(2) == 4',
    ],
    [
      'the document imported whole',
      'def twice(x):\n    return 2 * x',
      'import solution\nassert solution.twice(4) == 8',
    ],
    [
      'unittest',
      'def twice(x):\n    return 2 * x',
      'import unittest\nclass Twice(unittest.TestCase):\n    def test_one(self):\n        self.assertEqual(twice(1), 2)\n    def test_two(self):\n        self.assertEqual(twice(0), 0)\nif __name__ == "__main__":\n    unittest.main()',
    ],
    [
      'unittest.main() that would end the process',
      'def twice(x):\n    return 2 * x',
      'import unittest\nclass Twice(unittest.TestCase):\n    def test_one(self):\n        self.assertEqual(twice(1), 2)\nunittest.main()',
    ],
    [
      'assertions in the main block of the tests',
      'def twice(x):\n    return 2 * x',
      'from answers import twice\nif __name__ == "__main__":\n    assert twice(1) == 2\n    assert twice(2) == 4\n    print("ok")',
    ],
    [
      'check(candidate) with an entry',
      'def twice(x):\n    return 2 * x',
      'def check(candidate):\n    assert candidate(3) == 6',
      'twice',
    ],
    [
      'an entry that shares the name of a builtin',
      'def sum(xs):\n    return 7',
      'assert sum([1]) == 7',
      'sum',
    ],
    [
      'modules the document imported',
      'import math\nfrom collections import Counter\ndef root(x):\n    return math.sqrt(x)\ndef letters(s):\n    return Counter(s)',
      'assert math.isclose(root(2) ** 2, 2)\nassert letters("aab") == Counter("aab") == {"a": 2, "b": 1}',
    ],
    [
      'a main block that would wait for input',
      'def f():\n    return 1\nif __name__ == "__main__":\n    print(input())',
      'assert f() == 1',
    ],
  ];
  for (const [name, code, tests, entry] of golden) {
    test(name, async () => assert.match(await outcome(code, tests, entry), /^pass (\d+)\/\1$/));
  }
});

describe('grading', { concurrency: 4 }, () => {
  test('counts each statement that tests something', async () => {
    const tests = 'x = 2\nassert f(x) == 4\nassert f(3) == 9\nassert f(0) == 0\nassert f(-1) == 1';
    assert.equal(await outcome('def f(x):\n    return x * 2', tests), 'fail 2/4');
  });
  test('code that does not compile fails every test', async () => {
    assert.equal(await outcome('def f(:', 'assert f() == 1\nassert f() == 2'), 'fail 0/2 raised_SyntaxError');
  });
  test('tests that pass on an empty program are no tests', async () => {
    assert.equal(await outcome('def f():\n    return 1', 'assert True'), 'unknown 1/1 tests_pass_on_empty');
    assert.equal(await outcome('x = 1', '# none'), 'unknown 0/0 tests_pass_on_empty');
    assert.equal(await outcome('x = 1', ''), 'unknown compiles');
    assert.equal(await outcome('x = (', ''), 'fail does_not_compile');
  });
  test('calls without an assertion are no tests', async () => {
    assert.equal(await outcome('def f():\n    return 1', 'f()\nprint(f())'), 'unknown 2/2 no_assertions');
  });
  test("a missing package is nobody's fault", async () => {
    assert.equal(
      await outcome('import numpy\ndef f():\n    return 1', 'assert f() == 1'),
      'unknown missing_module',
    );
    assert.equal(
      await outcome('def f():\n    return 1', 'import pytest\nassert f() == 1'),
      'unknown missing_module',
    );
  });
  test('tests that do not parse are no verdict on the code', async () => {
    assert.equal(await outcome('x = 1', 'assert ('), 'unknown tests_do_not_parse');
  });
});

/** Programs that want a pass they did not earn. Each is judged against tests a right program would pass. */
const cheats: readonly (readonly [name: string, code: string])[] = [
  ['exits early with status 0', 'import sys\nsys.exit(0)'],
  ['exits hard with status 0', 'import os\nos._exit(0)'],
  ['exits hard when called', 'import os\ndef f(x):\n    os._exit(0)'],
  [
    'is equal to everything',
    'class All:\n    def __eq__(self, other):\n        return True\n    def __hash__(self):\n        return 0\ndef f(x):\n    return All()',
  ],
  [
    'is an int that is equal to everything',
    'class All(int):\n    def __eq__(self, other):\n        return True\n    __hash__ = int.__hash__\ndef f(x):\n    return All(0)',
  ],
  [
    'patches AssertionError',
    'import builtins\nclass Quiet(Exception):\n    def __new__(cls, *a):\n        raise SystemExit(0)\nbuiltins.AssertionError = Quiet\ndef f(x):\n    return 0',
  ],
  [
    'patches compile and exec',
    'import builtins\nbuiltins.exec = lambda *a: None\nbuiltins.compile = lambda *a, **k: None\ndef f(x):\n    return 0',
  ],
  [
    'patches builtins the tests use',
    'import builtins\nbuiltins.all = builtins.abs = builtins.len = lambda *a: True\ndef f(x):\n    return 0',
  ],
  ['hides a builtin behind its own name', 'def abs(x):\n    return 0\ndef f(x):\n    return 0'],
  ['patches math', 'import math\nmath.isclose = lambda *a, **k: True\ndef f(x):\n    return 0'],
  [
    'prints fake verdicts on every descriptor',
    'import os\nfor fd in range(64):\n    for nonce in ("", "0" * 32):\n        try:\n            os.write(fd, (nonce + \' {"passed": 9, "total": 9, "assertions": 9, "failsEmpty": true, "load": null}\\n\').encode())\n        except OSError:\n            pass\ndef f(x):\n    return 0',
  ],
  [
    'writes to the descriptors of the other processes',
    'import os\nfor pid in os.listdir("/proc"):\n    for fd in range(16):\n        try:\n            with open(f"/proc/{pid}/fd/{fd}", "w") as file:\n                file.write(\'{"passed": 9, "total": 9, "assertions": 9, "failsEmpty": true, "load": null}\\n\')\n        except OSError:\n            pass\ndef f(x):\n    return 0',
  ],
  [
    'looks for the answers in its own memory',
    'import gc, sys\ndef f(x):\n    for o in gc.get_objects():\n        if isinstance(o, dict) and "tests" in o:\n            return eval(str(o["tests"]).split("==")[1])\n    frame = sys._getframe()\n    while frame:\n        for v in list(frame.f_locals.values()) + list(frame.f_globals.values()):\n            if isinstance(v, str) and "f(6) ==" in v:\n                return 36\n        frame = frame.f_back',
  ],
  [
    'reads the memory of the driver',
    'import os\ndef regions(pid):\n    try:\n        with open(f"/proc/{pid}/maps") as maps:\n            return [[int(n, 16) for n in line.split()[0].split("-")] for line in maps]\n    except OSError:\n        return []\ndef f(x):\n    for pid in os.listdir("/proc"):\n        if pid.isdigit() and int(pid) != os.getpid():\n            for start, end in regions(pid):\n                try:\n                    with open(f"/proc/{pid}/mem", "rb", 0) as memory:\n                        memory.seek(start)\n                        if b"assert f(6) == 36" in memory.read(end - start):\n                            return x * x\n                except (OSError, ValueError, OverflowError, MemoryError):\n                    pass',
  ],
  [
    'traces the driver',
    'import ctypes, os\nlibc = ctypes.CDLL(None)\ndef f(x):\n    return x * x if libc.ptrace(16, os.getppid(), 0, 0) == 0 else 0',
  ],
  ['kills the driver', 'import os, signal\nos.kill(os.getppid(), signal.SIGKILL)'],
  ['stops the driver', 'import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\ndef f(x):\n    return 0'],
  [
    'leaves a child that answers later',
    'import os\nif os.fork() == 0:\n    while True:\n        pass\ndef f(x):\n    return 0',
  ],
  [
    "answers on the wire in the driver's stead",
    'import gc, socket, struct, json\nfor o in gc.get_objects():\n    if isinstance(o, socket.socket):\n        data = json.dumps({"value": {"names": {}, "problem": None, "missing": None}, "changed": {"0": ["x"]}}).encode()\n        o.sendall(struct.pack("<I", len(data)) + data)\ndef f(x):\n    return 0',
  ],
  ['leaves work for the end', 'import atexit, os\natexit.register(os._exit, 0)\ndef f(x):\n    return 0'],
  [
    'forks and prints',
    'import os\nif os.fork() == 0:\n    print(\'{"passed": 9, "total": 9, "assertions": 9, "failsEmpty": true, "load": null}\', flush=True)\n    os._exit(0)\ndef f(x):\n    return 0',
  ],
  [
    'patches json, sys.stdout and the socket of the wire',
    'import io, json, socket, sys\njson.dumps = lambda *a, **k: \'{"value": 36, "changed": {}}\'\nsys.stdout = io.StringIO()\nsocket.socket.sendall = lambda *a: None\ndef f(x):\n    return 0',
  ],
  [
    'answers from a thread of its own',
    'import threading, os\ndef work():\n    while True:\n        for fd in range(3, 16):\n            try:\n                os.write(fd, b"\\x02\\x00\\x00\\x0036")\n            except OSError:\n                pass\nthreading.Thread(target=work, daemon=True).start()\ndef f(x):\n    return 0',
  ],
  ['hands the tests a builtin that runs text', 'import builtins\nf = builtins.eval'],
  ["hands back the test's own comparison", 'import operator\nf = operator.eq'],
  ['raises what the tests might swallow', 'def f(x):\n    raise SystemExit(0)'],
  [
    'sends numbers that are anything',
    'class Odd(float):\n    def __sub__(self, other):\n        return 0\n    __rsub__ = __sub__\n    def __abs__(self):\n        return 0\ndef f(x):\n    return Odd(1)',
  ],
];

describe('a program that cheats never passes', { concurrency: 4 }, () => {
  const tests =
    'assert f(6) == 36\nassert abs(f(7) - 49) < 1e-9\nimport math\nassert math.isclose(f(8), 64)\nassert all(f(n) == n * n for n in (9, 10))';
  test('the tests are fair: squaring passes', async () => {
    assert.equal(await outcome('def f(x):\n    return x * x', tests), 'pass 4/4');
  });
  for (const [name, code] of cheats) {
    test(name, async () => {
      const started = performance.now();
      const { outcome } = await judge(code, tests, undefined, timeoutMs);
      assert.notEqual(outcome, 'pass');
      assert.ok(performance.now() - started < timeoutMs + 1_000, 'ended late');
    });
  }
});

/** Programs that want to do harm. `f()` is what they got; the tests hold when they got nothing. */
const attempts: readonly (readonly [name: string, code: string, tests?: string])[] = [
  [
    'run a host command',
    'import os, subprocess\ndef f():\n    try:\n        return subprocess.run(["/bin/sh", "-c", "id"]).returncode\n    except OSError:\n        return os.system("id") == 0',
  ],
  [
    'read a file outside',
    'import os\ndef f():\n    return [p for p in ("/etc/passwd", "/etc/hostname", "/root", "/home", "/var", "/usr/bin/id", "/sys") if os.path.exists(p)] or False',
  ],
  [
    'find secrets in the environment',
    'import os\ndef f():\n    names = set(os.environ) - {"PWD", "LC_ALL", "LC_CTYPE", "PYTHONHASHSEED"}\n    return sorted(names) or os.path.exists("/proc/1/environ") and b"PATH" in read()\ndef read():\n    try:\n        return open("/proc/1/environ", "rb").read()\n    except OSError:\n        return b""',
  ],
  [
    'see other processes',
    'import os\ndef f():\n    return len([p for p in os.listdir("/proc") if p.isdigit()]) > 6',
  ],
  [
    'be root',
    'import os\ndef f():\n    try:\n        os.setuid(0)\n    except OSError:\n        pass\n    return 0 in os.getresuid()',
  ],
  [
    'write the system tree, the root and /dev',
    'import os\ndef f():\n    got = []\n    for folder in ("/", "/usr/lib", "/dev", "/dev/shm", "/proc/sys/kernel"):\n        try:\n            open(os.path.join(folder, "x"), "w").close()\n            got.append(folder)\n        except OSError:\n            pass\n    return got or False',
  ],
  [
    'follow a link out',
    'import os\ndef f():\n    os.symlink("/proc/1/root/etc/passwd", "/tmp/link")\n    try:\n        return open("/tmp/link").read()\n    except OSError:\n        return False',
  ],
  [
    'reach the network',
    'import socket\ndef f():\n    got = []\n    for address in (("127.0.0.1", PORT), ("169.254.169.254", 80), ("1.1.1.1", 53)):\n        try:\n            socket.create_connection(address, 0.2)\n            got.append(address)\n        except OSError:\n            pass\n    try:\n        socket.getaddrinfo("example.org", 80)\n        got.append("dns")\n    except OSError:\n        pass\n    return got or False',
  ],
  [
    'trace another process, or read its memory',
    'import ctypes, os\ndef f():\n    libc = ctypes.CDLL(None)\n    return any(libc.ptrace(16, int(p), 0, 0) == 0 for p in os.listdir("/proc") if p.isdigit() and int(p) != os.getpid())',
  ],
  [
    'read the environment of any process',
    'import os\ndef f():\n    got = []\n    for p in os.listdir("/proc"):\n        if p.isdigit() or p == "self":\n            try:\n                with open("/proc/%s/environ" % p, "rb") as file:\n                    got += [e for e in file.read().split(b"\\0") if e and e.split(b"=")[0] not in (b"PWD", b"LC_ALL", b"LC_CTYPE", b"PYTHONHASHSEED")]\n            except OSError:\n                pass\n    return got or False',
  ],
  [
    'use descriptors that were left open',
    'import os, stat\ndef f():\n    got = []\n    for fd in range(256):\n        try:\n            mode = os.fstat(fd).st_mode\n        except OSError:\n            continue\n        if not (stat.S_ISSOCK(mode) or fd < 3 and os.readlink("/proc/self/fd/%d" % fd) == "/dev/null"):\n            got.append(fd)\n    return got or False',
  ],
  [
    'have rights of any kind',
    'def f():\n    with open("/proc/self/status") as file:\n        caps = [line.split()[1] for line in file if line.startswith(("CapPrm", "CapEff", "CapInh", "CapBnd", "CapAmb"))]\n    return len(caps) != 5 or any(int(c, 16) for c in caps)',
  ],
  [
    'make a namespace, or keep memory that nothing counts',
    'import ctypes, os\ndef f():\n    libc = ctypes.CDLL(None)\n    return libc.unshare(0x10000000) == 0 or libc.memfd_create(b"x", 0) >= 0 or libc.shmget(0, 1 << 20, 0o1600) >= 0',
  ],
  [
    'find what an earlier check left',
    'import os\ndef f():\n    found = os.listdir("/tmp")\n    open("/tmp/left", "w").close()\n    return found or False',
  ],
  [
    'mount something',
    'import ctypes\ndef f():\n    libc = ctypes.CDLL(None)\n    return libc.unshare(0x10020000) == 0 and libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0',
  ],
  [
    'fill /tmp',
    'def f():\n    got = 0\n    try:\n        for n in range(100):\n            with open("/tmp/%d" % n, "wb") as file:\n                got += file.write(bytes(3 << 20))\n    except OSError:\n        pass\n    return got > 16 << 20',
  ],
  [
    'write one huge file',
    'import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\ndef f():\n    try:\n        with open("/tmp/x", "wb") as file:\n            return file.write(bytes(9 << 20)) > 4 << 20\n    except OSError:\n        return False',
  ],
  [
    'hold more processes than allowed',
    'import os, time\ndef f():\n    children = 0\n    try:\n        for _ in range(64):\n            if os.fork() == 0:\n                time.sleep(60)\n            children += 1\n    except OSError:\n        pass\n    return children > 16',
  ],
  [
    'allocate 10 GB',
    'def f():\n    try:\n        return len(bytearray(10 * 1000 ** 3)) > 0\n    except MemoryError:\n        return False',
  ],
];

describe('a program that wants out gets nothing', { concurrency: 4 }, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  for (const [name, code, tests = 'assert f() == False'] of attempts) {
    test(name, async () => {
      assert.equal(await outcome(code.replace('PORT', String(port)), tests), 'pass 1/1');
    });
  }
});

describe('a program that will not end, ends', { concurrency: 4 }, () => {
  const endless: readonly (readonly [name: string, code: string])[] = [
    ['an endless loop', 'while True:\n    pass'],
    [
      'an endless loop that ignores signals',
      'import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True:\n    pass',
    ],
    ['an endless regular expression', 'import re\nre.match("(a+)+$", "a" * 40 + "b")'],
    ['a fork bomb', 'import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass'],
    [
      'sleeping children that outgrow memory together',
      'import os, time\nfor _ in range(12):\n    if os.fork() == 0:\n        hold = bytearray(200 << 20)\n        for i in range(0, len(hold), 4096):\n            hold[i] = 1\n        time.sleep(60)\ntime.sleep(60)',
    ],
    ['a sleep past the limit', 'import time\ntime.sleep(60)'],
    ['an output flood', 'import sys\nwhile True:\n    sys.stdout.write("x" * 65536)'],
    [
      'an orphan that holds the output',
      'import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\nos._exit(0)',
    ],
    [
      'shared memory that outgrows the limit',
      'import mmap, os, time\nfor _ in range(10):\n    if os.fork() == 0:\n        hold = mmap.mmap(-1, 300 << 20)\n        for i in range(0, len(hold), 4096):\n            hold[i] = 1\n        time.sleep(60)\ntime.sleep(60)',
    ],
    [
      'threads without end',
      'import threading, time\nwhile True:\n    try:\n        threading.Thread(target=time.sleep, args=(60,)).start()\n    except RuntimeError:\n        pass',
    ],
    ['deep recursion', 'import sys\nsys.setrecursionlimit(10 ** 9)\ndef r():\n    r()\nr()'],
    ['a million files', 'n = 0\nwhile True:\n    open("/tmp/%d" % n, "w").close()\n    n += 1'],
    [
      'a value too deep to hand over',
      'def f():\n    x = []\n    for _ in range(10 ** 5):\n        x = [x]\n    return x',
    ],
    ['a value too large to hand over', 'def f():\n    return "x" * (64 << 20)'],
  ];
  for (const [name, code] of endless) {
    test(name, async () => {
      const started = performance.now();
      const { outcome } = await judge(code, 'assert f() == 1', undefined, timeoutMs);
      assert.notEqual(outcome, 'pass');
      assert.ok(performance.now() - started < timeoutMs + 1_000, 'ended late');
    });
  }

  test('processes that together outgrow the limit are ended for it, long before the deadline', async () => {
    const code =
      'import os, time\nfor _ in range(5):\n    if os.fork() == 0:\n        hold = b"x" * (300 << 20)\n        time.sleep(60)\ntime.sleep(60)';
    assert.deepEqual(await judge(code, 'assert f() == 1'), { outcome: 'fail', detail: 'memory_limit' });
  });

  test('so are those that share their memory', async () => {
    const code =
      'import mmap, os, time\nfor _ in range(4):\n    if os.fork() == 0:\n        hold = mmap.mmap(-1, 300 << 20)\n        for i in range(0, len(hold), 4096):\n            hold[i] = 1\n        time.sleep(60)\ntime.sleep(60)';
    assert.deepEqual(await judge(code, 'assert f() == 1'), { outcome: 'fail', detail: 'memory_limit' });
  });

  test('a check after a hostile one finds nothing of it, and costs no new start', async () => {
    const one = await openPython({ lanes: 1, setup: 'nested' });
    assert.ok(one.available);
    const check = codeChecker({ sandbox: one.sandbox, timeoutMs: 1_000 });
    const asked = { kind: 'code', language: 'python', tests: 'import os\nassert f() == []' } as const;
    const orphan =
      'import os, time\nopen("/tmp/x", "w").close()\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\ndef f():\n    return 0';
    assert.equal((await check(orphan, asked, live)).outcome, 'fail');
    const look =
      'import os\ndef f():\n    return os.listdir("/tmp") + [p for p in os.listdir("/proc") if p.isdigit() and int(p) > 16]';
    assert.equal((await check(look, asked, live)).outcome, 'pass');
    await one.sandbox.close();
  });

  test('abort ends a run at once and gives the reason of the signal', async () => {
    const controller = new AbortController();
    const run = sandbox.run(
      { language: 'python', code: 'while True:\n    pass', tests: 'assert f()' },
      { mode: 'apart', timeoutMs: 60_000, signal: controller.signal },
    );
    const started = performance.now();
    setTimeout(() => controller.abort(new Error('drain')), 200);
    await assert.rejects(run, /drain/);
    assert.ok(performance.now() - started < 2_000);
  });
});

test('where namespaces cannot be nested, each check has a bubblewrap of its own, and the same verdicts', async () => {
  const cold = await openPython({ lanes: 2, setup: 'disposable' });
  assert.ok(cold.available);
  const check = codeChecker({ sandbox: cold.sandbox, timeoutMs: 1_000 });
  const asked = { kind: 'code', language: 'python', tests: 'assert f(2) == 4\nassert f(3) == 9' } as const;
  assert.equal((await check('def f(x):\n    return x * x', asked, live)).outcome, 'pass');
  assert.equal((await check('def f(x):\n    return 4', asked, live)).outcome, 'fail');
  assert.notEqual((await check('import os\nwhile True:\n    os.fork()', asked, live)).outcome, 'pass');
  assert.equal((await check('import time\ntime.sleep(60)', asked, live)).detail, 'timeout');
  await cold.sandbox.close();
});
