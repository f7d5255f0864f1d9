"""stem's part of what is measured of a whole state: see task.ts for what goes in and comes out."""

import json
import sys
import time

from resident import resident_bytes
from stem.control import Controller


def read_state(controller):
  """All that a state has of stem's: it has no object that keeps it."""
  relays = list(controller.get_network_statuses())
  return relays, controller.get_circuits(), controller.get_streams()


def load(controller, task):
  relays = 0
  start = time.monotonic()
  for _ in range(task['count']):
    relays += len(read_state(controller)[0])
  return {'seconds': time.monotonic() - start, 'checksum': relays}


def weigh(controller, task):
  before = resident_bytes()
  state = read_state(controller)
  return {'seconds': 0, 'amount': resident_bytes() - before, 'checksum': len(state[0])}


MODES = {'state': load, 'memory': weigh}


def connect(address):
  if address.startswith('unix:'):
    return Controller.from_socket_file(address[5:])
  host, port = address.split(':')
  return Controller.from_port(host, int(port))


def main():
  task = json.loads(sys.argv[1])
  with connect(task['address']) as controller:
    controller.authenticate()
    controller.set_caching(False)
    print(json.dumps(MODES[task['mode']](controller, task)))


if __name__ == '__main__':
  main()
