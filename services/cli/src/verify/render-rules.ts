import type { RuleCount } from '@ballast/table';

/** Classes shown per dimension and rule; the rest is counted in one line. */
const classesMax = 8;
/** A class is pointed out when a rule refuses this many times its share over all. */
const damageFactor = 2;
/** Fewer documents, judged or refused, say nothing about a share. */
const judgedMin = 20;
const refusedMin = 5;

/**
 * The report of `ballast verify report`, for people: the rules with what they refused, then, per source,
 * language and stratum, the classes from which a rule took more than its share over the whole table.
 */
export function renderRules(counts: readonly RuleCount[]): string {
  const all = counts.filter(({ dimension }) => dimension === 'all');
  const [first] = all;
  if (first === undefined) return 'no document of this table fails a rule of the verifier\n';
  const lines = [
    `${first.judged} documents judged that are in the table; what waits is not in it yet`,
    '',
    row('rule', 'failed', 'refused', 'share', 'attested'),
    ...all.map((count) =>
      row(count.rule, count.failed, count.refused, percent(count.refused / count.judged), count.attested),
    ),
    '',
    'attested human text is never refused for quality: those documents are kept, the failure is recorded',
  ];
  for (const [dimension, plural] of dimensions) {
    const hit = counts
      .filter(
        (count) => count.dimension === dimension && count.judged >= judgedMin && count.refused >= refusedMin,
      )
      .map((count) => ({ count, factor: factorOf(count, all) }))
      .filter(({ factor }) => factor >= damageFactor)
      .toSorted((a, b) => b.factor - a.factor);
    lines.push('', `${plural} from which a rule refuses at least ${damageFactor} times its share over all:`);
    if (hit.length === 0) lines.push(`  none`);
    for (const { count, factor } of hit.slice(0, classesMax)) {
      lines.push(
        `  ${count.value}: ${count.rule} refused ${count.refused} of ${count.judged} = ${percent(count.refused / count.judged)}, ${factor.toFixed(1)} times`,
      );
    }
    if (hit.length > classesMax)
      lines.push(`  and ${hit.length - classesMax} more; --json lists every class`);
  }
  return `${lines.join('\n')}\n`;
}

const dimensions = [
  ['source', 'sources'],
  ['language', 'languages'],
  ['stratum', 'strata'],
] as const;

function factorOf(count: RuleCount, all: readonly RuleCount[]): number {
  const whole = all.find(({ rule }) => rule === count.rule);
  if (whole === undefined || whole.refused === 0) return 0;
  return count.refused / count.judged / (whole.refused / whole.judged);
}

function row(rule: string, ...cells: readonly (string | number)[]): string {
  return `  ${rule.padEnd(32)}${cells.map((cell) => String(cell).padStart(10)).join('')}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
