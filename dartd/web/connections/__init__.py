"""Who is connected over WebSocket or SSE: seats, the pace of admissions, presence."""
