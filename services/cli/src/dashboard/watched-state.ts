import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openTopics } from '@ballast/stage/embedded';
import type { EmbeddedTopics } from '@ballast/stage/embedded';

/** A state folder as a page watches it: it may come after the page, and be another one later. */
export class WatchedState implements AsyncDisposable {
  readonly #folder: string;
  /** Latest last. One that was replaced stays open: somebody may be reading it still. */
  readonly #opened: Promise<EmbeddedTopics>[] = [];
  #inode: bigint | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The topics there now; undefined while there are none. Never creates any. */
  async topics(): Promise<EmbeddedTopics | undefined> {
    const file = await stat(join(this.#folder, 'topics', 'data.mdb'), { bigint: true }).catch(
      () => undefined,
    );
    if (file === undefined) return undefined;
    if (file.ino !== this.#inode) {
      this.#inode = file.ino;
      this.#opened.push(openTopics(this.#folder));
    }
    return await this.#opened.at(-1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#opened.map(async (topics) => await (await topics).close()));
  }
}
