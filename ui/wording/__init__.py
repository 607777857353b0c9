"""What a person reads, by subject: each entry is ``(Chinese, English)``. Data only; ``ui.strings`` joins and fills it."""
