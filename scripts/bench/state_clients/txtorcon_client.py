"""txtorcon's part of what is measured of a whole state: see task.ts for what goes in and comes out."""

import json
import sys
import time

from resident import resident_bytes
from twisted.internet import reactor
from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.endpoints import TCP4ClientEndpoint, UNIXClientEndpoint
from twisted.internet.task import LoopingCall, deferLater, react
from txtorcon import TorState, build_tor_connection

LIMIT = 60  # seconds after which missing events are given up


@inlineCallbacks
def load(protocol, task):
  relays = 0
  start = time.monotonic()
  for _ in range(task['count']):
    state = yield TorState.from_protocol(protocol)
    relays += len(state.all_routers)
  return {'seconds': time.monotonic() - start, 'checksum': relays}


@inlineCallbacks
def track(protocol, task):
  """Has events sent that a TorState follows; no circuit and no stream is left at the end."""
  state = yield TorState.from_protocol(protocol)
  done = Deferred().addTimeout(LIMIT, reactor)
  seen = 0

  def on_event(text):
    nonlocal seen
    seen += 1
    if seen == task['count']:
      done.callback(None)

  yield protocol.add_event_listener('CIRC', on_event)
  yield protocol.add_event_listener('STREAM', on_event)
  start = time.monotonic()
  yield protocol.queue_command('LOAD %d' % task['count'])
  yield done
  seconds = time.monotonic() - start
  return {'seconds': seconds, 'checksum': seen - len(state.circuits) - len(state.streams)}


@inlineCallbacks
def weigh(protocol, task):
  before = resident_bytes()
  state = yield TorState.from_protocol(protocol)
  return {'seconds': 0, 'amount': resident_bytes() - before, 'checksum': len(state.all_routers)}


@inlineCallbacks
def longest_pause(work):
  """The longest time from one run of a timer of a millisecond to the next, as longest_pause.ts has it."""
  longest = 0
  last = time.monotonic()

  def tick():
    nonlocal longest, last
    now = time.monotonic()
    longest = max(longest, now - last)
    last = now

  timer = LoopingCall(tick)
  timer.start(0.001)
  yield deferLater(reactor, 0.001, lambda: None)
  last = time.monotonic()
  longest = 0
  yield work()
  yield deferLater(reactor, 0.001, lambda: None)
  tick()
  timer.stop()
  return longest


@inlineCallbacks
def pause_of_state(protocol, task):
  state = None

  @inlineCallbacks
  def work():
    nonlocal state
    state = yield TorState.from_protocol(protocol)

  amount = yield longest_pause(work)
  return {'seconds': 0, 'amount': amount, 'checksum': len(state.all_routers)}


@inlineCallbacks
def pause_of_consensus(protocol, task):
  state = yield TorState.from_protocol(protocol)
  done = Deferred().addTimeout(LIMIT, reactor)
  yield protocol.add_event_listener('NEWCONSENSUS', lambda text: done.callback(None))

  @inlineCallbacks
  def work():
    yield protocol.queue_command('LOAD CONSENSUS')
    yield done

  amount = yield longest_pause(work)
  return {'seconds': 0, 'amount': amount, 'checksum': len(state.all_routers)}


MODES = {
  'state': load,
  'tracking': track,
  'memory': weigh,
  'pause-state': pause_of_state,
  'pause-consensus': pause_of_consensus,
}


def endpoint(reactor, address):
  if address.startswith('unix:'):
    return UNIXClientEndpoint(reactor, address[5:])
  host, port = address.split(':')
  return TCP4ClientEndpoint(reactor, host, int(port))


@inlineCallbacks
def main(reactor, argument):
  task = json.loads(argument)
  protocol = yield build_tor_connection(endpoint(reactor, task['address']), build_state=False)
  measurement = yield MODES[task['mode']](protocol, task)
  print(json.dumps(measurement))


if __name__ == '__main__':
  react(main, sys.argv[1:])
