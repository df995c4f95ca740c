/**
 * Predictions counted by class: all that most metrics need.
 *
 * @module
 */

/** `confusion[true][predicted]`: images of a split of one domain. */
export type Confusion = readonly (readonly number[])[];

/** Counts of a split of one domain, or of several domains together; one number a class. */
export interface ClassCounts {
  /** Images of the class. */
  readonly images: readonly number[];
  /** Images that were taken for it. */
  readonly predicted: readonly number[];
  /** Images of the class that were taken for it. */
  readonly correct: readonly number[];
  /** The matrix that the others are sums of. */
  readonly confusion: Confusion;
  /** Images of the class to train on, in the same domain. */
  readonly train: readonly number[];
  /** The data set's thresholds of shot groups. */
  readonly shots: Shots;
}

/** Thresholds of training images. */
export interface Shots {
  /** A class with more training images is `many`. */
  readonly many: number;
  /** A class with at most so many, and at least one, is `few`. */
  readonly few: number;
}

/** What is known of the training images of a domain. */
export type TrainingImages = Pick<ClassCounts, "train" | "shots">;

/** The sums of a confusion matrix; nothing is known of training images where they are left out. */
export function countsOf(
  confusion: Confusion,
  { train, shots }: TrainingImages = {
    train: confusion.map(() => 0),
    shots: { many: 0, few: 0 },
  },
): ClassCounts {
  // One pass: with hundreds of classes the matrix is large, and a grid has thousands of them.
  const images: number[] = [];
  const predicted = new Array<number>(confusion.length).fill(0);
  for (const row of confusion) {
    let total = 0;
    for (let c = 0; c < row.length; c++) {
      total += row[c]!;
      predicted[c]! += row[c]!;
    }
    images.push(total);
  }
  const correct = confusion.map((row, c) => row[c]!);
  return { images, predicted, correct, confusion, train, shots };
}

/** Several domains, counted as one. */
export function pooledCounts(domains: readonly ClassCounts[]): ClassCounts {
  const [{ shots }] = domains as readonly [ClassCounts];
  const added = (key: "images" | "predicted" | "correct" | "train") =>
    domains.map((domain) => domain[key]).reduce(add);
  return {
    images: added("images"),
    predicted: added("predicted"),
    correct: added("correct"),
    train: added("train"),
    shots,
    get confusion() {
      return domains.map(({ confusion }) => confusion)
        .reduce((a, b) => a.map((row, c) => add(row, b[c]!)));
    },
  };
}

function add(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((value, i) => value + b[i]!);
}

/** Recall of each class: the share of its images that was recognised; null for a class without images. */
export function recalls({ images, correct }: ClassCounts): (number | null)[] {
  return images.map((total, c) => total > 0 ? correct[c]! / total : null);
}
