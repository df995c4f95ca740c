/**
 * What everything has in common that one adds to the suite: methods, data sets, networks, metrics,
 * studies, sections of the report.
 *
 * @module
 */

/** Something that is handed in by its definition and found by its name. */
export interface Definition {
  /** What it is, such as `"method"`. */
  readonly kind: string;
  /** On the command line and in files: lower case. */
  readonly name: string;
  /** In tables and charts. */
  readonly title: string;
}
