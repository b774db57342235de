/* SPDX-License-Identifier: GPL-2.0-only */
/* The path of a request: what `explain` says of it, a heading for each stage, and the stages lit on the map of the chain. */
(function () {
  'use strict';
  var HEAD = /^(\d\d) (\w+)(.*)$/; /* 08 get_page_from_freelist, low watermark */
  var SIDE = /^ {5}\S.*: /; /* the numbers of a check stand in lines of their own, as far in as the rest of a sentence */

  function make(tag, css, text) {
    var node = document.createElement(tag);
    if (css) node.className = css;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  /* What a story holds: {parts: [{stage, door, rest, lines}], answer}. */
  function read(story) {
    var parts = [], part = null, answer = '', answering = false;
    story.split('\n').forEach(function (line) {
      var head = HEAD.exec(line);
      if (head) parts.push(part = { stage: head[1], door: head[2], rest: head[3], lines: [] });
      else if (/^\S/.test(line)) {
        part = null;
        answering = /^answer: /.test(line);
        if (answering) answer = line.replace('answer: ', '');
      } else if (answering && line.trim()) answer += ' ' + line.trim();
      else if (part && line.trim()) addLine(part.lines, line);
    });
    return { parts: parts, answer: answer };
  }

  /* A line of a part; one that was broken where it was too long is whole again. */
  function addLine(lines, line) {
    if (/^ {4}/.test(line) && !SIDE.test(line) && lines.length) lines[lines.length - 1] += ' ' + line.trim();
    else lines.push(line.slice(3));
  }

  /* The stages in the order in which the request passed them. A story begins at the heart and leaves out what goes without
   * saying: the way in, the check of the marks in each walk, and that a page which was found was taken from a list. */
  function stages(parts, entry) {
    var found = entry.slice(), numbers = parts.map(function (one) { return one.stage; });
    numbers.forEach(function (number, at) {
      found.push(number);
      if (number !== '08') return;
      found.push('09');
      var next = numbers[at + 1];
      if (next === '11' || next === '12') found.push('10');
    });
    return found;
  }

  /* The stages before the heart. On a machine with NUMA the memory policy goes straight to it, unless a node was named. */
  function entry(numa, node) {
    if (node) return ['03', '04', '05'];
    return numa ? ['02'] : ['02', '03', '04', '05'];
  }

  /* Lights stages on a drawing of the chain, in their order: each has the places in the path at which it was passed. */
  function light(drawing, passed) {
    var turns = {};
    passed.forEach(function (number, at) { (turns[number] = turns[number] || []).push(at + 1); });
    drawing.querySelectorAll('a.st').forEach(function (box) {
      var number = box.id.slice(-2), mine = turns[number], old = box.querySelector('.turn');
      if (old) old.remove();
      box.classList.toggle('passed', !!mine);
      box.classList.toggle('unpassed', !mine && passed.length > 0);
      if (mine) mark(box, mine);
    });
  }

  function mark(box, mine) {
    var space = 'http://www.w3.org/2000/svg', frame = box.querySelector('.b');
    var right = +frame.getAttribute('x') + +frame.getAttribute('width') + 5, top = +frame.getAttribute('y');
    var group = document.createElementNS(space, 'g'), words = document.createElementNS(space, 'text');
    var text = mine.length > 3 ? mine.slice(0, 2).join('·') + '…' + mine[mine.length - 1] : mine.join('·');
    var back = document.createElementNS(space, 'rect'), wide = 9 + text.length * 5.6;
    group.setAttribute('class', 'turn');
    box.style.setProperty('--turn', Math.min(mine[0], 30));
    [['x', right - wide], ['y', top - 6], ['width', wide], ['height', 15], ['rx', 7.5]].forEach(function (one) {
      back.setAttribute(one[0], one[1]);
    });
    words.setAttribute('x', right - wide / 2);
    words.setAttribute('y', top + 5);
    words.setAttribute('text-anchor', 'middle');
    words.textContent = text;
    group.append(back, words);
    box.append(group);
  }

  /* The story as a list: each part under its stage, which leads to its chapter. `known` has the stages, by number. */
  function list(parts, known, root) {
    var items = make('ol', 'parts');
    parts.forEach(function (part) {
      var stage = known[part.stage], item = make('li', 'l-' + stage.layer), head = make('p', 'head'), link = make('a');
      link.href = root + stage.page;
      link.append(make('span', 'n', part.stage), ' ', make('code', '', part.door));
      head.append(link, part.rest);
      item.append(head);
      part.lines.forEach(function (line) { item.append(make('p', /^ /.test(line) ? 'side' : '', line.trim())); });
      items.append(item);
    });
    return items;
  }

  window.PageflowPath = { read: read, stages: stages, entry: entry, light: light, list: list };
})();
