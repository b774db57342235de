/* SPDX-License-Identifier: GPL-2.0-only */
/* Added to axe: contrast is asked once for each way in which a page colours text, not once for each element. Most of a
   chapter is code, thousands of words in a dozen colours on one ground, and contrast is most of axe's time.

   Two texts are coloured in one way when they have the same colour, size, weight and shadow, and the same is painted
   behind them, up to the first ancestor that hides what is further back. Kept is "enough" with a measured ratio, and that
   nothing can be told on a gradient or an image. What fails is asked of every element. So is a text that may stand on
   something else than its ancestors: one that is positioned, is in a drawing, or reaches out of what is painted behind it. */
(() => {
  'use strict';
  const check = axe._audit.checks['color-contrast'], ask = check.evaluate;
  const answers = new Map(), grounds = new WeakMap();
  const PAINTS = ['backgroundColor', 'backgroundImage', 'mixBlendMode', 'filter', 'clipPath', 'maskImage'];
  const TEXT = ['webkitTextFillColor', 'fontSize', 'fontWeight', 'textShadow'];

  const hides = style => /^rgb\(/.test(style.backgroundColor);  // with alpha it is rgba()
  const moved = style => !/^(static|relative)$/.test(style.position) || style.float !== 'none' ||
    [style.top, style.left, style.transform, style.translate].some(one => !/^(auto|none|0px)$/.test(one));

  /* What an element's text stands on: `key` says how it is painted, `of` is the ancestor that hides what is behind it,
     `clip` the one that cuts off what reaches out of it, `loose` that it may stand elsewhere. */
  function ground(one) {
    let found = grounds.get(one);
    if (!found) {
      const style = getComputedStyle(one), parent = one.parentElement ? ground(one.parentElement) : {key: '', opacity: ''};
      const painted = PAINTS.map(name => style[name]).join(), clips = style.overflowX !== 'visible';
      found = hides(style) || !one.parentElement ?
        {key: painted, of: one, clip: clips && one, loose: false} :
        {key: parent.key + '>' + painted, of: parent.of, clip: clips ? one : parent.clip, loose: parent.loose || moved(style)};
      found.opacity = parent.opacity + (style.opacity === '1' ? '' : '*' + style.opacity);
      grounds.set(one, found);
    }
    return found;
  }

  function inside(one, outer) {
    if (outer === document.body || outer === document.documentElement) return true;  // what they paint has no end
    const a = one.getBoundingClientRect(), b = outer.getBoundingClientRect();
    return a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  }

  /* How an element's text is coloured; empty where only axe can tell. */
  function way(one) {
    const {key, of, clip, loose, opacity} = ground(one), style = getComputedStyle(one);
    if (loose || one.ownerSVGElement || !inside(clip || one, of)) return '';
    return [...TEXT.map(name => style[name]), opacity, key].join();
  }

  check.evaluate = function (node, ...rest) {
    const coloured = way(node);
    if (answers.has(coloured)) return answers.get(coloured);
    let said = {};
    const asker = Object.create(this, {data: {value: data => { said = data; this.data(data); }}});
    const answer = ask.call(asker, node, ...rest);
    const lasting = answer === true ? said.contrastRatio > 0 : /^bg(Gradient|Image)$/.test(said.messageKey);
    if (coloured && lasting) answers.set(coloured, answer);
    return answer;
  };
})();
