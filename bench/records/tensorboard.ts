/**
 * A run's curve as a TensorBoard event file, by the writer of native TensorFlow.
 *
 * @module
 */
import type { RunRecord } from "./record.ts";

/**
 * Writes the curve into a folder that TensorBoard can be pointed at. It is written from the record, at
 * the end, so a run that was broken off and continued has each point once.
 */
export async function writeEvents(folder: string, { curve, data }: RunRecord): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {}); // of an attempt that came to nothing
  const { node } = await import("@tensorflow/tfjs-node-gpu");
  const writer = node.summaryFileWriter(folder);
  for (const { step, terms, validation, test } of curve) {
    for (const [name, value] of Object.entries(terms)) writer.scalar(`train/${name}`, value, step);
    for (const [split, figures] of Object.entries({ validation, ...(test && { test }) })) {
      for (const [metric, values] of Object.entries(figures)) {
        data.domains.forEach((domain, d) => {
          const value = values[d] ?? null;
          if (value !== null) writer.scalar(`${split}/${metric}/${domain}`, value, step);
        });
      }
    }
  }
  writer.flush();
}
