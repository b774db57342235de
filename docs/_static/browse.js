/* SPDX-License-Identifier: GPL-2.0-only */
/* Going about the book: the chain that a chapter's strip opens to, and keys. */
(function () {
  'use strict';
  var root = document.documentElement.dataset.content_root || './';

  /* Puts the drawing of the chain, which all chapters share, into a chapter's strip, with the chapter's own box marked. */
  function drawChain(strip) {
    var place = strip.querySelector('.pf-chain'), number = strip.dataset.here;
    place.innerHTML = window.PAGEFLOW_CHAIN;
    place.querySelectorAll('a').forEach(function (box) {
      box.setAttribute('href', root + box.getAttribute('href'));
      if (box.id.slice(-2) !== number) return;
      box.classList.add('now');
      box.setAttribute('aria-current', 'page');
    });
  }

  function openChain(event) {
    var strip = event.currentTarget;
    if (!strip.open || strip.querySelector('svg')) return;
    if (window.PAGEFLOW_CHAIN) { drawChain(strip); return; }
    var script = document.createElement('script');
    script.src = root + '_static/chain-map.js';
    script.onload = function () { drawChain(strip); };
    document.head.append(script);
  }

  document.querySelectorAll('.pf-whole').forEach(function (strip) { strip.addEventListener('toggle', openChain); });
})();
