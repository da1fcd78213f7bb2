import { detector } from '@ballast/detector';
import { serve } from '@ballast/host';
import { openOnBrokers } from '@ballast/kafka';
import { serveMixer } from '@ballast/mixer';
import { oversampler } from '@ballast/oversampler';
import { BallastError } from '@ballast/stage';
import { verifier } from '@ballast/verifier';
import { cliErrors } from '../errors.ts';
import type { Flags } from '../flags.ts';

/** The stage services by name. */
export const services = { detector, verifier, oversampler } as const;

/** The one join: what the detector writes is what the verifier reads. */
const join = 'detector+verifier';

/** The services named in `detector+verifier`. Throws BALLAST_CLI_USAGE for an unknown one, or a join that may not be. */
export function servicesOf(stages: string) {
  const [first, ...rest] = stages.split('+').map((name) => {
    const service = Object.entries(services).find(([known]) => known === name)?.[1];
    if (service === undefined)
      throw new BallastError(
        cliErrors.usage,
        `there is no stage "${name}"; there are ${Object.keys(services).join(', ')} and mixer`,
      );
    return service;
  });
  if (first === undefined) throw new BallastError(cliErrors.usage, 'no stage is named');
  // The router acts on the first copy in the log, so what it routes by must lie in a topic first; and a
  // loop that writes the topic it reads would never end.
  if (rest.length > 0 && stages !== join)
    throw new BallastError(cliErrors.usage, `${stages} cannot share a loop; only ${join} can`);
  return [first, ...rest] as const;
}

/** Runs stages as a service, over brokers or embedded topics, until SIGTERM; the services' own main.ts do the same. */
export async function serveStages(stages: string, flags: Flags): Promise<number> {
  const passed = ['state', 'config', 'port', ...(stages === 'mixer' ? ['table'] : [])].flatMap((name) => {
    const value = flags.text(name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  const brokers = flags.texts('brokers');
  if (brokers.length > 0) passed.push('--brokers', brokers.join(','));
  if (flags.on('insecure')) passed.push('--insecure');
  return stages === 'mixer'
    ? await serveMixer(passed, openOnBrokers)
    : await serve(servicesOf(stages), passed, openOnBrokers);
}
