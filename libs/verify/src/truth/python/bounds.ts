/** Bounds of one check, enforced by the kernel inside the sandbox (setrlimit(2), tmpfs) or by its zygote. */
export interface Bounds {
  /** Each check gets namespaces of its own inside the zygote's; else a zygote serves one check. */
  readonly nested: boolean;
  /** Processes and threads, the driver's own included. */
  readonly processes: number;
  /** Address space of each process, bytes. */
  readonly addressBytes: number;
  /** Memory of all its processes together, bytes. */
  readonly memoryBytes: number;
  /** Largest file, bytes. */
  readonly fileBytes: number;
  /** Bytes and files that /tmp holds as a whole. */
  readonly temporaryBytes: number;
  readonly files: number;
  /** Open descriptors of each process. */
  readonly descriptors: number;
}

/** The bounds of every check. */
export const bounds: Omit<Bounds, 'nested'> = {
  processes: 16,
  addressBytes: 512 * 1024 * 1024,
  memoryBytes: 768 * 1024 * 1024,
  fileBytes: 4 * 1024 * 1024,
  temporaryBytes: 16 * 1024 * 1024,
  files: 4096,
  descriptors: 64,
};
