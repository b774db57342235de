/* SPDX-License-Identifier: GPL-2.0-only */
/* A test that is unfolded shows its source: in a chapter, and in the pop-up beside a line. A fold holds no more than the test's name:
   which file that is in, and the source, come in scripts of their own when the first is asked for. */
(function () {
  'use strict';
  var root = document.documentElement.dataset.content_root || './';
  var waiting = {}; /* script -> what to do when it is there */
  window.PAGEFLOW_SOURCES = {};

  function load(path, known, then) {
    if (known) { then(); return; }
    if (waiting[path]) { waiting[path].push(then); return; }
    waiting[path] = [then];
    var script = document.createElement('script');
    script.src = root + '_static/' + path;
    script.onload = function () { waiting[path].forEach(function (one) { one(); }); };
    document.head.append(script);
  }

  /* Links in a source lead from the top of the site. */
  function fill(fold, source) {
    if (fold.querySelector('.pf-source')) return;
    var box = document.createElement('div');
    box.className = 'pf-source';
    box.innerHTML = source;
    box.querySelectorAll('a').forEach(function (link) { link.setAttribute('href', root + link.getAttribute('href')); });
    fold.append(box);
    fold.dispatchEvent(new CustomEvent('pf-added', { bubbles: true }));
  }

  function unfold(fold) {
    var name = fold.querySelector('summary code').textContent, sources = window.PAGEFLOW_SOURCES;
    load('test-names.js', window.PAGEFLOW_TESTS, function () {
      var known = window.PAGEFLOW_TESTS;
      var test = known.tests.find(function (one) { return one[1] === name; }), file = known.files[test[0]];
      load('sources/' + file + '.js', sources[file], function () { fill(fold, sources[file][name]); });
    });
  }

  /* A link to a test opens it. */
  function openTarget() {
    var target = document.getElementById(location.hash.slice(1));
    if (target && target.matches('.pf-test')) target.open = true;
  }

  document.addEventListener('toggle', function (event) {
    if (event.target.open && event.target.matches('.pf-test')) unfold(event.target);
  }, true);
  window.addEventListener('hashchange', openTarget);
  openTarget();
})();
