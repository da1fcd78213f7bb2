import { BallastError } from '@ballast/stage';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { HeadCard, ModelCard } from './model/card.ts';
import { modelErrors } from './model/errors.ts';
import { readModelFolder } from './model/folder.ts';
import { inputsOf, outputName } from './model/graph.ts';
import type { Scorer } from './model/scorer.ts';
import { dampened } from './model/weighting.ts';
import { Bag } from './text/bag.ts';
import { FeatureReader, keptTokens } from './text/features.ts';

/** Texts per run: enough to share the run's overhead, few enough that padding stays in the cache. */
const textsPerRun = 16;

/**
 * Rows are padded to a multiple of this. A sum over a row is made in vector lanes; only over whole blocks of
 * lanes do more zeros at the end leave its last bit alone. Without it one text in four scored otherwise,
 * by up to 4e-7, when other texts shared its run.
 */
const slotsPerBlock = 64;

/**
 * Opens a model folder (`model.onnx`, `detector.json`) with ONNX Runtime on one thread. `run` blocks
 * the event loop for the length of a batch, so use it on a thread or in a process that owes no heartbeat.
 * Throws BallastError: BALLAST_DETECT_MODEL_MISSING (exit 66), BALLAST_DETECT_MODEL_LAYOUT and
 * BALLAST_DETECT_MODEL_CORRUPT (78).
 */
export async function openScorer(folder: string): Promise<Scorer> {
  const { card, model } = await readModelFolder(folder);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(model, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
  } catch (cause) {
    throw new BallastError(modelErrors.corrupt, `ONNX Runtime refuses the model in ${folder}`, { cause });
  }
  return new OnnxScorer(card, session);
}

class OnnxScorer implements Scorer {
  readonly id: string;
  readonly card: ModelCard;
  readonly #session: InferenceSession;
  readonly #reader: FeatureReader;
  readonly #bag = new Bag();
  readonly #rows: readonly HeadRows[];
  #closed: Promise<void> | undefined;
  /** The last call's end: calls take turns, for a run's inputs lie in buffers that the next one fills. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(card: ModelCard, session: InferenceSession) {
    this.id = card.id;
    this.card = card;
    this.#session = session;
    this.#reader = new FeatureReader(keptTokens(card.heads.flatMap(({ kept }) => kept)));
    this.#rows = card.heads.map((head) => new HeadRows(head));
  }

  score(canonicalTexts: readonly string[]): Promise<Float64Array> {
    if (this.#closed !== undefined) return Promise.reject(new Error('Scorer.score: the scorer is closed'));
    const scores = this.#turn.then(() => this.#scoreAll(canonicalTexts));
    this.#turn = scores.catch(() => {});
    return scores;
  }

  close(): Promise<void> {
    this.#closed ??= this.#turn.then(() => this.#session.release());
    return this.#closed;
  }

  async #scoreAll(canonicalTexts: readonly string[]): Promise<Float64Array> {
    const scores = new Float64Array(canonicalTexts.length);
    // Texts of like length together: a run pads all its rows to the longest.
    const order = [...canonicalTexts.keys()].toSorted(
      (a, b) => (canonicalTexts[a]?.length ?? 0) - (canonicalTexts[b]?.length ?? 0),
    );
    for (let from = 0; from < order.length; from += textsPerRun) {
      const part = order.slice(from, from + textsPerRun);
      const logits = await this.#run(part.map((at) => canonicalTexts[at] ?? ''));
      for (const [i, at] of part.entries()) scores[at] = logits[i] ?? Number.NaN;
    }
    return scores;
  }

  async #run(texts: readonly string[]): Promise<Float32Array> {
    for (const rows of this.#rows) rows.clear();
    for (const text of texts) {
      this.#reader.read(text);
      for (const rows of this.#rows) {
        this.#reader.count(rows.head.name, rows.head.bits, this.#bag);
        rows.push(this.#bag);
      }
    }
    const feeds: { [name: string]: Tensor } = {};
    for (const rows of this.#rows) Object.assign(feeds, rows.tensors());
    const output = (await this.#session.run(feeds))[outputName];
    if (!(output?.data instanceof Float32Array) || output.data.length !== texts.length) {
      throw new BallastError(modelErrors.corrupt, `the model gives no float ${outputName} per text`);
    }
    return output.data;
  }
}

/** The padded inputs of one head for one run. */
class HeadRows {
  readonly head: HeadCard;
  #ids = new Int32Array(1 << 15);
  #counts = new Float32Array(1 << 15);
  #paddedIds = new Int32Array(0);
  #paddedCounts = new Float32Array(0);
  readonly #ends: number[] = [];

  constructor(head: HeadCard) {
    this.head = head;
  }

  clear(): void {
    this.#ends.length = 0;
  }

  push(bag: Bag): void {
    const start = this.#ends.at(-1) ?? 0;
    const end = start + bag.size;
    if (end > this.#ids.length) this.#grow(end);
    this.#ids.set(bag.ids.subarray(0, bag.size), start);
    for (let i = 0; i < bag.size; i += 1) {
      this.#counts[start + i] = dampened[Math.min(255, bag.counts[i] ?? 0)] ?? 0;
    }
    this.#ends.push(end);
  }

  /** Valid until the next call: the arrays are used again, for fresh ones cost a page fault each 4 kB. */
  tensors(): { readonly [name: string]: Tensor } {
    const texts = this.#ends.length;
    let slots = 1;
    for (let row = 0; row < texts; row += 1) slots = Math.max(slots, this.#end(row) - this.#end(row - 1));
    slots = Math.ceil(slots / slotsPerBlock) * slotsPerBlock;
    if (texts * slots > this.#paddedIds.length) {
      this.#paddedIds = new Int32Array(2 * texts * slots);
      this.#paddedCounts = new Float32Array(2 * texts * slots);
    }
    const ids = this.#paddedIds.subarray(0, texts * slots);
    const counts = this.#paddedCounts.subarray(0, texts * slots);
    for (let row = 0; row < texts; row += 1) {
      const [start, end] = [this.#end(row - 1), this.#end(row)];
      const used = row * slots + end - start;
      ids.set(this.#ids.subarray(start, end), row * slots);
      ids.fill(0, used, (row + 1) * slots);
      counts.set(this.#counts.subarray(start, end), row * slots);
      counts.fill(0, used, (row + 1) * slots);
    }
    const [idsName, countsName] = inputsOf(this.head.name);
    return {
      [idsName]: new Tensor('int32', ids, [texts * slots]),
      [countsName]: new Tensor('float32', counts, [texts, slots]),
    };
  }

  #end(row: number): number {
    return row < 0 ? 0 : (this.#ends[row] ?? 0);
  }

  #grow(needed: number): void {
    const length = Math.max(needed, 2 * this.#ids.length);
    const ids = new Int32Array(length);
    ids.set(this.#ids);
    const counts = new Float32Array(length);
    counts.set(this.#counts);
    this.#ids = ids;
    this.#counts = counts;
  }
}
