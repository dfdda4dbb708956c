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
}

/** What a circuit was made of: one prompt, several as their mean, or two as their difference. */
export interface OriginTrait {
  kind: "prompt" | "merged" | "difference";
  prompts: string[];
  /** The Python of the method; empty for the direct one. */
  method: string;
  /** `"features"` or `"neurons"`. */
  nodes?: string;
}

export interface GraphTrait {
  version: number;
  prompt: string;
  tokens: string[];
  n_layers: number;
  model: string;
  target: { label: string; value: number; token?: string | null; against?: string | null };
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
  edits: Edit[];
  milliseconds: number;
}

/** The effect as the answer to an `edit` message: the arrays come as buffers instead. */
export type EffectMessage = Omit<EffectTrait, "before" | "after" | "node_value">;

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
}

export interface Supernode {
  name: string;
  members: string[];
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

export type ExportFormat = "html" | "json" | "graphml" | "neuronpedia";

/** Every synced trait of the Explorer. */
export interface ExplorerTraits {
  graph: GraphTrait | Record<string, never>;
  selected: string | null;
  pinned: string[];
  supernodes: Supernode[];
  prune: number;
  edits: Edit[];
  frozen: boolean;
  effect: EffectTrait | null;
  report: Report | null;
  cards: Record<string, Card>;
  error: Failure | null;
  busy: string;
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
