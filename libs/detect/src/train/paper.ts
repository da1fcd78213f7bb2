import type { ModelCard } from '../model/card.ts';
import type { Unused } from './corpus.ts';

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const figure = (value: number): string => value.toFixed(3);

/** MODEL_CARD.md: what people should know before they rely on the model. Deterministic. */
export function modelCardPaper(card: ModelCard, unused: Readonly<Unused>): string {
  const { metrics, data } = card;
  const row = (name: string, rates: ModelCard['metrics']['validation']): string =>
    `| ${name} | ${figure(rates.auroc)} | ${percent(rates.tprAt1)} | ${percent(rates.tprAt5)} | ` +
    `${rates.human} / ${rates.synthetic} |`;
  return `# Model card: Ballast detector ${card.id}

Says how likely an English text is synthetic (written or rewritten by a chat model). Three hashed n-gram
heads (${card.heads.map(({ name, bits }) => `${name}: 2^${bits} buckets`).join(', ')}), logistic
regression, plain mean of their standardised logits, Platt scaling per length of text. Features
\`${card.features}\`, seed ${card.seed}, ONNX opset 17. Written by \`ballast train-detector\`; the same numbers
for programs are in \`detector.json\`.

## How good

| slice | AUROC | found at 1 % false alarms | at 5 % | human / synthetic rows |
|---|---|---|---|---|
${row(`unseen ${metrics.folds}s, mean of folds`, metrics.domainOut)}
${row(`unseen ${metrics.folds}s, one pool`, metrics.domainOutPooled)}
${row('validation (md5(id) mod 5 = 0)', metrics.validation)}

The first two rows are the honest ones: each text is scored by a model that saw nothing of its ${
    metrics.folds === 'domain' ? 'domain' : 'fold'
  }.
In the validation split rewrites of a validation text may stand in the training part, so it flatters.

- Expected calibration error on unseen ${metrics.folds}s, domains balanced: ${figure(metrics.ece)} (15 bins).
- One threshold for all is unfair: at 5 % false alarms overall, the worst domain has ${percent(
    metrics.worstDomainFprAt5,
  )}. Calibrate per source with canaries.
- Estimated share of synthetic rows (expectation-maximisation) where the planted share is known:

| planted | estimated, mean of 20 draws | sd |
|---|---|---|
${metrics.baseRate.map((one) => `| ${percent(one.planted)} | ${percent(one.mean)} | ${percent(one.sd)} |`).join('\n')}

## Data

${data.description}

| source | licence | human | synthetic |
|---|---|---|---|
${data.sources.map((one) => `| ${one.source} | ${one.licence} | ${one.human} | ${one.synthetic} |`).join('\n')}

Rows not used: ${unused.language} of another language or code, ${unused.short} too short, ${unused.excluded} of
left-out domains, ${unused.malformed} malformed. SHA-256 of the rows used: \`${data.sha256}\`.

Leak gate (AUROC of one trivial feature on canonical text, worst source; must lie within 0.35 to 0.65):
${Object.entries(data.leaks)
  .map(([name, area]) => `${name} ${area.toFixed(2)}`)
  .join(', ')}.

## Licences

The weights are derived from the data above and carry its licences: ${card.licences.join('; ')}. Attribution goes
to the named sources; a share-alike licence binds whoever passes the weights on. The licences of the data
sets do not clear the texts they collected.

## Limits

- Judges English prose of 120 characters or more; other languages, code and shorter texts are not judged.
- Below about 400 characters it knows little, and calibration says so; longer texts than 2,000 characters
  are judged by their beginning.
- Knows chat-style text of the generators in its data. Text of base models without chat tuning is nearly
  invisible to it, and newer generators are harder than those it saw.
- Rewriting by hand, misspelling and paraphrase lower its power; it is evidence for a mixture, not proof
  against a person.
`;
}
