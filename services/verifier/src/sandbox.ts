import type { Pipeline } from '@ballast/document';
import type { Logger } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import { verifyErrors } from '@ballast/verify';
import { openSandbox } from '@ballast/verify/sandbox';
import type { Sandbox } from '@ballast/verify/sandbox';

/**
 * The sandbox that `verify.code` asks for. None on this host: `optional` warns, and code checks end
 * `unknown`; `required` throws BALLAST_VERIFY_NO_SANDBOX (exit 69). Code never runs unconfined.
 */
export async function openPipelineSandbox(
  { code, timeoutMs }: Pipeline['verify'],
  logger: Logger,
): Promise<Sandbox | undefined> {
  if (code === 'off') return undefined;
  const sandbox = await openSandbox({ timeoutMs });
  if (sandbox.available) return sandbox;
  if (code === 'required') {
    throw new BallastError(
      { ...verifyErrors.noSandbox, fix: sandbox.fix },
      `verify.code is required, but ${sandbox.reason}`,
    );
  }
  logger.warn(
    { reason: sandbox.reason, fix: sandbox.fix },
    'no sandbox: code checks end unknown and verify nothing',
  );
  return undefined;
}
