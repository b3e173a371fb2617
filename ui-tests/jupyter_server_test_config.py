"""The server of the browser tests.

Only for tests: there is no password. It listens on the loopback interface alone.
"""

import os
from typing import TYPE_CHECKING

from jupyterlab.galata import configure_jupyter_server

if TYPE_CHECKING:
    from traitlets.config.application import get_config

c = get_config()  # traitlets puts it among the names of this file
configure_jupyter_server(c)

c.ServerApp.allow_root = True
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = int(os.environ["UI_TESTS_PORT"])
c.ServerApp.root_dir = os.path.join(os.environ["UI_TESTS_HOME"], "root")
# As on a hub: an address that forgets the prefix fails here.
c.ServerApp.base_url = "/lab-test/"
# A browser's requests are checked as they are in daily use.
c.ServerApp.disable_check_xsrf = False
c.ClusterLauncher.show_all_platforms = True
