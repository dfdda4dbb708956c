/* What both sides of the benchmark share: the graph from its bytes, and frames counted as the browser shows them. */
"use strict";

/** Columns that Python wrote as base64 → DataViews, as they come over the wire. */
function unpack(columns) {
  const view = ({ base64 }) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new DataView(bytes.buffer);
  };
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, Array.isArray(column) ? column : view(column)]),
  );
}

const DATA = JSON.parse(document.getElementById("data").textContent);
const GRAPH = { ...DATA.graph, nodes: unpack(DATA.graph.nodes), edges: unpack(DATA.graph.edges) };

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Does a step in every frame: the milliseconds between frames, the first ones left out, and the processor's a frame. */
async function frames(count, step) {
  const times = [];
  const before = await cpuSeconds();
  for (let index = 0; index <= count + 2; index++) {
    times.push(await frame());
    step(index);
  }
  const cpu = (1000 * ((await cpuSeconds()) - before)) / (count + 3);
  return { times: times.slice(1).map((time, index) => time - times[index]).slice(2), cpu };
}

/** Milliseconds from a start to the frame after `done` says so; the frame before it is on the screen by then. */
async function until(start, done) {
  while (!done()) await frame();
  await frame();
  return performance.now() - start;
}

/** The same points for both sides: a walk of the pointer over the picture, as shares of its width and height. */
function walk(count) {
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  return Array.from({ length: count }, () => [0.08 + 0.88 * next(), 0.1 + 0.8 * next()]);
}

/** Shares of influence that a hand on the slider passes: down by a half and up again. */
const slide = (index) => 0.5 + 0.5 * Math.abs(((index / 50) % 2) - 1);

globalThis.sides = {};
