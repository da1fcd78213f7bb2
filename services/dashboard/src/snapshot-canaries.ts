import { z } from 'zod';

const count = z.number().nonnegative();

/** How the canaries stand: for each source family how many there are and what more of them would release. */
export const canariesSchema = z.object({
  /** What is to be said of all families, whole sentences: that they are not in force, or could not be read. */
  notes: z.array(z.string()),
  /** Families whose text waits first, most waiting documents first. */
  families: z.array(
    z.object({
      family: z.string(),
      /** Canaries of each label that there are. */
      human: count,
      synthetic: count,
      calibrated: z.boolean(),
      /** `calibrated`, or why not, in words. */
      standing: z.string(),
      /** Judged arrivals of the window, and those of them that wait today. */
      arrivals: count,
      waiting: count,
      /** What further canaries would release, least first; empty when nothing waits or none would help. */
      steps: z.array(z.object({ human: count, synthetic: count, releases: count })),
      /** What stands in the way where no step helps; empty otherwise. */
      hopeless: z.string(),
      /** Drift alarms, each in words. */
      alarms: z.array(z.string()),
    }),
  ),
});

/** How the canaries stand. */
export type CanariesSnapshot = z.infer<typeof canariesSchema>;
