/**
 * Training of a backbone on slices of phantoms, and evaluation of what its features show.
 *
 * {@linkcode trainBackbone} trains the upper stages of a seeded EfficientNet-B0 to see tissue, and
 * {@linkcode scoreBackbone} reads tissue out of slices that no training has seen. The trained network is shipped:
 * `phantomBackbone` of the room above reads it.
 *
 * @module
 */
export { scoreBackbone, type ScoreBackboneOptions, type TissueScores } from "./evaluate_backbone.ts";
export { trainBackbone, type TrainBackboneOptions, type TrainedBackbone } from "./train_backbone.ts";
