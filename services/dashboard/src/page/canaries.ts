import type { VNode } from 'preact';
import type { CanariesSnapshot } from '../snapshot-canaries.ts';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatCount } from './format.ts';
import { html } from './html.ts';

type Family = CanariesSnapshot['families'][number];

/** Families shown; the list comes with what waits most first. */
const familiesMax = 8;

/** Per source family: canaries of each label, whether they suffice, and what more of them would release. */
export function canariesPanel({ canaries }: DashboardSnapshot): VNode | null {
  if (canaries === undefined) return null;
  const { notes, families } = canaries;
  return html`<section aria-labelledby="canaries" class="wide">
    <h2 id="canaries">Canaries</h2>
    ${notes.map((note) => html`<p class="note">${note}</p>`)}
    ${
      families.length === 0
        ? notes.length > 0
          ? null
          : html`<p class="empty">
              No source family has canaries or judged arrivals yet. To add documents of known origin:${' '}
              <code>ballast canaries add --input known.jsonl</code>.
            </p>`
        : html`<table class="families">
            <thead>
              <tr>
                <th scope="col">source family</th>
                <th scope="col" class="number roomy">human</th>
                <th scope="col" class="number roomy">synthetic</th>
                <th scope="col" class="number">waiting</th>
                <th scope="col" class="remedy">what would release it</th>
              </tr>
            </thead>
            <tbody>
              ${families.slice(0, familiesMax).map(familyRow)}
            </tbody>
          </table>`
    }
    ${families.length > familiesMax ? html`<p class="note">Showing ${familiesMax} of ${families.length}; <code>ballast canaries status</code> has them all.</p>` : null}
  </section>`;
}

function familyRow(family: Family): VNode {
  const { standing, calibrated, alarms, human, synthetic, waiting } = family;
  return html`<tr key=${family.family}>
    <th scope="row">
      <span class="strong">${family.family}</span
      ><small class=${calibrated ? 'good' : 'wait'}>${standing}</small>
      <small class="narrow">${formatCount(human)} human, ${formatCount(synthetic)} synthetic</small>
      ${releaseWords(family).map((words) => html`<small class="narrow">${words}</small>`)}
      ${alarms.map((alarm) => html`<small class="alarm">${alarm}</small>`)}
    </th>
    <td class="number roomy">${formatCount(human)}</td>
    <td class="number roomy">${formatCount(synthetic)}</td>
    <td class="number strong">${formatCount(waiting)}</td>
    <td class="remedy">${releaseWords(family).map((words) => html`<span>${words}</span>`)}</td>
  </tr>`;
}

/** What would release a family's waiting text, a line for each way there is. */
export function releaseWords({ waiting, steps, hopeless }: Family): readonly string[] {
  if (waiting === 0) return ['nothing waits'];
  if (steps.length === 0) return [hopeless];
  return steps.map(({ human, synthetic, releases }) => {
    const more = [
      ...(human > 0 ? [`${formatCount(human)} more human`] : []),
      ...(synthetic > 0 ? [`${formatCount(synthetic)} more synthetic`] : []),
    ];
    return `${more.join(' and ')} would release about ${formatCount(releases)}`;
  });
}
