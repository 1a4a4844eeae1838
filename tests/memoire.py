"""Peak memory of this process. Not ``ru_maxrss``: Linux folds into it the peak of the process that started this one."""

from pathlib import Path


def pic_kio() -> int:
    """Return the most memory this program has held since it started, KiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))
