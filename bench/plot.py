"""The builds as a picture: one bar a contestant, cold and warm, every single build as a dot."""

from pathlib import Path

from bench.report import Report


def draw(report: Report, path: Path) -> bool:
    """Write an SVG; False where matplotlib is not installed."""
    try:
        import matplotlib as mpl
    except ImportError:
        return False
    mpl.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 0.6 + 0.5 * len(report.builds)), layout="constrained")
    for axis, kind in zip(axes, ("cold", "warm"), strict=True):
        rows = [(name, getattr(times, kind)) for name, times in report.builds.items() if getattr(times, kind)]
        names = [name for name, _ in rows]
        medians = [getattr(report.builds[name], f"{kind}_series").median for name in names]
        colours = ["#3f7d5a" if name == "dunnage" else "#b5bec7" for name in names]
        axis.barh(names, medians, color=colours)
        for name, seconds in rows:
            axis.plot(seconds, [name] * len(seconds), ".", color="#4a5a6a", markersize=4)
        axis.invert_yaxis()
        axis.set_title(f"{report.project}, {kind}")
        axis.set_xlabel("seconds")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)
    return True
