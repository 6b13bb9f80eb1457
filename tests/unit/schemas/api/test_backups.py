"""What the list of backups says."""

from schemas.api.backups import BackupReport, Backups
from schemas.codec import encode_json


def test_a_backup_is_named_first() -> None:
    """The name is the id of the answer, by which it is downloaded; a list without a problem says so."""
    report = BackupReport(backup_name="dartd-20261130T101500Z.db", created_at="2026-11-30T10:15:00Z", size_bytes=4096)
    encoded = encode_json(Backups(data=(report,), every_hours=24, keep=7, problem=None)).decode()

    assert BackupReport.__struct_fields__[0] == "backup_name"
    assert '"data":[{"backup_name":"dartd-20261130T101500Z.db","created_at":"2026-11-30T10:15:00Z","size_bytes":4096}]' in encoded
    assert '"problem":null' in encoded
