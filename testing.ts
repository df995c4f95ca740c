/**
 * Suites that hold anybody's definitions to the same tests as those that come with the suite.
 *
 * @module
 */
export { useBackend } from "./testing/backend.ts";
export { datasetConformance, type DatasetConformanceOptions } from "./testing/dataset.ts";
export { metricConformance } from "./testing/metric.ts";
export { networkConformance, type NetworkConformanceOptions } from "./testing/network.ts";
export { methodConformance, type MethodConformanceOptions } from "./testing/method.ts";
