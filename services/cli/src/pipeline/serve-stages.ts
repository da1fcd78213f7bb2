import { serve } from '@ballast/host';
import type { StageService } from '@ballast/host';
import { openOnBrokers } from '@ballast/kafka';
import { BallastError } from '@ballast/stage';
import { cliErrors } from '../errors.ts';
import type { Flags } from '../flags.ts';

/** The stage services by name; only those that are asked for are loaded. */
const services: { readonly [name: string]: () => Promise<StageService> } = {
  detector: async () => (await import('@ballast/detector')).detector,
  verifier: async () => (await import('@ballast/verifier')).verifier,
  oversampler: async () => (await import('@ballast/oversampler')).oversampler,
};

/** The one join: what the detector writes is what the verifier reads. */
const join = 'detector+verifier';

/** The services named in `detector+verifier`. Throws BALLAST_CLI_USAGE for an unknown one, or a join that may not be. */
export async function servicesOf(stages: string): Promise<readonly [StageService, ...StageService[]]> {
  const [first, ...rest] = stages.split('+').map((name) => {
    const load = Object.entries(services).find(([known]) => known === name)?.[1];
    if (load === undefined)
      throw new BallastError(
        cliErrors.usage,
        `there is no stage "${name}"; there are ${Object.keys(services).join(', ')} and mixer`,
      );
    return load;
  });
  if (first === undefined) throw new BallastError(cliErrors.usage, 'no stage is named');
  // The router acts on the first copy in the log, so what it routes by must lie in a topic first; and a
  // loop that writes the topic it reads would never end.
  if (rest.length > 0 && stages !== join)
    throw new BallastError(cliErrors.usage, `${stages} cannot share a loop; only ${join} can`);
  return [await first(), ...(await Promise.all(rest.map(async (load) => await load())))];
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
  if (stages !== 'mixer') return await serve(await servicesOf(stages), passed, openOnBrokers);
  const { serveMixer } = await import('@ballast/mixer/serve');
  return await serveMixer(passed, openOnBrokers);
}
