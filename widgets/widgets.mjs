// The widgets by name: `src/NAME.ts` and `src/styles/NAME.css` are bundled, one of each a widget.
export const WIDGETS = [
  "comparison_view",
  "crosscoder_map",
  "disentangler",
  "explorer",
  "feature_atlas",
  "feature_card",
  "pareto_plot",
  "patch_board",
  "sparsity_explorer",
  "steering_panel",
  "training_monitor",
];
