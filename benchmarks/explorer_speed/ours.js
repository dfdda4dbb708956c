/* The Explorer as it ships, under events as a hand makes them. */
"use strict";

sides.ours = (() => {
  const state = {
    graph: GRAPH,
    selected: null,
    pinned: [],
    supernodes: [],
    prune: 1,
    edits: [],
    frozen: false,
    effect: null,
    report: null,
    cards: {},
    error: null,
    busy: "",
  };
  const model = {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
    },
    save_changes() {},
    on() {},
    off() {},
    send() {},
  };
  let stage;
  let slider;

  const drawn = () => stage.getAttribute("aria-busy") !== "true";
  const point = (type, [x, y], more = {}) => {
    const box = stage.getBoundingClientRect();
    const at = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
    const options = { bubbles: true, pointerId: 1, pointerType: "mouse", ...at, ...more };
    stage.dispatchEvent(new PointerEvent(type, options));
  };

  return {
    /** From the call of `render` to nodes and first links on the screen, and to the last link. */
    async open(place) {
      const { default: explorer } = await import(`data:text/javascript;base64,${DATA.bundle}`);
      await frame();
      const cpu = await cpuSeconds();
      const start = performance.now();
      explorer.render({ model, el: place });
      stage = document.querySelector(".saec-stage");
      slider = document.querySelector(".saec-prune");
      // The first frame has no size yet, the second arranges, the third shows.
      await frame();
      await frame();
      await frame();
      const first = performance.now() - start;
      const firstCpu = 1000 * ((await cpuSeconds()) - cpu);
      const whole = await until(start, drawn);
      return { first, firstCpu, whole, wholeCpu: 1000 * ((await cpuSeconds()) - cpu) };
    },
    async settle() {
      await until(performance.now(), drawn);
      await frames(12, () => {});
    },
    async pan(count) {
      const box = stage.getBoundingClientRect();
      const middle = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
      stage.dispatchEvent(
        new WheelEvent("wheel", { deltaY: -200, ctrlKey: true, bubbles: true, cancelable: true, ...middle }),
      );
      await this.settle();
      point("pointerdown", [0.5, 0.5], { button: 0 });
      const times = await frames(count, (index) =>
        point("pointermove", [0.5 + 0.2 * Math.sin(index / 12), 0.5 + 0.15 * Math.cos(index / 9)]),
      );
      point("pointerup", [0.5, 0.5]);
      stage.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
      await this.settle();
      return times;
    },
    async zoom(count) {
      const box = stage.getBoundingClientRect();
      const middle = { clientX: box.left + box.width / 3, clientY: box.top + box.height / 2 };
      const times = await frames(count, (index) =>
        stage.dispatchEvent(
          new WheelEvent("wheel", {
            deltaY: index % 60 < 30 ? -12 : 12,
            ctrlKey: true,
            bubbles: true,
            cancelable: true,
            ...middle,
          }),
        ),
      );
      stage.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
      await this.settle();
      return times;
    },
    async hover(count) {
      const points = walk(count + 3);
      const names = new Set();
      const times = await frames(count, (index) => {
        point("pointermove", points[index]);
        names.add(document.querySelector(".saec-tooltip").textContent);
      });
      point("pointerleave", [0, 0]);
      await this.settle();
      this.hovered = names.size;
      return times;
    },
    async prune(count) {
      const counts = new Set();
      const times = await frames(count, (index) => {
        slider.value = String(Math.round(100 * slide(index)));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        counts.add(document.querySelector(".saec-counts").textContent);
      });
      slider.value = "100";
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      slider.dispatchEvent(new Event("change", { bubbles: true }));
      await this.settle();
      this.pruned = counts.size;
      return times;
    },
  };
})();
