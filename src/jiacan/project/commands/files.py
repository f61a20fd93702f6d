"""What `simulate` and `run` take alike: order files, refund files, and where rows go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from jiacan.campaigns.facade.running import OrderFiles
from jiacan.campaigns.report.awards_file import check_awards_path

Paths = Annotated[list[Path], Parameter(negative="", consume_multiple=1)]


@Parameter(name="*")
@dataclass(frozen=True)
class Files:
    """Files in and out.

    Parameters
    ----------
    orders
        Files of orders: CSV, Parquet or XLSX. An order delivered before is known and counts once.
    refunds
        Files of their refunds.
    awards
        Write every award, refusal and claw-back here (.csv, .parquet or .xlsx), one row per benefit.
    bad_rows
        Write the rows that could not be taken here, with the reasons.
    """

    orders: Paths
    refunds: Paths | None = None
    awards: Path | None = None
    bad_rows: Path | None = None

    def checked(self) -> OrderFiles:
        """The files to read, once it is sure that the awards can be written.

        Raises:
            JiacanError: the awards cannot be written there.
        """
        if self.awards is not None:
            check_awards_path(self.awards)
        return OrderFiles(tuple(self.orders), tuple(self.refunds or ()), self.bad_rows)
