import type { ModelCard } from './card.ts';

/**
 * A loaded text model. It sees canonical text only (`canonicalise`) and says nothing about prior,
 * source or evidence: calibration turns its raw score into a log-likelihood ratio by the card.
 */
export interface Scorer {
  /**
   * First 16 hex digits of the SHA-256 of `model.onnx`: the `model` snapshot a verdict names. With a second
   * stage it names both models and the band, for they decide the llr together.
   */
  readonly id: string;
  /** What is known about the model: calibration, domains, metrics, data. */
  readonly card: ModelCard;
  /**
   * One raw score per text, in input order: the plain mean of the standardised head logits, without
   * unit, greater = more likely synthetic. A text without any feature scores as an empty bag, never NaN.
   * The same text gives the same score, to the last bit, whatever the rest of the batch holds.
   */
  score(canonicalTexts: readonly string[]): Promise<Float64Array>;
  /** Looks again at texts that the score leaves uncertain; absent without a second stage. */
  readonly second?: SecondLook;
  /** Releases the session; idempotent. `score` rejects afterwards. */
  close(): Promise<void>;
}

/** Why a text has no llr: the model failed at it, or what it gave is no number. */
export type NoScore = 'model_timed_out' | 'model_crashed' | 'model_gave_no_score';

/** A second, costlier judge of texts that the first leaves uncertain. */
export interface SecondLook {
  /** Whether a text with this llr of the first stage is looked at again: decided by the llr alone. */
  wants(llr: number): boolean;
  /**
   * The llr of both stages together (natural log), one per text, in order, or why there is none. A text's
   * llr depends on the text alone. Rejects when aborted, never for the sake of one text.
   */
  look(
    doubts: readonly { readonly canonical: string; readonly llr: number }[],
    signal?: AbortSignal,
  ): Promise<readonly ({ readonly llr: number } | { readonly unanswered: NoScore })[]>;
}
