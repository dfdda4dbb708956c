/** What travels between Python and the browser: traits, messages and their parts, as they are on the wire. */

export interface NodesTrait {
  id: string[];
  label: string[];
  kind: DataView;
  layer: DataView;
  position: DataView;
  dictionary: DataView;
  feature: DataView;
  value: DataView;
  influence: DataView;
  probability: DataView;
  /** Total effects on the target, where the method estimates them. */
  effect?: DataView;
  /** Share of tokens that each feature fires on, NaN where that is not known. */
  density?: DataView;
}

/** What a circuit was made of: one prompt, several as their mean, or two as their difference. */
export interface OriginTrait {
  kind: "prompt" | "merged" | "difference";
  prompts: string[];
  /** The Python of the method; empty for the direct one. */
  method: string;
  /** `"features"` or `"neurons"`. */
  nodes?: string;
  /** That of another tool that the circuit was read from. */
  file?: string;
}

export interface GraphTrait {
  version: number;
  prompt: string;
  tokens: string[];
  n_layers: number;
  model: string;
  target: {
    label: string;
    value: number;
    token?: string | null;
    against?: string | null;
    /** Where a feature is the target. */
    feature?: string;
    position?: number;
  };
  scores: { replacement?: number; completeness?: number; error_share?: number };
  dictionaries: string[];
  /** Whether a model answers questions about the circuit. */
  live: boolean;
  /** Whether Python is there at all. */
  kernel?: boolean;
  /** Why the circuit can be neither edited nor checked; null where it can. */
  refusal?: Failure | null;
  origin?: OriginTrait;
  nodes: NodesTrait;
  edges: { source: DataView; target: DataView; weight: DataView };
}

export type EditOp = "ablate" | "scale" | "set" | "add" | "patch";

/** A change to one feature; `positions` null means every token. */
export interface Edit {
  op: EditOp;
  dictionary: string;
  feature: number;
  positions: number[] | null;
  value: number | null;
  source: string | null;
  source_position: number | null;
}

export interface EffectTrait {
  tokens: string[];
  before: DataView;
  after: DataView;
  target_before: number;
  target_after: number;
  top_before: string;
  top_after: string;
  node_value: DataView;
  /** Change of every node that the graph says, NaN where it does not. */
  predicted?: DataView;
  target_predicted?: number | null;
  /** Why the graph does not say it all. */
  unpredicted?: Failure | null;
  edits: Edit[];
  milliseconds: number;
}

/** The effect as the answer to an `edit` message: the arrays come as buffers instead. */
export type EffectMessage = Omit<EffectTrait, "before" | "after" | "node_value" | "predicted">;

export interface CardContext {
  tokens: string[];
  activations: number[];
  peak: number;
}

export interface Card {
  dictionary: string;
  feature: number;
  label: string;
  firing_rate: number;
  max: number;
  histogram: { edges: number[]; counts: number[] };
  promoted: [string, number][];
  suppressed: [string, number][];
  contexts: CardContext[];
  /** Tokens at which it fires most, with their share of its squared activations. */
  fired?: [string, number][];
  /** The label that it has while nobody names it. */
  automatic?: string;
  /** Features that write in nearly the same direction. */
  neighbours?: { feature: string; label: string; cosine: number }[];
}

export interface Supernode {
  name: string;
  members: string[];
}

/** Places of cards in the subgraph that a person has moved, by the id of their first node. */
export type Places = Record<string, [number, number]>;
/** Which way the layers go in the subgraph. */
export type Flow = "across" | "up";

/** What is filtered, and only that; see `filter.ts`. */
export interface FilterTrait {
  layers?: number[];
  token?: number;
  kinds?: string[];
  sign?: string;
  of?: string;
  densest?: number;
  hide?: boolean;
}

export interface Failure {
  message: string;
  cure: string;
}

/** One ablated feature: change of the target in logits as the graph predicts it, and as measured. */
export interface CheckRow {
  node: string;
  label: string;
  token: string;
  predicted: number | null;
  frozen: number | null;
  live: number | null;
}

export interface CurvePoint {
  nodes: number;
  faithfulness: number | null;
}

export interface Curve {
  ablation: string;
  errors: string;
  total: number;
  cmd: { value: number | null };
  cmd_log: { value: number | null };
  points: CurvePoint[];
}

/** How far to trust a circuit; null stands for what could not be measured. */
export interface Report {
  rows: CheckRow[];
  whole: boolean;
  scores: { replacement: number | null; completeness: number | null; error_share: number | null };
  /** Largest gaps to the prediction, as shares of the largest measurement. */
  frozen_error: number | null;
  live_error: number | null;
  live_correlation: number | null;
  curve: Curve | null;
  /** Nodes from which on the faithfulness stays at 90 % or more. */
  enough: number | null;
  milliseconds: number;
}

export type ExportFormat = "html" | "circuit" | "json" | "graphml" | "neuronpedia" | "circuit-tracer";

/** Every synced trait of the Explorer. */
export interface ExplorerTraits {
  graph: GraphTrait | Record<string, never>;
  selected: string | null;
  pinned: string[];
  supernodes: Supernode[];
  places: Places;
  flow: Flow;
  filter: FilterTrait;
  /** Labels that features were given since the circuit was opened, by `dictionary/index`. */
  names: Record<string, string>;
  prune: number;
  edits: Edit[];
  frozen: boolean;
  effect: EffectTrait | null;
  report: Report | null;
  cards: Record<string, Card>;
  error: Failure | null;
  busy: string;
  /** Share of what runs that is done; null if unknown. */
  progress: number | null;
}

/** The part of an anywidget model that the widgets use. */
export interface Model<T> {
  get<K extends keyof T & string>(name: K): T[K];
  set<K extends keyof T & string>(name: K, value: T[K]): void;
  save_changes(): void;
  on(event: string, handler: (...args: never[]) => void): void;
  off(event: string, handler: (...args: never[]) => void): void;
  send(content: unknown): void;
}
