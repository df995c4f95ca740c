/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * A button that the page's script answers with a file. No link: the files beside the page may be
 * missing.
 *
 * @module
 */

/**
 * The button.
 *
 * @param file A table's file, or within a figure the format.
 * @param of What is in the file, for those who hear the page.
 */
export function FileButton({ file, of, children }: {
  file: string;
  of: string;
  children: string;
}) {
  return (
    <button type="button" class="file" data-file={file} aria-label={`${children}: ${of}`}>
      {children}
    </button>
  );
}
