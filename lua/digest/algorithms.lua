--- The digests by name: bytes of a digest, bytes of a block (for HMAC), and the digest of "abc" in hexadecimal, as
-- RFC 1321 (A.5), FIPS 180-4 and RFC 3874 publish it, by which an engine's own code is judged before it is used.
-- @module digest.algorithms
return {
  md5 = { size = 16, block = 64, abc = "900150983cd24fb0d6963f7d28e17f72" },
  sha1 = { size = 20, block = 64, abc = "a9993e364706816aba3e25717850c26c9cd0d89d" },
  sha224 = { size = 28, block = 64, abc = "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
  sha256 = { size = 32, block = 64, abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
  sha384 = {
    size = 48, block = 128,
    abc = "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
      .. "8086072ba1e7cc2358baeca134c825a7",
  },
  sha512 = {
    size = 64, block = 128,
    abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      .. "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  },
}
