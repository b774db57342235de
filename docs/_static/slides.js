/* SPDX-License-Identifier: GPL-2.0-only */
/* For a class: a drawing fills the screen, and the arrow keys lead through its scene; answers are printed, or are not. */
(function () {
  'use strict';
  var dialog, area, count; /* the words on them are the page's: docs/_templates/slides.html */
  var slides = [], at = 0, shown = [], opener;
  var MOST = 4; /* steps on a slide */

  /* A slide of a scene ends with a drawing: what was asked, and the state that it led to. */
  function slidesOf(box) {
    if (!box.matches('.pf-scene')) return [[box]];
    var found = [], full = true;
    box.querySelectorAll(':scope > .pf-step').forEach(function (step) {
      if (full) found.push([]);
      var slide = found[found.length - 1];
      slide.push(step);
      full = slide.length === MOST || step.querySelector('svg');
    });
    return found;
  }

  /* What is shown is the drawing itself, not a copy: its labels and links stay what they are. A mark keeps its place. */
  function lend(node) {
    var mark = document.createComment('');
    node.before(mark);
    area.append(node);
    shown.push([mark, node]);
  }

  function giveBack() {
    shown.splice(0).forEach(function (pair) { pair[0].replaceWith(pair[1]); });
  }

  function turn(to) {
    at = Math.max(0, Math.min(slides.length - 1, to));
    giveBack();
    slides[at].forEach(lend);
    area.scrollTop = 0;
    count.textContent = slides.length > 1 ? at + 1 + ' / ' + slides.length : '';
    dialog.querySelector('[data-to="-1"]').disabled = at === 0;
    dialog.querySelector('[data-to="1"]').disabled = at === slides.length - 1;
  }

  function open(box, button) {
    opener = button;
    slides = slidesOf(box);
    dialog.showModal();
    dialog.classList.toggle('single', slides.length < 2);
    turn(0);
    if (dialog.requestFullscreen) dialog.requestFullscreen().catch(function () { /* then it fills the window */ });
  }

  function closed() {
    giveBack();
    if (document.fullscreenElement) document.exitFullscreen();
    opener.focus();
  }

  var STEPS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ' ': 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Home: -Infinity, End: Infinity };

  function key(event) {
    if (event.key === 'Escape') dialog.close(); /* on the full screen a browser would only leave that */
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.key in STEPS)) return;
    if (event.key === ' ' && event.target.closest('button')) return;
    event.preventDefault();
    event.stopPropagation();
    turn(at + STEPS[event.key]);
  }

  function prepareSlides() {
    dialog = document.getElementById('pf-slides');
    if (!dialog) return; /* the index and the search have no drawings */
    area = dialog.querySelector('.area');
    count = dialog.querySelector('.count');
    document.querySelectorAll('.pf-scene, .pf-picture, .pf-chain').forEach(function (box) {
      if (box.parentNode.closest('.pf-scene') || !box.querySelector('svg')) return;
      var button = document.getElementById('pf-fill').content.firstElementChild.cloneNode(true);
      button.addEventListener('click', function () { open(box, button); });
      box.classList.add('pf-fills');
      box.append(button);
    });
    dialog.addEventListener('keydown', key);
    dialog.addEventListener('close', closed);
    dialog.addEventListener('click', function (event) {
      var button = event.target.closest('button');
      if (!button) return;
      if (button.value === 'close') dialog.close(); else turn(at + Number(button.dataset.to));
    });
    document.addEventListener('fullscreenchange', function () {
      if (!document.fullscreenElement && dialog.open) dialog.close();
    });
  }

  /* ---- Answers on paper: the choice is kept for all pages, where the browser allows that. */
  var NAME = 'pageflow-print-answers';

  function kept(value) {
    try {
      if (value !== undefined) localStorage.setItem(NAME, value);
      return localStorage.getItem(NAME) === 'true';
    } catch (refused) {
      return false;
    }
  }

  function prepareAnswers() {
    var answers = Array.prototype.slice.call(document.querySelectorAll('details.pf-answer'));
    if (!answers.length) return;
    var label = document.getElementById('pf-print-answers').content.firstElementChild.cloneNode(true);
    var box = label.querySelector('input');
    box.checked = kept();
    box.addEventListener('change', function () { kept(box.checked); });
    var section = answers[0].closest('section');
    section.classList.add('pf-answered');
    section.append(label);
    var before = [];
    window.addEventListener('beforeprint', function () {
      before = answers.map(function (one) { return one.open; });
      answers.forEach(function (one) { one.open = box.checked; });
    });
    window.addEventListener('afterprint', function () {
      answers.forEach(function (one, at) { one.open = before[at]; });
    });
  }

  function start() {
    prepareSlides();
    prepareAnswers();
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start); else start();
})();
