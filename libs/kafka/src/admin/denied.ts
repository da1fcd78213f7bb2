import { BallastError } from '@ballast/stage';
import { adminErrors } from './errors.ts';

/**
 * The broker refuses this user an operation of its access lists (`Read`, `Write`, `Describe`, …) on something,
 * as `documents.raw` or `group mixer`: BALLAST_KAFKA_DENIED, which names the right that is missing.
 */
export function deniedError(operation: string, on: string, cause: unknown): BallastError {
  return new BallastError(adminErrors.denied, `the broker denies ${operation} on ${on} to this user`, {
    cause,
  });
}
