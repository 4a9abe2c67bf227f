"""One tool's reports of several networks, in a process of its own: a list of specs goes in, one of figures comes out.

torchvision's compiled operators, which some tools import and none calls, may be missing: ``torchvision_models``
declares them.
"""

import io
import json
import sys
import warnings
from contextlib import redirect_stdout

warnings.simplefilter("ignore")

if __name__ == "__main__":
    from torchvision_models import torchvision

    torchvision()
    from cnncalc import loads
    from cnncalc.pytorch.counters import counted

    answers = []
    for spec in json.loads(sys.stdin.read()):
        with redirect_stdout(io.StringIO()):
            try:
                answers.append(counted(sys.argv[1], loads(spec), 1))
            except Exception as error:
                answers.append(f"{type(error).__name__}: {error}")
    print(json.dumps(answers))  # noqa: T201
