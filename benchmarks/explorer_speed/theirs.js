/*
 * The way of the public viewers: links on a canvas, an SVG element a node, and everything made anew whenever something
 * changes. Objects and strings a node and a link, d3-style joins by hand. Where they only move a ring (the mere hover),
 * `ring` does that: it asks every element whether it is the one.
 */
"use strict";

sides.theirs = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const MARGIN = { left: 44, top: 30, right: 14, bottom: 26 };
  const size = { width: 0, height: 0 };
  let nodes;
  let links;
  let canvas;
  let svg;
  let share = 1;
  let lit = null;
  let shift = { x: 0, y: 0 };

  const column = (view, type) => new type(view.buffer);

  function read() {
    const { nodes: n, edges: e } = GRAPH;
    const layer = column(n.layer, Int16Array);
    const position = column(n.position, Uint16Array);
    const influence = column(n.influence, Float32Array);
    const kind = column(n.kind, Uint8Array);
    nodes = n.id.map((id, row) => ({
      id,
      label: n.label[row],
      layer: layer[row],
      position: position[row],
      influence: influence[row],
      kind: kind[row],
      inputs: [],
      outputs: [],
    }));
    const source = column(e.source, Uint32Array);
    const target = column(e.target, Uint32Array);
    links = [...column(e.weight, Float32Array)].map((weight, row) => ({
      weight,
      source: nodes[source[row]],
      target: nodes[target[row]],
    }));
    for (const link of links) {
      link.source.outputs.push(link);
      link.target.inputs.push(link);
    }
    for (const node of nodes) {
      const total = node.inputs.reduce((sum, link) => sum + Math.abs(link.weight), 0);
      for (const link of node.inputs) link.share = link.weight / total;
    }
    links.sort((a, b) => Math.abs(a.weight) - Math.abs(b.weight));
  }

  function visibleNodes() {
    const ranked = nodes.filter(({ kind }) => kind < 2).sort((a, b) => b.influence - a.influence);
    const total = ranked.reduce((sum, { influence }) => sum + influence, 0);
    let sum = 0;
    const kept = new Set(nodes.filter(({ kind }) => kind >= 2));
    for (const node of ranked) {
      kept.add(node);
      sum += node.influence;
      if (sum >= share * total) break;
    }
    return nodes.filter((node) => kept.has(node));
  }

  /** Columns as wide as their busiest layer, nodes side by side. */
  function arrange(shown) {
    const cells = new Map();
    for (const node of shown) {
      const key = `${node.position} ${node.layer}`;
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(node);
    }
    const widths = GRAPH.tokens.map(() => 1);
    for (const [key, cell] of cells) {
      const position = Number(key.split(" ")[0]);
      widths[position] = Math.max(widths[position], cell.length);
    }
    const unit = (size.width - MARGIN.left - MARGIN.right) / widths.reduce((a, b) => a + b, 0);
    const height = (size.height - MARGIN.top - MARGIN.bottom) / (GRAPH.n_layers + 2);
    const starts = [];
    widths.reduce((left, width, index) => {
      starts[index] = left;
      return left + width * unit;
    }, MARGIN.left);
    for (const [key, cell] of cells) {
      const [position, layer] = key.split(" ").map(Number);
      cell.sort((a, b) => b.influence - a.influence);
      cell.forEach((node, index) => {
        node.x = starts[position] + (index + 0.5) * unit + shift.x;
        node.y = size.height - MARGIN.bottom - (layer + 1.5) * height + shift.y;
      });
    }
  }

  function draw(link, context, alpha) {
    const reach = (link.target.y - link.source.y) * 0.42;
    const { x: x1, y: y1 } = link.source;
    const { x: x2, y: y2 } = link.target;
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo(x1, y1 + reach, x2, y2 - reach, x2, y2);
    context.globalAlpha = alpha;
    context.strokeStyle = link.weight < 0 ? "#762a83" : "#1b7837";
    context.lineWidth = Math.max(0.5, Math.sqrt(Math.abs(link.share)) * 3);
    context.stroke();
  }

  /** Everything, as at each change of selection, pins or slider. */
  function renderAll() {
    const shown = visibleNodes();
    const kept = new Set(shown);
    arrange(shown);
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, size.width, size.height);
    const active = lit === null ? null : nodes[lit];
    for (const link of links) {
      if (!kept.has(link.source) || !kept.has(link.target)) continue;
      draw(link, context, active ? 0.05 : 0.2);
    }
    if (active) for (const link of [...active.inputs, ...active.outputs]) draw(link, context, 0.9);
    const near = new Set(active ? [...active.inputs, ...active.outputs].flatMap((l) => [l.source, l.target]) : []);
    svg.replaceChildren(
      ...shown.map((node) => {
        const element = document.createElementNS(SVG, "circle");
        element.setAttribute("cx", node.x);
        element.setAttribute("cy", node.y);
        element.setAttribute("r", 3);
        element.setAttribute("class", node === active ? "node clicked" : near.has(node) ? "node linked" : "node");
        element.__data__ = node;
        return element;
      }),
    );
  }

  function nearest([px, py]) {
    const x = px * size.width;
    const y = py * size.height;
    let best = null;
    let least = 30 ** 2;
    for (const [row, node] of nodes.entries()) {
      const distance = (node.x - x) ** 2 + (node.y - y) ** 2;
      if (distance < least) [least, best] = [distance, row];
    }
    return best;
  }

  return {
    async open(place) {
      await frame();
      const cpu = await cpuSeconds();
      const start = performance.now();
      read();
      size.width = DATA.size.width;
      size.height = DATA.size.height;
      canvas = document.createElement("canvas");
      canvas.width = size.width;
      canvas.height = size.height;
      svg = document.createElementNS(SVG, "svg");
      for (const layer of [canvas, svg]) {
        layer.style.cssText = `position:absolute;left:0;top:0;width:${size.width}px;height:${size.height}px`;
      }
      place.style.cssText = `position:relative;width:${size.width}px;height:${size.height}px`;
      place.append(canvas, svg);
      renderAll();
      const whole = await until(start, () => true);
      const wholeCpu = 1000 * ((await cpuSeconds()) - cpu);
      return { first: whole, firstCpu: wholeCpu, whole, wholeCpu };
    },
    async settle() {
      await frames(6, () => {});
    },
    async pan(count) {
      const times = await frames(count, (index) => {
        shift = { x: 200 * Math.sin(index / 12), y: 90 * Math.cos(index / 9) };
        renderAll();
      });
      shift = { x: 0, y: 0 };
      renderAll();
      return times;
    },
    async hover(count) {
      const points = walk(count + 3);
      const times = await frames(count, (index) => {
        lit = nearest(points[index]);
        renderAll();
      });
      lit = null;
      return times;
    },
    async ring(count) {
      const points = walk(count + 3);
      const times = await frames(count, (index) => {
        const hovered = nodes[nearest(points[index])];
        for (const element of svg.children) element.classList.toggle("hovered", element.__data__ === hovered);
      });
      return times;
    },
    async prune(count) {
      const times = await frames(count, (index) => {
        share = slide(index);
        renderAll();
      });
      share = 1;
      renderAll();
      return times;
    },
  };
})();
