/** One widget of the gallery: its traits on fixed data, and what a kernel would answer. */

import type { Model } from "../src/model/traits.js";
import { type FakeModel, fakeModel, type Message, type Reply } from "./fake_model.js";

export interface Exhibit {
  /** Of its bundle, as in widgets.mjs. */
  name: string;
  title: string;
  /** What it is for, in one line. */
  says: string;
  /** A new model with a made-up kernel; `options` are those of the page's address. */
  open(options: URLSearchParams): FakeModel<Traits>;
  render(model: Model<Traits>, el: HTMLElement): () => void;
}

export type Traits = Record<string, unknown>;

interface Row<T> {
  name: string;
  title: string;
  says: string;
  widget: { render(props: { model: Model<T>; el: HTMLElement }): () => void };
  /** What Python would set. With `hostile=1` every text a person or a model can write is one that would run. */
  state(options: URLSearchParams): T;
  /** What Python would answer; without it every request is refused. */
  answer?(message: Message, reply: Reply, fake: FakeModel<T>, options: URLSearchParams): void;
}

/** Hides the traits' type, so that widgets of all kinds stand in one table. */
export function exhibit<T extends object>({ name, title, says, widget, state, answer }: Row<T>): Exhibit {
  return {
    name,
    title,
    says,
    open(options) {
      const fake: FakeModel<T> = fakeModel(state(options), (message, reply) =>
        answer ? answer(message, reply, fake, options) : refuse(message, reply),
      );
      return fake as unknown as FakeModel<Traits>;
    },
    render: (model, el) => widget.render({ model: model as unknown as Model<T>, el }),
  };
}

/** The answer to a question that only a real model can answer. */
export function refuse(message: Message, reply: Reply): void {
  reply({
    error: {
      message: `The gallery has no model to answer “${message.type}”.`,
      cure: "Open the widget in a notebook.",
    },
  });
}

/** Answers after the time that the address asks for, or else `milliseconds`. */
export function later(options: URLSearchParams, milliseconds: number, run: () => void): void {
  setTimeout(run, Number(options.get("delay") ?? milliseconds));
}
