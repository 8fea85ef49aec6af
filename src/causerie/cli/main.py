"""temporary"""
import asyncio, sys
from pathlib import Path
def main():
    import uvloop
    from causerie import bootstrap, config_file
    from causerie.config import Config
    cfg = config_file.read(Path(sys.argv[2])) if len(sys.argv)>2 else Config()
    async def go():
        s = await bootstrap.start(cfg, Path(sys.argv[1]))
        print("listening", [str(a) for a in s.addresses], flush=True)
        ev = asyncio.Event()
        bootstrap.handle_signals(s, lambda: cfg, ev)
        await ev.wait()
        await s.stop()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as r:
        r.run(go())
main()
