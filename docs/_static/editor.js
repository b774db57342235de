/* SPDX-License-Identifier: GPL-2.0-only */
/* A field for commands: as wide and as high as its text, with numbers beside its lines, and marks on lines. */
(function () {
  'use strict';
  var MOST = 30; /* lines on show; what is longer scrolls */
  var LONG = 20000; /* characters; browsers take seconds to paste many lines, and nothing to set them */

  function make(tag, css) {
    var node = document.createElement(tag);
    if (css) node.className = css;
    return node;
  }

  /* make(label, { run, changed }): run is called by Ctrl+Enter, changed when the reader has changed something. What comes back
   * has `node` (to be put somewhere), `field`, text(), set(text), mark(line) for the line in hand (0: none), and
   * wrong([line, ...]) for the lines that were refused. */
  function makeEditor(label, heed) {
    var node = make('div', 'pf-editor'), numbers = make('pre', 'numbers'), back = make('div', 'back'), field = make('textarea');
    var marks = [], wrongs = [], lines = 1;
    numbers.setAttribute('aria-hidden', 'true');
    back.setAttribute('aria-hidden', 'true');
    field.setAttribute('aria-label', label);
    field.wrap = 'off';
    field.spellcheck = false;
    ['autocomplete', 'autocapitalize', 'autocorrect'].forEach(function (name) { field.setAttribute(name, 'off'); });
    node.append(numbers, back, field);

    function fit() {
      lines = field.value.split('\n').length;
      numbers.style.minWidth = String(lines).length + 'ch';
      field.rows = Math.min(Math.max(lines, 2), MOST);
      scroll();
    }

    function band(line, css) {
      var strip = make('div', css);
      strip.style.setProperty('--line', line - 1);
      return strip;
    }

    function paint() {
      back.replaceChildren.apply(back, marks.map(function (line) { return band(line, 'now'); })
        .concat(wrongs.map(function (line) { return band(line, 'wrong'); })));
    }

    function rowHeight() { return parseFloat(getComputedStyle(field).lineHeight); }

    /* Numbers and marks stand still where the text does not: they follow it. Numbers are there for the lines on show. */
    function scroll() {
      var down = field.scrollTop, above = down ? Math.floor(down / rowHeight()) : 0, names = '';
      for (var n = above + 1; n <= Math.min(lines, above + MOST + 1); n++) names += n + '\n';
      numbers.textContent = names;
      numbers.style.transform = down ? 'translateY(' + (above * rowHeight() - down) + 'px)' : '';
      back.style.transform = 'translateY(' + -down + 'px)';
      fade();
    }

    /* Lines that go on at an edge fade there. */
    function fade() {
      var left = field.scrollLeft, border = field.clientLeft;
      node.classList.toggle('before', left > 1);
      node.classList.toggle('beyond', left + field.clientWidth < field.scrollWidth - 1);
      node.style.setProperty('--text', field.offsetLeft + border + 'px');
      node.style.setProperty('--scroll-bar', field.offsetWidth - border - field.clientWidth + 'px');
    }

    function show(line) {
      var height = rowHeight(), top = (line - 1) * height;
      if (top < field.scrollTop) field.scrollTop = top;
      else if (top + 2 * height > field.scrollTop + field.clientHeight) field.scrollTop = top + 2 * height - field.clientHeight;
    }

    field.addEventListener('input', function () {
      fit();
      marks = wrongs = [];
      paint();
      if (heed.changed) heed.changed();
    });
    field.addEventListener('paste', function (event) {
      var text = event.clipboardData.getData('text/plain');
      if (text.length < LONG) return;
      event.preventDefault();
      field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    field.addEventListener('scroll', scroll);
    new ResizeObserver(fade).observe(field);
    field.addEventListener('keydown', function (event) {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      heed.run();
    });
    return {
      node: node,
      field: field,
      text: function () { return field.value; },
      set: function (text) {
        field.value = text;
        marks = wrongs = [];
        paint();
        fit();
      },
      mark: function (line) {
        marks = line ? [line] : [];
        paint();
        if (line) show(line);
      },
      wrong: function (lines) {
        wrongs = lines;
        paint();
      },
    };
  }

  window.PageflowEditor = { make: makeEditor };
})();
