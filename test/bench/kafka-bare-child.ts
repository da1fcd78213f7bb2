/**
 * The bare forward loop in a process of its own, where no patch and no codec of Ballast's is in force: asked by
 * `test/bench/kafka-forward.ts` over the channel between them.
 */
import { z } from 'zod';
import { benchDocuments } from './documents.ts';
import { BareLoops } from './kafka-bare.ts';

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
const [bootstrap = '', brokerPid = '0', documents = '0'] = process.argv.slice(2);
const bare = new BareLoops(bootstrap, Number(brokerPid), benchDocuments(Number(documents)));
const askSchema = z.object({ what: z.enum(['produce', 'forward']), from: z.string() });

process.on('message', (message) => {
  const { what, from } = askSchema.parse(message);
  const done = async () =>
    what === 'produce'
      ? await bare.produce(from, 'zstd')
      : await bare.forward(from, await bare.createTopic(), 'zstd');
  void done().then((figure) => process.send?.(figure));
});
