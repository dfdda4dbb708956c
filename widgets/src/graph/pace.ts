/** How much painting fits into a frame, found by trying: a browser paints after the script, unseen by its clock. */

export interface Pace {
  /** What is painted on in a frame at this time, with nothing else to do in it. */
  idle(time: number): number;
  /** What is painted at once in a frame that has other work: little while such frames follow each other too slowly. */
  busy(time: number): number;
}

const IDLE = { start: 1500, least: 300, most: 50_000 };
const BUSY = { least: 300, most: 1500 };
/** Frames up to this long are the screen's own pace; from the second on painting holds up the page. */
const GOOD_MS = 20;
const LATE_MS = 30;
/** After this long without one a frame is the first of a new movement. */
const NEW_MS = 100;

export function createPace(): Pace {
  let idle = IDLE.start;
  let busy = BUSY.most;
  let last: { time: number; idle: boolean } | null = null;

  function took(time: number, isIdle: boolean): number | null {
    const before = last;
    last = { time, idle: isIdle };
    return before?.idle === isIdle ? time - before.time : null;
  }
  return {
    idle(time) {
      const frame = took(time, true);
      if (frame !== null && frame <= GOOD_MS) idle = Math.min(IDLE.most, idle * 1.3);
      else if (frame !== null && frame > LATE_MS) idle = Math.max(IDLE.least, idle * 0.6);
      return idle;
    },
    busy(time) {
      const frame = took(time, false) ?? NEW_MS;
      if (frame >= NEW_MS) busy = BUSY.most;
      else if (frame > GOOD_MS) busy = Math.max(BUSY.least, busy * 0.7);
      else busy = Math.min(BUSY.most, busy * 1.1);
      return busy;
    },
  };
}
