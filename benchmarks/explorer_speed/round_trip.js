/* Writes down how long after each press of the mouse the text of the output is another one. */
(() => {
  const chart = document.querySelector(".saec-chart");
  const times = [];
  let pressed = null;
  let text = chart.innerText;
  document.addEventListener("pointerdown", (event) => (pressed = event.timeStamp), { capture: true });
  new MutationObserver(() => {
    const now = document.querySelector(".saec-chart").innerText;
    if (pressed === null || now === text) return;
    times.push(performance.now() - pressed);
    text = now;
    pressed = null;
  }).observe(chart.closest(".saec"), { subtree: true, childList: true, characterData: true });
  globalThis.roundTrips = times;
})();
