"""`python -m fastapi_guard`: the working directory is the analysed code's, and nothing of it may be imported."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path and sys.path:
        del sys.path[0]

    from fastapi_guard.cli.entry import main

    main()
