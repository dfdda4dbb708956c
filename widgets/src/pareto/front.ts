/** Which points no other beats. */

export interface Place {
  /** Number of the point among all. */
  point: number;
  x: number;
  y: number;
}

/** Whether less is better, of what is shown across and of what is shown upwards. */
export interface Aim {
  lessX: boolean;
  lessY: boolean;
}

/** The points that no other equals or beats in both scores while beating it in one, ordered by `x`. */
export function paretoFront(places: readonly Place[], { lessX, lessY }: Aim): Place[] {
  const [sx, sy] = [lessX ? 1 : -1, lessY ? 1 : -1];
  const byX = [...places].sort((a, b) => sx * (a.x - b.x) || sy * (a.y - b.y));
  const front: Place[] = [];
  for (const place of byX) {
    const best = front.at(-1);
    const twin = best && best.x === place.x && best.y === place.y;
    if (!best || twin || sy * place.y < sy * best.y) front.push(place);
  }
  return front.sort((a, b) => a.x - b.x);
}

/** Corners of the staircase through the front: the edge of what some dictionary reaches. */
export function staircase(front: readonly Place[], { lessX }: Aim): [x: number, y: number][] {
  return front.flatMap(({ x, y }, i): [number, number][] => {
    const before = front[i - 1];
    if (!before) return [[x, y]];
    // Between two points the better of those that are allowed holds: on the left where less is better, or else right.
    return [lessX ? [x, before.y] : [before.x, y], [x, y]];
  });
}
