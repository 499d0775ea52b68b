"""Why the operating system refused a file or an address, in the language in force."""

from __future__ import annotations

import errno
from typing import Final

from fieldapp.locale import language

# errno: (Indonesian, English). Systems speak their own language and often only English.
_REASONS: Final[dict[int, tuple[str, str]]] = {
    errno.ENOENT: ("foldernya tidak ada", "its folder does not exist"),
    errno.ENOTDIR: ("foldernya bukan folder", "its folder is no folder"),
    errno.EEXIST: ("namanya sudah dipakai", "its name is taken"),
    errno.EISDIR: ("di sana ada folder, bukan berkas", "there is a folder, not a file"),
    errno.EACCES: ("tidak ada izin", "permission is lacking"),
    errno.EPERM: ("tidak ada izin", "permission is lacking"),
    errno.EROFS: ("tempat itu hanya dapat dibaca", "that place can only be read"),
    errno.ENOSPC: ("disk penuh", "the disk is full"),
    errno.EDQUOT: ("jatah disk habis", "the disk quota is used up"),
    errno.EFBIG: ("berkasnya terlalu besar untuk tempat itu", "the file is too large for that place"),
    errno.EIO: ("disk atau flashdisk gagal", "the disk or stick failed"),
    errno.ENODEV: ("flashdisknya sudah dicabut", "the stick was pulled out"),
    errno.ENXIO: ("flashdisknya sudah dicabut", "the stick was pulled out"),
    errno.ENAMETOOLONG: ("namanya terlalu panjang", "its name is too long"),
    errno.EINVAL: ("nama atau tempatnya tidak dapat dipakai", "its name or place cannot be used"),
    errno.EADDRINUSE: ("sudah dipakai program lain", "another program uses it"),
    errno.EADDRNOTAVAIL: ("bukan alamat mesin ini", "it is no address of this machine"),
}
_NO_NAME: Final = ("nama itu tidak dikenal", "that name is not known")


def os_reason(error: OSError) -> str:
    """Why the system refused, without the path: in the language in force where the reason is a usual one."""
    known = _NO_NAME if type(error).__name__ == "gaierror" else _REASONS.get(error.errno or 0)
    if known is None:
        return error.strerror or type(error).__name__
    return known[1 if language() == "en" else 0]
