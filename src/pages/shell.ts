import { createHash } from 'node:crypto';
import { type Document, toJson } from '../report/printable.ts';
import { type Html, html, type Part, textOfHtml, trusted } from './html.ts';
import theme from './theme.css';
import { MARKS, type Tone } from './tone.ts';

export interface Section {
  /** Its anchor. */
  readonly id: string;
  readonly title: string;
  /** Beside its name in the list of sections: "12", "3 waves". */
  readonly count?: string;
  readonly body: Part;
}

/** @param of how many are in it; null: nothing that is counted */
export const section = (id: string, title: string, of: number | null, body: Part): Section => ({
  id,
  title,
  ...(of === null ? {} : { count: of.toLocaleString('en') }),
  body,
});

export interface Page {
  readonly title: string;
  /** What the page is about, in small print above the heading: "apply 20261123T101500Z-3f9a". */
  readonly kicker: string;
  /** The answer to what somebody wants to know first; it is the heading. */
  readonly verdict: string;
  readonly tone: Tone;
  /** Below the heading. */
  readonly lead: Part;
  readonly sections: readonly Section[];
  readonly foot: Part;
  /** Besides the theme. */
  readonly styles: readonly string[];
  /** A program of browser/. */
  readonly script: string;
  /** What the program reads; `readData` of browser/dom.ts returns it. */
  readonly data: object;
  /** After the sections, e.g. a dialog. */
  readonly more?: Part;
}

/** A word in the color of its tone, behind its mark. */
export const badge = (tone: Tone, word: string): Html =>
  html`<span class="badge ${tone}"><span aria-hidden="true">${MARKS[tone]}</span> ${word}</span>`;

/**
 * A whole page in one file. It loads nothing: its policy allows one script and one style sheet, by their hashes, and no
 * connection, frame, form or plug-in. Without its script, all that is not a table of hosts can still be read.
 */
export function pageDocument(page: Page): Document {
  const { title, kicker, verdict, tone, lead, sections, foot, script, more } = page;
  const style = [theme, ...page.styles].join('\n');
  for (const [text, end] of [
    [script, '</script'],
    [style, '</style'],
  ] as const)
    if (text.toLowerCase().includes(end)) throw new Error(`the page's own code contains ${end}`);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    // no text becomes markup in the browser either
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  const markup = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<p class="kicker">${kicker}</p>
<h1 class="${tone}"><span aria-hidden="true">${MARKS[tone]}</span> ${verdict}</h1>
${lead}
</header>
${sections.length > 1 && navigation(sections)}
<main id="main" tabindex="-1">
${sections.map(
  ({ id, title: name, body }) => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${name}</h2>
${body}
</section>
`,
)}</main>
<footer>${foot}</footer>
${more}`;
  return `${textOfHtml(markup)}<script type="application/json" id="data">${dataText(page.data)}</script>
<script>${script}</script>
</body>
</html>
` as Document;
}

const navigation = (sections: readonly Section[]): Html =>
  html`<nav aria-label="Sections"><ul>${sections.map(
    ({ id, title, count }) =>
      html`<li><a href="#${id}">${title}${count !== undefined && html` <span class="count">${count}</span>`}</a></li>`,
  )}</ul></nav>`;

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** JSON that ends no element and begins no comment, wherever a text says so. */
const dataText = (data: object): string =>
  toJson(data).trimEnd().replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');
