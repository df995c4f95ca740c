/**
 * MDLT bench: compare methods for multi-domain long-tailed image recognition.
 *
 * This module is what a script of your own needs: a bench that plans, runs and reports. What a method,
 * a data set, a network, a metric or a section of the report of your own needs is in
 * `@mdlt/bench/methods`, `/datasets`, `/networks`, `/metrics` and `/report`. Neither TensorFlow nor
 * Vega is loaded before it is needed.
 *
 * ```ts
 * import { createBench } from "@mdlt/bench";
 *
 * const bench = await createBench();
 * console.log(bench.catalogue.methods.map((method) => method.title));
 * ```
 *
 * @module
 */
export * from "./library.ts";
export { type Random, stream } from "./base/random.ts";
export {
  ABOVE_0,
  ANY_NUMBER,
  AT_LEAST_0,
  type Range,
  type Setting,
  SHARE,
  type Value,
  type ValueType,
} from "./base/setting.ts";
export { UsageError } from "./base/errors.ts";
export { type PresetName, PRESETS } from "./bench/plan/presets.ts";
export { type Figure, figures } from "./bench/records/figures.ts";
export { Folder, type PlanFile } from "./bench/records/folder.ts";
export type { Refused } from "./bench/records/door.ts";
export type { Plan } from "./bench/records/joined_plans.ts";
export type { ProgramMethod } from "./bench/plan/programs.ts";
export { runId } from "./bench/records/run_id.ts";

// Every type that stands in their signatures.
export type { Definition } from "./base/definition.ts";
export type { Float32Values } from "./base/safetensors_format.ts";
export type { Catalogue, Definitions } from "./bench/catalogue.ts";
export type { ExecutorEvents, Job, Outcomes, Seen, Submission } from "./bench/execute/executor.ts";
export type { Glimpse, Progress } from "./bench/records/progress.ts";
export type { SessionEvents, SessionResult } from "./bench/execute/session.ts";
export type { NetworkRequest } from "./bench/plan/networks.ts";
export type { LeaveOutRequest } from "./bench/plan/leave_out.ts";
export {
  defineHparams,
  type DrawnValues,
  type Hparams,
  type TunedSetting,
} from "./bench/hparams/hparams.ts";
export type { PlannedRun, Request } from "./bench/plan/plan.ts";
export type { CodeNames, Settable } from "./bench/records/format1.ts";
export type { Diverged, Outcome, RunState, Trained } from "./bench/records/outcome.ts";
export type { KeptPredictions } from "./bench/records/predictions.ts";
export type {
  CurveFigures,
  CurvePoint,
  FailureRecord,
  ImportedFrom,
  Manifest,
  NetworkSpec,
  Origin,
  Plugin,
  ProgramLimits,
  RecordedScores,
  RunRecord,
  RunSpec,
  SearchProtocol,
  SelectionRule,
  SourceHashes,
  StudyTag,
  TrainingSettings,
} from "./bench/records/record.ts";
export type {
  Augmentation,
  Availability,
  DataPaths,
  DataProblems,
  Dataset,
  DatasetDefinition,
  Domain,
  ImageJob,
  ImageSource,
  KnownBytes,
  LoadOptions,
  Place,
  Plateau,
  ReaderPool,
  ReadImages,
  Resident,
  Size,
  SourceFile,
  Sources,
  Split,
  SplitCounts,
  SplitListing,
  SplitName,
  TableLine,
  TrainingSize,
  Unpacking,
} from "./datasets/mod.ts";
export type {
  AdamSettings,
  Averaging,
  Behaviour,
  BehaviourStudy,
  BySeed,
  ChoiceSearch,
  Cost,
  Departure,
  DescribedStudy,
  DomainBatch,
  Draws,
  Factor,
  Family,
  Finding,
  Halves,
  Hyperparameter,
  HyperparameterOptions,
  Hyperparameters,
  Inheritance,
  Inherited,
  InitialDraws,
  Layout,
  Learner,
  Levels,
  MeanWithin,
  Method,
  MethodContext,
  Module,
  NumberSearch,
  Objective,
  Optimizer,
  OptimizerSettings,
  Parameter,
  PresetDefault,
  Scalar,
  Search,
  ShortPreset,
  StepInputs,
  Study,
  StudyFigures,
  StudySetting,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor4D,
  Terms,
  TrainingStudy,
  Trait,
  Values,
  Variable,
} from "./methods/mod.ts";
export type {
  Calibration,
  ClassCounts,
  Confusion,
  Inputs,
  Measured,
  Metric,
  MetricOf,
  Predictions,
  Probabilities,
  Scale,
  Shots,
} from "./metrics/mod.ts";
export type {
  CheckpointNames,
  NamedTensors,
  Network,
  NetworkDefinition,
  NetworkOptions,
  NetworkWork,
  Normalisation,
  PretrainedWeights,
  Weights,
} from "./networks/mod.ts";
export type {
  Across,
  AcrossMethod,
  BehaviourResults,
  Beside,
  Cell,
  Change,
  Changes,
  ChangeVerdict,
  Chart,
  ChartSpec,
  Column,
  Compared,
  Comparison,
  Controlled,
  CurveDigest,
  DatasetResults,
  Design,
  Digest,
  Estimate,
  Friedman,
  FTest,
  Group,
  Improvement,
  Interval,
  IntervalCell,
  JointChange,
  Judgement,
  LastGain,
  LatexFloat,
  LatexOptions,
  Learned,
  MeanTest,
  MethodResults,
  Missing,
  Name,
  Named,
  NotComputable,
  Overall,
  Pair,
  Pairwise,
  PaperOptions,
  Points,
  Report,
  ReportContext,
  ReportMetrics,
  ReportOptions,
  Rival,
  Row,
  Run,
  Said,
  Section,
  SectionDefinition,
  Sensitivity,
  SparseConfusion,
  Store,
  Studied,
  StudiedSetting,
  StudyResults,
  Table,
  Tested,
  Unseen,
  UnseenDigest,
  UnseenRule,
  Verdict,
  View,
} from "./report/mod.ts";
export type { Backend, BackendChoice } from "./tensor/backend.ts";
export type { Execution } from "./tensor/compile/mod.ts";
