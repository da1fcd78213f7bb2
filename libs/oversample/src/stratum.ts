import type { Document, Pipeline } from '@ballast/document';

/** Longest stratum name kept, in UTF-16 units: names end up in footers and on the page. */
const nameMax = 200;

/**
 * Stratum of a document: its label `stratum`, else its source; `unknown` when both are blank.
 * With `stratify: source` labels are not asked.
 */
export function stratumOf(document: Document, stratify: Pipeline['oversampler']['stratify']): string {
  const label = stratify === 'labels' ? document.labels?.['stratum'] : undefined;
  return nameOf(label) ?? nameOf(document.source) ?? 'unknown';
}

function nameOf(text: string | undefined): string | undefined {
  const name = text?.trim().slice(0, nameMax).toWellFormed();
  return name === '' ? undefined : name;
}
