/**
 * Opens and closes the frames of a page: shows the picture in which just those are open, or else hides what is in the
 * closed ones in the picture with all of them open, where everything keeps its place.
 */
export const FOLDING = `'use strict';
(() => {
  const box = document.querySelector('.pictures');
  const pictures = [...box.querySelectorAll('.picture')];
  const full = pictures.find((one) => one.dataset.open === 'all');
  const frames = [...full.querySelectorAll('.ag-toggle')].map((one) => one.dataset.frame);
  const around = new Map(
    [...full.querySelectorAll('.ag-frame')].map((one) => [
      one.dataset.frame,
      (one.dataset.in || '').split(' ').filter(Boolean),
    ]),
  );
  const open = new Set(box.dataset.start === 'all' ? frames : []);
  const seen = () => frames.filter((one) => open.has(one) && around.get(one).every((up) => open.has(up)));
  const show = (focus) => {
    const now = seen().sort().join(' ');
    const name = open.size === 0 ? 'none' : now;
    const exact = frames.length === 0 || now === [...frames].sort().join(' ')
      ? full
      : pictures.find((one) => one.dataset.open === name);
    const shown = exact || full;
    for (const one of pictures) one.classList.toggle('ag-hidden', one !== shown);
    if (shown === full) {
      for (const one of full.querySelectorAll('[data-in]')) {
        const shut = one.dataset.in.split(' ').some((up) => !open.has(up));
        one.classList.toggle('ag-hidden', shut && !isPort(one));
      }
      for (const one of full.querySelectorAll('.ag-toggle')) mark(one, open.has(one.dataset.frame));
    }
    if (focus) shown.querySelector('.ag-toggle[data-frame="' + focus + '"]')?.focus();
  };
  // a port stays on the border of its own frame
  const isPort = (one) => {
    if (!one.dataset.port) return false;
    const [own, ...outer] = one.dataset.in.split(' ');
    return outer.every((up) => open.has(up));
  };
  const mark = (toggle, isOpen) => {
    toggle.setAttribute('aria-expanded', String(isOpen));
    const text = toggle.querySelector('text');
    text.textContent = (isOpen ? '\\u25be ' : '\\u25b8 ') + text.textContent.slice(2);
  };
  const turn = (frame) => {
    if (open.has(frame)) open.delete(frame);
    else open.add(frame);
    show(frame);
  };
  box.addEventListener('click', (event) => {
    const toggle = event.target.closest('.ag-toggle');
    if (toggle) turn(toggle.dataset.frame);
  });
  box.addEventListener('keydown', (event) => {
    const toggle = event.target.closest('.ag-toggle');
    if (!toggle || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    turn(toggle.dataset.frame);
  });
  document.querySelector('.bar').addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.do === 'fit') {
      const on = box.classList.toggle('fit');
      button.setAttribute('aria-pressed', String(on));
      return;
    }
    for (const one of frames) button.dataset.do === 'open' ? open.add(one) : open.delete(one);
    show();
  });
  // on paper nothing can be opened
  const folded = [];
  addEventListener('beforeprint', () => {
    for (const one of document.querySelectorAll('details:not([open])')) {
      folded.push(one);
      one.open = true;
    }
  });
  addEventListener('afterprint', () => {
    for (const one of folded.splice(0)) one.open = false;
  });
  show();
})();
`;
