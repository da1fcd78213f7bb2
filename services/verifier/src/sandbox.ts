import type { Pipeline } from '@ballast/document';
import type { Logger } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import { verifyErrors } from '@ballast/verify';
import { openSandbox } from '@ballast/verify/sandbox';
import type { Sandbox } from '@ballast/verify/sandbox';

/**
 * The sandbox that `verify.code` asks for. A language this host cannot confine: `optional` warns, and
 * its checks end `unknown`; `required` throws BALLAST_VERIFY_NO_SANDBOX (exit 69) for the first one
 * missing. Code never runs unconfined. `open` finds what the host has.
 */
export async function openPipelineSandbox(
  { code }: Pipeline['verify'],
  logger: Pick<Logger, 'warn'>,
  open: typeof openSandbox = openSandbox,
): Promise<Sandbox | undefined> {
  if (code === 'off') return undefined;
  const { sandbox, missing } = await open({ prove: code === 'required' });
  for (const { languages, reason, fix } of missing) {
    if (code === 'required') {
      await sandbox?.close();
      throw new BallastError(
        { ...verifyErrors.noSandbox, fix },
        `verify.code is required, but ${languages.join(' and ')} cannot be run: ${reason}`,
      );
    }
    logger.warn(
      { languages, reason, fix },
      'no sandbox for these languages: their checks end unknown and verify nothing',
    );
  }
  return sandbox;
}
