import type { ErrorKind } from '@ballast/stage';

/** What can be wrong with a second-stage model. All are found before the first document is read. */
export const secondErrors = {
  missing: {
    code: 'BALLAST_DETECT_SECOND_MISSING',
    exit: 78,
    fix: 'Put model.onnx (or onnx/model_quantized.onnx), tokenizer.json, config.json and detector.json into the folder that detector.second.model names; docs/detector-models.md says what each holds.',
  },
  invalid: {
    code: 'BALLAST_DETECT_SECOND_INVALID',
    exit: 78,
    fix: 'Mend the file that the message names; docs/detector-models.md lists the keys of detector.json.',
  },
  hash: {
    code: 'BALLAST_DETECT_SECOND_HASH',
    exit: 78,
    fix: 'Restore the model that detector.json was written for, or, if the new one is meant, write its SHA-256 into detector.json; canaries are then scored again.',
  },
  labels: {
    code: 'BALLAST_DETECT_SECOND_LABELS',
    exit: 78,
    fix: 'Write the class that means machine-made text into detector.json as machineLabel, spelled as in id2label of config.json.',
  },
  model: {
    code: 'BALLAST_DETECT_SECOND_MODEL',
    exit: 78,
    fix: 'Export the model again as one ONNX file (no external data) of opset 7 to 26 with inputs input_ids, attention_mask and, if needed, token_type_ids, a free batch axis, and float logits.',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
