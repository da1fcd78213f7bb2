import type { ErrorKind } from '@ballast/stage';

/** What can be wrong with a model folder. */
export const modelErrors = {
  missing: {
    code: 'BALLAST_DETECT_MODEL_MISSING',
    exit: 66,
    fix: 'Point detector.model at a folder that holds model.onnx and detector.json, or train one with `ballast train-detector`.',
  },
  corrupt: {
    code: 'BALLAST_DETECT_MODEL_CORRUPT',
    exit: 78,
    fix: 'Restore model.onnx and detector.json together from where they came, or train again with `ballast train-detector`.',
  },
  layout: {
    code: 'BALLAST_DETECT_MODEL_LAYOUT',
    exit: 78,
    fix: 'Train again with `ballast train-detector`, or take the model that comes with this version.',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
