"""Is the key strong enough? Numbers only: what a public key shows about its making."""

from accounts.algorithms import UnfitKey

RSA_MIN_BITS = 2048
RSA_MAX_BITS = 16_384  # OpenSSL's own limit; checking a larger one would only burn time
RSA_MAX_EXPONENT_BITS = 256  # FIPS 186-5, appendix A.1.1

_ED25519_P = 2**255 - 19
_ED25519_D = -121665 * pow(121666, -1, _ED25519_P) % _ED25519_P


def check_rsa(n: int, e: int) -> None:
    """Judge an RSA public key. Raises UnfitKey."""
    if not RSA_MIN_BITS <= n.bit_length() <= RSA_MAX_BITS:
        raise UnfitKey(f"the modulus has {n.bit_length()} bits")
    if n % 2 == 0:
        raise UnfitKey("the modulus is even")
    if e < 3 or e % 2 == 0 or e.bit_length() > RSA_MAX_EXPONENT_BITS:
        raise UnfitKey("the public exponent is not usable")
    if has_roca_fingerprint(n):
        raise UnfitKey("the modulus was made by a generator known to be broken (ROCA)")


def has_roca_fingerprint(n: int) -> bool:
    """Tell a modulus of the broken Infineon generator (CVE-2017-15361).

    Its primes are k*M + (65537^a mod M), M a product of the first primes; so the modulus is a
    power of 65537 modulo every one of those. By chance that is true of one key in 2^27
    (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 2.3).
    """
    return all(n % prime in powers for prime, powers in _POWERS_OF_65537)


def check_ed25519(x: bytes) -> None:
    """Judge an Ed25519 public key (RFC 8032, section 5.1.3). Raises UnfitKey.

    A point of small order is refused too: anybody can sign under it. OpenSSL looks at neither.
    """
    if len(x) != 32:
        raise UnfitKey("an Ed25519 key has 32 bytes")
    y = int.from_bytes(x, "little") & (2**255 - 1)
    if y >= _ED25519_P or not _on_ed25519(y):
        raise UnfitKey("the point is not on the curve")
    if _of_small_order(y):
        raise UnfitKey("the point is of small order")


def _on_ed25519(y: int) -> bool:
    """Solve the curve for x squared, and ask Euler whether that is a square."""
    x_squared = (y * y - 1) * pow(_ED25519_D * y * y + 1, -1, _ED25519_P) % _ED25519_P
    return pow(x_squared, (_ED25519_P - 1) // 2, _ED25519_P) in (0, 1)


def _of_small_order(y: int) -> bool:
    """Order 1 and 2 have y = ±1, order 4 has y = 0, order 8 doubles to y = 0."""
    doubles_to_order_4 = _ED25519_D * y**4 + 2 * y * y - 1
    return y * (y * y - 1) * doubles_to_order_4 % _ED25519_P == 0


def _powers_of_65537(prime: int) -> frozenset[int]:
    return frozenset(pow(65537, exponent, prime) for exponent in range(prime - 1))


_POWERS_OF_65537 = tuple(
    (prime, _powers_of_65537(prime))
    for prime in range(3, 168)
    if all(prime % smaller for smaller in range(2, prime))
)
