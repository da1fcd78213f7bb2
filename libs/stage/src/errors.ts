/** One entry of an error table: stable code, exit status (sysexits), and what the reader should do. */
export interface ErrorKind {
  readonly code: `BALLAST_${string}`;
  readonly exit: number;
  readonly fix: string;
}

/** An error with a stable code, the cause kept, and the fix spelled out. */
export class BallastError extends Error {
  readonly code: string;
  readonly exit: number;
  readonly fix: string;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BallastError';
    this.code = kind.code;
    this.exit = kind.exit;
    this.fix = kind.fix;
  }
}

/** The world is away: back off, do not ack, stop the lane after the retries; never skip. */
export class RetryableError extends BallastError {
  override readonly name = 'RetryableError';
}

/** This document cannot be handled: it goes on as `dead` with `reason`, and is acked. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}
