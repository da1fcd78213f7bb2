import { bandSchema } from '@ballast/document';
import { z } from 'zod';

const shareSchema = z.number().min(0).max(1);

/** Upper limit of the synthetic share of one band of a family, and the eps it leaves (protocol P17). */
const bandLimitSchema = z.object({
  band: bandSchema,
  /** 0.975 quantile of the synthetic share of the band's documents. */
  upper: shareSchema,
  /** Mean p of the arrivals in the band. */
  mean: shareSchema,
  /** max(0, upper − mean). */
  eps: shareSchema,
});

/** Upper limit of the synthetic share of one band of a family. */
export type BandLimit = z.infer<typeof bandLimitSchema>;

/** All that a verdict needs to know about a source family, and all that the page shows of it. */
export const familyEstimateSchema = z.object({
  family: z.string(),
  /** Where fit and interval come from: the family's canaries, its human ones and the model card's synthetic text, the card's held-out domains, or nowhere. Limits below 1 come from canaries of both labels alone. */
  basis: z.enum(['canaries', 'humans', 'card', 'none']),
  canaries: z.object({ human: z.int().nonnegative(), synthetic: z.int().nonnegative() }),
  /** Correction of the model's llr. */
  fit: z.object({ logSlope: z.number(), shift: z.number(), floorLogit: z.number() }),
  /** Arrivals in the windows behind the estimate. */
  arrivals: z.object({ short: z.number().nonnegative(), long: z.number().nonnegative() }),
  /** Share of synthetic documents among unattested, undeclared arrivals, and its 95 % interval. */
  share: shareSchema,
  shareLower: shareSchema,
  /** The larger upper end of both windows, never below 0.05 (protocol P22). */
  shareUpper: shareSchema,
  /** The short window has left the long one's interval: the source is changing. */
  drifting: z.boolean(),
  /** Population stability index of the short window against what came before it. */
  stability: z.number().nonnegative(),
  /** Corrected llr that one in twenty human texts of the family exceeds. */
  alarmAt5: z.number(),
  /** EM and adjusted count agree within 5 points, beyond what resampling explains. */
  agrees: z.boolean(),
  /** Whether a document of the human band may be presumed human. */
  calibrated: z.boolean(),
  /** In ascending order of the bands, all six; `p10` is the human band, p below tau. */
  bands: z.array(bandLimitSchema).readonly(),
  /** Shares of the human and of the synthetic canaries that the human band holds. */
  humanBand: z.object({ human: shareSchema, synthetic: shareSchema }),
});

/** All that a verdict needs to know about a source family. */
export type FamilyEstimate = z.infer<typeof familyEstimateSchema>;
