/**
 * Loaded graphs of this process. Runs that do the same operations share one, after each other.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Binding } from "../native/binding.ts";
import { loadGraph } from "./graph.ts";

/** Graphs that nobody uses and that are kept for the next run. */
const IDLE_GRAPHS = 8;

interface Loaded {
  readonly id: number;
  users: number;
}

/** Loads graphs and keeps the ones that were used last. */
export class GraphCache {
  readonly #graphs = new Map<string, Loaded>();

  constructor(readonly native: Binding) {}

  /**
   * Loads a saved model, or finds it loaded.
   *
   * @returns The binding's number of it, and what gives it up.
   */
  acquire(model: Uint8Array): { readonly id: number; release(): void } {
    const key = createHash("sha256").update(model).digest("hex");
    const graph = this.#graphs.get(key) ?? {
      id: loadGraph(model, (folder, tag) => this.native.loadSavedModel(folder, tag)),
      users: 0,
    };
    graph.users++;
    this.#touch(key, graph);
    return {
      id: graph.id,
      release: () => {
        graph.users--;
        this.#touch(key, graph);
        this.#forgetIdle();
      },
    };
  }

  #touch(key: string, graph: Loaded): void {
    this.#graphs.delete(key);
    this.#graphs.set(key, graph);
  }

  #forgetIdle(): void {
    const idle = [...this.#graphs].filter(([, { users }]) => users === 0);
    for (const [key, { id }] of idle.slice(0, Math.max(0, idle.length - IDLE_GRAPHS))) {
      this.#graphs.delete(key);
      this.native.deleteSavedModel(id);
    }
  }
}
