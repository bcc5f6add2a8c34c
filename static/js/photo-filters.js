// Ways to make a hard picture of a code easier; loaded by scan-worker.js, knows neither page nor decoder.
// A picture is grey: {data: Uint8ClampedArray, one byte per pixel by rows; width; height}. None changes its input.
"use strict";

const photoFilters = (() => {
  const clamp = (value, most) => Math.min(Math.max(value, 0), most);

  function blank(width, height) {
    return { data: new Uint8ClampedArray(width * height), width, height };
  }

  /** Grey of RGBA pixels, with the weights of ITU-R BT.601. */
  function grey(image) {
    const made = blank(image.width, image.height);
    for (let at = 0, from = 0; at < made.data.length; at += 1, from += 4) {
      made.data[at] = (306 * image.data[from] + 601 * image.data[from + 1] + 117 * image.data[from + 2]) >> 10;
    }
    return made;
  }

  /** RGBA pixels of a grey picture, as the decoder takes them. */
  function pixels(picture) {
    const data = new Uint8ClampedArray(picture.data.length * 4);
    for (let at = 0, to = 0; at < picture.data.length; at += 1, to += 4) {
      data[to] = data[to + 1] = data[to + 2] = picture.data[at];
      data[to + 3] = 255;
    }
    return new ImageData(data, picture.width, picture.height);
  }

  /** Between four pixels, by distance; *x* and *y* lie inside the picture. */
  function between({ data, width, height }, x, y) {
    const left = x | 0;
    const above = y | 0;
    const across = left + 1 < width ? 1 : 0;
    const down = above + 1 < height ? width : 0;
    const at = above * width + left;
    const upper = data[at] + (data[at + across] - data[at]) * (x - left);
    const lower = data[at + down] + (data[at + down + across] - data[at + down]) * (x - left);
    return upper + (lower - upper) * (y - above);
  }

  /** *factor* times as wide and high; above 1 only, since smaller pictures need smoothing first. */
  function enlarge(picture, factor) {
    const made = blank(Math.round(picture.width * factor), Math.round(picture.height * factor));
    for (let y = 0; y < made.height; y += 1) {
      const fromY = clamp((y + 0.5) / factor - 0.5, picture.height - 1);
      for (let x = 0; x < made.width; x += 1) {
        const fromX = clamp((x + 0.5) / factor - 0.5, picture.width - 1);
        made.data[y * made.width + x] = between(picture, fromX, fromY);
      }
    }
    return made;
  }

  /** Turned by *degrees*, with white where the picture does not reach. */
  function turn(picture, degrees) {
    const cos = Math.cos((degrees * Math.PI) / 180);
    const sin = Math.sin((degrees * Math.PI) / 180);
    const { width, height } = picture;
    const made = blank(
      Math.ceil(Math.abs(width * cos) + Math.abs(height * sin)),
      Math.ceil(Math.abs(width * sin) + Math.abs(height * cos)),
    );
    made.data.fill(255);
    for (let y = 0; y < made.height; y += 1) {
      const down = y - made.height / 2;
      for (let x = 0; x < made.width; x += 1) {
        const across = x - made.width / 2;
        const fromX = cos * across + sin * down + width / 2 - 0.5;
        const fromY = cos * down - sin * across + height / 2 - 0.5;
        if (fromX >= 0 && fromY >= 0 && fromX <= width - 1 && fromY <= height - 1) {
          made.data[y * made.width + x] = between(picture, fromX, fromY);
        }
      }
    }
    return made;
  }

  /**
   * Mean over *length* pixels along one direction, as a running sum; edges repeat. *values*: numbers by rows.
   * The direction is (1, 0), (0, 1), (1, 1) or (1, -1).
   */
  function smear(values, width, height, length, [stepX, stepY]) {
    const made = new Float32Array(values.length);
    const half = length >> 1;
    const full = 2 * half + 1;
    const step = stepY * width + stepX;
    const line = (x, y) => {
      const across = stepX > 0 ? width - x : Infinity;
      const down = stepY > 0 ? height - y : stepY < 0 ? y + 1 : Infinity;
      const first = y * width + x;
      const last = first + (Math.min(across, down) - 1) * step;
      let sum = values[first] * (half + 1);
      let ahead = first;
      for (let place = 0; place < half; place += 1) {
        if (ahead !== last) ahead += step;
        sum += values[ahead];
      }
      let behind = first;
      let waits = half;
      for (let at = first; ; at += step) {
        made[at] = sum / full;
        if (at === last) return;
        if (ahead !== last) ahead += step;
        sum += values[ahead] - values[behind];
        if (waits > 0) waits -= 1;
        else behind += step;
      }
    };
    if (stepX > 0) for (let y = 0; y < height; y += 1) line(0, y);
    if (stepY > 0) for (let x = stepX; x < width; x += 1) line(x, 0);
    if (stepY < 0) for (let x = 1; x < width; x += 1) line(x, height - 1);
    return made;
  }

  /** Blur of about *sigma* pixels: three running means in each direction come near a Gaussian. */
  function soften(values, width, height, sigma) {
    // The variance of a mean over n pixels is (n² - 1) / 12; three of them add up.
    const length = Math.max(3, 2 * Math.round((Math.sqrt(4 * sigma * sigma + 1) - 1) / 2) + 1);
    let made = values;
    for (let times = 0; times < 3; times += 1) {
      made = smear(smear(made, width, height, length, [1, 0]), width, height, length, [0, 1]);
    }
    return made;
  }

  /** Unsharp mask: *amount* times the difference to a blur of *sigma* pixels is added. */
  function sharpen(picture, sigma, amount) {
    const soft = soften(picture.data, picture.width, picture.height, sigma);
    const made = blank(picture.width, picture.height);
    for (let at = 0; at < soft.length; at += 1) {
      made.data[at] = picture.data[at] + amount * (picture.data[at] - soft[at]);
    }
    return made;
  }

  /** Undoes a known blur by *rounds* of Richardson and Lucy's iteration. */
  function unblur(picture, blur, rounds) {
    const seen = Float32Array.from(picture.data, (value) => value + 1);
    const guess = seen.slice();
    for (let round = 0; round < rounds; round += 1) {
      const ratio = blur(guess);
      for (let at = 0; at < ratio.length; at += 1) ratio[at] = seen[at] / Math.max(ratio[at], 1);
      const change = blur(ratio);
      for (let at = 0; at < guess.length; at += 1) guess[at] *= change[at];
    }
    return { ...picture, data: Uint8ClampedArray.from(guess, (value) => value - 1) };
  }

  /** Undoes a lens out of focus by about *sigma* pixels. */
  function refocus(picture, sigma, rounds = 15) {
    return unblur(picture, (values) => soften(values, picture.width, picture.height, sigma), rounds);
  }

  /** Undoes a movement over *length* pixels along *direction* (as for smear) while the shutter was open. */
  function steady(picture, length, direction, rounds = 15) {
    return unblur(picture, (values) => smear(values, picture.width, picture.height, length, direction), rounds);
  }

  /** Contrast by neighbourhood: histograms of 8 by 8 fields made flat, none steeper than *most* (CLAHE). */
  function evenOut(picture, most = 3, fields = 8) {
    const { data, width, height } = picture;
    const maps = [];
    for (let down = 0; down < fields; down += 1) {
      for (let across = 0; across < fields; across += 1) maps.push(map(picture, across, down, fields, most));
    }
    const made = blank(width, height);
    for (let y = 0; y < height; y += 1) {
      const row = clamp(((y + 0.5) * fields) / height - 0.5, fields - 1);
      const upper = row | 0;
      const lower = Math.min(upper + 1, fields - 1);
      for (let x = 0; x < width; x += 1) {
        const column = clamp(((x + 0.5) * fields) / width - 0.5, fields - 1);
        const left = column | 0;
        const right = Math.min(left + 1, fields - 1);
        const value = data[y * width + x];
        const share = column - left;
        const above = maps[upper * fields + left][value] * (1 - share) + maps[upper * fields + right][value] * share;
        const below = maps[lower * fields + left][value] * (1 - share) + maps[lower * fields + right][value] * share;
        made.data[y * width + x] = above + (below - above) * (row - upper);
      }
    }
    return made;
  }

  /** What each grey of one field becomes. */
  function map({ data, width, height }, across, down, fields, most) {
    const counts = new Float64Array(256);
    const left = Math.floor((across * width) / fields);
    const right = Math.floor(((across + 1) * width) / fields);
    const bottom = Math.floor(((down + 1) * height) / fields);
    let total = 0;
    for (let y = Math.floor((down * height) / fields); y < bottom; y += 1) {
      for (let x = left; x < right; x += 1) counts[data[y * width + x]] += 1;
      total += right - left;
    }
    const limit = (most * total) / 256;
    let over = 0;
    for (let grey = 0; grey < 256; grey += 1) over += Math.max(counts[grey] - limit, 0);
    let sum = 0;
    return Float32Array.from(counts, (count) => {
      sum += Math.min(count, limit) + over / 256;
      return (255 * sum) / Math.max(total, 1);
    });
  }

  return { grey, pixels, enlarge, turn, sharpen, refocus, steady, evenOut };
})();
