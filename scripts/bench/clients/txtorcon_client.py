"""txtorcon's part of the benchmark: see task.ts for what goes in and comes out."""

import json
import sys
import time

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults, inlineCallbacks
from twisted.internet.endpoints import TCP4ClientEndpoint, UNIXClientEndpoint
from twisted.internet.task import react
from txtorcon import TorConfig, TorState, build_tor_connection

LIMIT = 60  # seconds after which missing events are given up


@inlineCallbacks
def count_events(protocol, count):
  """Has `count` events sent, and counts the texts that the protocol hands to a listener."""
  done = Deferred().addTimeout(LIMIT, reactor)
  seen = 0

  def on_event(text):
    nonlocal seen
    seen += 1
    if seen == count:
      done.callback(None)

  yield protocol.add_event_listener('CIRC', on_event)
  yield protocol.add_event_listener('STREAM', on_event)
  yield protocol.queue_command('LOAD %d' % count)
  yield done
  yield protocol.remove_event_listener('CIRC', on_event)
  yield protocol.remove_event_listener('STREAM', on_event)
  return seen


@inlineCallbacks
def track_events(state, count):
  """The same with a TorState that follows circuits and streams; none may be left at the end."""
  seen = yield count_events(state.protocol, count)
  return seen - len(state.circuits) - len(state.streams)


@inlineCallbacks
def read_status_text(protocol, count):
  size = 0
  for _ in range(count):
    answer = yield protocol.get_info('ns/all')
    size += len(answer['ns/all'].lstrip('\n'))  # txtorcon puts an empty line before it
  return size


@inlineCallbacks
def read_status_parsed(protocol, count):
  relays = 0
  for _ in range(count):
    state = yield TorState.from_protocol(protocol)
    relays += len(state.all_routers)
  return relays


@inlineCallbacks
def ask_sequentially(protocol, count):
  right = 0
  for _ in range(count):
    answer = yield protocol.get_info('version')
    right += answer['version'] == '0.4.9.11'
  return right


@inlineCallbacks
def ask_at_once(protocol, count):
  """Queues all commands at once; txtorcon sends each after the reply to the one before."""
  answers = yield gatherResults([protocol.get_info('version') for _ in range(count)])
  return sum(answer['version'] == '0.4.9.11' for answer in answers)


@inlineCallbacks
def read_configurations(protocol, count):
  """Connects anew each time, and counts the configurations that are whole."""
  peer = protocol.transport.getPeer()
  address = 'unix:' + peer.name.decode() if hasattr(peer, 'name') else '%s:%d' % (peer.host, peer.port)
  whole = 0
  for _ in range(count):
    connection = yield build_tor_connection(endpoint(reactor, address), build_state=False)
    config = yield TorConfig.from_protocol(connection)
    whole += len(config.config) > 300
    yield connection.transport.loseConnection()
  return whole


MODES = {
  'events': track_events,
  'events-text': count_events,
  'status': read_status_text,
  'status-parsed': read_status_parsed,
  'sequential': ask_sequentially,
  'pipelined': ask_at_once,
  'config': read_configurations,
  'config-tcp': read_configurations,
}


def endpoint(reactor, address):
  if address.startswith('unix:'):
    return UNIXClientEndpoint(reactor, address[5:])
  host, port = address.split(':')
  return TCP4ClientEndpoint(reactor, host, int(port))


@inlineCallbacks
def main(reactor, argument):
  task = json.loads(argument)
  measure = MODES[task['mode']]
  client = yield build_tor_connection(
    endpoint(reactor, task['address']),
    build_state=measure is track_events,
  )
  if task['warmup']:
    yield measure(client, task['warmup'])
  start = time.monotonic()
  checksum = yield measure(client, task['count'])
  seconds = time.monotonic() - start
  print(json.dumps({'seconds': seconds, 'checksum': checksum}))


if __name__ == '__main__':
  react(main, sys.argv[1:])
