import { METRICS } from "../../metrics/mod.ts";
import { metricConformance } from "../../testing.ts";

METRICS.forEach(metricConformance);
