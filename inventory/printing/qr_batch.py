"""Many QR codes at once, bit for bit what `qrcode` makes, about thirty times as fast.

With version, level and mask pinned, every step from data bits to modules (Reed-Solomon, interleaving,
placing, masking) is affine over GF(2): a module is a fixed bit XOR some of the data bits. So the code
of any payload is one known code XOR one "difference" per data bit that is set. The differences are
learnt by asking `qrcode` itself, which therefore stays the only authority on what a code looks like.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from qrcode.base import rs_blocks
from qrcode.main import QRCode
from qrcode.util import BitBuffer, create_bytes

from inventory.printing.qr import LEVELS, MASK, Level, Matrix, bits_of, encode, modules_of, smallest_version

_SIGNS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE: Final = {sign: value for value, sign in enumerate(_SIGNS)}
_PADDING: Final = (0xEC, 0x11)
_COUNT_BITS: Final = 9
"""Length of the character count in versions 1 to 9 (ISO/IEC 18004, table 3)."""


def data_bytes(version: int, level: Level = "Q") -> int:
    """Data code words (bytes) of a code of this *version* at *level*."""
    return sum(block.data_count for block in rs_blocks(version, LEVELS[level]))


def _data_bits(payload: str, size: int) -> int:
    """The data code words of *payload* as one number of *size* bytes (ISO/IEC 18004, 7.4)."""
    number = 0b0010 << _COUNT_BITS | len(payload)
    used = 4 + _COUNT_BITS
    for place in range(0, len(payload) - 1, 2):
        number = number << 11 | _VALUE[payload[place]] * 45 + _VALUE[payload[place + 1]]
        used += 11
    if len(payload) % 2:
        number = number << 6 | _VALUE[payload[-1]]
        used += 6
    # Terminator of up to four zeros, zeros to the byte, then the two padding bytes in turn.
    to_byte = min(4, size * 8 - used)
    to_byte += -(used + to_byte) % 8
    number, used = number << to_byte, used + to_byte
    for turn in range(size - used // 8):
        number = number << 8 | _PADDING[turn % 2]
    return number


def _ask(version: int, level: Level, data: int, size: int) -> int:
    """The modules that `qrcode` makes of these data code words, as one number."""
    buffer = BitBuffer()
    buffer.buffer = list(data.to_bytes(size, "big"))
    buffer.length = size * 8
    code = QRCode(version=version, error_correction=LEVELS[level], border=0, mask_pattern=MASK)
    code.data_cache = create_bytes(buffer, rs_blocks(version, LEVELS[level]))
    code.make(fit=False)
    return int(bits_of(code), 2)


@lru_cache(maxsize=6)
def _learn(version: int, level: Level) -> tuple[int, list[list[int]]]:
    """The code of a known payload, and per half byte of data the difference for each of its 16 values."""
    size = data_bytes(version, level)
    # Not zero: `qrcode` cannot divide a block of zeros, and no real payload has one.
    known = int.from_bytes(bytes(_PADDING) * size, "big") >> size * 8
    base = _ask(version, level, known, size)
    differences = [_ask(version, level, known ^ 1 << bit, size) ^ base for bit in range(size * 8)]
    zero, tables = base, []
    for half in range(size * 2):
        table = [0]
        for difference in differences[half * 4 : half * 4 + 4]:
            table += [each ^ difference for each in table]
        tables.append(table)
        zero ^= table[known >> half * 4 & 15]
    return zero, tables


def encode_quickly(payload: str, level: Level = "Q", least: int = 1) -> Matrix:
    """The same as `qr.encode`, from what was learnt of this payload's version (learns it at need)."""
    version = max(least, smallest_version(payload, level))
    modules, tables = _learn(version, level)
    data = _data_bits(payload, data_bytes(version, level))
    for half, table in enumerate(tables):
        modules ^= table[data >> half * 4 & 15]
    return Matrix(version, f"{modules:0{modules_of(version) ** 2}b}")


class Encoder:
    """Codes one after another, the quick way once it pays.

    Learning a version costs as much as making one code for each of its data bits, so it is done
    once as many have been made: a sheet of twenty never waits for it.
    """

    def __init__(self) -> None:
        self._made: Counter[tuple[int, Level]] = Counter()

    def encode(self, payload: str, level: Level = "Q", least: int = 1) -> Matrix:
        """The code of *payload*; ValueError as `qr.encode`."""
        kind = max(least, smallest_version(payload, level)), level
        self._made[kind] += 1
        quick = self._made[kind] > data_bytes(*kind) * 8
        return (encode_quickly if quick else encode)(payload, level, least)


def encode_all(payloads: Iterable[str]) -> Iterator[Matrix]:
    """The code of each payload at level Q, in order; ValueError as `qr.encode`."""
    encoder = Encoder()
    return (encoder.encode(payload) for payload in payloads)
