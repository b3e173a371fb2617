"""What clusters cost: the administrator's price on its way to the user."""

from __future__ import annotations

from typing import Any

import yaml

from api import Api

PRICE = {"per_core_hour": 0.05, "currency": "USD"}


async def test_a_platform_with_a_price(api: Api, platform_folder: Any) -> None:
    """Guards the administrator's price on its whole way: file, preview, row; no laptop has one."""
    data = yaml.safe_load((platform_folder / "local.yaml").read_text())
    (platform_folder / "paid.yaml").write_text(yaml.safe_dump({**data, "cost": PRICE}))
    _, preview = await api.ask("POST", "code", body={"platform": "paid", "workers": 1})
    assert preview["summary"].endswith(" · 0.05 USD per core and hour")
    cluster = await api.launch(platform="paid", workers=1)
    cluster = await api.ready(cluster["id"], 1)
    assert cluster["spent"]["cost"] == PRICE
    assert cluster["spent"]["since"] >= cluster["created"]
    await api.stop(cluster["id"])

    free = await api.launch(platform="local", workers=1)
    assert (await api.ready(free["id"], 1))["spent"] is None
    await api.stop(free["id"])
