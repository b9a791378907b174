"""
The graph: vessels as segments, branchings and crossings
========================================================

venule turns a vessel map into a graph. Its segments have a centreline, and a calibre at
every point of it. Its nodes are the places where vessels branch, cross or end.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap

import venule
from venule.datasets.phantoms import make_phantom

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

phantom = make_phantom(8, size=720)
measured = venule.measure(venule.segment(phantom.image))
graph = measured.graph
print(f"{len(graph.segments)} segments, {graph.length:,.0f} px long in total")

# %%
# The width and the colour of each line show the calibre of the vessel.

backdrop = (phantom.image * 0.3).astype(np.uint8)
colours = ListedColormap(plt.cm.viridis(np.linspace(0.3, 1, 256)))  # without its dark end
figure, ax = plt.subplots(figsize=(8.4, 7.4), layout="constrained")
ax.imshow(backdrop)
pixel = 72 * 6.6 / backdrop.shape[1]  # of the photograph, in points of the figure, about
for segment in graph.segments:
    line = segment.centreline[:, ::-1]  # (column, row), as matplotlib expects
    stretches = np.stack([line[:-1], line[1:]], axis=1)
    drawn = LineCollection(
        stretches, cmap=colours, linewidths=segment.calibre * pixel, capstyle="round"
    )
    drawn.set_array(segment.calibre)
    drawn.set_clim(1, np.quantile(graph.calibres, 0.995))
    ax.add_collection(drawn)
ax.axis("off")
figure.colorbar(drawn, ax=ax, shrink=0.7, label="calibre, px")

# %%
# The nodes of the graph, and a histogram of the calibres. The histogram adds up lengths
# of centreline. If it counted segments, a vessel with many branches would count many
# times.

kinds = {"branching": ("#e69f00", "o"), "crossing": ("#56b4e9", "X"), "end": ("white", ".")}
figure, (left, right) = plt.subplots(
    1, 2, figsize=(11, 5), layout="constrained", width_ratios=(1.25, 1)
)
left.imshow(backdrop)
left.add_collection(
    LineCollection(
        [s.centreline[:, ::-1] for s in graph.segments], color="0.75", linewidths=0.8
    )
)
for kind, (colour, marker) in kinds.items():
    rows, columns = np.array([node.position for node in graph.nodes if node.kind == kind]).T
    left.scatter(
        columns,
        rows,
        s=22,
        color=colour,
        marker=marker,
        label=f"{len(rows)} {kind}s",
        zorder=3,
        linewidths=0,
    )
left.legend(
    loc="upper left", fontsize=8, facecolor="0.15", edgecolor="none", labelcolor="white"
)
left.axis("off")

right.hist(
    graph.calibres, bins=np.arange(0, 16.5, 0.5), weights=graph.weights, color="#0072b2"
)
median = measured.find("calibre_median_px")
right.axvline(median.value, color="black")
right.text(
    median.value + 0.3,
    0.96,
    f"median {median.value:.1f}",
    transform=right.get_xaxis_transform(),
)
right.set(xlabel="calibre, px", ylabel="length of centreline, px")

# %%
# ``to_networkx`` converts the graph, so that you can use the algorithms of networkx. As
# an example, we find the connected pieces.

import networkx as nx  # noqa: E402

pieces = sorted(nx.connected_components(graph.to_networkx()), key=len, reverse=True)
print(f"{len(pieces)} pieces; the largest has {len(pieces[0])} of {len(graph.nodes)} nodes")
