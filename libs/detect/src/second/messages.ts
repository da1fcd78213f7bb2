import { z } from 'zod';
import { secondErrors } from './errors.ts';

/** What the detector says to a process that holds the classifier. */
export const toChildSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('score'), texts: z.array(z.string()) }),
  /** Finish what was begun, release the session, exit. */
  z.object({ kind: z.literal('stop') }),
]);

/** What the detector says to a process that holds the classifier. */
export type ToChild = z.infer<typeof toChildSchema>;

const errorNames = [
  'missing',
  'invalid',
  'hash',
  'labels',
  'model',
] as const satisfies readonly (keyof typeof secondErrors)[];

/** What such a process says. */
export const fromChildSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  /** The folder cannot be used; `error` is the key of {@link secondErrors}. */
  z.object({ kind: z.literal('refused'), error: z.enum(errorNames), message: z.string() }),
  /** Log-odds of the next text of the batch, null where there are none: also the sign of life. */
  z.object({
    kind: z.literal('scored'),
    logOdds: z.number().nullable(),
    trouble: z.string().optional(),
  }),
]);

/** What such a process says. */
export type FromChild = z.infer<typeof fromChildSchema>;

/** The key of an error's code in {@link secondErrors}. */
export function errorNameOf(code: string): (typeof errorNames)[number] | undefined {
  return errorNames.find((name) => secondErrors[name].code === code);
}
