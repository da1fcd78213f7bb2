"""Shuts one check in: namespaces, limits and a system-call filter of its own. Follows driver.py."""

LIBC = ctypes.CDLL(None, use_errno=True)
# Flags of unshare(2), mount(2) and prctl(2), from the kernel's uapi headers.
NEWNS, NEWIPC, NEWUSER, NEWPID = 0x20000, 0x08000000, 0x10000000, 0x20000000
NEW_ANY = 0x7E020080  # every CLONE_NEW* flag
NOSUID_NODEV_NOEXEC = 2 | 4 | 8
SET_DUMPABLE, SET_SECCOMP, CAPBSET_DROP, SET_NO_NEW_PRIVS, CAP_AMBIENT = 4, 22, 24, 38, 47
NOBODY = 65534

# System calls by name: their numbers on x86_64 and on aarch64 (asm/unistd_64.h, asm-generic/unistd.h).
REFUSED = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "syslog": (103, 116), "personality": (135, 92),
    "init_module": (175, 105), "finit_module": (313, 273), "kexec_load": (246, 104),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "mbind": (237, 235),
    "set_mempolicy": (238, 237), "migrate_pages": (256, 238), "move_pages": (279, 239), "vmsplice": (278, 75),
    # Memory that no limit below would count.
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "semget": (64, 190),
    "msgget": (68, 186), "mq_open": (240, 180),
}
CLONE, CLONE3, SOCKET = (56, 220), (435, 435), (41, 198)
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def must(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), what + ": " + os.strerror(ctypes.get_errno()))


def filter_program():
    """The filter in classic BPF (seccomp(2)); `None` on a machine whose numbers are not listed above."""
    known = ARCHITECTURES.get(platform.machine())
    if known is None:
        return None
    column, architecture = known
    allow, kill = 0x7FFF0000, 0x80000000
    errno = lambda number: 0x00050000 | number
    load = lambda offset: (0x20, 0, 0, offset)
    equal = lambda value, then, otherwise: (0x15, then, otherwise, value)
    give = lambda value: (0x06, 0, 0, value)
    # The number is at offset 0, the architecture at 4, the low half of the first argument at 16.
    lines = [load(4), equal(architecture, 1, 0), give(kill), load(0), (0x35, 0, 1, 0x40000000), give(kill)]
    for numbers in REFUSED.values():
        lines += [equal(numbers[column], 0, 1), give(errno(1))]
    lines += [equal(CLONE3[column], 0, 1), give(errno(38))]  # C libraries then use clone(2), whose flags can be read
    lines += [equal(CLONE[column], 0, 4), load(16), (0x45, 0, 1, NEW_ANY), give(errno(1)), give(allow)]
    lines += [equal(SOCKET[column], 0, 4), load(16), equal(socket.AF_UNIX, 1, 0), give(errno(97)), give(allow)]
    lines += [give(allow)]
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


FILTER = filter_program()


def limit(kind, soft, hard=None):
    current = resource.getrlimit(kind)[1]
    hard = soft if hard is None else hard
    if current != resource.RLIM_INFINITY:
        soft, hard = min(soft, current), min(hard, current)
    resource.setrlimit(kind, (soft, hard))


def own_namespaces(bounds):
    """A mount namespace with a fresh /tmp and /proc, then a user namespace without a single right in it."""
    user, group = os.getuid(), os.getgid()
    must(LIBC.unshare(NEWNS | NEWIPC), "unshare")
    size = "size=%d,nr_inodes=%d,mode=1777" % (bounds["temporaryBytes"], bounds["files"])
    must(LIBC.mount(b"tmpfs", b"/tmp", b"tmpfs", NOSUID_NODEV_NOEXEC, size.encode()), "mount /tmp")
    must(LIBC.mount(b"proc", b"/proc", b"proc", NOSUID_NODEV_NOEXEC, None), "mount /proc")
    must(LIBC.unshare(NEWUSER), "unshare user")
    for name, text in (("setgroups", "deny"), ("uid_map", "%d %d 1" % (NOBODY, user)), ("gid_map", "%d %d 1" % (NOBODY, group))):
        with open("/proc/self/" + name, "w") as file:
            file.write(text)
    os.chdir("/tmp")


def no_rights():
    """Drops every capability for good (capabilities(7))."""
    LIBC.prctl(CAP_AMBIENT, 4, 0, 0, 0)
    for capability in range(64):
        if LIBC.prctl(CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    header = struct.pack("<Ii", 0x20080522, 0)
    must(LIBC.capset(header, bytes(24)), "capset")
    must(LIBC.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def refuse_calls():
    if FILTER is None:
        return
    program = ctypes.create_string_buffer(FILTER, len(FILTER))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    wanted = Program(len(FILTER) // 8, ctypes.addressof(program))
    must(LIBC.prctl(SET_SECCOMP, 2, ctypes.byref(wanted), 0, 0), "seccomp")


def shut_in(bounds):
    """Bounds this process and all it will ever start. Before the first byte of a document is read."""
    os.closerange(3, 256)
    if bounds["nested"]:
        own_namespaces(bounds)
    no_rights()
    LIBC.prctl(SET_DUMPABLE, 0, 0, 0, 0)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_AS, bounds["addressBytes"])
    limit(resource.RLIMIT_FSIZE, bounds["fileBytes"])
    limit(resource.RLIMIT_NOFILE, bounds["descriptors"])
    limit(resource.RLIMIT_NPROC, bounds["processes"])
    refuse_calls()
