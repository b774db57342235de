/* SPDX-License-Identifier: GPL-2.0-only */
/* Draws what came of one command, an object of `pageflow shell --json`, as the book draws it in a scene. */
(function () {
  'use strict';
  var LINES = 12; /* of what was said; the rest unfolds */
  var drawn = 0, say = window.pageflow.say;

  function make(tag, css, text) {
    var node = document.createElement(tag);
    if (css) node.className = css;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function code(text) { return make('code', 'docutils literal notranslate', text); }

  function command(text) {
    var line = make('p', 'pf-command');
    line.append(code(text));
    return line;
  }

  function events(told) {
    var list = make('ul', 'pf-events simple');
    told.forEach(function (one) {
      var item = make('li'), words = make('p');
      var times = one.count > 1 ? ' ×' + one.count.toLocaleString('en') : '';
      words.append(code(one.name), times + (one.meaning ? ' ' + one.meaning : ''));
      if (one.fields) words.append(' ', make('span', 'pf-fields', one.fields));
      item.append(words);
      list.append(item);
    });
    return list;
  }

  /* What a command said, but for what a picture of it shows. */
  function words(one) { return (one.said === undefined ? one.output : one.said).replace(/\n$/, ''); }

  /* What was said: its first lines, and a button that shows the others. */
  function said(text) {
    var box = make('div', 'pf-said highlight-none notranslate'), inner = make('div', 'highlight'), pre = make('pre');
    var lines = text.split('\n');
    pre.tabIndex = 0;
    if (lines.length <= LINES) pre.textContent = text + '\n';
    else {
      var more = make('button', 'pf-rest', say('(%s lines more)', lines.length - LINES + 1));
      more.type = 'button';
      more.addEventListener('click', function () {
        pre.textContent = text + '\n';
        pre.focus();
      });
      pre.append(lines.slice(0, LINES - 1).join('\n') + '\n', more, '\n');
    }
    inner.append(pre);
    box.append(inner);
    return box;
  }

  /* A drawing by the engine, with its title below. Its names are its own, since a page has many. */
  function picture(svg) {
    var figure = make('figure', 'pf-picture pf-state');
    figure.innerHTML = svg.replace(/\bpf-([td])(?=[" ])/g, 'live' + ++drawn + '-$1');
    var title = figure.querySelector('title');
    figure.append(make('figcaption', '', title ? title.textContent : ''));
    return figure;
  }

  function errors(words) {
    return words.map(function (one) { return make('p', 'pf-error', one); });
  }

  /* One command with all that came of it. */
  function step(one) {
    var box = make('div', 'pf-step docutils container');
    box.append(command(one.command));
    if (one.events.length) box.append(events(one.events));
    if (words(one)) box.append(said(words(one)));
    one.pictures.forEach(function (each) { box.append(picture(each.svg)); });
    box.append.apply(box, errors(one.errors));
    return box;
  }

  window.PageflowDraw = { step: step, command: command, words: words, picture: picture };
})();
