import { type Html, html } from '../html.ts';

/** More are counted, and shown in the table of hosts. */
const NAMES_SHOWN = 12;

/** Names of hosts, each leading to its host. @param filter what shows all of them in the table: "finding=3" */
export function hostNames(names: readonly string[], filter: string): Html {
  const more = names.length - NAMES_SHOWN;
  const shown = names.slice(0, NAMES_SHOWN);
  // a comma stays with its name
  return html`<span class="names">${shown.map((name, i) => html`<span>${hostLink(name)}${i + 1 < shown.length && ','}</span> `)}${more > 0 && html`and <a href="#${filter}">${more.toLocaleString('en')} more</a>`}</span>`;
}

export const hostLink = (name: string): Html =>
  html`<a class="name" href="#host=${encodeURIComponent(name)}">${name}</a>`;
