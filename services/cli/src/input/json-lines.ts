import { openInput } from './open-input.ts';

/** One line of an input that should be JSON. */
export interface JsonLine {
  /** `file:line`, from 1. */
  readonly where: string;
  /** Undefined for a line that is no JSON. */
  readonly value: unknown;
  /** Why it is none. */
  readonly error?: unknown;
}

/** The lines of several inputs, one after the other, each parsed. Throws what {@link openInput} throws. */
export async function* jsonLines(files: readonly string[]): AsyncGenerator<JsonLine> {
  const decoder = new TextDecoder();
  for (const file of files) {
    let line = 0;
    for await (const { bytes } of openInput(file)) {
      line += 1;
      yield { where: `${file}:${line}`, ...parsed(decoder.decode(bytes)) };
    }
  }
}

function parsed(line: string): Pick<JsonLine, 'value' | 'error'> {
  try {
    return { value: JSON.parse(line) };
  } catch (error) {
    return { value: undefined, error };
  }
}
