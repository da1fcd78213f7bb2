/** Where the tokens of a chunk end, as rising UTF-16 offsets; the last is the chunk's length. */
export type Cuts = readonly number[];

/** How one chunk (run without white space) is cut. */
export interface ChunkCuts {
  /** As the chunk is cut when it stands alone. */
  readonly cuts: Cuts;
  /**
   * As it was cut before special cases were put together again; present only if some were. A
   * neighbouring chunk can prevent the mending: see {@link Splitter.mend}.
   */
  readonly unmended?: Cuts;
}

/** Cuts runs without white space (chunks) into tokens. */
export interface Splitter {
  /** Cuts a chunk as if it stood alone, in time linear in its length. */
  split(chunk: string): ChunkCuts;
  /**
   * The cuts of several chunks that stand side by side, joined without the single spaces that part
   * them at `borders`; `cuts` are their unmended ones.
   */
  mend(text: string, cuts: Cuts, borders: ReadonlySet<number>): Cuts;
}
