"""stem's part of the benchmark: see task.ts for what goes in and comes out."""

import json
import sys
import threading
import time

from stem.control import Controller

LIMIT = 60  # seconds after which missing events are given up


def count_events(controller, count):
  """Has `count` events sent, and adds up what LoadPortInfo's blockChecksum names."""
  done = threading.Event()
  seen = checksum = 0

  def on_event(event):
    nonlocal seen, checksum
    checksum += len(event.keyword_args)
    checksum += int(event.id) + len(event.path) if event.type == 'CIRC' else int(event.circ_id or 0)
    seen += 1
    if seen == count:
      done.set()

  controller.add_event_listener(on_event, 'CIRC', 'STREAM')
  controller.msg('LOAD %d' % count)
  if not done.wait(LIMIT):
    raise TimeoutError('%d of %d events came' % (seen, count))
  controller.remove_event_listener(on_event)
  return checksum


def read_status_text(controller, count):
  return sum(len(controller.get_info('ns/all')) for _ in range(count))


def read_status_parsed(controller, count):
  return sum(len(list(controller.get_network_statuses())) for _ in range(count))


def ask_sequentially(controller, count):
  return sum(controller.get_info('version') == '0.4.9.11' for _ in range(count))


MODES = {
  'events': count_events,
  'status': read_status_text,
  'status-parsed': read_status_parsed,
  'sequential': ask_sequentially,
}


def connect(address):
  if address.startswith('unix:'):
    return Controller.from_socket_file(address[5:])
  host, port = address.split(':')
  return Controller.from_port(host, int(port))


def main():
  task = json.loads(sys.argv[1])
  measure = MODES[task['mode']]
  with connect(task['address']) as controller:
    controller.authenticate()
    controller.set_caching(False)
    if task['warmup']:
      measure(controller, task['warmup'])
    start = time.monotonic()
    checksum = measure(controller, task['count'])
    seconds = time.monotonic() - start
    print(json.dumps({'seconds': seconds, 'checksum': checksum}))


if __name__ == '__main__':
  main()
