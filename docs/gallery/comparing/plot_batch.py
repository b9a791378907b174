"""
A table of many photographs
===========================

venule turns a folder of photographs into a table. Each photograph has a row with all
measurements, their intervals, and reasons for missing values. You can use the table with
pandas.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from venule.datasets.phantoms import write_phantoms

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

# %%
# We use a folder with four phantoms. The command is ``venule measure photographs/ -o
# measured --field 45``.

with tempfile.TemporaryDirectory() as folder:
    photographs, measured = Path(folder, "phantoms"), Path(folder, "measured")
    write_phantoms(photographs, count=4, seed=4, size=480)
    command = ["measure", photographs / "images", "-o", measured, "--field", "45"]
    subprocess.run([sys.executable, "-m", "venule", *command], check=True)
    table = pd.read_csv(measured / "results.csv")

print(f"{(table['status'] == 'ok').sum()} of {len(table)} photographs measured")
table.index = table["path"].map(lambda path: Path(path).stem)
table = table.sort_index()
table[
    [
        "quality",
        "vessel_density",
        "calibre_median_px",
        "calibre_median_deg",
        "branchings",
        "fovea_confidence",
    ]
].round(3)

# %%
# If something could not be measured, the table has a reason instead of a number.

reasons = table["reasons"].astype("string").str.split("; ").explode()
reasons.str.split(": ").str[1].value_counts().to_frame("measurements")

# %%
# Four measurements of each photograph with their 95 % intervals.

shown = {
    "vessel_density": "vessel density",
    "calibre_mean_deg": "mean calibre, degrees",
    "tortuosity_distance": "distance tortuosity",
    "box_dimension": "box-counting dimension",
}
figure, axes = plt.subplots(2, 2, figsize=(8, 4.8), layout="constrained", sharey=True)
for ax, (column, label) in zip(axes.flat, shown.items(), strict=True):
    low, high = (table[column + end] for end in ("_lower", "_upper"))
    ax.hlines(table.index, low, high, color="#0072b2", alpha=0.4, linewidth=3)
    ax.plot(table[column], table.index, "o", color="#0072b2")
    ax.set_xlabel(label)
    ax.margins(y=0.15)
    ax.tick_params(axis="y", length=0)
axes[0, 0].invert_yaxis()
