"""Our members are those of tarfile, byte for byte."""

import io
import string
import tarfile

from hypothesis import given
from hypothesis import strategies as st

from flux.emitters.ustar import fin, membre

_MEMBRES = st.lists(
    st.tuples(st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=100), st.binary(max_size=1100)), max_size=25
)


@given(_MEMBRES)
def test_an_archive_of_ours_is_the_one_tarfile_writes(members):
    expected = io.BytesIO()
    with tarfile.open(fileobj=expected, mode="w|", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o644
            archive.addfile(info, io.BytesIO(content))
    body = b"".join(membre(name, content) for name, content in members)
    assert body + fin(len(body)) == expected.getvalue()
