/**
 * What a run leaves behind: the one type that the harness writes and the report reads.
 *
 * A record lies at `runs/<id>/record.json` under the output folder. It exists whole or not at all.
 *
 * @module
 */
import type { Execution } from "../../tensor/compile/mod.ts";
import type { Value } from "../../base/setting.ts";
import type { Calibration, Confusion, Measured } from "../../metrics/mod.ts";
import type { Trained } from "./outcome.ts";

export type { Calibration, Confusion };

/** Everything that decides the numbers of a run. Its hash is the run's id. */
export interface RunSpec {
  /** Raised when the meaning of a field changes, so that old records are never mixed with new ones. */
  readonly format: 2;
  /** The images, and a value for every setting of the data set. */
  readonly dataset: {
    readonly name: string;
    readonly imageSize: number;
    readonly settings: Readonly<Record<string, Value>>;
    /**
     * The domains that it is not trained on, in ascending order: one that is unseen, or two for
     * cross-validation. All are trained on when left out.
     */
    readonly leaveOut?: readonly string[];
  };
  /** The method in one version, and a value for every hyperparameter. */
  readonly method: {
    readonly name: string;
    readonly version: number;
    readonly hyperparameters: Readonly<Record<string, Value>>;
  };
  /** The run whose weights this one starts from; its own record lies beside this one. */
  readonly stage1: RunSpec | null;
  /** Seeds every random stream of the run. */
  readonly seed: number;
  /** How it is trained and selected. */
  readonly training: TrainingSettings;
  /** What does the mathematics, which decides the last bits. */
  readonly engine: {
    /** `elsewhere`: a run that was imported, or that another program trains. */
    readonly backend: "native" | "wasm" | "elsewhere";
    /** Threads of one run: the last bits of sums depend on them. */
    readonly threads: number;
    readonly execution: Execution;
    /** Only TensorFlow's own operations, as runs of format 1 had them; the project's too when left out. */
    readonly operations?: "tensorflow";
  };
  /** The program that trains the run; left out for what is trained here. */
  readonly command?: {
    /** As it was given; `{spec}` stands for the file that says what is to be trained. */
    readonly line: string;
    /** SHA-256 of the line and of the files that it names. */
    readonly sha256: string;
  };
  /**
   * A run that was made elsewhere, and the form that its results came in; left out for what is
   * trained here. Its settings of training are 0 where that does not say them.
   */
  readonly imported?: { readonly from: ImportedFrom };
}

/** What of a run's program decides no numbers: where it is started, and what it may use. */
export interface ProgramLimits {
  /** The folder that paths of its command are meant from, absolute. */
  readonly folder: string;
  /** Minutes that it may take; as many as it likes when left out. */
  readonly minutes?: number;
  /** Bytes that it and all that it starts may hold; as many as there are when left out. */
  readonly memory?: number;
}

/** What a run that was made elsewhere was imported from. */
export type ImportedFrom = "predictions" | "mdlt" | "domainbed" | "checkpoint";

/** Where the figures of an imported run come from. */
export interface Origin {
  /** Always `imported`. */
  readonly kind: "imported";
  /** The form of its results. */
  readonly from: ImportedFrom;
  /** The files that were read, with their SHA-256. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** What trained it, such as `PyTorch`, where that is known. */
  readonly framework?: string;
  /** The framework's version. */
  readonly version?: string;
  /** Whether its images were compared with the data set's split, or are known by the files alone. */
  readonly split: "checked" | "unchecked";
  /** Which figures there are not and why: a part of a sentence, left out where none lacks. */
  readonly lacks?: string;
}

/** How a run is trained and selected, apart from its method. */
export interface TrainingSettings {
  /** The featurizer; the classifier on top is linear. */
  readonly network: NetworkSpec;
  /** Updates of the weights. */
  readonly steps: number;
  /** Images of each domain in a step. */
  readonly batch: number;
  /** Validation after every so many steps, and after the last. */
  readonly checkpointEvery: number;
  /** Adam's. */
  readonly learningRate: number;
  /** Added to the gradient as weightDecay · w. */
  readonly weightDecay: number;
  /** Which checkpoint's weights are tested. */
  readonly selection: SelectionRule;
  /** Test figures at every checkpoint too, for a chart; left out where they are not. */
  readonly traceTest?: true;
}

/** The network of a run. */
export interface NetworkSpec {
  /** As on the command line. */
  readonly name: string;
  /** Factor on the channels of the full network. */
  readonly width: number;
  /** Part of the features dropped in training; none when left out. */
  readonly dropout?: number;
  /** SHA-256 of the weights that it starts from; drawn at random when left out. */
  readonly weights?: string;
  /** The network whose features it gets in place of images, and the SHA-256 of its weights. */
  readonly frozen?: {
    readonly name: string;
    readonly weights: string;
    /** The features were computed elsewhere: `name` is their file's, `weights` their SHA-256. */
    readonly features?: true;
  };
}

/**
 * Which checkpoint's weights are tested: `last`, or by a metric as `validation-macro-f1`. An oracle
 * looks at test images: it is no fair rule.
 */
export type SelectionRule = string;

/** A checkpoint of the training curve. */
export interface CurvePoint {
  /** Updates done. */
  readonly step: number;
  /** Mean of every term that the method reported since the last checkpoint. */
  readonly terms: Readonly<Record<string, number>>;
  /** With the weights of the checkpoint. */
  readonly validation: CurveFigures;
  /** The same on test images, where the run was asked for them. */
  readonly test?: CurveFigures;
  /**
   * Figures of the domains that the run is not trained on, in the order of `data.unseen`; left out
   * where there are none. They select nothing in the run itself.
   */
  readonly unseen?: Readonly<Record<"validation" | "test", CurveFigures>>;
}

/** Figures of each domain at a checkpoint, by metric; null where one is undefined. */
export type CurveFigures = Readonly<Record<string, readonly (number | null)[]>>;

/** Metrics by name. */
export type RecordedScores = Readonly<Record<string, Measured>>;

/** A module that brings definitions. */
export interface Plugin {
  /** A URL, or an `npm:` specifier. */
  readonly specifier: string;
  /** SHA-256 of the module's source; of the resolved specifier where that names a package. */
  readonly sha256: string;
}

/**
 * SHA-256 of what decides a run's numbers and does not stand in its specification: when one of them
 * changes, the record no longer counts (`outdated.ts`).
 */
export interface SourceHashes {
  /** Of the module that defines the method and the parts that it imports; null where unknown. */
  readonly method: string | null;
  /** The same of the network. */
  readonly network: string | null;
  /** Of the first stage's weights. */
  readonly stage1?: string;
  /**
   * Of the modules of plugins' metrics that the record keeps figures of, or that its checkpoint was
   * chosen by; left out where there are none, and in older records.
   */
  readonly metrics?: Readonly<Record<string, string>>;
}

/** The record of a finished run. */
export interface RunRecord {
  /** Sixteen hexadecimal digits, the hash of `spec`. */
  readonly id: string;
  /** Everything that decided the numbers below. */
  readonly spec: RunSpec;
  /** What the run is called in tables: `erm`, or `boda+crt` for two stages. */
  readonly name: string;
  /** Whether the training came to its end. */
  readonly outcome: Trained;
  /** The data as they were: counts, and what decides shot groups. */
  readonly data: {
    readonly title: string;
    readonly domains: readonly string[];
    readonly classes: readonly string[];
    /** Images by split, domain and class. */
    readonly counts: Readonly<
      Record<"train" | "validation" | "test", readonly (readonly number[])[]>
    >;
    readonly shots: { readonly many: number; readonly few: number };
    readonly fingerprint: string;
    /** The domains that the run was not trained on; left out where there are none. */
    readonly unseen?: {
      readonly domains: readonly string[];
      /** Images by split, domain and class. */
      readonly counts: Readonly<
        Record<"train" | "validation" | "test", readonly (readonly number[])[]>
      >;
    };
  };
  /** What tables say of the method, whatever the code says by now. */
  readonly method: { readonly title: string; readonly family: string; readonly source: string };
  /** Checkpoints, in order. */
  readonly curve: readonly CurvePoint[];
  /** Null when the run diverged before its first checkpoint. */
  readonly result: {
    /** Updates after which the tested weights were taken; null where an imported run does not say. */
    readonly step: number | null;
    /** The first and last step over which the tested weights were averaged, where they were. */
    readonly averaged?: { readonly from: number; readonly to: number };
    /** Confusion counts of each domain; empty where an imported run has none. */
    readonly validation: readonly Confusion[];
    readonly test: readonly Confusion[];
    /**
     * Figures of the domains that the run is not trained on, with the tested weights; left out where
     * there are none.
     */
    readonly unseen?: Readonly<Record<"validation" | "test", CurveFigures>>;
    /** Confidence on the test images of each domain; older records do not have it. */
    readonly calibration?: readonly Calibration[];
    /** Metrics that cannot be derived from the counts above, by name, as far as they were looked at. */
    readonly scores?: Readonly<Partial<Record<"validation" | "test", RecordedScores>>>;
  } | null;
  /** Versions, hardware and revision of the code; null where unknown. */
  readonly environment: Readonly<Record<string, string | number | null>>;
  /** The plugins that were loaded; left out where none were. */
  readonly plugins?: readonly Plugin[];
  /** Where it was imported from; left out for what was trained here. */
  readonly origin?: Origin;
  /** What made it, beside its specification; older records do not say. */
  readonly sources?: SourceHashes;
  /** SHA-256 of the files beside it, by name; older records do not have them. */
  readonly files?: Readonly<Record<string, string>>;
  /** SHA-256 of all else that the record says; older ones do not have it. */
  readonly sha256?: string;
  /** Wall time in seconds, and memory. `startedAt` is in ISO 8601. */
  readonly timing: {
    readonly startedAt: string;
    readonly seconds: number;
    readonly trainingSeconds: number;
    readonly evaluationSeconds: number;
    readonly dataSeconds: number;
    /** Largest resident memory of the process, earlier runs of it included, bytes. */
    readonly peakMemory: number;
    /**
     * Largest resident memory during the run above that at its beginning, its images being there,
     * bytes; left out where the system does not tell, and in older records.
     */
    readonly memoryAbove?: number;
    /** Runs that the same process had carried out before; left out in older records. */
    readonly runsBefore?: number;
  };
}

/** The record of a run that could not be finished: `runs/<id>/failure.json`. Never counts as a result. */
export interface FailureRecord {
  /** The run's id. */
  readonly id: string;
  /** What the run is called in tables. */
  readonly name: string;
  /** What was to be trained. */
  readonly spec: RunSpec;
  /** One sentence. */
  readonly error: string;
  /** Where in the code it came from, for an error that was not told in a sentence there. */
  readonly stack?: string;
  /** When it failed, in ISO 8601. */
  readonly at: string;
  /** SHA-256 of all else that it says; older ones do not have it. */
  readonly sha256?: string;
}

/** Which setting of a study a run is for. */
export interface StudyTag {
  /** The study's name. */
  readonly name: string;
  /** The method that is studied, as the plan calls it: `erm`, or `boda+crt` for two stages. */
  readonly method: string;
  /** Level of every factor of the study. */
  readonly levels: Readonly<Record<string, number | boolean | string>>;
}

/**
 * The field's two ways to choose hyperparameters. `once`: the setting that is best for one seed is
 * run with fresh seeds (MDLT). `per-seed`: each seed has the setting that is best for it (DomainBed).
 */
export type SearchProtocol = "once" | "per-seed";

/** The plan of an output folder: `manifest.json`. */
export interface Manifest {
  /** Raised when the meaning of a field changes. */
  readonly format: 2;
  /** In ISO 8601. */
  readonly createdAt: string;
  /** The command line, as given. */
  readonly command: readonly string[];
  /** As on the command line. */
  readonly preset: string;
  /** Every run that was planned, in table order. */
  readonly runs: readonly {
    readonly id: string;
    readonly name: string;
    readonly spec: RunSpec;
    /** What the run is for, where it belongs to a study: it has no place among the methods. */
    readonly study?: StudyTag;
    /** Number of the setting of a random search. */
    readonly trial?: number;
    /** Why its record would no longer count, where the user has it kept all the same. */
    readonly kept?: string;
    /** Where its program is started and what it may use, where another program trains it. */
    readonly program?: ProgramLimits;
  }[];
  /** Versions, hardware and revision of the code; null where unknown. */
  readonly environment: Readonly<Record<string, string | number | null>>;
  /** Modules that the plan takes definitions from, beside the suite's own. */
  readonly plugins?: readonly Plugin[];
  /**
   * Hash of the images and splits of each data set, as this machine has them; by `imagesOf` in
   * `data_seed.ts`, since every seed may have images of its own.
   */
  readonly data?: Readonly<Record<string, string>>;
  /** How hyperparameters were chosen, where a search did. */
  readonly search?: {
    readonly protocol: SearchProtocol;
    /** What a setting was judged by. */
    readonly by: SelectionRule;
    /** Settings that were tried of each data set and method. */
    readonly settings: number;
  };
  /** SHA-256 of all else that the plan says; older ones do not have it. */
  readonly sha256?: string;
}
