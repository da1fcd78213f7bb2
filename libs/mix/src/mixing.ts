import { lanes } from '@ballast/document';
import type { Lane } from '@ballast/document';
import { isJudged, isLargeEnough, isWithin, Tally } from './cap.ts';
import type { Bounds, Caps } from './cap.ts';
import type { Forecast } from './forecast.ts';
import type { LaneHeads, Reading } from './lane-heads.ts';
import type { Alarm } from './ledger.ts';
import { OpenUnit } from './open-unit.ts';
import { tooLong, waitingLanes } from './row.ts';
import type { Head, Row } from './row.ts';
import { measure } from './shard-plan.ts';
import type { Claim, ShardPlan } from './shard-plan.ts';

/** Documents of the waiting lanes taken in a row while a human one is ready: humans wait for a moment, never for a backlog. */
const streakMax = 3;

/** Largest share of a tail's rows that may be set aside as too long for it. */
const asideShareMax = 0.05;

/** What the admission works on. */
export interface MixingOptions {
  readonly heads: LaneHeads;
  readonly forecast: Forecast;
  readonly caps: Caps;
  readonly alarm: (alarm: Alarm) => void;
}

/**
 * Admission: which document enters the open unit next, and when the unit is closed.
 *
 * Provable by its last step alone: a unit is closed as judged only if the exact bound over all its
 * rows holds, and everything that came from a waiting lane can be given back until then. The rest
 * decides how much is admitted, not whether the cap holds.
 */
export class Mixing {
  readonly #options: MixingOptions;
  #unit = new OpenUnit(1);
  #aside = new OpenUnit(1);
  #streak = 0;
  /** Set when a unit had to give everything back: without human text it would only happen again. */
  #awaitsHuman = false;
  /** Row groups the next unit needs, because a document found this one too small. */
  #groupsWanted = 1;
  readonly paused = new Set<Lane>();

  constructor(options: MixingOptions) {
    this.#options = options;
  }

  /** The unit being built. */
  get unit(): OpenUnit {
    return this.#unit;
  }

  /** Takes one document or closes the unit. False when nothing can be done until more arrives. */
  step(shard: ShardPlan): boolean {
    const { heads, forecast } = this.#options;
    if (forecast.isFull(this.#unit)) {
      this.#closeFull(shard);
      return true;
    }
    if (this.#passOutcast()) return true;
    const head = heads.peek('human');
    const human = head?.kind === 'held' ? undefined : head;
    const turn = !this.#awaitsHuman && (human === undefined || this.#streak < streakMax);
    if (turn && (this.#copy(shard) || this.#admit())) return true;
    if (human === undefined) return false;
    const isOutlier = human.kind === 'row' && forecast.isOutlier(this.#unit, human);
    (isOutlier ? this.#aside : this.#unit).enter(heads.take(human));
    if (forecast.isFull(this.#aside)) this.closeAside(shard);
    this.#streak = 0;
    this.#awaitsHuman = false;
    return true;
  }

  /** True when the human lane stands still until the open shard is committed. */
  get awaitsCommit(): boolean {
    return this.#options.heads.peek('human')?.kind === 'held';
  }

  /** True when a message that becomes no row lies at the head of a lane. */
  get hasOutcast(): boolean {
    return lanes.some((lane) => this.#options.heads.peek(lane)?.kind === 'outcast');
  }

  /** Writes the human-lane documents that are too long for any bound, as a unit that claims nothing. */
  closeAside(shard: ShardPlan): void {
    if (this.#aside.rows > 0) shard.close(this.#aside, { judged: false, reason: 'too_long_for_the_bound' });
    this.#aside = new OpenUnit(1);
  }

  /**
   * Closes what is open although it is not full (protocol P18): as a judged unit, or as part of the
   * one before, or as human-lane text that claims nothing; what then does not fit goes back.
   */
  finish(shard: ShardPlan): void {
    const unit = this.#unit;
    if (unit.documents === 0) shard.revoke(unit);
    const before = shard.tallyOfLast();
    this.#setAside(before);
    if (unit.rows > 0) this.#topUp(before);
    const withdrawn: (readonly Reading[])[] = [];
    let claim = this.#claimAtEnd(shard, before);
    while (claim === undefined) {
      const last = unit.withdrawLast();
      if (last.length === 0) break;
      withdrawn.push(last);
      claim = this.#claimAtEnd(shard, before);
    }
    this.#options.heads.giveBack(withdrawn.toReversed().flat());
    if (claim === undefined) {
      shard.revoke(unit);
      claim = this.#claimAtEnd(shard, before);
    }
    if (claim === 'joined') {
      shard.join(unit);
      this.#renew();
    } else this.#close(shard, claim ?? this.#unjudged());
    this.closeAside(shard);
  }

  /** A few long documents can make a whole tail too small to judge: without them the rest may hold. */
  #setAside(before: Tally | undefined): void {
    const unit = this.#unit;
    const joined = (): Tally => {
      const run = new Tally().addScaled(unit.tally, 1);
      return before === undefined ? run : run.addScaled(before, 1);
    };
    if (isLargeEnough(joined().bounds())) return;
    this.#options.heads.giveBack(this.#withdrawWhile(() => true));
    const run = joined();
    const aside = new Set<Row>();
    for (const row of unit.longestHumans.slice(0, Math.floor(unit.rows * asideShareMax))) {
      if (isLargeEnough(run.bounds())) break;
      run.add(row.charge, -1);
      aside.add(row);
    }
    if (isLargeEnough(run.bounds())) unit.move(aside, this.#aside);
  }

  /** What becomes no row takes no allowance: it never waits behind what does. */
  #passOutcast(): boolean {
    const { heads } = this.#options;
    for (const lane of waitingLanes) {
      const head = heads.peek(lane);
      if (head?.kind !== 'outcast') continue;
      this.#unit.enter(heads.take(head));
      return true;
    }
    return false;
  }

  /** A free copy or the first fitting head of the waiting lanes, in their order (protocol P20). */
  #admit(): boolean {
    const { heads, forecast } = this.#options;
    const unit = this.#unit;
    const isKept = (first: Row, head: Head): boolean =>
      head.kind === 'row' && forecast.canStillFit(unit, first, head);
    this.paused.clear();
    let first: Row | undefined;
    for (const lane of waitingLanes) {
      const head = heads.peek(lane);
      if (head === undefined) continue;
      if (head.kind !== 'row') {
        this.paused.add(lane);
        continue;
      }
      // Checked text has an allowance of its own, as long as it leaves the first in line its part.
      const isFree = first === undefined || (lane === 'checked' && isKept(first, head));
      if (isFree && forecast.fits(unit, head)) {
        unit.enter(heads.take(head));
        this.#streak += 1;
        return true;
      }
      this.paused.add(lane);
      if (first !== undefined) continue;
      // A better lane keeps its right to the allowance that human text is about to bring.
      if (forecast.canStillFit(unit, head)) {
        first = head;
        continue;
      }
      const groups = forecast.groupsNeeded(unit, head);
      if (groups === Number.POSITIVE_INFINITY) {
        this.#defer(head);
        return true;
      }
      this.#groupsWanted = Math.max(this.#groupsWanted, groups ?? 1);
    }
    return false;
  }

  #defer(row: Row): void {
    const { heads } = this.#options;
    this.#unit.enter(heads.take(row, tooLong(row.arrival, row.lane)));
  }

  #copy(shard: ShardPlan): boolean {
    const row = shard.wanted(this.#unit);
    if (row === undefined) return false;
    if (this.#options.forecast.fits(this.#unit, row, true)) {
      shard.grant(this.#unit);
      return true;
    }
    shard.postpone();
    return false;
  }

  /** A full unit is closed if it holds; else it gives back what breaks it, or grows. */
  #closeFull(shard: ShardPlan): void {
    const { caps, forecast, heads } = this.#options;
    const unit = this.#unit;
    if (isLargeEnough(unit.tally.bounds())) {
      heads.giveBack(this.#withdrawWhile((bounds) => !isWithin(bounds, caps)));
      if (this.#closeIfJudged(shard)) return;
      if (!isWithin(unit.tally.bounds(), caps)) shard.revoke(unit);
      // Rows went back: go on filling, unless human text alone is at fault.
      if (!forecast.isFull(unit)) {
        if (isWithin(unit.tally.bounds(), caps) || this.#helpsToGrow()) return;
        return this.#close(shard, this.#unjudged());
      }
    }
    if (forecast.canGrow(unit) && (!isLargeEnough(unit.tally.bounds()) || this.#helpsToGrow())) {
      unit.groups += 1;
      return;
    }
    const withdrawn = this.#withdrawWhile(() => true);
    heads.giveBack(withdrawn);
    this.#awaitsHuman = withdrawn.length > 0;
    if (this.#closeIfJudged(shard)) return;
    shard.revoke(unit);
    if (!this.#closeIfJudged(shard)) this.#close(shard, this.#unjudged());
  }

  /** More human text shrinks the sd term only: in vain when the human lane is beyond the cap without it. */
  #helpsToGrow(): boolean {
    const { caps } = this.#options;
    const { unverified, total } = this.#unit.human.bounds();
    return unverified.share + unverified.eps < caps.unverified && total.share + total.eps < caps.total;
  }

  #withdrawWhile(exceeds: (bounds: Bounds) => boolean): readonly Reading[] {
    const withdrawn: (readonly Reading[])[] = [];
    while (exceeds(this.#unit.tally.bounds())) {
      const last = this.#unit.withdrawLast();
      if (last.length === 0) break;
      withdrawn.push(last);
    }
    return withdrawn.toReversed().flat();
  }

  #closeIfJudged(shard: ShardPlan): boolean {
    const claim = this.#claimAlone();
    if (claim !== undefined) this.#close(shard, claim);
    return claim !== undefined;
  }

  /** The exact test, over all rows from scratch; running sums only decide when to try it. */
  #claimAlone(): Claim | undefined {
    const { caps } = this.#options;
    if (this.#unit.documents === 0 || !isJudged(this.#unit.tally.bounds(), caps)) return undefined;
    if (!isJudged(measure(this.#unit.slots).bounds(), caps)) return undefined;
    return { judged: true, reason: 'admitted' };
  }

  #claimAtEnd(shard: ShardPlan, before: Tally | undefined): Claim | 'joined' | undefined {
    const { caps } = this.#options;
    const unit = this.#unit;
    if (unit.rows === 0) return { judged: false, reason: 'too_small_to_bound' };
    const alone = this.#claimAlone();
    if (alone !== undefined) return alone;
    if (before === undefined) return undefined;
    // A copy beside its original only raises the bound: what fails without seeing that fails anyway.
    const rough = new Tally().addScaled(before, 1).addScaled(unit.tally, 1);
    if (!isJudged(rough.bounds(), caps)) return undefined;
    const joined = shard.boundsJoined(unit);
    return joined !== undefined && isJudged(joined, caps) ? 'joined' : undefined;
  }

  /** Nothing more follows: what fits by the exact bound enters, with the unit before it where this one joins it. */
  #topUp(before: Tally | undefined): void {
    const { heads, forecast, caps } = this.#options;
    const run = new Tally().addScaled(this.#unit.tally, 1);
    if (before !== undefined && !isJudged(run.bounds(), caps)) run.addScaled(before, 1);
    for (const lane of waitingLanes) {
      while (!forecast.isFull(this.#unit)) {
        const head = heads.peek(lane);
        if (head?.kind !== 'row' || !isJudged(run.boundsWith(head.charge), caps)) break;
        this.#unit.enter(heads.take(head));
        run.add(head.charge);
      }
    }
  }

  #unjudged(): Claim {
    const bounds = this.#unit.tally.bounds();
    if (isLargeEnough(bounds) && !isWithin(bounds, this.#options.caps)) {
      const { upper } = bounds.unverified;
      this.#options.alarm({
        kind: 'human_lane_breaks_cap',
        message:
          `${this.#unit.rows} documents of the human lane alone have the upper bound ${upper.toFixed(4)}, ` +
          `above the cap ${this.#options.caps.unverified}: they are kept without a claim; calibrate their sources`,
      });
      return { judged: false, reason: 'human_lane_breaks_cap' };
    }
    return { judged: false, reason: 'too_small_to_bound' };
  }

  #close(shard: ShardPlan, claim: Claim): void {
    if (this.#unit.rows === 0) shard.pass(this.#unit);
    else {
      if (claim.judged) this.#options.forecast.learn(this.#unit);
      shard.close(this.#unit, claim);
    }
    this.#renew();
  }

  #renew(): void {
    this.#unit = new OpenUnit(this.#groupsWanted);
    this.#groupsWanted = 1;
    this.#streak = 0;
  }
}
