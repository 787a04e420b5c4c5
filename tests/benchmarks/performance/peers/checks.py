"""What is wrong with a submission ends a peer."""

import sys


def check(holds):
    if not holds:
        sys.exit("the submission is not valid")
