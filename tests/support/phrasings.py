"""Questions as people ask them, and what each one means: written from the contract and from how people talk, not from the recogniser.

Each is `(language, question, intent, what)`; `what` names player, opponent, period, figure or bed where the question does. Callers are Ann.
"""

from typing import Final, NamedTuple

PLAYERS: Final = {"ann": "Ann", "bob": "Bob", "juergen": "Jürgen Müller", "somchai": "สมชาย", "mary": "Mary Lou"}


class Phrasing(NamedTuple):
    """A question and its meaning."""

    language: str
    question: str
    intent: str
    what: str = ""


# Written before the recogniser had a word.
FIRST: Final = [
    Phrasing("en", "what's my average this month?", "average", "player=ann period=this_month"),
    Phrasing("en", "Could you please tell me Bob's average?", "average", "player=bob"),  # codespell:ignore tell
    Phrasing("en", "avg of mary lou last week pls", "average", "player=mary period=last_week"),
    Phrasing("en", "How many 180s did I hit this year?", "high_scores", "player=ann period=this_year"),
    Phrasing("en", "how many maximums has bob thrown", "high_scores", "player=bob"),
    Phrasing("en", "whats my highest chekout ever", "highest_checkout", "player=ann"),
    Phrasing("en", "Bob's biggest finish last month", "highest_checkout", "player=bob period=last_month"),
    Phrasing("en", "why was I so bad yesterday?", "reasons", "player=ann period=yesterday"),
    Phrasing("en", "Why am I playing better this week", "reasons", "player=ann period=this_week"),
    Phrasing("en", "is today better than usual for me?", "usual", "player=ann period=today"),
    Phrasing("en", "how does Bob compare with his normal level this week?", "usual", "player=bob period=this_week"),
    Phrasing("en", "how's my form", "form", "player=ann"),
    Phrasing("en", "which double do I miss the most?", "doubles", "player=ann"),
    Phrasing("en", "How good is Bob on double 16?", "doubles", "player=bob bed=D16"),
    Phrasing("en", "how many times did I beat Bob?", "head_to_head", "player=ann opponent=bob"),
    Phrasing("en", "Ann vs Bob", "head_to_head", "player=ann opponent=bob"),
    Phrasing("en", "is anything wrong with the cameras?", "alerts"),
    Phrasing("en", "how accurate is the detection?", "accuracy"),
    Phrasing("en", "who has the best average this month", "leader", "figure=average period=this_month"),
    Phrasing("en", "How many legs did Jürgen play last week?", "played", "player=juergen figure=legs period=last_week"),
    Phrasing("de", "Wie hoch ist mein Average diesen Monat?", "average", "player=ann period=this_month"),
    Phrasing("de", "sag mir bitte mal den Schnitt von Bob", "average", "player=bob"),
    Phrasing("de", "was hat juergen letzte woche so im schnitt gespielt", "average", "player=juergen period=last_week"),
    Phrasing("de", "Wie viele 180er habe ich dieses Jahr geworfen?", "high_scores", "player=ann period=this_year"),
    Phrasing("de", "wieviele hundertachtziger hat Bob", "high_scores", "player=bob"),
    Phrasing("de", "Mein höchstes Finish aller Zeiten?", "highest_checkout", "player=ann"),
    Phrasing("de", "hoechster checkout von bob im letzten monat", "highest_checkout", "player=bob period=last_month"),
    Phrasing("de", "Warum war ich gestern so schlecht?", "reasons", "player=ann period=yesterday"),
    Phrasing("de", "wieso spielt Bob diese Woche besser", "reasons", "player=bob period=this_week"),
    Phrasing("de", "Bin ich heute besser als sonst?", "usual", "player=ann period=today"),
    Phrasing("de", "Wie gut war Bob letzte Woche im Vergleich zu sonst", "usual", "player=bob period=last_week"),
    Phrasing("de", "wie ist meine form gerade", "form", "player=ann"),
    Phrasing("de", "Welches Doppel treffe ich am schlechtesten?", "doubles", "player=ann"),
    Phrasing("de", "Wie gut trifft Bob die Doppel 16?", "doubles", "player=bob bed=D16"),
    Phrasing("de", "wie steht es zwischen mir und Bob", "head_to_head", "player=ann opponent=bob"),
    Phrasing("de", "Wie oft habe ich gegen Jürgen Müller gewonnen?", "head_to_head", "player=ann opponent=juergen"),
    Phrasing("de", "Gibt es gerade Probleme mit den Kameras?", "alerts"),
    Phrasing("de", "Wie genau ist die Erkennung?", "accuracy"),
    Phrasing("de", "Wer hat den besten Schnitt diese Woche?", "leader", "figure=average period=this_week"),
    Phrasing("de", "Wie viele Legs hat Bob gestern gespielt?", "played", "player=bob figure=legs period=yesterday"),
    Phrasing("th", "ค่าเฉลี่ยของฉันเดือนนี้เท่าไหร่", "average", "player=ann period=this_month"),
    Phrasing("th", "ขอดูค่าเฉลี่ยของ Bob หน่อยครับ", "average", "player=bob"),
    Phrasing("th", "สมชายเฉลี่ยเท่าไรสัปดาห์ที่แล้ว", "average", "player=somchai period=last_week"),
    Phrasing("th", "ปีนี้ผมทำ 180 ได้กี่ครั้ง", "high_scores", "player=ann period=this_year"),
    Phrasing("th", "Bob ปา 180 ไปกี่ครั้งแล้ว", "high_scores", "player=bob"),
    Phrasing("th", "เช็คเอาท์สูงสุดของฉันคือเท่าไหร่", "highest_checkout", "player=ann"),
    Phrasing("th", "เดือนที่แล้ว Bob ปิดเกมสูงสุดกี่แต้ม", "highest_checkout", "player=bob period=last_month"),
    Phrasing("th", "ทำไมเมื่อวานฉันเล่นแย่จัง", "reasons", "player=ann period=yesterday"),
    Phrasing("th", "ทำไมอาทิตย์นี้สมชายเล่นดีขึ้น", "reasons", "player=somchai period=this_week"),
    Phrasing("th", "วันนี้ฉันเล่นดีกว่าปกติไหม", "usual", "player=ann period=today"),
    Phrasing("th", "สัปดาห์นี้ Bob เป็นยังไงเทียบกับปกติ", "usual", "player=bob period=this_week"),
    Phrasing("th", "ฟอร์มของผมตอนนี้เป็นอย่างไร", "form", "player=ann"),
    Phrasing("th", "ดับเบิลไหนที่ฉันพลาดบ่อยที่สุด", "doubles", "player=ann"),
    Phrasing("th", "Bob ปาดับเบิล 16 แม่นแค่ไหน", "doubles", "player=bob bed=D16"),
    Phrasing("th", "ฉันชนะ Bob กี่ครั้ง", "head_to_head", "player=ann opponent=bob"),
    Phrasing("th", "สถิติระหว่างฉันกับสมชาย", "head_to_head", "player=ann opponent=somchai"),
    Phrasing("th", "กล้องมีปัญหาอะไรไหม", "alerts"),
    Phrasing("th", "ระบบตรวจจับแม่นยำแค่ไหน", "accuracy"),
    Phrasing("th", "ใครมีค่าเฉลี่ยดีที่สุดเดือนนี้", "leader", "figure=average period=this_month"),
    Phrasing("th", "เมื่อวาน Bob เล่นไปกี่เลก", "played", "player=bob figure=legs period=yesterday"),
]
