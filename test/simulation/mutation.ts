/** A change of the source that takes one guard away. */
export interface Mutation {
  readonly name: string;
  /** The rule of the protocol, or the guard, that it switches off. */
  readonly rule: string;
  readonly patches: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
  /** What must notice: the simulation, or test files (or one test of a file) of which one must turn red. */
  readonly caughtBy: 'simulation' | 'simulation with silent losses' | readonly (string | OneTest)[];
}

/** One test of a file, by its name: the others need not run, which over a broker takes seconds. */
export interface OneTest {
  readonly file: string;
  readonly test: string;
}
