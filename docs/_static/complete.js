/* SPDX-License-Identifier: GPL-2.0-only */
/* A field that proposes how a word may go on, as a combo box: arrow keys choose, Enter or Tab takes, Escape closes. */
(function () {
  'use strict';
  var MOST = 40, lists = 0;
  var EDGE = 8, LEAST = 64; /* pixels: kept free at the window's edge, and the height that a list has at any rate */

  /* attach(field, propose): propose(text before the caret) gives {from, words: [[word, what it means], ...]}: what may stand
   * from that place to the caret. */
  function attach(field, propose) {
    var list = document.createElement('ul'), chosen = -1, from = 0;
    list.id = 'pf-words-' + ++lists;
    list.className = 'pf-words';
    list.hidden = true;
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', field.getAttribute('aria-label') || field.labels[0].textContent);
    field.after(list);
    field.setAttribute('role', 'combobox');
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-controls', list.id);
    field.setAttribute('aria-expanded', 'false');
    ['autocomplete', 'autocapitalize', 'autocorrect'].forEach(function (name) { field.setAttribute(name, 'off'); });
    field.spellcheck = false;

    function close() {
      list.hidden = true;
      chosen = -1;
      field.setAttribute('aria-expanded', 'false');
      field.removeAttribute('aria-activedescendant');
    }

    function option(pair, at) {
      var one = document.createElement('li'), word = document.createElement('code');
      one.id = list.id + '-' + at;
      one.setAttribute('role', 'option');
      one.setAttribute('aria-selected', 'false');
      one.dataset.word = pair[0];
      word.textContent = pair[0];
      one.append(word);
      if (pair[1]) one.append(' ' + pair[1]);
      return one;
    }

    function open() {
      var found = propose(field.value.slice(0, field.selectionStart));
      var words = found ? found.words.slice(0, MOST) : [];
      if (!words.length) { close(); return; }
      from = found.from;
      chosen = -1;
      list.replaceChildren.apply(list, words.map(option));
      list.hidden = false;
      list.scrollTop = 0;
      direct();
      field.setAttribute('aria-expanded', 'true');
      field.removeAttribute('aria-activedescendant');
    }

    /* Opens upwards where there is more room than below and it is needed, and never beyond the window. */
    function direct() {
      var place = field.getBoundingClientRect(), above = place.top - EDGE, below = innerHeight - place.bottom - EDGE, up;
      list.style.maxHeight = '';
      up = list.offsetHeight > below && above > below;
      list.classList.toggle('up', up);
      list.style.maxHeight = 'min(15rem, ' + Math.max(up ? above : below, LEAST) + 'px)';
    }

    function choose(at) {
      var all = list.children;
      if (chosen >= 0) all[chosen].setAttribute('aria-selected', 'false');
      chosen = (at + all.length) % all.length;
      all[chosen].setAttribute('aria-selected', 'true');
      reveal(all[chosen]);
      field.setAttribute('aria-activedescendant', all[chosen].id);
    }

    /* Scrolls the list alone: the page stays where it is. */
    function reveal(one) {
      var low = one.offsetTop + one.offsetHeight - list.clientHeight;
      list.scrollTop = Math.min(Math.max(list.scrollTop, low), one.offsetTop);
    }

    /* As much as is clear: what all that begin with the typed text go on with; '' where nothing is. */
    function common() {
      var typed = field.value.slice(from, field.selectionStart), all = Array.from(list.children).map(function (one) { return one.dataset.word; })
        .filter(function (word) { return word.toLowerCase().indexOf(typed.toLowerCase()) === 0; });
      var most = all[0] || '';
      all.forEach(function (word) { while (word.indexOf(most) !== 0) most = most.slice(0, -1); });
      return most.length > typed.length ? most : '';
    }

    function take(word) {
      var end = field.selectionStart;
      field.setRangeText(word, from, end, 'end');
      close();
      field.dispatchEvent(new Event('change', { bubbles: true }));
    }

    field.addEventListener('input', open);
    field.addEventListener('blur', close);
    field.addEventListener('keydown', function (event) {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === 'ArrowDown' && list.hidden) { open(); event.preventDefault(); return; }
      if (list.hidden) return;
      if (event.key === 'ArrowDown') choose(chosen + 1);
      else if (event.key === 'ArrowUp') choose(chosen < 0 ? -1 : chosen - 1);
      else if (event.key === 'Escape') close();
      else if (event.key === 'Tab' && !event.shiftKey) {
        var word = chosen < 0 ? common() : list.children[chosen].dataset.word;
        if (!word) { close(); return; } /* on to the next field */
        take(word);
      } else if (event.key === 'Enter' && chosen >= 0) take(list.children[chosen].dataset.word);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    list.addEventListener('pointerdown', function (event) {
      var one = event.target.closest('li');
      event.preventDefault(); /* the field keeps the focus */
      if (one) take(one.dataset.word);
    });
    return { close: close };
  }

  /* The words of a list that begin with what was typed, then those that hold it, whatever the case. */
  function matching(words, typed) {
    var low = typed.toLowerCase();
    function begins(pair) { return pair[0].toLowerCase().indexOf(low) === 0; }
    function holds(pair) { return pair[0].toLowerCase().indexOf(low) > 0; }
    return words.filter(begins).concat(low.length > 1 ? words.filter(holds) : [])
      .filter(function (pair) { return pair[0] !== typed; });
  }

  window.PageflowComplete = { attach: attach, matching: matching };
})();
