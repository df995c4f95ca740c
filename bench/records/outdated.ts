/**
 * Whether a record still counts: it was made by what would make it now.
 *
 * @module
 */
import type { RunRecord, SourceHashes } from "./record.ts";
import { sameNumbers } from "./sources.ts";

/** What would make a run now; what is not known is taken as unchanged. */
export interface Maker {
  /** Of its images, or features. */
  readonly fingerprint: string | undefined;
  readonly sources: SourceHashes;
  /** The version of TensorFlow that the run would have. */
  readonly tensorflow: string | null;
}

/** Why a record no longer counts, in the midst of a sentence; null while it does. */
export function outdated(record: RunRecord, now: Maker): string | null {
  const { data, spec, environment, sources } = record;
  const { method, training: { network } } = spec;
  if (now.fingerprint !== undefined && data.fingerprint !== now.fingerprint) {
    return `the images of ${spec.dataset.name} are others now`;
  }
  const edited = (
    kind: "methods" | "networks",
    name: string,
    version: number,
    then: string | null | undefined,
    is: string | null,
  ) => then && is && !sameNumbers(kind, name, version, then, is);
  if (edited("methods", method.name, method.version, sources?.method, now.sources.method)) {
    return `the method ${method.name} has been edited since`;
  }
  if (edited("networks", network.name, 1, sources?.network, now.sources.network)) {
    return `the network ${network.name} has been edited since`;
  }
  if (sources?.stage1 && now.sources.stage1 && sources.stage1 !== now.sources.stage1) {
    return "the weights of its first stage are others now";
  }
  for (const [metric, is] of Object.entries(now.sources.metrics ?? {})) {
    const then = sources?.metrics?.[metric];
    if (then !== undefined && then !== is) return `the metric ${metric} has been edited since`;
  }
  const then = environment["tensorflow"];
  if (spec.engine.backend === "native" && typeof then === "string" && now.tensorflow !== null) {
    if (then !== now.tensorflow) return `TensorFlow is ${now.tensorflow} now and was ${then}`;
  }
  return null;
}
