"""A sound and a document without a file: what the customers of the simulator send beside pictures."""

import io
import math
import wave

from flask import Blueprint, Response

recordings = Blueprint("recordings", __name__)
RATE = 8000


@recordings.get("/scontent/audio/<int:number>")
def audio(number: int) -> Response:
    """One second of a tone, as WAV."""
    pitch = 220 * (1 + number % 5 / 4)
    samples = bytes(int(127 + 60 * math.sin(2 * math.pi * pitch * at / RATE)) for at in range(RATE))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 1, RATE, RATE, "NONE", ""))
        sound.writeframes(samples)
    return Response(file.getvalue(), content_type="audio/wav")


@recordings.get("/scontent/file/<int:number>")
def document(number: int) -> Response:
    text = f"Order number {number}\r\n"
    headers = {"Content-Disposition": f'attachment; filename="order-{number}.txt"'}
    return Response(text, content_type="text/plain; charset=utf-8", headers=headers)


@recordings.get("/scontent/video/<int:number>")
def video(number: int) -> Response:
    """Meta's links are signed and expire; some then answer HTML without a word (contract 6.6)."""
    return Response("", 403, content_type="text/html; charset=utf-8")
