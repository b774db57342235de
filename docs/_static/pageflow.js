/* SPDX-License-Identifier: GPL-2.0-only */
/* What the listings and links say when pointed at: how often a line ran, by which tests; what a name means. */
(function () {
  'use strict';
  var root = document.documentElement.dataset.content_root || './';
  var asked = {}, wanted; /* the scripts asked for, and what is to be shown when they are there */
  var CONFIGURATIONS = ['UMA', 'NUMA'];
  var SHOWN = 8;
  var CLAIM = '.claim a', NAMED = '.pf-code code a, code.literal, a.reference .sig-name, .sig a .n, a .std-term';
  var tip, owner = null, pinned = false, timer = 0, pointer = '';

  function make(tag, text, css) {
    var node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (css) node.className = css;
    return node;
  }

  /* A text in the reader's language, with what stands for each %s. */
  function say(text) {
    var values = Array.prototype.slice.call(arguments, 1);
    return (window.PAGEFLOW.words[text] || text).replace(/%s/g, function () { return number(values.shift()); });
  }

  function number(value) {
    return typeof value === 'number' ? value.toLocaleString(document.documentElement.lang || 'en') : value;
  }

  /* '1-3,7' -> [1, 2, 3, 7] */
  function expand(text) {
    var found = [];
    if (!text) return found;
    text.split(',').forEach(function (part) {
      var ends = part.split('-').map(Number);
      for (var n = ends[0]; n <= ends[ends.length - 1]; n++) found.push(n);
    });
    return found;
  }

  function listingData(button) {
    var figure = button.closest('figure');
    if (!figure.pfData) {
      var script = figure.querySelector('script.pf-data');
      if (script) figure.pfData = JSON.parse(script.textContent);
      else if (window.PAGEFLOW_ROWS) figure.pfData = window.PAGEFLOW_ROWS[figure.id];
    }
    return figure.pfData;
  }

  function countsTable(row) {
    var table = make('table');
    CONFIGURATIONS.forEach(function (name, at) {
      var line = make('tr');
      line.append(make('th', name));
      var side = row[at];
      if (!side) {
        line.append(make('td', say('no code here')));
      } else {
        var run = !side[0] ? say('never run') : side[0] === 1 ? say('run 1 time') : say('run %s times', side[0]);
        line.append(make('td', run, side[0] ? '' : 'bad'));
        var never = [];
        side[1].forEach(function (taken, branch) { if (!taken) never.push(branch + 1); });
        if (side[1].length) {
          var taken = side[1].length - never.length;
          var words = say('%s of %s outcomes taken', taken, side[1].length);
          if (never.length && taken) words += say('; never: %s', never.join(', '));
          line.append(make('td', words, never.length ? 'warn' : ''));
        }
      }
      table.append(line);
    });
    return table;
  }

  /* Outcomes, each with how often it was taken, when the line has few of them. */
  function outcomes(row) {
    var counts = [];
    CONFIGURATIONS.forEach(function (_name, at) {
      if (row[at]) row[at][1].forEach(function (taken, branch) { counts[branch] = (counts[branch] || 0) + taken; });
    });
    if (!counts.length || counts.length > 8) return null;
    return make('p', say('Outcomes: %s', counts.map(function (taken, at) {
      return taken ? say('%s taken %s×', at + 1, taken) : say('%s taken never', at + 1);
    }).join(', ')));
  }

  /* A test with its source folded below its name (sources.js puts it there), and whether only one configuration runs it. */
  function testItem(index, side) {
    var known = window.PAGEFLOW_TESTS, test = known.tests[index], item = make('li');
    var name = make('code', test ? test[1] : '?'), file = test && known.files[test[0]];
    var fold = make('details', undefined, 'pf-test'), title = make('summary');
    title.append(name);
    if (side) title.append(' ', make('b', side));
    if (!file) {
      item.append.apply(item, title.childNodes);
      return item;
    }
    fold.append(title);
    item.append(fold);
    return item;
  }

  /* Where the tests of the code on show are: those of its stage or, elsewhere, of its file. */
  function home(button) {
    var file = button.closest('figure').dataset.rows, stage = document.querySelector('[data-stage]');
    if (!file && stage) return 'stages/' + stage.dataset.stage + '-';
    return (file || '').replace(/^src\//, '').replace(/(^stages\/\d\d-).*|\.[ch]$/, '$1');
  }

  function listOf(tests, side) {
    var list = make('ul');
    list.tabIndex = -1;
    tests.forEach(function (test) { list.append(testItem(test, side(test))); });
    return list;
  }

  /* The tests of the stage come first; the others are in a list that opens. */
  function testsList(row, sets, near) {
    var ran = {}, order = [];
    CONFIGURATIONS.forEach(function (name, at) {
      if (!row[at]) return;
      expand(sets[row[at][2]]).forEach(function (test) {
        if (!ran[test]) { ran[test] = []; order.push(test); }
        ran[test].push(name);
      });
    });
    var box = make('div');
    if (!order.length) return box;
    box.append(make('p', order.length === 1 ? say('Run by 1 test:') : say('Run by %s tests:', order.length)));
    var sides = CONFIGURATIONS.filter(function (_name, at) { return row[at]; }).length;
    var known = window.PAGEFLOW_TESTS;
    function side(test) { return sides > 1 && ran[test].length === 1 ? ran[test][0] : ''; }
    function isNear(test) { return near && known.tests[test] && (known.files[known.tests[test][0]] || '').indexOf(near) === 0; }
    var first = order.filter(isNear);
    if (!first.length) first = order.slice(0, SHOWN);
    var rest = order.filter(function (test) { return first.indexOf(test) < 0; });
    box.append(listOf(first, side));
    if (rest.length) {
      var more = make('details', undefined, 'pf-more');
      more.append(make('summary', isNear(first[0]) ? say('%s more, of other files', rest.length) : say('%s more', rest.length)));
      more.addEventListener('toggle', function () { if (!more.querySelector('ul')) more.append(listOf(rest, side)); });
      box.append(more);
    }
    return box;
  }

  /* What pop-ups say comes in scripts of its own, once the first is asked for: meanings and words, names of tests, counts. */
  function loadScripts(paths) {
    if (!paths.length) { wanted(); return; }
    var path = paths[0];
    if (asked[path]) return;
    asked[path] = true;
    var script = make('script');
    script.src = root + '_static/' + path;
    script.onload = function () { loadScripts(paths.slice(1)); };
    document.head.append(script);
  }

  /* The scripts that a pop-up of this place still needs. */
  function missing(target) {
    var paths = window.PAGEFLOW ? [] : ['pageflow-data.js'];
    if (target.matches(CLAIM) && !window.PAGEFLOW_CLAIMS) paths.push('claims-data.js');
    if (!target.matches('.g')) return paths;
    var figure = target.closest('figure');
    if (!window.PAGEFLOW_TESTS) paths.push('test-names.js');
    if (!listingData(target)) {
      paths.push('rows/' + (figure.dataset.rows || location.pathname.split('/').pop().replace(/\.html$/, '')) + '.js');
    }
    return paths;
  }

  /* The number of a row's line in its file: a row says it, or is behind one that does. */
  function lineOf(row) {
    for (var past = 0; !row.style.getPropertyValue('--n'); past++) row = row.previousElementSibling;
    return Number(row.style.getPropertyValue('--n')) + past;
  }

  function fillCounts(button) {
    var found = listingData(button), number = lineOf(button.parentNode);
    var row = found && found.rows[number];
    if (!row) return false;
    tip.replaceChildren(countsTable(row));
    var each = outcomes(row);
    if (each) tip.append(each);
    if (row[2]) tip.append(make('p', say('Left out of the count: %s', row[2])));
    tip.append(testsList(row, found.sets, home(button)));
    if (found.page) {
      var link = make('a', say('This line on its coverage page'));
      link.href = found.page + number;
      tip.append(link);
    }
    if (!pinned) tip.append(make('p', say('Enter or click keeps this open.'), 'hint'));
    return true;
  }

  /* What a claim says, and the tests that prove it. */
  function fillClaim(link) {
    var all = window.PAGEFLOW_CLAIMS, known = all.claims[link.textContent];
    if (!known) return false;
    var list = make('ul'), tests = known[1];
    tests.slice(0, SHOWN).forEach(function (test) {
      var item = make('li'), page = all.pages[test[1]], name = make(page ? 'a' : 'span', test[0]);
      if (page) name.href = root + page + '.html#test-' + test[0];
      item.append(name);
      list.append(item);
    });
    tip.replaceChildren(make('p', known[0]));
    tip.append(make('p', tests.length === 1 ? say('Proved by 1 test:') : say('Proved by %s tests:', tests.length)), list);
    if (tests.length > SHOWN) tip.append(make('p', say('and %s more', tests.length - SHOWN)));
    return true;
  }

  /* The meaning of a name: of a structure where one is named, else of the name itself, else of a field: `zone->lock`. */
  function meaningOf(target) {
    var known = window.PAGEFLOW, name = target.textContent.trim().replace(/\(\)$/, '');
    var before = (target.closest('a') || target).previousElementSibling, tag = before && before.textContent + ' ' + name;
    return known.meanings[tag] || known.meanings[name] || known.fields[name.replace(/^.*(->|\.)/, '')];
  }

  /* A term's meaning goes by the place its link leads to; a name's by the name. */
  function fillMeaning(target) {
    var link = target.matches('.std-term') && target.closest('a');
    var words = link ? window.PAGEFLOW.terms[link.hash.slice(1)] : meaningOf(target);
    if (!words) return false;
    var named = target.closest('a[title]');
    if (named) named.removeAttribute('title');  // the browser's own tooltip would say it once more
    tip.replaceChildren(make('span', words));
    if (pinned && target.closest('a')) {
      var there = make('a', say('Go to its place'), 'go');
      there.href = target.closest('a').href;
      tip.append(there);
    }
    return true;
  }

  function fill(target) {
    return target.matches('.g') ? fillCounts(target) : target.matches(CLAIM) ? fillClaim(target) : fillMeaning(target);
  }

  function place(target) {
    var at = target.getBoundingClientRect();
    tip.hidden = false;
    var width = tip.offsetWidth, height = tip.offsetHeight, page = document.documentElement;
    var left = Math.max(8, Math.min(at.left + (target.matches('.g') ? at.width + 6 : 0), page.clientWidth - width - 8));
    var below = at.bottom + 6 + height < window.innerHeight || at.top < height + 12;
    if (target.matches('.g') && at.left + at.width + 6 > left) {
      below = at.bottom + 6 + height < window.innerHeight || at.top < height + 12;
    }
    var top = below ? at.bottom + 6 : at.top - height - 6;
    tip.style.left = left + window.scrollX + 'px';
    tip.style.top = top + window.scrollY + 'px';
  }

  function show(target, keep) {
    clearTimeout(timer);
    if (pinned && !keep) return;
    if (owner && owner !== target) forget();
    pinned = !!keep;
    var paths = missing(target);
    if (paths.length) {
      wanted = function () { show(target, keep); };
      loadScripts(paths);
      return;
    }
    if (!fill(target)) {
      if (keep && target.closest('a')) location.href = target.closest('a').href;
      return;
    }
    owner = target;
    nameTip();
    owner.setAttribute('aria-describedby', 'pf-tip');
    if (owner.matches('.g')) owner.classList.add('on');
    place(target);
  }

  function nameTip() {
    tip.setAttribute('role', pinned ? 'dialog' : 'tooltip');
    if (pinned) tip.setAttribute('aria-label', owner.matches('.g') ? say('What ran this line') : say('What it means'));
    else tip.removeAttribute('aria-label');
  }

  /* Whoever unfolds something in a pop-up wants it to stay, and it grows. */
  function unfolded(event) {
    if (!owner || !event.target.open) return;
    pinned = true;
    nameTip();
    place(owner);
  }

  function forget() {
    if (!owner) return;
    owner.removeAttribute('aria-describedby');
    owner.classList.remove('on');
    owner = null;
  }

  function hide() {
    clearTimeout(timer);
    pinned = false;
    forget();
    tip.hidden = true;
  }

  function later() {
    clearTimeout(timer);
    if (!pinned) timer = setTimeout(hide, 220);
  }

  function pointed(event) {
    return event.target.closest && event.target.closest('button.g, ' + CLAIM + ', ' + NAMED);
  }

  /* A finger cannot point: its first tap tells the meaning, with a link to where it would have led; the next one leads there. */
  function tapped(event) {
    var target = pointer === 'touch' && event.detail && pointed(event);
    if (!target || tip.contains(target) || (pinned && owner === target)) return false;
    if (target.closest('a')) event.preventDefault();
    hide();
    show(target, true);
    return true;
  }

  /* In a listing one count at a time is in the tab order; the arrow keys go from line to line. */
  function rove(button, step) {
    var all = Array.prototype.slice.call(button.closest('.pf-code').querySelectorAll('button.g'));
    var to = all[step === 'first' ? 0 : step === 'last' ? all.length - 1 : all.indexOf(button) + step];
    if (!to) return;
    button.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  function keys(event) {
    if (event.key === 'Escape' && !tip.hidden) {
      var back = owner;
      hide();
      if (back && tip.contains(document.activeElement)) back.focus();
      if (back && back.matches('.g')) back.focus();
      hide();
      return;
    }
    var button = event.target.closest && event.target.closest('button.g');
    if (!button) return;
    var steps = { ArrowDown: 1, ArrowUp: -1, Home: 'first', End: 'last' };
    if (event.key in steps) {
      event.preventDefault();
      pinned = false;
      rove(button, steps[event.key]);
    }
  }

  function start() {
    tip = make('div', undefined, 'pf-tip');
    tip.id = 'pf-tip';
    tip.hidden = true;
    tip.addEventListener('toggle', unfolded, true);
    tip.addEventListener('pf-added', function () { if (owner) place(owner); });
    document.body.append(tip);
    document.querySelectorAll('.pf-code').forEach(function (box) {
      var first = box.querySelector('button.g');
      if (first) first.tabIndex = 0;
    });
    document.addEventListener('mouseover', function (event) {
      var target = pointed(event);
      if (target) { clearTimeout(timer); timer = setTimeout(function () { show(target); }, 90); }
      else if (tip.contains(event.target)) clearTimeout(timer);
      else if (!tip.hidden) later();
    });
    document.addEventListener('focusin', function (event) {
      var target = event.target.closest('button.g, .pf-code code a, ' + CLAIM);
      if (target) { show(target); return; }
      var inner = event.target.querySelector && event.target.matches('a.reference') && event.target.querySelector('code, .std-term');
      if (inner) show(inner); else if (!tip.contains(event.target)) hide();
    });
    document.addEventListener('click', function (event) {
      var button = event.target.closest('button.g');
      if (button) {
        if (pinned && owner === button) hide();
        else {
          hide();
          show(button, true);
          if (event.detail === 0) { var first = tip.querySelector('summary, a'); if (first) first.focus(); }
        }
      } else if (!tapped(event) && !tip.contains(event.target)) hide();
    });
    document.addEventListener('pointerdown', function (event) { pointer = event.pointerType; });
    document.addEventListener('keydown', keys);
    window.addEventListener('resize', hide);
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start); else start();
})();
