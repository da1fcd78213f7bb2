import type { ErrorKind } from '@ballast/stage';

/** Why a training run refuses its data. */
export const trainErrors = {
  leaks: {
    code: 'BALLAST_TRAIN_DATA_LEAKS',
    exit: 65,
    fix: 'Give human and synthetic rows the same extraction and clean-up: a single trivial feature tells them apart, so every figure would measure that feature.',
  },
  tooSmall: {
    code: 'BALLAST_TRAIN_DATA_TOO_SMALL',
    exit: 65,
    fix: 'Give at least 100 English rows of 120 characters or more per label, with `label` human or synthetic, best from several domains.',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
