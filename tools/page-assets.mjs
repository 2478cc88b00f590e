// What pages are made from: browser code as one script, and style sheets, each as its text. Used by the build and by
// the tests.
import { readFileSync } from 'node:fs';
import { buildSync, transformSync } from 'esbuild';

/** Browsers since 2023. */
const TARGET = ['chrome115', 'firefox115', 'safari16.5'];

/** A program of src/pages/browser, with all that it imports. */
export function browserCode(path) {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [path],
    bundle: true,
    minify: true,
    format: 'iife',
    target: TARGET,
    // the text is inside a page, whose encoding is its own matter
    charset: 'ascii',
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  // dist/THIRD-PARTY.txt knows nothing of what is in a text
  const foreign = Object.keys(metafile.inputs).find((input) => input.includes('node_modules'));
  if (foreign) throw new Error(`${path} imports ${foreign}, whose licence would be missing`);
  return outputFiles[0].text.trim();
}

export const styleSheet = (path) =>
  transformSync(readFileSync(path, 'utf8'), { loader: 'css', minify: true, target: TARGET }).code;
