import type { ErrorKind } from '@ballast/stage';

/** What can be wrong with the watermarks of pipeline.yaml; both stop the start. */
export const watermarkErrors = {
  key: {
    code: 'BALLAST_DETECT_WATERMARK_KEY',
    exit: 78,
    fix: 'mend the key file of detector.watermarks that the message names; docs/provenance.md shows the fields of every scheme',
  },
  tokenizer: {
    code: 'BALLAST_DETECT_WATERMARK_TOKENIZER',
    exit: 78,
    fix: 'point `tokenizer` of the entry of detector.watermarks at the tokenizer.json of the model that wrote the marked text',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
