"""The memory of a process, as memory.ts has it."""

import gc


def resident_bytes():
  gc.collect()
  with open('/proc/self/statm') as statm:
    return int(statm.read().split()[1]) * 4096
