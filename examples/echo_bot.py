import asyncio

from causerie.client import connect


async def main() -> None:
    async with connect("localhost:5000", name="Echo") as chat:
        await chat.join("home")
        async for message in chat.messages():
            await chat.send(message.channel, f"{message.name} says: {message.text}")


asyncio.run(main())
