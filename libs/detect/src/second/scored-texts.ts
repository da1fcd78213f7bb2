import { createHash } from 'node:crypto';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const lineSchema = z.tuple([z.string(), z.number()]);

/**
 * Log-odds of texts that a classifier has already read, kept in a file as it goes, so that a run that is
 * interrupted asks about no text twice. Scores of another classifier, or of another configuration of it, are
 * not used. A line that was cut off is not used either.
 */
export class ScoredTexts {
  readonly #path: string | undefined;
  readonly #known: Map<string, number>;

  private constructor(path: string | undefined, known: Map<string, number>) {
    this.#path = path;
    this.#known = known;
  }

  /** Opens the file, or starts it anew for this classifier; without a path nothing is kept. */
  static async open(path: string | undefined, classifier: string): Promise<ScoredTexts> {
    const known = new Map<string, number>();
    if (path === undefined) return new ScoredTexts(path, known);
    const [head, ...lines] = (await readFile(path, 'utf8').catch(() => '')).split('\n');
    if (head === classifier) {
      for (const line of lines) {
        const parsed = lineSchema.safeParse(parseLine(line));
        if (parsed.success) known.set(...parsed.data);
      }
    }
    const whole = [...known].map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await writeFile(path, `${classifier}\n${whole}`);
    return new ScoredTexts(path, known);
  }

  /** What the classifier said of a text; undefined when it was not asked yet. */
  of(text: string): number | undefined {
    return this.#known.get(hashOf(text));
  }

  /** Keeps answers. */
  async add(answers: readonly { readonly text: string; readonly logOdds: number }[]): Promise<void> {
    const entries = answers.map(({ text, logOdds }) => [hashOf(text), logOdds] as const);
    for (const [hash, logOdds] of entries) this.#known.set(hash, logOdds);
    if (this.#path === undefined || entries.length === 0) return;
    await appendFile(this.#path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }

  /** Removes the file: what it was kept for is done. */
  async done(): Promise<void> {
    if (this.#path !== undefined) await rm(this.#path, { force: true });
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
