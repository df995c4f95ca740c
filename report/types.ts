/**
 * Types of other packages in the report's own signatures: theirs to document, so `deno doc` is told
 * to leave them out, as in `tensor/types.ts`.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Config, TopLevelSpec } from "vega-lite";

/**
 * What JSX makes.
 *
 * @ignore
 */
export type View = VNode;
/**
 * A whole specification of Vega-Lite.
 *
 * @ignore
 */
export type ChartSpec = TopLevelSpec;
/**
 * How Vega-Lite draws what a specification says nothing of.
 *
 * @ignore
 */
export type ChartConfig = Config;
