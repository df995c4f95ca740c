/**
 * How many training images each class gets in a synthetic long tail.
 *
 * @module
 */
import { DataError } from "../../base/errors.ts";

/** Shapes of a long tail, in MDLT's words; `inv_` is the same list from the other end. */
export const PROFILES = ["exp", "inv_exp", "balance", "step", "inv_step"] as const;
export type Profile = (typeof PROFILES)[number];

/**
 * Training images per class (MDLT, `get_img_num_per_cls`).
 *
 * - `exp`: ⌊head · factor^(k / (classes − 1))⌋ for class k;
 * - `step`: `head` for the first half of the classes, ⌊head · factor⌋ for as many more. As in MDLT
 *   an odd number of classes yields one entry too few;
 * - `balance`: `head` for every class.
 *
 * @param head Images of the largest class.
 * @param factor Smallest class relative to the largest, above 0 and at most 1.
 */
export function profileCounts(
  profile: Profile,
  classes: number,
  head: number,
  factor: number,
): number[] {
  const counts = (): number[] => {
    switch (profile) {
      case "exp":
      case "inv_exp":
        // One class alone is the head: 0/0 has no meaning in the formula.
        return Array.from(
          { length: classes },
          (_, k) => Math.floor(head * Math.pow(factor, k === 0 ? 0 : k / (classes - 1))),
        );
      case "step":
      case "inv_step": {
        const half = Math.floor(classes / 2);
        return Array.from(
          { length: 2 * half },
          (_, k) => k < half ? head : Math.floor(head * factor),
        );
      }
      case "balance":
        return new Array<number>(classes).fill(head);
      default:
        throw new DataError(
          `The long-tail profile "${profile}" is unknown; known are ${PROFILES.join(", ")}.`,
        );
    }
  };
  return profile.startsWith("inv_") ? counts().reverse() : counts();
}
