"""Has the pages of a document pictured in the sandbox; a page that cannot be drawn is none, and no error."""

from bridge.report.bundle import Draw
from bridge.report.places import PictureRequest, Pictures
from bridge.sandbox.outcome import Answered
from bridge.sandbox.pool import Pool

JOB = "draw"
FUNCTION = "bridge.report.drawing:draw"


def drawn_by(pool: Pool, content: bytes) -> Draw:
    """Pictures of what is in `content`, by a child of a pool that knows the job."""

    def draw(request: PictureRequest) -> Pictures:
        answer = pool.run(JOB, request, [content], Pictures)
        if not isinstance(answer, Answered):
            return Pictures()
        with answer.files:
            return answer.value

    return draw
