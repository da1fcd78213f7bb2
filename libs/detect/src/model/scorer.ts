import type { ModelCard } from './card.ts';

/**
 * A loaded text model. It sees canonical text only (`canonicalise`) and says nothing about prior,
 * source or evidence: calibration turns its raw score into a log-likelihood ratio by the card.
 */
export interface Scorer {
  /** First 16 hex digits of the SHA-256 of `model.onnx`: the `model` snapshot a verdict names. */
  readonly id: string;
  /** What is known about the model: calibration, domains, metrics, data. */
  readonly card: ModelCard;
  /**
   * One raw score per text, in input order: the plain mean of the standardised head logits, without
   * unit, greater = more likely synthetic. A text without any feature scores as an empty bag, never NaN.
   * The same text gives the same score whatever the rest of the batch holds, to about 1e-5.
   */
  score(canonicalTexts: readonly string[]): Promise<Float64Array>;
  /** Releases the session; idempotent. `score` rejects afterwards. */
  close(): Promise<void>;
}
