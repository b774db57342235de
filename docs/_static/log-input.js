/* SPDX-License-Identifier: GPL-2.0-only */
/* What was pasted or dropped, as the bytes of a log: unpacked, and in UTF-8. All else about a log is the command's matter. */
(function () {
  'use strict';
  var MOST = 64 << 20; /* bytes of a log that are read */
  var say = window.pageflow.say;

  /* How packed files begin, and what unpacks them. */
  var PACKED = [
    { starts: [0xfd, 0x37, 0x7a, 0x58, 0x5a], name: 'xz', with: 'unxz' },
    { starts: [0x28, 0xb5, 0x2f, 0xfd], name: 'zstd', with: 'unzstd' },
    { starts: [0x42, 0x5a, 0x68], name: 'bzip2', with: 'bunzip2' },
    { starts: [0x50, 0x4b, 0x03, 0x04], name: 'zip', with: 'unzip' },
  ];
  var GZIP = [0x1f, 0x8b];
  var JOURNAL = [0x4c, 0x50, 0x4b, 0x53, 0x48, 0x48, 0x52, 0x48]; /* a file that systemd's journal keeps */

  function begins(bytes, start) {
    return start.every(function (byte, at) { return bytes[at] === byte; });
  }

  /* The bytes of a stream up to a number, and whether there were more. */
  function drain(stream, most) {
    var reader = stream.getReader(), parts = [], size = 0;
    function next(part) {
      if (part.done) return whole(false);
      parts.push(part.value);
      size += part.value.length;
      if (size <= most) return reader.read().then(next);
      reader.cancel().catch(function () {});
      return whole(true);
    }
    function whole(cut) {
      return new Blob(parts).arrayBuffer().then(function (all) {
        return { bytes: new Uint8Array(all, 0, Math.min(all.byteLength, most)), cut: cut };
      });
    }
    return reader.read().then(next);
  }

  function unzip(bytes, name) {
    if (!window.DecompressionStream) {
      return Promise.reject(new Error(say('%s is packed with gzip, which this browser cannot unpack: unpack it first, with gunzip.', name)));
    }
    return drain(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')), MOST).catch(function () {
      throw new Error(say('%s is packed with gzip, and damaged: it cannot be unpacked.', name));
    });
  }

  /* The letters of a log are of one byte; in UTF-16 each has a second one, which is 0. '' where it is not UTF-16. */
  function wide(bytes) {
    if (begins(bytes, [0xff, 0xfe])) return 'utf-16le';
    if (begins(bytes, [0xfe, 0xff])) return 'utf-16be';
    var most = Math.min(bytes.length & ~1, 4096), zero = [0, 0];
    for (var at = 0; at < most; at++) if (!bytes[at]) zero[at % 2]++;
    if (zero[1] > most * 0.4 && !zero[0]) return 'utf-16le';
    return zero[0] > most * 0.4 && !zero[1] ? 'utf-16be' : '';
  }

  /* A promise of {bytes, notes}: what the command is given, and what was done to get there. Rejects what it cannot read. */
  function read(bytes, name) {
    var notes = [], packed = PACKED.find(function (one) { return begins(bytes, one.starts); });
    if (packed) {
      return Promise.reject(new Error(say('%s is packed with %s, which this page cannot unpack: unpack it first, with %s.', name, packed.name, packed.with)));
    }
    if (begins(bytes, JOURNAL)) {
      return Promise.reject(new Error(say('%s is a file of the journal, not its text: give what "journalctl -k --file FILE" prints.', name)));
    }
    var unpacked = begins(bytes, GZIP) ? unzip(bytes, name) : Promise.resolve({ bytes: bytes.subarray(0, MOST), cut: bytes.length > MOST });
    return unpacked.then(function (got) {
      var encoding = wide(got.bytes);
      if (got.cut) notes.push(say('Only the first %s MB of %s are read.', MOST >> 20, name));
      if (encoding) {
        notes.push(say('%s is in UTF-16, and was converted.', name));
        got.bytes = new TextEncoder().encode(new TextDecoder(encoding).decode(got.bytes));
      }
      return { bytes: got.bytes, notes: notes };
    });
  }

  window.PageflowLogInput = { read: read };
})();
