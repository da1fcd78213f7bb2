import { lanes } from '@ballast/document';
import type { Lane } from '@ballast/document';
import type { DashboardSnapshot } from '@ballast/dashboard';
import type { LogState } from '@ballast/table';
import { refusedBy, totalOf } from '../pipeline/flow.ts';
import type { CommittedShard } from '../pipeline/judged-units.ts';
import { capsOf, mixtureOf, sharesOf } from '../pipeline/report.ts';

const none = { documents: 0, tokens: 0 };

/** What the heads of a table's logs say; where there is no log yet, nothing is kept and `caps` are those to come. */
export function numbersOf(
  { data, refused }: { readonly data: LogState | undefined; readonly refused: LogState | undefined },
  caps: DashboardSnapshot['caps'],
): Pick<DashboardSnapshot, 'caps' | 'shares' | 'mixture' | 'refusals'> & {
  readonly outcomes: Pick<DashboardSnapshot['flow'], 'kept' | 'rejected' | 'deferred' | 'dead'>;
} {
  const { unverified, total } = data === undefined ? noShares : sharesOf(data.totals);
  return {
    caps: data === undefined ? caps : capsOf(data),
    shares: { scope: 'cumulative', unverified: boundOf(unverified), total: boundOf(total) },
    mixture: data === undefined ? { human: none, synthetic: none, unknown: none } : mixtureOf(data.totals),
    refusals: refused === undefined ? [] : refusalsIn(refused),
    outcomes: {
      kept: data === undefined ? none : totalOf(data.totals.origin),
      ...(refused === undefined ? { rejected: none, deferred: none, dead: none } : refusedBy(refused)),
    },
  };
}

const noShares = { unverified: { share: 0, upper: 0 }, total: { share: 0, upper: 0 } };

function boundOf({ share, upper }: { readonly share: number; readonly upper: number }): {
  readonly f: number;
  readonly u: number;
} {
  return { f: Math.min(1, share), u: Math.min(1, upper) };
}

const refusalActions = ['reject', 'defer', 'dead'] as const;

function refusalsIn({ totals }: LogState): NonNullable<DashboardSnapshot['refusals']> {
  return Object.entries(totals.refused)
    .flatMap(([name, { documents, tokens }]) =>
      refusalActions
        .filter((action) => name.startsWith(`${action}: `))
        .map((action) => ({ action, reason: name.slice(action.length + 2), documents, tokens })),
    )
    .toSorted((a, b) => b.documents - a.documents);
}

/** A commit as the page lists it. */
export function commitOf({
  version,
  time,
  documents,
  tokens,
  upper,
}: CommittedShard): DashboardSnapshot['commits'][number] {
  const bound = upper === undefined ? {} : { upper: Math.min(1, upper) };
  return { version, time: time.toISOString(), rows: documents, tokens, ...bound };
}

/** Every lane with what waits in it and what would release it. */
export function lanesOf(
  waiting: (lane: Lane) => { readonly documents: number; readonly tokens?: number } | undefined,
): DashboardSnapshot['lanes'] {
  return lanes.map((lane) => {
    const amount = waiting(lane) ?? { documents: 0 };
    return { lane, ...amount, note: amount.documents === 0 ? '' : releaseNote(lane) };
  });
}

function releaseNote(lane: Lane): string {
  if (lane === 'human') return 'Enters with the next commit.';
  if (lane === 'checked') return 'More human text: the total ceiling is full.';
  return 'More human text, or canaries that narrow the bound: the unverified ceiling is full.';
}

/** What a verdict rests on. */
export interface VerdictFacts extends Pick<DashboardSnapshot, 'shares' | 'caps'> {
  /** True once version 0 of the log is there. */
  readonly hasTable: boolean;
  /** Tokens in judged units. */
  readonly judgedTokens: number;
  /** Commits with a judged unit whose stated bound is above the cap. */
  readonly commitsOver: number;
  /** Documents in the lanes; undefined where no topic can be read. */
  readonly waiting: number | undefined;
  /** True while a feed that will end has not: the whole cannot be judged yet. */
  readonly isFeeding: boolean;
  /** Why a log cannot be read on; undefined when it can. */
  readonly damage: string | undefined;
}

/** The page's verdict, by what the logs say of themselves; `ballast audit` proves it from the rows. */
export function verdictOf(facts: VerdictFacts): DashboardSnapshot['verdict'] {
  const { shares, caps, waiting = 0, damage } = facts;
  const waits = waiting === 0 ? [] : [`${waiting} documents wait in their lanes; none of them is lost.`];
  if (damage !== undefined) {
    const known = facts.hasTable ? 'The numbers below are those before it.' : 'No numbers of it are known.';
    return { state: 'broken', sentences: [`The table's log cannot be read: ${damage}.`, known] };
  }
  if (shares.unverified.u > caps.unverified || shares.total.u > caps.total) {
    return {
      state: 'broken',
      sentences: ['The upper bound of the synthetic share is above its cap.', ...waits],
    };
  }
  if (facts.commitsOver > 0) {
    const sentence = `${facts.commitsOver} commits hold a judged unit whose bound is above its cap: run ballast audit.`;
    return { state: 'broken', sentences: [sentence, ...waits] };
  }
  if (facts.judgedTokens === 0) {
    const sentence = facts.hasTable
      ? 'Nothing is committed yet: the first judged unit is filling.'
      : 'There is no table here yet: start the mixer.';
    return { state: 'filling', sentences: [sentence, ...waits] };
  }
  return {
    state: facts.isFeeding ? 'filling' : 'holds',
    sentences: [
      `Every judged unit holds both caps: at most ${(100 * shares.total.u).toFixed(1)} % of the kept tokens are synthetic.`,
      ...waits,
    ],
  };
}
