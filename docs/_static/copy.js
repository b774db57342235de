/* SPDX-License-Identifier: GPL-2.0-only */
/* Buttons that copy: a listing as C without counts, numbers and marks; of a transcript the commands, without their prompts. */
(function () {
  'use strict';
  var pattern = document.getElementById('pf-copy'); /* the button, in the reader's language */
  var status = document.createElement('div');
  var last; /* the button that says "Copied" */

  /* A line of code per row. A step's title is a comment again, as far in as what follows it, with its empty line above. */
  function codeOf(box) {
    var lines = [];
    box.querySelectorAll('.r, .step').forEach(function (row) {
      if (row.matches('.r')) lines.push(row.querySelector('code').textContent.replace(/\n$/, ''));
      else {
        var next = row.nextElementSibling, words = row.cloneNode(true);
        words.querySelectorAll('.headerlink').forEach(function (one) { one.remove(); });
        words.firstElementChild.append(':');
        if (row.matches('.apart')) lines.push('');
        lines.push(/^\t*/.exec(next ? next.querySelector('code').textContent : '')[0] + '/* ' + words.textContent + ' */');
      }
    });
    return lines.join('\n') + '\n';
  }

  /* The commands where there are prompts; a command goes on behind a backslash. Everything where there are none. */
  function textOf(box) {
    var lines = box.textContent.replace(/\n$/, '').split('\n'), prompt = /^\$ /;
    if (!lines.some(function (line) { return prompt.test(line); })) return lines.join('\n') + '\n';
    var goes_on = false;
    return lines.filter(function (line) {
      var wanted = goes_on || prompt.test(line);
      goes_on = wanted && /\\$/.test(line);
      return wanted;
    }).map(function (line) { return line.replace(prompt, ''); }).join('\n') + '\n';
  }

  /* Where the browser has no clipboard for scripts: a selection, copied as a reader would. */
  function copySelection(text) {
    var field = document.createElement('textarea'), before = document.activeElement;
    field.value = text;
    field.style.cssText = 'position:fixed;top:0;opacity:0';
    document.body.append(field);
    field.select();
    var done = document.execCommand('copy');
    field.remove();
    if (before) before.focus();
    return done;
  }

  function copy(text, then) {
    function other() { then(copySelection(text)); }
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(function () { then(true); }, other);
    else other();
  }

  /* Until the reader goes elsewhere, the button says what came of it. */
  function reset() {
    if (!last) return;
    last.textContent = pattern.content.firstElementChild.textContent;
    last = null;
    status.textContent = '';
  }

  function button(box, read, name) {
    var made = pattern.content.firstElementChild.cloneNode(true);
    made.setAttribute('aria-label', made.textContent + ': ' + name);
    made.addEventListener('click', function () {
      copy(read(box), function (done) {
        reset();
        last = made;
        made.textContent = status.textContent = done ? made.dataset.done : made.dataset.failed;
      });
    });
    made.addEventListener('mouseleave', function () { if (document.activeElement !== made) reset(); });
    made.addEventListener('blur', reset);
    return made;
  }

  status.className = 'pf-unseen';
  status.setAttribute('role', 'status');
  document.body.append(status);
  function addToListings(place) {
    place.querySelectorAll('.pf-listing > figcaption').forEach(function (title) {
      var box = title.parentNode.querySelector('.pf-code');
      title.append(button(box, codeOf, box.getAttribute('aria-label').replace(/, C$/, '')));
    });
  }

  /* What an editor of commands holds; its button stands among the others above it. */
  function addToEditor(bar) {
    var field = bar.parentNode.querySelector('textarea');
    bar.append(button(field, function () { return field.value; }, field.getAttribute('aria-label')));
  }

  addToListings(document);
  document.addEventListener('pf-added', function (event) {
    if (event.target.matches('.pf-bar')) addToEditor(event.target); else addToListings(event.target);
  });
  document.querySelectorAll('article .highlight > pre').forEach(function (box) {
    if (box.closest('.pf-said')) return; /* what a command said, without the command */
    var text = textOf(box);
    box.parentNode.append(button(box, textOf, text.slice(0, text.indexOf('\n'))));
  });
})();
