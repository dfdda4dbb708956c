/** The name of a supernode as a field over its card: Enter saves, Escape leaves. */

import { h, type Ui } from "../dom.js";

export interface Renaming {
  element: HTMLElement;
  /** `left` and `top` in pixels of the sheet; `done` gets the new name, or null. */
  open(
    name: string,
    box: { left: number; top: number; width: number },
    done: (name: string | null) => void,
  ): void;
  close(): void;
}

export function createRenaming(ui: Ui): Renaming {
  let finish: ((name: string | null) => void) | null = null;

  function end(name: string | null): void {
    const told = finish;
    finish = null;
    element.hidden = true;
    told?.(name);
  }
  const element = h(ui, "input", {
    class: "saec-input saec-sub-rename",
    attrs: {
      type: "text",
      "aria-label": "Name of the group",
      hidden: true,
      dir: "auto",
      spellcheck: "false",
    },
    on: {
      keydown(event) {
        if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
        event.preventDefault();
        event.stopPropagation();
        end(event.key === "Enter" ? element.value : null);
      },
      blur: () => end(element.value),
      pointerdown: (event) => event.stopPropagation(),
    },
  });
  return {
    element,
    open(name, { left, top, width }, done) {
      end(null);
      finish = done;
      element.value = name;
      element.hidden = false;
      Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` });
      element.focus();
      element.select();
    },
    close: () => end(null),
  };
}
