import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { html } from './html.ts';
import { icon } from './icons.ts';

type State = DashboardSnapshot['verdict']['state'];

/** Each state in one word, and what the word means. */
const words: { readonly [S in State]: { readonly word: string; readonly meaning: string } } = {
  holds: { word: 'Holds', meaning: 'Every promise holds for everything that was committed.' },
  filling: {
    word: 'Waiting',
    meaning: 'Nothing is broken. More text is needed before everything can be judged or let in.',
  },
  broken: {
    word: 'Broken',
    meaning: 'A promise does not hold. Do not train on this dataset before you know why.',
  },
};

/**
 * The verdict strip: one word, what it means, and why. Only the word is announced to screen readers,
 * when it changes; the sentences below it change with every number.
 */
export function verdictStrip({ verdict }: DashboardSnapshot): VNode {
  const { word, meaning } = words[verdict.state];
  return html`<section class="verdict ${verdict.state}" aria-labelledby="verdict-word">
    ${icon(verdict.state)}
    <div>
      <h2 id="verdict-word"><span role="status" aria-live="polite">${word}</span></h2>
      <p class="meaning">${meaning}</p>
      <ul class="reasons">
        ${verdict.sentences.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>
    </div>
  </section>`;
}
