/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of a session as part of an address, and back: '#pf=' and base64url of raw deflate of its UTF-8. */
(function () {
  'use strict';
  var MARK = '#pf=', MOST = 4 << 20; /* bytes of a text: an address of a few kB may claim to hold gigabytes */

  function bytesThrough(stream, bytes, most) {
    var writer = stream.writable.getWriter(), reader = stream.readable.getReader(), parts = [], size = 0;
    /* What goes wrong is reported where it is read. */
    writer.write(bytes).catch(function () {});
    writer.close().catch(function () {});
    function next(part) {
      if (part.done) return new Blob(parts).arrayBuffer();
      parts.push(part.value);
      size += part.value.length;
      if (size > most) {
        reader.cancel().catch(function () {});
        throw new Error('too long');
      }
      return reader.read().then(next);
    }
    return reader.read().then(next).then(function (all) { return new Uint8Array(all); });
  }

  /* encode(text): a promise of the fragment, with its '#'. */
  function encode(text) {
    return new Promise(function (resolve) {
      resolve(bytesThrough(new CompressionStream('deflate-raw'), new TextEncoder().encode(text), Infinity));
    }).then(function (bytes) {
      var letters = '';
      bytes.forEach(function (byte) { letters += String.fromCharCode(byte); });
      return MARK + btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    });
  }

  /* decode(fragment): a promise of the text; of null where the fragment holds no session. Rejects what is cut or damaged. */
  function decode(fragment) {
    if (fragment.indexOf(MARK) !== 0) return Promise.resolve(null);
    return new Promise(function (resolve) {
      var letters = atob(fragment.slice(MARK.length).replace(/-/g, '+').replace(/_/g, '/'));
      var bytes = Uint8Array.from(letters, function (one) { return one.charCodeAt(0); });
      resolve(bytesThrough(new DecompressionStream('deflate-raw'), bytes, MOST));
    }).then(function (bytes) { return new TextDecoder('utf-8', { fatal: true }).decode(bytes); });
  }

  window.PageflowText = { encode: encode, decode: decode };
})();
