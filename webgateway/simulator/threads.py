from webgateway.simulator.ids import scoped
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.threads import Thread


def thread_with(platform: Platform, person_key: str, asset_id: str) -> Thread:
    """This customer's talk with this Page or Instagram account; begun when there is none yet."""
    world = platform.world
    person = world.people[person_key]
    page = world.page_of(asset_id)
    if page is None:
        raise KeyError(asset_id)
    scoped_id = person.scoped_id(asset_id)
    key = f"{asset_id}:{scoped_id}"
    with platform.lock:
        if key not in world.threads:
            thread_id = "t_" + scoped("thread", asset_id, scoped_id)
            world.threads[key] = Thread(thread_id, asset_id, page.id, person_key, scoped_id)
        return world.threads[key]


def next_time(platform: Platform, thread: Thread) -> int:
    """Milliseconds; later than everything in the thread."""
    last = thread.messages[-1].timestamp if thread.messages else 0
    return max(platform.clock.now_ms(), last + 1)
