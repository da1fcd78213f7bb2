import { BallastError } from '@ballast/stage';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { secondErrors } from './errors.ts';
import type { SecondFolder } from './folder.ts';
import { logOddsOf } from './labels.ts';
import { openTokens } from './tokens.ts';
import type { TokenReader } from './tokens.ts';
import { windowsOf } from './windows.ts';

/** Windows of one text per run at most. */
const windowsPerRun = 8;

/** A user's classifier, loaded. It blocks its thread while it runs, so it lives in a process of its own. */
export interface Classifier {
  /**
   * Log-odds of machine-made text, temperature taken out: class logits averaged over the windows of the
   * text. NaN where the model gives none. Depends on the text alone: texts never share a run, for in a
   * dynamically quantised model one row's values would move the scale of all others.
   */
  score(text: string): Promise<number>;
  /** Releases the session. */
  close(): Promise<void>;
}

/**
 * Loads the model of a folder with ONNX Runtime on one thread and checks that it can be fed. Throws
 * BALLAST_DETECT_SECOND_MODEL when it is truncated, of an unknown opset or operator, or wants other inputs
 * or outputs; BALLAST_DETECT_SECOND_INVALID for a tokenizer that cannot be used.
 */
export async function openClassifier(folder: SecondFolder, path: string): Promise<Classifier> {
  const tokens = openTokens(folder, path);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(folder.model, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new BallastError(
      secondErrors.model,
      `ONNX Runtime refuses the model in ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  try {
    return new OnnxClassifier(folder, tokens, session, plugsOf(session, path));
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** How the session is fed and read. */
interface Plugs {
  readonly inputs: readonly { readonly name: InputName; readonly type: 'int64' | 'int32' }[];
  readonly output: string;
  /** Tokens that every window must have, where the graph fixes them. */
  readonly fixedLength: number | undefined;
  /** The graph takes one window at a time. */
  readonly single: boolean;
}

const inputNames = ['input_ids', 'attention_mask', 'token_type_ids'] as const;
type InputName = (typeof inputNames)[number];

function plugsOf(session: InferenceSession, path: string): Plugs {
  const refuse = (message: string): never => {
    throw new BallastError(secondErrors.model, `${path}: the model ${message}`);
  };
  const inputs = session.inputMetadata.map((input) => {
    const name = inputNames.find((known) => known === input.name);
    if (name === undefined) return refuse(`wants an input "${input.name}" that no tokenizer gives`);
    if (!input.isTensor || (input.type !== 'int64' && input.type !== 'int32'))
      return refuse(`wants ${name} as something else than int64 or int32`);
    if (input.shape.length !== 2) return refuse(`wants ${name} with ${input.shape.length} axes instead of 2`);
    return { name, type: input.type, shape: input.shape };
  });
  const [batch, length] =
    inputs.find(({ name }) => name === 'input_ids')?.shape ?? refuse('has no input input_ids');
  if (typeof batch === 'number' && batch > 1) refuse(`takes ${batch} texts at a time and no other number`);
  const output =
    session.outputMetadata.find(({ name }) => name === 'logits') ??
    (session.outputMetadata.length === 1 ? session.outputMetadata[0] : undefined);
  if (output === undefined) return refuse('has several outputs, none of them called logits');
  if (!output.isTensor || output.type !== 'float32')
    refuse(`gives ${output.name} as something else than float`);
  return {
    inputs,
    output: output.name,
    // ONNX Runtime gives a free axis without a name as -1 or 0.
    fixedLength: typeof length === 'number' && length > 0 ? length : undefined,
    single: batch === 1,
  };
}

class OnnxClassifier implements Classifier {
  readonly #folder: SecondFolder;
  readonly #tokens: TokenReader;
  readonly #session: InferenceSession;
  readonly #plugs: Plugs;
  /** Tokens of the text itself in one window. */
  readonly #room: number;

  constructor(folder: SecondFolder, tokens: TokenReader, session: InferenceSession, plugs: Plugs) {
    this.#folder = folder;
    this.#tokens = tokens;
    this.#session = session;
    this.#plugs = plugs;
    const length = Math.min(folder.maxTokens, plugs.fixedLength ?? folder.maxTokens);
    this.#room = Math.max(1, length - tokens.before.length - tokens.after.length);
  }

  async score(text: string): Promise<number> {
    const { before, after } = this.#tokens;
    const { machine, sidecar } = this.#folder;
    const windows = windowsOf(this.#tokens.read(text), this.#room, sidecar.stride ?? this.#room).map(
      (ids) => [...before, ...ids, ...after],
    );
    if (windows[0]?.length === 0) return Number.NaN;
    const sums: number[] = [];
    const perRun = this.#plugs.single ? 1 : windowsPerRun;
    for (let from = 0; from < windows.length; from += perRun) {
      const part = windows.slice(from, from + perRun);
      const logits = await this.#run(part);
      const width = logits.length / part.length;
      for (const [at, logit] of logits.entries()) sums[at % width] = (sums[at % width] ?? 0) + logit;
    }
    return (
      logOddsOf(
        machine,
        sums.map((sum) => sum / windows.length),
      ) / sidecar.temperature
    );
  }

  close(): Promise<void> {
    return this.#session.release();
  }

  /** All windows of a text are equally long, so nothing is padded unless the graph fixes the length. */
  async #run(windows: readonly (readonly number[])[]): Promise<Float32Array> {
    const used = windows[0]?.length ?? 0;
    const length = this.#plugs.fixedLength ?? used;
    const feeds: { [name: string]: Tensor } = {};
    for (const { name, type } of this.#plugs.inputs) {
      const cells = new Int32Array(windows.length * length);
      if (name === 'input_ids') cells.fill(this.#tokens.padding);
      if (name !== 'token_type_ids') {
        for (const [row, window] of windows.entries()) {
          if (name === 'input_ids') cells.set(window, row * length);
          else cells.fill(1, row * length, row * length + used);
        }
      }
      const shape = [windows.length, length];
      feeds[name] =
        type === 'int64' ? new Tensor(type, widened(cells), shape) : new Tensor(type, cells, shape);
    }
    const logits = (await this.#session.run(feeds, [this.#plugs.output]))[this.#plugs.output]?.data;
    if (!(logits instanceof Float32Array) || logits.length % windows.length !== 0)
      throw new RangeError(`the model gives no float ${this.#plugs.output} per text`);
    return logits;
  }
}

/** Non-negative 32-bit numbers as 64-bit ones, without a BigInt each: the low word comes first. */
function widened(cells: Int32Array): BigInt64Array {
  const wide = new BigInt64Array(cells.length);
  const words = new Int32Array(wide.buffer);
  for (let at = 0; at < cells.length; at += 1) words[2 * at] = cells[at] ?? 0;
  return wide;
}
