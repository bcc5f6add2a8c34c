"""The camera's part of the scan page: what it loads, so that it works without a network too."""

from typing import Final

OFFLINE_FILES: Final = (
    "css/camera.css",
    "js/camera.js",
    "js/scan-worker.js",
    "js/photo-filters.js",
    "js/photo-ladder.js",
    "vendor/zxing-wasm/zxing-reader.js",
    "vendor/zxing-wasm/zxing_reader.wasm",
)
"""Below `static`; what scripts import from each other follows from these."""
