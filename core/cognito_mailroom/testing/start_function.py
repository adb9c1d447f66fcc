"""Starts awslambdaric with nothing on the path but the function's files, its own, and the standard library.

To be run by ``python -I -S``, with the function's folder, the runtime's, and the name of the handler.
"""

import runpy
import sys

task_root, runtime, handler = sys.argv[1:]
sys.path[:0] = [task_root, runtime]
sys.argv = ["awslambdaric", handler]
runpy.run_module("awslambdaric", run_name="__main__")
