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

  /* -- keys -- */

  /* Whether keys belong to what has the focus: a field, a control of its own, or something that scrolls sideways. A click
     into what scrolls makes it the one that arrows move, focus or not. */
  var pressed = null;

  function taken(target, sideways) {
    var at = target === document.body && pressed && pressed.isConnected ? pressed : target;
    if (target.closest('input, textarea, select, [contenteditable], [role=dialog], dialog')) return true;
    if (!sideways) return false;
    for (; at && at !== document.body; at = at.parentElement) {
      var flow = getComputedStyle(at).overflowX;
      if ((flow === 'auto' || flow === 'scroll') && at.scrollWidth > at.clientWidth) return true;
    }
    return false;
  }

  function turn(direction) {
    var link = document.querySelector('link[rel=' + direction + ']');
    if (link) location.href = link.href;
    return !!link;
  }

  function search() {
    var field = document.querySelector('.pf-search input') || document.querySelector('.sidebar-search');
    if (!field) return false;
    if (!field.offsetParent || getComputedStyle(field).visibility === 'hidden') document.getElementById('__navigation').click();
    field.focus();
    field.select();
    return true;
  }

  function listKeys() {
    var list = document.getElementById('pf-keys');
    if (list && !list.open) list.showModal();
    return !!list;
  }

  var KEYS = {
    '/': search,
    '?': listKeys,
    ArrowLeft: function () { return turn('prev'); },
    ArrowRight: function () { return turn('next'); }
  };

  document.addEventListener('keydown', function (event) {
    var act = KEYS[event.key];
    if (!act || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.shiftKey && event.key.length > 1) return;
    if (document.querySelector('dialog[open]') || taken(event.target, event.key.length > 1)) return;
    if (act()) event.preventDefault();
  });
  document.addEventListener('pointerdown', function (event) { pressed = event.target; });
  document.querySelectorAll('.pf-keys-open').forEach(function (button) { button.addEventListener('click', listKeys); });

  /* The icons of the bar of narrow screens open drawers by a hidden box; the keyboard gets at them here. */
  document.querySelectorAll('.mobile-header label[for]').forEach(function (label) {
    var box = document.getElementById(label.htmlFor), icon = label.querySelector('.icon');
    function tell() { icon.setAttribute('aria-expanded', box.checked); }
    icon.setAttribute('role', 'button');
    icon.setAttribute('aria-label', box.getAttribute('aria-label'));
    icon.tabIndex = 0;
    icon.addEventListener('keydown', function (event) {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      box.click();
    });
    box.addEventListener('change', tell);
    tell();
  });

  document.querySelectorAll('.pf-whole').forEach(function (strip) { strip.addEventListener('toggle', openChain); });
})();
