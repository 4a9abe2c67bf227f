"""Run every console block of the READMEs and of the documents, and put in what is printed now.

``python docs/print_again.py [DOCUMENT …]``; read the difference before it is committed: the tests only see that the
documents say what the program does.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from test_docs import BLOCK, DOCUMENTS, run  # noqa: E402

chosen = [Path(name).resolve() for name in sys.argv[1:]]
for path in DOCUMENTS:
    if chosen and path.resolve() not in chosen:
        continue
    text = path.read_text()
    renewed = BLOCK.sub(lambda found: f"```console\n$ {found['command']}\n{run(found['command'])}```", text)
    if renewed != text:
        path.write_text(renewed)
        print(f"{path.relative_to(ROOT)}: renewed")
