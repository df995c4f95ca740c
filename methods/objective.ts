/**
 * What methods minimise, as formulas in one notation.
 *
 * @module
 */

/**
 * What a method minimises, as the code computes it.
 *
 * TeX is what GitHub shows: its MathJax knows no `\operatorname`.
 */
export interface Objective {
  /** Displayed formulas in TeX, in the notation of {@linkcode NOTATION}. */
  readonly formulas: readonly string[];
  /**
   * What else stands in them: of each symbol's TeX what it is. There `$…$` is TeX, and a word between
   * backticks a hyperparameter's key.
   */
  readonly symbols?: Readonly<Record<string, string>>;
}

/** TeX as it stands, backslashes and all. */
export const tex: (text: TemplateStringsArray, ...values: string[]) => string = String.raw;

/** What the symbols of every formula are, as {@linkcode Objective.symbols} of all. */
export const NOTATION: Readonly<Record<string, string>> = {
  "d, c": "one of $D$ domains, one of $C$ classes; a pair of them is a cell",
  "n_{d,c}":
    "the training images of a cell; $n_d$ and $n_c$ are its sums, $n$ is the number of all",
  "B_d":
    "the images of a domain in the batch of a step, as many of each; $B$ are those of all domains",
  "x_i, y_i, d_i": "an image, its class and its domain",
  "z_i = f(x_i)": "its $F$ features, which the featurizer $f$ gives",
  "s_i = g(z_i)": "its $C$ logits, which the classifier $g$ gives",
  "p_i": "its probabilities, $\\mathrm{softmax}(s_i)$",
  "\\theta": "all weights of $f$ and $g$",
  "\\ell(s, y)":
    "the cross-entropy, $-\\log \\mathrm{softmax}(s)_y$; $\\ell_i$ is $\\ell(s_i, y_i)$",
  "R_d": "the risk of a domain, $\\frac{1}{|B_d|} \\sum_{i \\in B_d} \\ell_i$",
  "R":
    "the risk of all images, $\\frac{1}{|B|} \\sum_{i \\in B} \\ell_i$, and so the mean of the $R_d$",
  "\\pi_c":
    "the share of a class, $\\frac{1}{D} \\sum_d n_{d,c} / n_d$; a class without any image counts as " +
    "one with a single image in the largest domain",
  "\\mathrm{sg}(a)": "$a$ as a constant: no gradient flows through it",
  "a \\leftarrow b": "a change before the loss is computed, as a constant",
  "\\mathbf{1}[a]": "1 where $a$ holds, 0 elsewhere",
};
