/* SPDX-License-Identifier: GPL-2.0-only */
/* The page of tests: which lines a test runs, loaded when it is asked for. */
(function () {
  'use strict';
  var root = document.documentElement.dataset.content_root || './';
  var waiting = {}; /* file of tests -> what to do when its lines are there */
  window.PAGEFLOW_LINES = {};

  /* '1-3,7' as links: each leads to its first line on the coverage page. */
  function links(item, page, ranges) {
    ranges.split(',').forEach(function (range, at) {
      if (at) item.append(', ');
      if (!page) { item.append(range); return; }
      var link = document.createElement('a');
      link.href = root + page + range.split('-')[0];
      link.textContent = range;
      item.append(link);
    });
  }

  /* known: the files with their coverage pages, and for each test which lines of which file. */
  function show(button, known, test) {
    var list = document.createElement('ul');
    list.className = 'pf-lines';
    (known.tests[test] || []).forEach(function (run) {
      var file = known.files[run[0]], item = document.createElement('li'), name = document.createElement('code');
      name.textContent = file[0];
      item.append(name, ': ');
      links(item, file[1], run[1]);
      list.append(item);
    });
    button.closest('td').append(list);
    button.setAttribute('aria-expanded', 'true');
  }

  function load(stem, then) {
    if (window.PAGEFLOW_LINES[stem]) { then(); return; }
    if (waiting[stem]) { waiting[stem].push(then); return; }
    waiting[stem] = [then];
    var script = document.createElement('script');
    script.src = root + '_static/tests/' + stem + '.js';
    script.onload = function () { waiting[stem].forEach(function (one) { one(); }); };
    document.head.append(script);
  }

  document.querySelectorAll('button[data-test]').forEach(function (button) {
    button.hidden = false;
    button.setAttribute('aria-expanded', 'false');
    button.addEventListener('click', function () {
      var list = button.closest('td').querySelector('.pf-lines'), test = button.dataset.test.split(' ');
      if (list) {
        list.hidden = !list.hidden;
        button.setAttribute('aria-expanded', String(!list.hidden));
      } else load(test[0], function () { show(button, window.PAGEFLOW_LINES[test[0]], test[1]); });
    });
  });
})();
