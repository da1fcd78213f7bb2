import { formatTopicPartition } from '@ballast/document';
import type { TopicPartition, Verdicts } from '@ballast/document';
import { BallastError, RetryableError, runStage } from '@ballast/stage';
import type { Checkpoint, Delivery, ErrorKind, Routed, Sink, Source, Stage } from '@ballast/stage';
import type { Broker } from './broker.ts';
import type { Faults } from './faults.ts';
import type { Choices } from './choices.ts';
import type { Task } from './schedule.ts';

/** One incarnation of a stage on one partition; it never learns that it is a zombie but by a refused commit. */
export interface StageRun {
  readonly group: string;
  readonly input: TopicPartition;
  readonly stages: readonly [Stage, ...Stage[]];
  readonly route: (verdicts: Verdicts) => string;
  readonly broker: Broker;
  readonly task: Task;
  readonly choices: Choices;
  readonly faults: Faults;
  /** Tells incarnations apart in the names of snapshots. */
  readonly uuid: number;
}

const stopped: ErrorKind = { code: 'BALLAST_SIMULATED_STOP', exit: 75, fix: 'none' };
const fenced: ErrorKind = { code: 'BALLAST_SIMULATED_FENCE', exit: 75, fix: 'none' };

/** Runs the stage with the real loop until it is refused, stopped, or never resumed again. */
export async function stageRun(run: StageRun): Promise<void> {
  await run.task.park();
  await runStage({
    source: source(run),
    stages: run.stages,
    sink: sink(run),
    route: run.route,
    signal: new AbortController().signal,
    backoffMs: [],
  });
}

function source({ group, input, broker, task, choices, faults, uuid }: StageRun): Source {
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<Delivery> {
      const generation = broker.join(group, input);
      const place = broker.committed(group, input);
      let next = place?.offset ?? 0n;
      let resume: Checkpoint | null | undefined =
        place === undefined ? null : (broker.snapshot(place.snapshot) ?? null);
      for (;;) {
        await task.park();
        const batch = broker.readOn(input, next, 1 + choices.below(3));
        if (batch.length === 0) continue;
        next += BigInt(batch.length);
        const end = next;
        const ack = async (checkpoint: Checkpoint): Promise<void> => {
          const name = faults.snapshotName(`${group} ${formatTopicPartition(input)}`, `${end} ${uuid}`);
          await task.park();
          broker.putSnapshot(name, checkpoint);
          await task.park();
          if (!broker.commit(group, input, generation, { offset: end, snapshot: name }))
            throw new RetryableError(fenced, 'a newer member owns the partition');
          if (faults.losesAnswer()) throw new BallastError(stopped, 'the answer to a commit was lost');
        };
        yield { input, batch, ack, ...(resume === undefined ? {} : { resume }) };
        resume = undefined;
      }
    },
  };
}

/** In order per topic; the topics of one call in any order, each send a chance to fail. */
function sink({ broker, task, choices, faults }: StageRun): Sink {
  return {
    async write(routed) {
      const queues = [...Map.groupBy(routed, ({ topic }) => topic).values()].map((group) => [...group]);
      while (queues.length > 0) {
        const queue = choices.pick(queues);
        const message = queue.shift();
        if (queue.length === 0) queues.splice(queues.indexOf(queue), 1);
        if (message !== undefined) await send(message);
      }
    },
  };

  async function send(message: Routed): Promise<void> {
    await task.park();
    if (faults.losesSend()) {
      if (faults.skipsFailedSends) return;
      throw new BallastError(stopped, 'a send failed after its retries');
    }
    broker.append(message);
    if (faults.losesAnswer()) throw new BallastError(stopped, 'the answer to a send was lost');
  }
}
