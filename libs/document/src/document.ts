import { z } from 'zod';

/** A larger document goes on as a pointer without value: verdict `dead: too_large`. Bytes. */
export const maxDocumentBytes = 8 * 1024 * 1024;

/** Metadata nested deeper than this makes a document unreadable (`too_deep`). */
export const maxMetadataDepth = 64;

/** Ground truth that a document brings along: code with tests, or a maths answer. */
export const checkSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('code'),
    language: z.enum(['python', 'javascript', 'typescript']),
    tests: z.string(),
    entry: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('math'),
    answer: z.string(),
    tolerance: z.number().nonnegative().optional(),
  }),
]);

/** A check as the ingest carries it. */
export type Check = z.infer<typeof checkSchema>;

/** What a document says of its own making. Only claims of *synthetic* count when unsigned. */
export const declaredSchema = z.strictObject({
  origin: z.enum(['human', 'synthetic']),
  generator: z.string().optional(),
});

/** A declaration of origin. */
export type Declared = z.infer<typeof declaredSchema>;

/** The document as ingested. Only `text` is required of an input; unknown fields lie in `metadata`. */
export interface Document {
  readonly id: string;
  readonly text: string;
  readonly source: string;
  readonly url?: string | undefined;
  /** The author's or page's own date, ISO 8601. Never evidence of origin. */
  readonly created?: string | undefined;
  /** When an archive captured the text, ISO 8601; evidence only from a trusted ingest. */
  readonly captured?: string | undefined;
  /** BCP 47 tag. */
  readonly lang?: string | undefined;
  readonly labels?: { readonly [name: string]: string } | undefined;
  readonly declared?: Declared | undefined;
  readonly check?: Check | undefined;
  readonly metadata?: { readonly [name: string]: unknown } | undefined;
}

/** What an ingest may be trusted to say (`trusted: [...]` in pipeline.yaml; default nothing). */
export const trustSchema = z.enum(['source', 'captured', 'check']);

/** One kind of word of an ingest that counts. */
export type Trust = z.infer<typeof trustSchema>;

/** Why a document could not be read; each is a `dead` reason. */
export const unreadableReasons = [
  'empty_value',
  'too_large',
  'invalid_utf8',
  'not_json',
  'not_an_object',
  'wrong_types',
  'missing_text',
  'lone_surrogate',
  'too_deep',
  'unterminated_input',
] as const;

/** One of the reasons a document could not be read. */
export type Unreadable = (typeof unreadableReasons)[number];
