/** What the page's writer has put into it. */
export const readData = <T>(): T => JSON.parse(byId('data').textContent ?? 'null') as T;

export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`there is no element ${id}`);
  return found;
}

type Child = Node | string | number | false | null | undefined;

type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * An element. Texts become text nodes: nothing is ever read as markup. An attribute that is true is there without a
 * value; one that is false, null or undefined is not there.
 */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(key, value === true ? '' : String(value));
  }
  for (const child of children)
    if (child !== false && child !== null && child !== undefined)
      element.append(typeof child === 'number' ? String(child) : child);
  return element;
}
