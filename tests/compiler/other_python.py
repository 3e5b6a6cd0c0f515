# SPDX-License-Identifier: Apache-2.0
"""For a test whose package this python3 lacks."""
import os
import sys


def without(package, test):
    """Runs the test again under the python3 that sees Debian's packages, or says it is skipped: exit 77."""
    other = "/usr/bin/python3"
    if os.path.exists(other) and os.path.realpath(sys.executable) != os.path.realpath(other):
        os.execv(other, [other] + sys.argv)
    print("SKIP: %s NOT tested: no %s for this python3 (Debian: python3-%s)" % (test, package, package))
    sys.exit(77)
