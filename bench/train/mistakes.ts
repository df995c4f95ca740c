/**
 * Mistakes in a method, told in a sentence: which method, what is wrong, and where it is written.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { authorsLine, lengthenStacks } from "../../base/authors_line.ts";
import { isSentence, machineAtFault } from "../../base/errors.ts";
import type { Averaging, Draws, Learner, Terms } from "../../methods/method.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import { Module } from "../../nn/module.ts";

/** A mistake in a method; the message is one sentence, `cause` the error itself. */
export class MethodError extends Error {
  override name = "MethodError";
}

/** The file that calls methods. */
const CALLER = new URL("prepare.ts", import.meta.url).href;

/** What a method returned and should not have. */
class ReturnError extends Error {}

/**
 * Calls a method's functions.
 *
 * @throws {MethodError} In place of an error that says neither which method nor where.
 */
export function callMethod<T>(method: string, work: () => T): T {
  const restore = lengthenStacks();
  try {
    return work();
  } catch (error) {
    throw told(method, error);
  } finally {
    restore();
  }
}

/** The same for functions that may wait. */
export async function callMethodAsync<T>(method: string, work: () => Promise<T>): Promise<T> {
  const restore = lengthenStacks();
  try {
    return await work();
  } catch (error) {
    throw told(method, error);
  } finally {
    restore();
  }
}

function told(method: string, error: unknown): unknown {
  if (error instanceof MethodError || machineAtFault(error)) return error;
  const { sentence, cause } = sentenceOf(`Cannot train "${method}"`, error, CALLER);
  return sentence === null ? error : new MethodError(sentence, { cause });
}

/** What an error means, with the author's line; null where it is a sentence as it is. */
function sentenceOf(
  cannot: string,
  error: unknown,
  caller?: string,
): { readonly sentence: string | null; readonly cause: Error } {
  const cause = error instanceof Error ? error : new Error(`it threw ${error}`);
  const reason = reasonOf(cause);
  const whole = reason === cause.message && isSentence(cause);
  return { sentence: whole ? null : `${cannot}: ${reason}${authorsLine(cause, caller)}`, cause };
}

/** What TensorFlow.js says of usual mistakes, and what it means in a method. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [
    /connection between any variable and the result of the loss/,
    "its loss does not depend on any weight, so no gradient reaches one; compute it from the " +
    "network's outputs with TensorFlow.js's operations",
  ],
  [
    /reading 'backend'|^Tensor is disposed|it was never computed/,
    "it uses a tensor that has been freed; keep what lasts from step to step in ctx.buffer",
  ],
];

function reasonOf({ message }: Error): string {
  const meaning = MEANINGS.find(([said]) => said.test(message))?.[1];
  if (meaning !== undefined) return meaning;
  return message.replace(/^Invalid TF_Status: \d+\s+Message: /, "").replace(/\s+/g, " ").trim()
    .replace(/\.$/, "");
}

const GIVE = "return { loss, … } with a scalar tensor";

/** @throws {Error} When `create` gave no learner. */
export function checkLearner(learner: unknown): asserts learner is Learner {
  requireObject("its create()", learner, "return { loss(domains) { … } }");
}

/** @throws {Error} When a loss gave something else than scalar tensors, `loss` among them. */
export function checkLoss<T extends Terms>(of: string, terms: T): T {
  checkTerms(of, terms);
  if (terms.loss !== undefined) return terms;
  const others = Object.keys(terms);
  const only = others.length > 0 ? `, only ${others.join(", ")}` : "";
  throw new ReturnError(`${of} returned no "loss"${only}; ${GIVE}`);
}

/** @throws {Error} When a step gave something else than scalar tensors by name. */
export function checkTerms(of: string, terms: Readonly<Record<string, unknown>>): void {
  requireObject(of, terms, GIVE);
  for (const [name, term] of Object.entries(terms)) {
    const returned = `${of} returned ${kindOf(term)} as "${name}"`;
    if (!(term instanceof tf.Tensor)) {
      throw new ReturnError(`${returned}; return a scalar tensor, such as tf.mean gives`);
    }
    if (term.rank > 0) {
      throw new ReturnError(`${returned}; return a scalar, such as its tf.mean`);
    }
  }
}

/** @throws {Error} When a prediction is something else than the logits of every image. */
export function checkLogits(logits: unknown, images: number, classes: number): tf.Tensor2D {
  const wanted = `[${images},${classes}]`;
  if (logits instanceof tf.Tensor && `[${logits.shape}]` === wanted) {
    if (logits.dtype === "float32") return logits as tf.Tensor2D;
    throw new ReturnError(
      `its predict() returned logits of type ${logits.dtype}; return them as float32`,
    );
  }
  throw new ReturnError(
    `its predict() returned ${kindOf(logits)}; return logits [images, classes], here ${wanted}`,
  );
}

/** A network whose mistakes are told in a sentence with its name. */
export function checkedNetwork(definition: NetworkDefinition): NetworkDefinition {
  const cannot = `Cannot build the network ${definition.name}`;
  return {
    ...definition,
    build(options) {
      const built: unknown = callNetwork(cannot, () => definition.build(options));
      if (!(built instanceof Module)) {
        throw new RangeError(
          `${cannot}: its build() returned ${
            kindOf(built)
          }; return a module, such as sequential gives`,
        );
      }
      const { parameters, outputs, constants, halves } = built;
      if (!(Number.isInteger(outputs) && outputs > 0)) {
        throw new RangeError(
          `${cannot}: its outputs are ${outputs}; say how many numbers it makes of an image`,
        );
      }
      const forward: Module["forward"] = (values, images, training) => {
        const made: unknown = callNetwork(cannot, () => built.forward(values, images, training));
        const wanted = `[${images.shape[0]},${outputs}]`;
        if (made instanceof tf.Tensor && `[${made.shape}]` === wanted) return made;
        throw new RangeError(
          `${cannot}: it makes ${kindOf(made)} of ${images.shape[0]} images, and by its outputs ` +
            `that would be ${wanted}; mend one of them`,
        );
      };
      return new Module(parameters, outputs, forward, constants, halves);
    },
  };
}

function callNetwork<T>(cannot: string, work: () => T): T {
  const restore = lengthenStacks();
  try {
    return work();
  } catch (error) {
    if (machineAtFault(error)) throw error;
    const { sentence, cause } = sentenceOf(cannot, error);
    throw sentence === null ? error : new RangeError(sentence, { cause });
  } finally {
    restore();
  }
}

/** An averaging whose mistakes are told as those of its method. */
export function checkedAveraging(method: string, { lag, stretch }: Averaging): Averaging {
  return {
    lag,
    stretch: (losses, ended) =>
      callMethod(method, () => {
        const given = stretch(losses, ended);
        const most = losses.length;
        const isWhole = (n: unknown) => Number.isInteger(n);
        if (given === null) return null;
        const { from, to } = given ?? {};
        if (isWhole(from) && isWhole(to) && 0 <= from && from <= to && to <= most) return given;
        throw new ReturnError(
          `its averaging's stretch() returned ${
            JSON.stringify(given) ?? "nothing"
          } after ${most} ` +
            `checkpoints; return null, or { from, to } with 0 <= from <= to <= ${most}`,
        );
      }),
  };
}

/** What is wrong with a method whose logits for an image are no numbers, though the weights are. */
export function noLogits(method: string, image: string, step: number): MethodError {
  const steps = `${step} ${step === 1 ? "step" : "steps"}`;
  return new MethodError(
    `Cannot evaluate "${method}" after ${steps}: the logits of its predict() for ${image} are NaN ` +
      `or infinite, though all weights are finite; look for a division by 0, or the logarithm of ` +
      `a number that is not positive`,
  );
}

/** @throws {Error} When a schedule gave something else than numbers by name. */
export function checkSchedule(scheduled: Readonly<Record<string, unknown>>): void {
  requireObject("its schedule()", scheduled, "return numbers by name");
  for (const [name, value] of Object.entries(scheduled)) {
    if (typeof value === "number") continue;
    throw new ReturnError(
      `its schedule() returned ${kindOf(value)} as "${name}"; return a number`,
    );
  }
}

/** @throws {Error} When draws are something else than tensors, or lists of them, by name. */
export function checkDraws(draws: Draws): void {
  requireObject("its draws()", draws, "return tensors by name");
  for (const [name, drawn] of Object.entries(draws)) {
    const wrong = [drawn].flat().filter((each) => !(each instanceof tf.Tensor));
    if (wrong.length === 0) continue;
    throw new ReturnError(
      `its draws() returned ${kindOf(wrong[0])} as "${name}"; return a tensor, such as ` +
        `tf.tensor1d(…, "int32") of row numbers`,
    );
  }
}

function requireObject(of: string, value: unknown, wanted: string): void {
  if (value instanceof Promise) {
    value.catch(() => {}); // it is said to be wrong already
    throw new ReturnError(
      `${of} returned a Promise; it cannot wait (no async, no await): what must be waited for ` +
        `belongs in beforeStep()`,
    );
  }
  if (typeof value === "object" && value !== null && !(value instanceof tf.Tensor)) return;
  throw new ReturnError(`${of} returned ${kindOf(value)}; ${wanted}`);
}

function kindOf(value: unknown): string {
  if (value instanceof tf.Tensor) {
    return value.rank > 0 ? `a tensor of shape [${value.shape}]` : "a scalar tensor";
  }
  if (value === undefined || value === null) return "nothing";
  if (value instanceof Promise) return "a Promise";
  const kind = typeof value === "object" ? value.constructor?.name ?? "object" : typeof value;
  return `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`;
}
