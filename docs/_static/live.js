/* SPDX-License-Identifier: GPL-2.0-only */
/* window.pageflow: the engine, for this page and for whoever puts this file on another. It is small, since every page that has
 * an example loads it; the engine itself comes with the first call. A page opened from a file may load scripts and nothing
 * else, so everything comes as a script. */
(function () {
  'use strict';
  var here = new URL('.', document.currentScript.src); /* the folder that the other files are in, too */
  var words = window.PAGEFLOW_WORDS || {};
  var loaded = {}, stops = 0;

  /* A text in the reader's language, with what stands for each %s. */
  function say(text) {
    var values = Array.prototype.slice.call(arguments, 1);
    return (words[text] || text).replace(/%s/g, function () { return values.shift(); });
  }

  function element(name) {
    var made = document.createElement(/\.css$/.test(name) ? 'link' : 'script');
    if (made.localName === 'script') made.src = new URL(name, here);
    else { made.rel = 'stylesheet'; made.href = new URL(name, here); }
    return made;
  }

  /* Loads a script or style sheet that is beside this file, once; one that did not come is asked for again. */
  function load(name) {
    if (!loaded[name]) {
      loaded[name] = new Promise(function (done, failed) {
        var made = element(name);
        made.onload = function () { done(); };
        made.onerror = function () {
          delete loaded[name];
          made.remove();
          failed(new Error(say('%s could not be loaded; reload the page to try again.', made.src || made.href)));
        };
        document.head.append(made);
      });
    }
    return loaded[name];
  }

  function engine() {
    return Promise.all(['engine-data.js', 'host.js', 'worker.js', 'engine.js'].map(load)).then(function () {
      return window.PAGEFLOW_ENGINE;
    });
  }

  /* A function of the engine, before the engine is there; what was stopped meanwhile is not begun. */
  function later(name) {
    return function () {
      var values = arguments, before = stops;
      return engine().then(function (one) {
        if (stops !== before) throw new Error(say('The command was stopped.'));
        return one[name].apply(one, values);
      });
    };
  }

  function stop() {
    stops++;
    if (window.PAGEFLOW_ENGINE) window.PAGEFLOW_ENGINE.stop();
  }

  window.pageflow = {
    limit: 30000, /* milliseconds that one call may take */
    say: say,
    load: load,
    stop: stop,
    /* A promise that the engine is here, compiled; to ask for it loads the engine. */
    get ready() { return later('start')(); },
  };

  /* The button of a place whose commands can be carried out: a scene, a scenario, an exercise that begins with one. */
  function offer(place) {
    var made = document.createElement('button'), answer = place.querySelector(':scope > .pf-answer');
    made.type = 'button';
    made.className = 'pf-run';
    made.textContent = answer ? say('Try it here') : say('Run');
    made.addEventListener('click', function () {
      load('scenes.js').then(function () { return window.PageflowScenes.open(place, made); }).catch(function (error) {
        var notice = document.createElement('p');
        notice.setAttribute('role', 'alert');
        notice.textContent = error.message;
        made.replaceWith(notice);
      });
    });
    if (answer) answer.before(made); else place.prepend(made);
  }

  document.querySelectorAll('[data-scene]').forEach(offer);
  ['run', 'explain', 'explainLog', 'replay', 'steps', 'command'].forEach(function (name) {
    window.pageflow[name] = later(name);
  });
})();
